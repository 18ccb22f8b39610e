"""Courses from git: where each comes from, the pulls that wait, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from lms.domain.jobs import MAX_ATTEMPTS
from lms.domain.pulls import (
    Outcome,
    Source,
    State,
    checked_branch,
    checked_folder,
    checked_url,
)
from lms.errors import NotFound, TooMany
from lms.models import CoursePull, CourseRemote
from lms.services import audit

#: How many pulls of one course may be asked for in that time, whoever asks.
MOST_ASKED = 20
ASKED_IN = timedelta(minutes=10)

#: How long whoever does a pull may stay silent.
LEASE = timedelta(minutes=2)
SHOWN = 20
PROBLEMS_KEPT = 200

LOST = (
    f"La vérification s’est arrêtée {MAX_ATTEMPTS} fois sans répondre, souvent faute de "
    "mémoire. Lancez « garrigue check » sur le cours pour trouver le carnet qui l’arrête, "
    "corrigez-le, puis rechargez le cours."
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a pull.

    :param problems: as `CoursePull.problems` keeps them.
    """

    outcome: Outcome
    commit: str = ""
    message: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What the trainers of a course see of where it comes from.

    :param served: the pull whose form is served; None when none ever was published.
    :param waiting: the pull that waits or runs, if any.
    :param pulls: the latest first.
    """

    remote: CourseRemote | None
    served: CoursePull | None
    waiting: CoursePull | None
    pulls: tuple[CoursePull, ...]

    @property
    def latest(self) -> CoursePull | None:
        """The last pull that is done."""
        return next((pull for pull in self.pulls if pull.outcome), None)


def set_remote(
    session: Session, slug: str, *, url: str, branch: str, folder: str, salt: str, now: datetime
) -> CourseRemote:
    """Say where a course comes from; what was said before is replaced.

    :param salt: kept as it was when the course has one already, unless that is empty.
    :raises Invalid: if git should not be given such an address.
    """
    remote = session.get(CourseRemote, slug)
    before = None if remote is None else remote.branch
    if remote is None:
        remote = CourseRemote(slug=slug)
        session.add(remote)
    remote.url, remote.branch = checked_url(url), checked_branch(branch)
    remote.folder, remote.salt, remote.set_at = checked_folder(folder), salt, now
    audit.record(
        session,
        "course.remote-set",
        f"course:{slug}",
        actor_id=None,
        now=now,
        before=before,
        after=branch,
    )
    return remote


def remove_remote(session: Session, slug: str, *, now: datetime) -> None:
    """Have a course come from the site's own folder again; what is served stays.

    :raises NotFound: if it comes from no repository.
    """
    session.delete(remote_of(session, slug))
    audit.record(session, "course.remote-removed", f"course:{slug}", actor_id=None, now=now)


def remote_of(session: Session, slug: str) -> CourseRemote:
    """Return where a course comes from.

    :raises NotFound: if it comes from no repository.
    """
    remote = session.get(CourseRemote, slug)
    if remote is None:
        raise NotFound(
            "Le cours « %(slug)s » ne vient d’aucun dépôt : « garrigue course remote » en "
            "nomme un.",
            slug=slug[:60],
        )
    return remote


def remotes(session: Session) -> list[CourseRemote]:
    """Return the courses that come from repositories, by name."""
    return list(session.scalars(select(CourseRemote).order_by(CourseRemote.slug)))


def ask(
    session: Session, slug: str, source: Source, *, actor_id: int | None, now: datetime
) -> CoursePull:
    """Have a course fetched soon; a pull that waits already is the one that is meant.

    :raises NotFound: if it comes from no repository.
    :raises TooMany: if it was asked for too often.
    """
    remote_of(session, slug)
    waiting = session.scalar(
        select(CoursePull).where(
            CoursePull.course_slug == slug, CoursePull.state == State.WAITING
        )
    )
    if waiting is not None:
        return waiting
    asked = session.scalar(
        select(func.count(CoursePull.id)).where(
            CoursePull.course_slug == slug,
            CoursePull.asked_at > now - ASKED_IN,
            CoursePull.source != Source.COMMAND,
        )
    )
    if source is not Source.COMMAND and (asked or 0) >= MOST_ASKED:
        raise TooMany(
            "Ce cours a été rechargé trop souvent : attendez dix minutes.",
            retry_after_s=int(ASKED_IN.total_seconds()),
        )
    pull = CoursePull(
        course_slug=slug,
        source=source,
        asked_by_id=actor_id,
        asked_at=now,
        state=State.WAITING,
    )
    session.add(pull)
    session.flush()
    return pull


def is_waiting(session: Session, *, now: datetime) -> bool:
    """Whether a pull could be begun now."""
    return session.scalar(select(CoursePull.id).where(_is_due(now)).limit(1)) is not None


def claim(session: Session, *, now: datetime, pull_id: int | None = None) -> CoursePull | None:
    """Take the next pull, or that one; None when there is none, or another is under way.

    One statement finds and takes it; one course is checked at a time.
    """
    _give_up_lost(session, now)
    other = aliased(CoursePull)
    is_busy = exists().where(other.state == State.RUNNING, other.lease_until >= now)
    wanted = _is_due(now) if pull_id is None else and_(CoursePull.id == pull_id, _is_due(now))
    # One that was lost comes last: what ends its process keeps no other from its turn.
    is_lost = CoursePull.state == State.RUNNING
    chosen = select(CoursePull.id).where(wanted).order_by(is_lost, CoursePull.id).limit(1)
    taken = session.execute(
        update(CoursePull)
        .where(CoursePull.id == chosen.scalar_subquery(), ~is_busy)
        .values(
            state=State.RUNNING,
            started_at=now,
            lease_until=now + LEASE,
            attempts=CoursePull.attempts + 1,
        )
        .returning(CoursePull.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return None if taken is None else session.get(CoursePull, taken, populate_existing=True)


def renew(session: Session, pull_id: int, *, now: datetime) -> None:
    """Say that the pull is still under way."""
    session.execute(
        update(CoursePull)
        .where(CoursePull.id == pull_id, CoursePull.state == State.RUNNING)
        .values(lease_until=now + LEASE)
    )


def finish(session: Session, pull_id: int, result: Result, *, now: datetime) -> None:
    """Write down what became of a pull; a published course is an event."""
    pull = session.get(CoursePull, pull_id)
    assert pull is not None
    pull.state, pull.finished_at, pull.lease_until = State.DONE, now, None
    pull.outcome, pull.commit, pull.message = result.outcome, result.commit, result.message
    pull.problems = [dict(problem) for problem in result.problems[:PROBLEMS_KEPT]]
    if result.outcome is Outcome.PUBLISHED:
        audit.record(
            session,
            "course.published",
            f"course:{pull.course_slug}",
            actor_id=pull.asked_by_id,
            now=now,
            commit=result.commit,
            pull=pull.id,
        )


def served_commit(session: Session, slug: str) -> str:
    """Return the commit whose form was published last; empty when none was."""
    pull = _served(session, slug)
    return pull.commit if pull else ""


def publication(session: Session, slug: str) -> Publication:
    """Return where a course comes from, what is served, and the latest pulls."""
    pulls = session.scalars(
        select(CoursePull)
        .options(joinedload(CoursePull.asked_by))
        .where(CoursePull.course_slug == slug)
        .order_by(CoursePull.id.desc())
        .limit(SHOWN)
    ).all()
    return Publication(
        remote=session.get(CourseRemote, slug),
        served=_served(session, slug),
        waiting=_first(pull for pull in pulls if pull.state != State.DONE),
        pulls=tuple(pulls),
    )


def _give_up_lost(session: Session, now: datetime) -> None:
    """End the pulls whose every process died with them: the next one would, too."""
    session.execute(
        update(CoursePull)
        .where(
            CoursePull.state == State.RUNNING,
            CoursePull.lease_until < now,
            CoursePull.attempts >= MAX_ATTEMPTS,
        )
        .values(
            state=State.DONE,
            finished_at=now,
            lease_until=None,
            outcome=Outcome.FAILED,
            message=LOST,
        )
        .execution_options(synchronize_session=False)
    )


def _first(pulls: Iterable[CoursePull]) -> CoursePull | None:
    return next(iter(pulls), None)


def _served(session: Session, slug: str) -> CoursePull | None:
    return session.scalar(
        select(CoursePull)
        .where(CoursePull.course_slug == slug, CoursePull.outcome == Outcome.PUBLISHED)
        .order_by(CoursePull.id.desc())
        .limit(1)
    )


def _is_due(now: datetime) -> Any:
    return or_(
        CoursePull.state == State.WAITING,
        and_(CoursePull.state == State.RUNNING, CoursePull.lease_until < now),
    )
