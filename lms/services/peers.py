"""Reviews by peers: assigning them, what a learner reads and writes, hiding one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import HIDDEN
from lms.domain.peers import Pair, PeerMode, pairs_for
from lms.errors import Conflict, Invalid, NotFound
from lms.models import GradingRun, PeerReview, Submission
from lms.services import audit, blind, peer_points
from lms.services.marking_input import plain
from lms.services.marking_plans import Place, Plan, place_of, plan_of


@dataclass(frozen=True, kw_only=True)
class ReviewShown:
    """One review in a list.

    :param author: name of whose work it is; empty where it is not told.
    :param reader: name of who writes it; empty where it is not told.
    """

    review: PeerReview
    title: str
    author: str
    reader: str

    @property
    def is_sent(self) -> bool:
        """Whether the reviewed learner may read it, unless it is hidden."""
        return self.review.sent_at is not None


def overview(session: Session, place: Place, *, reader_id: int) -> tuple[ReviewShown, ...]:
    """Return all reviews of an assignment in a promotion, for its trainers.

    Both are named, unless the name of whose work it is is hidden from the reader.
    """
    veil = blind.veil(session, reader_id=reader_id, courses=[place.course_slug])
    return tuple(
        replace(_shown(found, PeerMode.NAMED), author=veil.name(found.submission))
        for found in sorted(_at(session, place), key=lambda found: found.reviewer.name)
    )


def assign(
    session: Session,
    place: Place,
    plan: Plan,
    *,
    due_at: datetime | None,
    actor_id: int,
    now: datetime,
) -> int:
    """Give each learner who handed in the works of two others to read.

    Doing it again changes nothing but for those who handed in since. The order depends on
    the assignment and the promotion alone.

    :param due_at: date until which work is handed in; None when there is none.
    :returns: how many reviews are new.
    :raises Conflict: if peers do not review here, the date is to come, or one work is alone.
    """
    if plan.peers is PeerMode.NONE:
        raise Conflict("La relecture entre pairs n’est pas activée pour cet exercice.")
    if due_at is not None and now < due_at:
        raise Conflict("La répartition se fait après la date de rendu, quand tout est là.")
    works = _latest(session, place)
    if len(works) < 2:
        raise Conflict("Il faut au moins deux rendus corrigés pour répartir les relectures.")
    existing = _at(session, place)
    by_pair = {(each.reviewer_id, each.submission.learner_id): each for each in existing}
    wanted = pairs_for(
        works.keys(),
        [
            Pair(reader=reader, author=author, is_begun=found.revision > 0)
            for (reader, author), found in by_pair.items()
        ],
        seed=place.name,
    )
    return _put(session, place, works, by_pair, wanted, actor_id=actor_id, now=now)


def of_reviewer(session: Session, reviewer_id: int) -> tuple[ReviewShown, ...]:
    """Return the reviews that a learner has to write or has written, those to do first."""
    found = session.scalars(
        _reviews()
        .where(PeerReview.reviewer_id == reviewer_id)
        .order_by(PeerReview.sent_at.is_not(None), PeerReview.assigned_at, PeerReview.id)
    )
    return tuple(_shown(each, _mode(session, each)) for each in found)


def left_to_do(session: Session, reviewer_id: int) -> int:
    """Return how many reviews a learner has still to send."""
    found = session.scalars(
        select(PeerReview.id).where(
            PeerReview.reviewer_id == reviewer_id, PeerReview.sent_at.is_(None)
        )
    )
    return len(found.all())


def received(session: Session, submission_id: int) -> tuple[ReviewShown, ...]:
    """Return what peers wrote about a work, as its learner reads it."""
    found = session.scalars(
        _reviews()
        .where(
            PeerReview.submission_id == submission_id,
            PeerReview.sent_at.is_not(None),
            PeerReview.hidden_at.is_(None),
        )
        .order_by(PeerReview.sent_at, PeerReview.id)
    )
    return tuple(_shown(each, _mode(session, each)) for each in found)


def shown(session: Session, review: PeerReview) -> ReviewShown:
    """Return one review as its writer sees it."""
    return _shown(review, _mode(session, review))


def review_by_id(session: Session, review_id: int) -> PeerReview:
    """Return one review.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(PeerReview, review_id)
    if found is None:
        raise NotFound(HIDDEN)
    return found


