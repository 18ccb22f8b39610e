"""What the answers to one assignment have in common, for trainers to read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from lms.blobs import BlobStore
from lms.domain import similarity
from lms.domain.access import HIDDEN
from lms.errors import NotFound
from lms.models import Promotion, Submission
from lms.services import written_answers
from lms.services.blind import Veil
from lms.services.written_answers import Answers

#: Pairs below that many shared tokens are not listed: a few lines.
MIN_SHARED = 30
MAX_PAIRS = 100


@dataclass(frozen=True, kw_only=True)
class Work:
    """One learner's latest submission for the assignment.

    :param name: empty while it is hidden from the reader.
    """

    submission_id: int
    name: str
    promotion: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two works with passages in common.

    :param share: of the shorter work's own tokens, 0 to 1.
    """

    left: Work
    right: Work
    shared: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Found:
    """Every pair worth a look.

    :param works: how many works were compared.
    """

    works: int
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One exercise of a pair: both answers cut into (text, is it shared)."""

    title: str
    left: tuple[tuple[str, bool], ...]
    right: tuple[tuple[str, bool], ...]

    @property
    def shared(self) -> int:
        """How many passages are marked on the side that has most."""
        return max(
            sum(is_shared for _text, is_shared in side) for side in (self.left, self.right)
        )


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Two works, exercise by exercise."""

    left: Work
    right: Work
    parts: tuple[Part, ...]


def pairs(
    session: Session,
    blobs: BlobStore,
    course_slug: str,
    assignment_id: str,
    promotion_ids: Iterable[int],
    veil: Veil,
) -> Found:
    """Return the pairs of these promotions' latest works that share most, the most first."""
    latest = _latest(session, course_slug, assignment_id, promotion_ids)
    read = {found.id: written_answers.read(blobs, found) for found in latest}
    ignored = _ignored(blobs, latest, read)
    counted = similarity.pairs_sharing(
        {key: _prints(answers, ignored) for key, answers in read.items()}
    )
    works = {found.id: _work(found, veil) for found in latest}
    compared = (
        _pair(works[left], works[right], read[left], read[right], ignored)
        for (left, right), _times in counted.most_common(3 * MAX_PAIRS)
    )
    listed = [pair for pair in compared if pair.shared >= MIN_SHARED]
    listed.sort(key=lambda pair: (-pair.share, -pair.shared))
    return Found(works=len(latest), pairs=tuple(listed[:MAX_PAIRS]))


def side_by_side(
    session: Session,
    blobs: BlobStore,
    course_slug: str,
    assignment_id: str,
    promotion_ids: Iterable[int],
    veil: Veil,
    ids: tuple[int, int],
) -> SideBySide:
    """Return two works with what they share marked.

    Both may have been followed by newer ones: who reads a pair goes on reading it.

    :raises NotFound: if they are not works of two people in these promotions.
    """
    latest = _latest(session, course_slug, assignment_id, promotion_ids)
    asked = session.scalars(
        _works(course_slug, assignment_id, promotion_ids).where(Submission.id.in_(ids))
    ).all()
    by_id = {found.id: found for found in asked}
    if len({found.learner_id for found in asked}) != len(ids):
        raise NotFound(HIDDEN)
    read = {found.id: written_answers.read(blobs, found) for found in (*latest, *asked)}
    ignored = _ignored(blobs, latest, {found.id: read[found.id] for found in latest})
    left, right = (read[number].texts for number in ids)
    titles = written_answers.titles_of(blobs, by_id[ids[0]].version)
    return SideBySide(
        left=_work(by_id[ids[0]], veil),
        right=_work(by_id[ids[1]], veil),
        parts=tuple(
            _part(title, left.get(key, ""), right.get(key, ""), ignored.get(key, frozenset()))
            for key, title in titles.items()
            if left.get(key) or right.get(key)
        ),
    )


def handed_in(
    session: Session, course_slug: str, promotion_ids: Iterable[int]
) -> dict[str, int]:
    """Return how many people handed in something for each assignment."""
    rows = session.execute(
        select(
            Submission.assignment_id,
            func.count(Submission.learner_id.distinct()).label("number"),
        )
        .where(
            Submission.course_slug == course_slug,
            Submission.promotion_id.in_(list(promotion_ids)),
        )
        .group_by(Submission.assignment_id)
    )
    return {found.assignment_id: found.number for found in rows}


def _works(
    course_slug: str, assignment_id: str, promotion_ids: Iterable[int]
) -> Select[Submission]:
    """Return the query of everything that was handed in, with its people and promotions."""
    return (
        select(Submission)
        .where(
            Submission.course_slug == course_slug,
            Submission.assignment_id == assignment_id,
            Submission.promotion_id.in_(list(promotion_ids)),
        )
        .options(
            joinedload(Submission.learner),
            joinedload(Submission.version),
            joinedload(Submission.promotion).load_only(Promotion.name),
        )
        .order_by(Submission.id)
    )


def _latest(
    session: Session, course_slug: str, assignment_id: str, promotion_ids: Iterable[int]
) -> Sequence[Submission]:
    works = _works(course_slug, assignment_id, promotion_ids)
    newest = (
        works.order_by(None)
        .with_only_columns(func.max(Submission.id))
        .group_by(Submission.learner_id)
    )
    return session.scalars(works.where(Submission.id.in_(newest))).all()


def _work(submission: Submission, veil: Veil) -> Work:
    return Work(
        submission_id=submission.id,
        name=veil.name(submission),
        promotion=submission.promotion.name,
    )


def _ignored(
    blobs: BlobStore, latest: Sequence[Submission], read: Mapping[int, Answers]
) -> dict[str, frozenset[int]]:
    """Return, for each exercise, what says nothing: what was given, what most people write."""
    given: frozenset[int] = frozenset().union(
        *(written_answers.given(blobs, found.version.released_hash) for found in latest)
    )
    keys = {key for answers in read.values() for key in answers.hashes}
    return {
        key: given
        | similarity.common(
            answers.hashes[key] for answers in read.values() if key in answers.hashes
        )
        for key in keys
    }


def _prints(answers: Answers, ignored: Mapping[str, frozenset[int]]) -> set[int]:
    return {
        hash((key, number))
        for key, hashes in answers.hashes.items()
        for number in similarity.fingerprints(hashes) - ignored[key]
    }


def _pair(
    left: Work,
    right: Work,
    left_answers: Answers,
    right_answers: Answers,
    ignored: Mapping[str, frozenset[int]],
) -> Pair:
    keys = left_answers.texts.keys() & right_answers.texts.keys()
    sides = [
        similarity.compare(left_answers.texts[key], right_answers.texts[key], ignored[key])
        for key in sorted(keys)
    ]
    shared = min(sum(side[which].shared for side in sides) for which in (0, 1))
    own = min(sum(side[which].tokens for side in sides) for which in (0, 1))
    return Pair(left=left, right=right, shared=shared, share=min(1.0, shared / max(1, own)))


def _part(title: str, left: str, right: str, ignored: frozenset[int]) -> Part:
    sides = similarity.compare(left, right, ignored)
    return Part(title=title, left=_cut(left, sides[0]), right=_cut(right, sides[1]))


def _cut(text: str, side: similarity.Side) -> tuple[tuple[str, bool], ...]:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for passage in side.passages:
        pieces += [(text[at : passage.start], False), (text[passage.start : passage.end], True)]
        at = passage.end
    return tuple(
        (piece, is_shared) for piece, is_shared in [*pieces, (text[at:], False)] if piece
    )
