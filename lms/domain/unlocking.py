"""Whether an assignment is open to a learner, as the course declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lms.domain.course import Assignment, Course


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Whether an assignment is open, and what opens it where it is not.

    :param reason: a sentence for the learner; empty when open.
    """

    is_open: bool
    reason: str = ""


#: Says whether an assignment is open to a learner who reached these shares of the points.
Unlock = Callable[[Course, Assignment, Mapping[str, float]], Opening]


def declared_opening(
    course: Course, assignment: Assignment, reached: Mapping[str, float]
) -> Opening:
    """Return whether the assignment that the course names has reached the score it asks for.

    :param reached: share of the points, 0 to 100, by assignment that has a score.
    """
    rule = assignment.opens
    if rule is None or reached.get(rule.after, -1.0) >= rule.score:
        return Opening(is_open=True)
    other = course.assignment(rule.after)
    title = other.title if other else rule.after
    return Opening(
        is_open=False,
        reason=(
            f"Cet exercice s’ouvrira quand vous aurez obtenu {rule.score:g} % des points de "
            f"l’exercice « {title} »."
        ),
    )
