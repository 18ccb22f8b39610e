"""Questions as pages show them: a learner's own, those that wait, those that are shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.blobs import BlobStore
from lms.domain.help import QuestionState, Sharing
from lms.errors import NotFound
from lms.models import DraftVersion, HelpMessage, Promotion, Question
from lms.services import blind
from lms.services.blind import NO_VEIL, Veil
from lms.services.draft_documents import as_notebook, shown

EXCERPT_CHARACTERS = 160
MOST_SHARED = 20


@dataclass(frozen=True, kw_only=True)
class MessageShown:
    """One message; `author` is empty for somebody who is not named."""

    author: str
    is_from_learner: bool
    text: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class QuestionShown:
    """One question with its thread.

    :param learner_name: empty for somebody who is not named.
    :param draft_number: version of the draft that is attached; None when there is none.
    """

    id: int
    title: str
    exercise_title: str
    learner_name: str
    state: QuestionState
    sharing: Sharing
    asked_at: datetime
    changed_at: datetime
    messages: tuple[MessageShown, ...]
    draft_number: int | None = None

    @property
    def excerpt(self) -> str:
        """The beginning of the question, on one line."""
        line = " ".join(self.messages[0].text.split())
        if len(line) <= EXCERPT_CHARACTERS:
            return line
        return line[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many questions of one promotion wait for an answer."""

    slug: str
    name: str
    count: int


def thread(session: Session, question: Question, *, reader_id: int) -> QuestionShown:
    """Return one question with its messages and the names of who wrote them."""
    draft = session.get(DraftVersion, question.draft_version_id or 0)
    veil = blind.veil(session, reader_id=reader_id, courses=[question.course_slug])
    return _shown(question, veil, draft_number=draft.number if draft else None)


def of_learner(session: Session, learner_id: int) -> list[QuestionShown]:
    """Return a learner's own questions, those with news first."""
    found = session.scalars(
        _questions()
        .where(Question.learner_id == learner_id)
        .order_by(_rank(QuestionState.ANSWERED), Question.changed_at.desc())
    )
    return [_shown(question, NO_VEIL) for question in found]


def of_promotion(
    session: Session, promotion: Promotion, *, reader_id: int
) -> list[QuestionShown]:
    """Return the questions of a promotion: those that wait first, the oldest of them on top."""
    found = session.scalars(
        _questions()
        .where(Question.promotion_id == promotion.id)
        .order_by(_rank(QuestionState.OPEN), Question.changed_at.desc())
    ).all()
    waiting = [question for question in found if question.state == QuestionState.OPEN]
    others = [question for question in found if question.state != QuestionState.OPEN]
    courses = {question.course_slug for question in found}
    veil = blind.veil(session, reader_id=reader_id, courses=courses)
    return [_shown(question, veil) for question in (*reversed(waiting), *others)]


def shared(
    session: Session, course_slug: str, assignment_id: str, promotion_ids: Iterable[int]
) -> list[QuestionShown]:
    """Return what learners of these promotions agreed to share about an assignment.

    Nobody is named but by the first name, if the learner said so.
    """
    found = session.scalars(
        _questions()
        .where(
            Question.course_slug == course_slug,
            Question.assignment_id == assignment_id,
            Question.promotion_id.in_(list(promotion_ids)),
            Question.sharing != Sharing.PRIVATE.value,
        )
        .order_by(Question.changed_at.desc())
        .limit(MOST_SHARED)
    )
    return [_anonymous(question) for question in found]


def waiting(session: Session, promotion_ids: Iterable[int]) -> Sequence[Waiting]:
    """Return how many questions wait in each of these promotions that has some."""
    rows = session.execute(
        select(Promotion.slug, Promotion.name, func.count(Question.id))
        .join(Question, Question.promotion_id == Promotion.id)
        .where(
            Promotion.id.in_(list(promotion_ids)), Question.state == QuestionState.OPEN.value
        )
        .group_by(Promotion.id, Promotion.slug, Promotion.name)
        .order_by(Promotion.name)
    )
    return [Waiting(slug=slug, name=name, count=count) for slug, name, count in rows]


def notebook(session: Session, blobs: BlobStore, question: Question) -> bytes:
    """Return the draft that is attached to a question, as a notebook.

    :raises NotFound: if there is none.
    """
    saved = session.get(DraftVersion, question.draft_version_id or 0)
    if saved is None:
        raise NotFound("Aucun brouillon n’est joint à cette question.")
    return as_notebook(blobs, saved.version, shown(session, blobs, saved.version, saved))


def _questions() -> Select[Question]:
    return select(Question).options(
        joinedload(Question.learner), selectinload(Question.messages)
    )


def _rank(first: QuestionState) -> ColumnElement[int]:
    return case((Question.state == first.value, 0), else_=1)


def _shown(question: Question, veil: Veil, *, draft_number: int | None = None) -> QuestionShown:
    is_hidden = veil.hides(question.learner_id, question.course_slug, question.assignment_id)
    return _view(
        question,
        name="" if is_hidden else question.learner.name,
        messages=tuple(
            _message(message, _author(message, is_hidden=is_hidden))
            for message in question.messages
        ),
        draft_number=draft_number,
    )


def _anonymous(question: Question) -> QuestionShown:
    is_named = question.sharing == Sharing.FIRST_NAME
    name = question.learner.name.split()[0] if is_named else ""
    return _view(
        question,
        name=name,
        messages=tuple(
            _message(message, name if message.is_from_learner else "")
            for message in question.messages
        ),
    )


def _author(message: HelpMessage, *, is_hidden: bool) -> str:
    if message.author is None or (is_hidden and message.is_from_learner):
        return ""
    return message.author.name


def _message(message: HelpMessage, author: str) -> MessageShown:
    return MessageShown(
        author=author,
        is_from_learner=message.is_from_learner,
        text=message.text,
        written_at=message.written_at,
    )


def _view(
    question: Question,
    *,
    name: str,
    messages: tuple[MessageShown, ...],
    draft_number: int | None = None,
) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        title=question.title,
        exercise_title=question.exercise_title,
        learner_name=name,
        state=QuestionState(question.state),
        sharing=Sharing(question.sharing),
        asked_at=question.asked_at,
        changed_at=question.changed_at,
        messages=messages,
        draft_number=draft_number,
    )
