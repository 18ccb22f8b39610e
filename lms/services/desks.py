"""What a live kernel needs of an assignment, and in which promotion a person works on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN, Actor, Role
from lms.domain.course import RunLimits
from lms.errors import NotFound
from lms.models import AssignmentVersion
from lms.services.promotions import promotions_following


@dataclass(frozen=True, kw_only=True)
class DeskNeeds:
    """One version of an assignment as a room wants it: hashes of blobs, and limits.

    :param files: blob of each data file, by its path in the room.
    """

    title: str
    source_hash: str
    files: Mapping[str, str]
    limits: RunLimits


def needs_of(session: Session, version_id: int) -> DeskNeeds:
    """Return what a room for one version of an assignment takes.

    :raises NotFound: if there is no such version.
    """
    version = session.get(AssignmentVersion, version_id)
    if version is None:
        raise NotFound(HIDDEN)
    return DeskNeeds(
        title=version.title,
        source_hash=version.notebook_hash,
        files=dict(version.files),
        limits=RunLimits(**version.run),
    )


def promotion_of_work(session: Session, actor: Actor, course_slug: str) -> int:
    """Return the promotion in which the person works on a course, the latest if several.

    :raises NotFound: if there is none.
    """
    working = actor.promotions(Role.LEARNER, Role.TRAINER)
    found = working & promotions_following(session, course_slug)
    if not found:
        raise NotFound(HIDDEN)
    return max(found)