def write(
    session: Session,
    review: PeerReview,
    plan: Plan,
    *,
    comment: str,
    choices: Mapping[str, Mapping[int, int]],
    revision: int,
    is_sent: bool,
    now: datetime,
) -> None:
    """Keep a review, as a draft or sent.

    :param choices: by exercise, as a mark's.
    :raises Conflict: if it is sent already, or was written elsewhere since it was read.
    :raises Invalid: if it should be sent and nothing is written.
    """
    kept = peer_points.kept_choices(session, review, plan, choices)
    text = plain(comment)
    if (review.comment, review.choices, review.sent_at is not None) == (text, kept, is_sent):
        return
    if review.sent_at is not None:
        raise Conflict("Cette relecture est envoyée : elle ne se change plus.")
    if review.revision != revision:
        raise Conflict(
            "Cette relecture a été enregistrée ailleurs depuis, dans un autre onglet sans "
            "doute. Ce que vous avez écrit est ci-dessous : envoyez-le de nouveau."
        )
    if is_sent and not text:
        raise Invalid("Écrivez au moins une phrase à l’auteur ou à l’autrice de ce rendu.")
    review.comment, review.choices = text, kept
    review.revision, review.sent_at = review.revision + 1, now if is_sent else None
    session.flush()
    if is_sent:
        _note(session, "peer-review.sent", review, review.reviewer_id, now)
        peer_points.average(session, review.submission, plan, now=now)
    session.flush()


def hide(
    session: Session,
    review: PeerReview,
    plan: Plan,
    *,
    is_hidden: bool,
    reason: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Hide a review from the reviewed learner, or show it again; it gives no points then.

    :raises Invalid: if it is to be hidden without a reason.
    """
    if is_hidden and not reason.strip():
        raise Invalid("Dites pourquoi vous masquez cette relecture : l’équipe le relira.")
    review.hidden_at = now if is_hidden else None
    review.hidden_by_id = actor_id if is_hidden else None
    review.hidden_reason = plain(reason) if is_hidden else ""
    event = "peer-review.hidden" if is_hidden else "peer-review.shown"
    _note(session, event, review, actor_id, now)
    session.flush()
    peer_points.average(session, review.submission, plan, now=now)


def _put(
    session: Session,
    place: Place,
    works: Mapping[int, int],
    by_pair: Mapping[tuple[int, int], PeerReview],
    wanted: Sequence[Pair],
    *,
    actor_id: int,
    now: datetime,
) -> int:
    pairs = {(pair.reader, pair.author) for pair in wanted}
    gone = [found for key, found in by_pair.items() if key not in pairs]
    for found in gone:
        session.delete(found)
    new = sorted(pairs - by_pair.keys())
    session.add_all(
        PeerReview(submission_id=works[author], reviewer_id=reader, assigned_at=now)
        for reader, author in new
    )
    if new:
        audit.record(
            session,
            "peer-reviews.assigned",
            place.name,
            actor_id=actor_id,
            now=now,
            promotion_id=place.promotion_id,
            before=len(by_pair),
            after=len(pairs),
            moved=len(gone),
        )
    session.flush()
    return len(new) - len(gone)


def _latest(session: Session, place: Place) -> dict[int, int]:
    """Return the latest graded work of each learner."""
    rows = session.execute(
        select(Submission.learner_id, Submission.id)
        .join(GradingRun, GradingRun.submission_id == Submission.id)
        .where(
            Submission.promotion_id == place.promotion_id,
            Submission.course_slug == place.course_slug,
            Submission.assignment_id == place.assignment_id,
        )
        .order_by(Submission.attempt)
    )
    return {row[0]: row[1] for row in rows}


def _at(session: Session, place: Place) -> Sequence[PeerReview]:
    return session.scalars(
        _reviews().where(
            Submission.promotion_id == place.promotion_id,
            Submission.course_slug == place.course_slug,
            Submission.assignment_id == place.assignment_id,
        )
    ).all()


def _reviews() -> Select[PeerReview]:
    return (
        select(PeerReview)
        .join(Submission, Submission.id == PeerReview.submission_id)
        .options(
            joinedload(PeerReview.reviewer),
            joinedload(PeerReview.submission).joinedload(Submission.learner),
            joinedload(PeerReview.submission).joinedload(Submission.version),
        )
    )


def _mode(session: Session, review: PeerReview) -> PeerMode:
    return plan_of(session, place_of(review.submission)).peers


def _shown(review: PeerReview, mode: PeerMode) -> ReviewShown:
    is_named = mode is PeerMode.NAMED
    return ReviewShown(
        review=review,
        title=review.submission.version.title,
        author=review.submission.learner.name if is_named else "",
        reader=review.reviewer.name if is_named else "",
    )


def _note(
    session: Session, event: str, review: PeerReview, actor_id: int, now: datetime
) -> None:
    audit.record(
        session,
        event,
        f"submission:{review.submission_id}",
        actor_id=actor_id,
        now=now,
        review=review.id,
        reason=review.hidden_reason,
    )
