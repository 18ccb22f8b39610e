"""The author's hints, given one at a time to the learner who asks, and remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.errors import NotFound
from lms.models import AssignmentVersion, HintView


@dataclass(frozen=True, kw_only=True)
class Hints:
    """The hints of one exercise that somebody may read now.

    :param shown: those that were asked for, in order.
    :param left: how many more there are.
    """

    shown: tuple[str, ...] = ()
    left: int = 0


def hints_of(version: AssignmentVersion) -> Mapping[str, tuple[str, ...]]:
    """Return all hints of a version, by exercise."""
    return {each["id"]: tuple(each.get("hints") or ()) for each in version.exercises}


def asked_for(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> Mapping[str, int]:
    """Return how many hints a learner has asked for, by exercise."""
    rows = session.execute(
        select(HintView.exercise_id, func.max(HintView.position))
        .where(
            HintView.learner_id == learner_id,
            HintView.course_slug == course_slug,
            HintView.assignment_id == assignment_id,
        )
        .group_by(HintView.exercise_id)
    )
    return Counter(dict(rows.all()))


def shown(hints: Sequence[str], asked: int) -> Hints:
    """Return the hints that were asked for, and how many are left.

    >>> shown(("a", "b"), 1)
    Hints(shown=('a',), left=1)
    """
    return Hints(shown=tuple(hints[:asked]), left=max(len(hints) - asked, 0))


def reveal(
    session: Session,
    version: AssignmentVersion,
    exercise_id: str,
    *,
    learner_id: int,
    now: datetime,
) -> Hints:
    """Give a learner the next hint of an exercise; when there is none left, change nothing.

    :raises NotFound: if the version has no such exercise.
    """
    hints = hints_of(version).get(exercise_id)
    if hints is None:
        raise NotFound(HIDDEN)
    named = (version.course_slug, version.assignment_id)
    asked = asked_for(session, learner_id, *named).get(exercise_id, 0)
    if asked < len(hints):
        asked += 1
        session.add(
            HintView(
                learner_id=learner_id,
                course_slug=version.course_slug,
                assignment_id=version.assignment_id,
                exercise_id=exercise_id,
                position=asked,
                seen_at=now,
            )
        )
        session.flush()
    return shown(hints, asked)
