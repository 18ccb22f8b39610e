"""The scores of learners, derived anew whenever one of their inputs changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain import scores as rules
from lms.domain.course import Assignment
from lms.domain.marks import BEST
from lms.models import Score, Submission
from lms.services import audit
from lms.services.score_inputs import LearnerInputs, inputs_of

#: Learners whose inputs are read together: databases bound the number of values.
TOGETHER = 200


class AboutAssignment(Protocol):
    """What names an assignment: a submission, a regrade, a place."""

    @property
    def course_slug(self) -> str:
        """Of the course that it is in."""

    @property
    def assignment_id(self) -> str:
        """Unique in the course."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why scores for one assignment are derived anew.

    :param assignment: as the course has it now; None when it is no (longer) part of it: then
        the best attempt counts and nothing is late.
    :param what: what changed: `run`, `dates`, `manual-marks`, `override`, `regrade`…
    :param actor_id: who changed it; None when the platform did by itself.
    """

    course_slug: str
    assignment_id: str
    assignment: Assignment | None
    what: str
    now: datetime
    actor_id: int | None = None

    @classmethod
    def of(
        cls,
        about: AboutAssignment,
        assignment: Assignment | None,
        what: str,
        *,
        now: datetime,
        actor_id: int | None = None,
    ) -> Cause:
        """Return that something changed about an assignment which a row or value names."""
        return cls(
            course_slug=about.course_slug,
            assignment_id=about.assignment_id,
            assignment=assignment,
            what=what,
            now=now,
            actor_id=actor_id,
        )


def derive(
    session: Session, submission: Submission, assignment: Assignment | None, *, now: datetime
) -> Score | None:
    """Set the score of a submission's learner after a run.

    :param assignment: as the course has it now; None when it is gone.
    """
    cause = Cause.of(submission, assignment, "run", now=now)
    rederive(session, cause, [submission.learner_id])
    return score_of(
        session, submission.learner_id, submission.course_slug, submission.assignment_id
    )


def rederive(session: Session, cause: Cause, learner_ids: Iterable[int]) -> frozenset[int]:
    """Set the scores of learners for an assignment after one of their inputs changed.

    To be called in the transaction that changed it. Every score that becomes another one is
    an audit event, `score.changed`, with what it was before.

    :return: the learners whose score became another one.
    """
    in_order = sorted(set(learner_ids))
    changed: set[int] = set()
    for start in range(0, len(in_order), TOGETHER):
        changed |= _rederive(session, cause, in_order[start : start + TOGETHER])
    return frozenset(changed)


def score_of(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> Score | None:
    """Return a learner's score for an assignment; None before the first input."""
    return session.scalar(
        select(Score).where(
            Score.learner_id == learner_id,
            Score.course_slug == course_slug,
            Score.assignment_id == assignment_id,
        )
    )


def _rederive(session: Session, cause: Cause, learner_ids: Sequence[int]) -> set[int]:
    session.flush()
    names = (cause.course_slug, cause.assignment_id)
    found = inputs_of(session, *names, learner_ids, cause.assignment)
    stored = session.scalars(
        select(Score).where(
            Score.learner_id.in_(learner_ids),
            Score.course_slug == cause.course_slug,
            Score.assignment_id == cause.assignment_id,
        )
    )
    scores = {score.learner_id: score for score in stored}
    changed = {
        learner_id
        for learner_id in learner_ids
        if _set(session, cause, learner_id, scores.get(learner_id), found.get(learner_id))
    }
    session.flush()
    return changed


def _set(
    session: Session,
    cause: Cause,
    learner_id: int,
    score: Score | None,
    given: LearnerInputs | None,
) -> bool:
    """Bring one score in line with its inputs; return whether it became another one."""
    before = (score.points, score.max_points) if score else None
    rule = cause.assignment.score if cause.assignment else BEST
    derived = rules.derive(given.inputs, rule) if given else None
    if derived is None or given is None:
        if score is not None:
            session.delete(score)
            _note(session, cause, learner_id, score.promotion_id, before, None)
        return score is not None
    if score is None:
        score = Score(
            learner_id=learner_id,
            course_slug=cause.course_slug,
            assignment_id=cause.assignment_id,
        )
        session.add(score)
    score.promotion_id = given.promotion_id
    score.points, score.max_points = derived.points, derived.max_points
    score.steps = [step.as_json() for step in derived.steps]
    score.run_id = derived.run_id
    score.derived_at = cause.now
    after = (derived.points, derived.max_points)
    if before != after:
        _note(session, cause, learner_id, given.promotion_id, before, after)
    return before != after


def _note(
    session: Session,
    cause: Cause,
    learner_id: int,
    promotion_id: int,
    before: tuple[float, float] | None,
    after: tuple[float, float] | None,
) -> None:
    audit.record(
        session,
        "score.changed",
        f"score:{learner_id}:{cause.course_slug}:{cause.assignment_id}",
        actor_id=cause.actor_id,
        now=cause.now,
        promotion_id=promotion_id,
        person_id=learner_id,
        assignment=cause.assignment_id,
        cause=cause.what,
        points_before=before[0] if before else None,
        max_points_before=before[1] if before else None,
        points=after[0] if after else None,
        max_points=after[1] if after else None,
    )
