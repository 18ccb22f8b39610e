"""Asking for help: a question to the trainers, the answers, who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.domain.access import HIDDEN
from lms.domain.course import Assignment, Course
from lms.domain.help import MAX_PER_HOUR, QuestionState, Sharing, read_text
from lms.errors import NotFound, TooMany
from lms.models import AssignmentVersion, HelpMessage, Question, Submission, User
from lms.services import audit, drafts, openings, roles
from lms.services.drafts import Place


@dataclass(frozen=True, kw_only=True)
class About:
    """What a question is about, as the page that asks it says.

    :param exercise_id: empty for the whole assignment.
    :param cell_id: of the draft; without it the exercise's own cell is attached.
    :param submission_id: whose feedback was being read; its code is attached then.
    """

    exercise_id: str = ""
    cell_id: str = ""
    submission_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Attached:
    """The work that goes with a question."""

    source: str = ""
    outputs: tuple[Any, ...] = ()
    draft_version_id: int | None = None
    draft_number: int | None = None
    submission_id: int | None = None


def attached(session: Session, blobs: BlobStore, place: Place, about: About) -> Attached:
    """Return the cell that a question would show, with its outputs and where it is from.

    :raises NotFound: if the submission is not this person's for this assignment.
    """
    if about.submission_id is not None:
        return _of_submission(session, blobs, place, about)
    saved = drafts.latest_of(session, place)
    if saved is None:
        return Attached()
    document = drafts.at(session, blobs, place, saved.number)
    cell = _cell(document.cells, about)
    return Attached(
        source=cell.get("source", ""),
        outputs=tuple(cell.get("outputs", ())),
        draft_version_id=saved.id,
        draft_number=saved.number,
    )


def ask(
    session: Session,
    blobs: BlobStore,
    *,
    learner_id: int,
    course: Course,
    assignment: Assignment,
    version: AssignmentVersion,
    about: About,
    text: str,
    sharing: Sharing,
    now: datetime,
) -> tuple[Question, bool]:
    """Keep a question; return it, and whether it is new: sending a form twice asks once.

    :raises Invalid: if there is nothing to ask.
    :raises TooMany: if the person asked very often of late.
    """
    promotion = openings.enrolment(session, learner_id, course.slug, now=now)
    bare = read_text(text)
    before = _same(session, learner_id, assignment.id, bare, now)
    if before is not None:
        return before, False
    _refuse_many(session, learner_id, now)
    place = Place(learner_id=learner_id, course_slug=course.slug, version=version)
    work = attached(session, blobs, place, about)
    question = Question(
        learner_id=learner_id,
        promotion=promotion,
        course_slug=course.slug,
        assignment_id=assignment.id,
        title=assignment.title,
        **_exercise(version, about.exercise_id),
        state=QuestionState.OPEN.value,
        sharing=sharing.value,
        asked_at=now,
        changed_at=now,
        cell_source=work.source,
        cell_outputs=list(work.outputs),
        draft_version_id=work.draft_version_id,
        submission_id=work.submission_id,
    )
    question.messages.append(
        HelpMessage(author_id=learner_id, is_from_learner=True, text=bare, written_at=now)
    )
    session.add(question)
    if work.draft_number is not None:
        drafts.version_at(session, place, work.draft_number).is_pinned = True
    _record(session, question, "question.asked", learner_id, now, sharing=sharing.value)
    return question, True


def reply(
    session: Session, question: Question, *, author_id: int, text: str, now: datetime
) -> HelpMessage:
    """Add a message: the learner's opens the question again, a trainer's answers it.

    :raises Invalid: if there is nothing in it.
    """
    is_from_learner = author_id == question.learner_id
    message = HelpMessage(
        author_id=author_id,
        is_from_learner=is_from_learner,
        text=read_text(text),
        written_at=now,
    )
    question.messages.append(message)
    state = QuestionState.OPEN if is_from_learner else QuestionState.ANSWERED
    question.state, question.changed_at = state.value, now
    action = "question.continued" if is_from_learner else "question.answered"
    _record(session, question, action, author_id, now)
    return message


def close(session: Session, question: Question, *, actor_id: int, now: datetime) -> None:
    """Say that the learner has what was needed; writing again opens it again."""
    if question.state != QuestionState.CLOSED:
        question.state = QuestionState.CLOSED.value
        _record(session, question, "question.closed", actor_id, now)


def share(
    session: Session, question: Question, sharing: Sharing, *, actor_id: int, now: datetime
) -> None:
    """Let the promotion read the question, or not any more."""
    if question.sharing != sharing:
        before, question.sharing = question.sharing, sharing.value
        _record(
            session, question, "question.shared", actor_id, now, before=before, after=sharing
        )


def question_by_id(session: Session, question_id: int) -> Question:
    """Return one question.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Question, question_id)
    if found is None:
        raise NotFound(HIDDEN)
    return found


def recipients(session: Session, question: Question, *, now: datetime) -> list[User]:
    """Return who is told of a new question: the trainers, else the cohort managers."""
    return roles.told_first(session, question.promotion, now=now)


def _of_submission(session: Session, blobs: BlobStore, place: Place, about: About) -> Attached:
    found = session.get(Submission, about.submission_id)
    is_theirs = (
        found is not None
        and found.learner_id == place.learner_id
        and found.course_slug == place.course_slug
        and found.assignment_id == place.version.assignment_id
    )
    if found is None or not is_theirs:
        raise NotFound(HIDDEN)
    cells = read_notebook(blobs.get(found.notebook_hash)).cells
    sources = (cell.source for cell in cells if cell.grade_id == about.exercise_id != "")
    return Attached(source=next(sources, ""), submission_id=found.id)


def _cell(cells: list[dict[str, Any]], about: About) -> dict[str, Any]:
    """Return the cell that is meant: the one that was named, else the exercise's."""
    for cell in cells:
        if about.cell_id and cell["id"] == about.cell_id:
            return cell
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        if about.exercise_id and marks.get("grade_id") == about.exercise_id:
            return cell
    return {}


def _exercise(version: AssignmentVersion, exercise_id: str) -> dict[str, str]:
    titles = {exercise["id"]: str(exercise["title"]) for exercise in version.exercises}
    if exercise_id not in titles:
        return {"exercise_id": "", "exercise_title": ""}
    return {"exercise_id": exercise_id, "exercise_title": titles[exercise_id]}


def _same(
    session: Session, learner_id: int, assignment_id: str, text: str, now: datetime
) -> Question | None:
    latest = session.scalar(
        select(Question)
        .where(
            Question.learner_id == learner_id,
            Question.assignment_id == assignment_id,
            Question.asked_at > now - timedelta(hours=1),
        )
        .order_by(Question.id.desc())
        .limit(1)
    )
    return latest if latest is not None and latest.messages[0].text == text else None


def _refuse_many(session: Session, learner_id: int, now: datetime) -> None:
    asked = session.scalar(
        select(func.count(Question.id)).where(
            Question.learner_id == learner_id, Question.asked_at > now - timedelta(hours=1)
        )
    )
    if (asked or 0) >= MAX_PER_HOUR:
        raise TooMany(
            "Vous avez posé beaucoup de questions en une heure. Complétez l’une d’elles, ou "
            "attendez un peu avant d’en poser une autre.",
            retry_after_s=3600,
        )


def _record(
    session: Session,
    question: Question,
    action: str,
    actor_id: int,
    now: datetime,
    **details: Any,
) -> None:
    session.flush()
    subject = f"question:{question.id}"
    audit.record(session, action, subject, actor_id=actor_id, now=now, **details)
    session.flush()
