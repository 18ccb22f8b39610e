"""What people's marks change: the scores of the learner for the assignment."""

from __future__ import annotations

from flask import g

from lms.domain.course import Assignment
from lms.errors import Refusal
from lms.models import Submission
from lms.services import scores
from lms.services.scores import Cause
from lms.web.context import now, site


def tell_scores(submission: Submission) -> None:
    """Have the score of a work's learner derived anew, once a mark of it changed."""
    assignment = _assignment(submission)
    cause = Cause.of(
        submission, assignment, "manual-marks", now=now(), actor_id=g.actor.user_id
    )
    scores.rederive(g.session, cause, [submission.learner_id])


def _assignment(submission: Submission) -> Assignment | None:
    """Return the assignment as the course has it now; None when it is gone or unreadable."""
    try:
        course = site().library.course(submission.course_slug)
    except Refusal:
        return None
    return course.assignment(submission.assignment_id)
