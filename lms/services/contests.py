"""Results that learners contest with a text, and what trainers answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import HIDDEN
from lms.domain.regrades import ContestState
from lms.domain.words import mark
from lms.errors import Conflict, Invalid, NotFound
from lms.models import Contest, Promotion, Submission
from lms.services import audit
from lms.services.feedback import run_of

TEXT_LENGTH = 4000


def contest(
    session: Session, submission: Submission, text: str, *, exercise_id: str = "", now: datetime
) -> Contest:
    """Keep a learner's text against the result of a submission.

    :param exercise_id: the exercise that it is about; empty for the whole.
    :raises Invalid: if there is no text, or too much, or no such exercise.
    :raises Conflict: if there is no result yet, or an earlier text has no answer yet.
    """
    run = run_of(session, submission.id)
    if run is None:
        raise Conflict("Ce rendu n’a pas encore de résultat : il n’y a rien à contester.")
    said = _text(text, mark("Dites ce qui vous semble faux, et pourquoi."))
    if exercise_id and exercise_id not in {each.exercise_id for each in run.exercises}:
        raise Invalid("Cet exercice n’est pas dans ce rendu : choisissez-le dans la liste.")
    if any(each.state == ContestState.OPEN for each in contests_of(session, submission.id)):
        raise Conflict("Vous avez déjà contesté ce résultat : attendez la réponse.")
    made = Contest(
        submission=submission,
        promotion_id=submission.promotion_id,
        exercise_id=exercise_id,
        text=said,
        state=ContestState.OPEN.value,
        made_at=now,
    )
    session.add(made)
    session.flush()
    actor_id = submission.learner_id
    _note(session, made, "contest.made", actor_id, now)
    return made


def answer(
    session: Session,
    found: Contest,
    text: str,
    *,
    is_accepted: bool,
    actor_id: int,
    now: datetime,
) -> None:
    """Answer a contested result.

    Accepting changes no score by itself: it is set by hand or regraded, with its own trace.

    :raises Invalid: if there is no text, or too much.
    :raises Conflict: if it was answered already.
    """
    if found.state != ContestState.OPEN:
        raise Conflict("Une réponse a déjà été donnée : elle est affichée sur cette page.")
    found.answer = _text(text, mark("Écrivez une réponse : la personne la recevra."))
    found.state = (ContestState.ACCEPTED if is_accepted else ContestState.EXPLAINED).value
    found.answered_by_id, found.answered_at = actor_id, now
    session.flush()
    _note(session, found, f"contest.{found.state}", actor_id, now)


def contest_of(session: Session, submission: Submission, contest_id: int) -> Contest:
    """Return one contest of a submission.

    :raises NotFound: if there is none of that number.
    """
    found = session.get(Contest, contest_id)
    if found is None or found.submission_id != submission.id:
        raise NotFound(HIDDEN)
    return found


def contests_of(session: Session, submission_id: int) -> Sequence[Contest]:
    """Return what was contested of a submission, the oldest first."""
    return session.scalars(
        select(Contest)
        .options(joinedload(Contest.answered_by))
        .where(Contest.submission_id == submission_id)
        .order_by(Contest.id)
    ).all()


def contests_in(session: Session, promotion: Promotion) -> Sequence[Contest]:
    """Return what was contested in a promotion: what waits for an answer, then the rest."""
    return session.scalars(
        select(Contest)
        .options(
            joinedload(Contest.submission).joinedload(Submission.learner),
            joinedload(Contest.submission).joinedload(Submission.version),
        )
        .where(Contest.promotion_id == promotion.id)
        .order_by(Contest.state != ContestState.OPEN.value, Contest.id.desc())
    ).all()


def open_count(session: Session, promotion: Promotion) -> int:
    """Return how many contested results wait for an answer."""
    count = session.scalar(
        select(func.count(Contest.id)).where(
            Contest.promotion_id == promotion.id, Contest.state == ContestState.OPEN.value
        )
    )
    return count or 0


def _text(text: str, missing: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(missing)
    if len(said) > TEXT_LENGTH:
        raise Invalid("Ce texte dépasse %(most)s caractères : abrégez-le.", most=TEXT_LENGTH)
    return said


def _note(
    session: Session,
    found: Contest,
    action: str,
    actor_id: int,
    now: datetime,
) -> None:
    submission = found.submission
    audit.record(
        session,
        action,
        f"contest:{found.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=found.promotion_id,
        person_id=submission.learner_id,
        submission=submission.id,
        assignment=submission.assignment_id,
    )
