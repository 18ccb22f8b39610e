"""What trainers write about a submission, as a whole or exercise by exercise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.errors import Invalid, NotFound
from lms.models import Comment, Submission
from lms.services import audit

MAX_CHARACTERS = 5000


def comments_on(session: Session, submission_id: int) -> Sequence[Comment]:
    """Return the comments on a submission, oldest first."""
    return session.scalars(
        select(Comment)
        .where(Comment.submission_id == submission_id)
        .order_by(Comment.written_at, Comment.id)
    ).all()


def write(
    session: Session,
    submission: Submission,
    text: str,
    *,
    author_id: int,
    exercise_id: str = "",
    now: datetime,
) -> Comment:
    """Add a comment.

    :param exercise_id: empty for the whole submission.
    :raises Invalid: if nothing is written, or too much.
    :raises NotFound: if the submission has no such exercise.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise Invalid("Écrivez votre commentaire avant de l’envoyer.")
    if len(text) > MAX_CHARACTERS:
        raise Invalid(
            "Ce commentaire dépasse %(most)s caractères. Raccourcissez-le, "
            "ou écrivez-en un par exercice.",
            most=MAX_CHARACTERS,
        )
    known = {each["id"] for each in submission.version.exercises}
    if exercise_id and exercise_id not in known:
        raise NotFound(HIDDEN)
    comment = Comment(
        submission_id=submission.id,
        exercise_id=exercise_id,
        author_id=author_id,
        text=text,
        written_at=now,
    )
    session.add(comment)
    session.flush()
    _note(session, "submission.commented", comment, author_id, now)
    return comment


def withdraw(
    session: Session, submission: Submission, comment_id: int, *, author_id: int, now: datetime
) -> None:
    """Take a comment of one's own back.

    :raises NotFound: if there is no such comment of this person on the submission.
    """
    comment = session.get(Comment, comment_id)
    is_own = comment is not None and comment.author_id == author_id
    if comment is None or not is_own or comment.submission_id != submission.id:
        raise NotFound(HIDDEN)
    _note(session, "submission.comment-withdrawn", comment, author_id, now)
    session.delete(comment)
    session.flush()


def _note(
    session: Session, event: str, comment: Comment, author_id: int, now: datetime
) -> None:
    audit.record(
        session,
        event,
        f"submission:{comment.submission_id}",
        actor_id=author_id,
        now=now,
        comment=comment.id,
    )
