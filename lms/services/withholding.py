"""Feedback that is not open yet: for whom, until when, and what it says instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.course import Assignment, Course
from lms.domain.terms import FeedbackRelease, Terms
from lms.domain.words import mark
from lms.errors import Conflict
from lms.models import Promotion, Submission
from lms.services.terms import all_terms, terms_of

#: Of an assignment whose files are gone.
NO_FILE = PurePosixPath("disparu.ipynb")


class FeedbackWithheld(Conflict):
    """The feedback of a submission is not open yet."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "Le retour sur ce rendu n’est pas encore ouvert. La page du rendu dit "
                "quand il le sera."
            )
        )


def own_terms(
    session: Session, promotion: Promotion, course: Course, learner_id: int
) -> Mapping[str, Terms]:
    """Return the terms of one learner for each assignment of the course, by its id."""
    found = all_terms(session, promotion, course, [learner_id])
    return {assignment_id: terms for (_learner, assignment_id), terms in found.items()}


def withheld_ids(terms: Mapping[str, Terms], now: datetime) -> frozenset[str]:
    """Return the assignments whose feedback the learner may not see yet."""
    return frozenset(key for key, own in terms.items() if not own.is_feedback_open(now))


def withheld(
    session: Session, submission: Submission, course: Course | None, *, now: datetime
) -> Terms | None:
    """Return the terms that keep a submission's feedback from its learner; None when open.

    :param course: None while its files cannot be read: then no due date is known, and only
        a trainer's decision counts.
    """
    assignment = course.assignment(submission.assignment_id) if course else None
    if assignment is None:
        assignment = _gone(submission)
    own = terms_of(session, submission.promotion, submission.learner_id, assignment)
    return None if own.is_feedback_open(now) else own


def withheld_from(
    session: Session,
    promotion: Promotion,
    course: Course | None,
    learner_id: int,
    *,
    now: datetime,
) -> frozenset[str]:
    """Return the assignments whose feedback a learner may not see yet, those gone included.

    :param course: None while its files cannot be read.
    """
    latest = (
        select(func.max(Submission.id))
        .where(Submission.promotion_id == promotion.id, Submission.learner_id == learner_id)
        .group_by(Submission.assignment_id)
    )
    terms = own_terms(session, promotion, course, learner_id) if course else {}
    works = session.scalars(select(Submission).where(Submission.id.in_(latest)))
    return withheld_ids(terms, now) | {
        work.assignment_id
        for work in works
        if work.assignment_id not in terms and withheld(session, work, None, now=now)
    }


def is_by_trainer(terms: Terms) -> bool:
    """Whether the feedback waits for a person rather than for a date."""
    return terms.feedback is FeedbackRelease.BY_TRAINER


def _gone(submission: Submission) -> Assignment:
    """Return an assignment that is in no course (any more), as the submission knew it."""
    version = submission.version
    return Assignment(
        id=submission.assignment_id,
        title=version.title,
        module_id="",
        notebook=NO_FILE,
        content_hash=version.content_hash,
        max_points=version.max_points,
    )
