"""What a learner is told about the wait: how many go before, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from lms.domain.jobs import JobState
from lms.models import GradingRun, Job, Worker

#: A worker says that often that it lives; it counts as gone after thrice that time.
HEARTBEAT_S = 5.0
GONE_AFTER = timedelta(seconds=3 * HEARTBEAT_S)

#: One that was killed never says goodbye.
FORGOTTEN_AFTER = timedelta(days=1)

#: Runs that the estimate looks back at, and what it assumes before the first one.
RUNS_REMEMBERED = 30
FIRST_GUESS_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """A waiting submission's place.

    :param position: 1 is next.
    :param wait_s: a plain estimate, from how long the latest runs took.
    :param is_halted: no worker grades at the moment, so nothing moves.
    """

    position: int
    wait_s: float
    is_halted: bool


def place_of(session: Session, job: Job, *, now: datetime) -> Place:
    """Return where a waiting job stands in the queue."""
    before = session.scalar(
        select(func.count(Job.id)).where(
            Job.state == JobState.WAITING,
            or_(
                Job.priority < job.priority, and_(Job.priority == job.priority, Job.id < job.id)
            ),
        )
    )
    running = session.scalar(select(func.count(Job.id)).where(Job.state == JobState.RUNNING))
    slots = grading_slots(session, now=now)
    position = (before or 0) + 1
    rounds = math.ceil((position + (running or 0)) / max(slots, 1))
    return Place(
        position=position,
        wait_s=rounds * _usual_run_s(session),
        is_halted=not slots,
    )


def grading_slots(session: Session, *, now: datetime) -> int:
    """Return how many jobs the living workers do side by side; 0 when grading has halted."""
    slots = session.scalar(
        select(func.sum(Worker.slots)).where(
            Worker.seen_at > now - GONE_AFTER, Worker.halted == ""
        )
    )
    return int(slots or 0)


def say_alive(
    session: Session, name: str, *, slots: int, halted: str = "", now: datetime
) -> None:
    """Note that a worker lives, and why it does not grade if it does not."""
    session.execute(delete(Worker).where(Worker.seen_at < now - FORGOTTEN_AFTER))
    session.merge(Worker(name=name, slots=slots, halted=halted, seen_at=now))


def say_gone(session: Session, name: str) -> None:
    """Forget a worker that has stopped."""
    worker = session.get(Worker, name)
    if worker is not None:
        session.delete(worker)


def _usual_run_s(session: Session) -> float:
    runs = session.execute(
        select(GradingRun.started_at, GradingRun.finished_at)
        .order_by(GradingRun.id.desc())
        .limit(RUNS_REMEMBERED)
    ).all()
    if not runs:
        return FIRST_GUESS_S
    spent = sum((run.finished_at - run.started_at for run in runs), timedelta())
    return spent / timedelta(seconds=1) / len(runs)
