"""The leased table of jobs: who does what, until when, and what becomes of faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Update, and_, or_, select, update
from sqlalchemy.orm import Session

from lms.domain.jobs import MAX_ATTEMPTS, JobState, Priority, back_off
from lms.domain.words import mark
from lms.errors import Conflict, NotFound
from lms.models import Job, Submission

GRADE = "grade"
LOST = "Le processus de correction s’est arrêté sans répondre."


class StaleLease(Conflict):
    """The job was given to another worker meanwhile: this one's report counts for nothing."""

    def __init__(self, job_id: int) -> None:
        super().__init__(
            mark("La tâche %(job_id)s a été confiée à un autre processus de correction."),
            job_id=job_id,
        )


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One job in one worker's hands.

    :param token: raised by each claim; what comes with an older one is refused.
    :param regrade_id: whose tests run; None for those that the submission answers.
    """

    job_id: int
    submission_id: int
    regrade_id: int | None = None
    worker: str
    token: int
    attempts: int


def enqueue(
    session: Session,
    submission: Submission,
    *,
    now: datetime,
    priority: Priority = Priority.INTERACTIVE,
    regrade_id: int | None = None,
) -> Job:
    """Add the job that grades a submission, with the tests of a regrade if it is named."""
    job = Job(
        kind=GRADE,
        submission=submission,
        regrade_id=regrade_id,
        state=JobState.WAITING,
        priority=priority,
        attempts=0,
        token=0,
        run_after=now,
        created_at=now,
    )
    session.add(job)
    return job


def claim(session: Session, worker: str, *, now: datetime, lease_s: float) -> Claim | None:
    """Give the worker the next job, or None when there is none.

    One statement finds and takes it, so two workers never get the same. A job whose lease
    ran out counts as waiting: its worker is gone, or too late.
    """
    _set_aside_lost(session, now)
    taken = session.execute(
        claim_statement(worker, now=now, lease_s=lease_s)
        .returning(Job.id, Job.submission_id, Job.regrade_id, Job.token, Job.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    return Claim(
        job_id=taken.id,
        submission_id=taken.submission_id,
        regrade_id=taken.regrade_id,
        worker=worker,
        token=taken.token,
        attempts=taken.attempts,
    )


def claim_statement(worker: str, *, now: datetime, lease_s: float) -> Update:
    """Return the one statement that finds and takes the next job, on every database.

    Where rows are locked one by one, those that another worker is taking are passed over;
    SQLite locks the whole file, and its dialect leaves the clause out.
    """
    is_due = and_(Job.state == JobState.WAITING, Job.run_after <= now)
    is_lost = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    next_job = (
        select(Job.id)
        .where(or_(is_due, is_lost))
        .order_by(Job.priority, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(Job)
        .where(Job.id == next_job)
        .values(
            state=JobState.RUNNING,
            leased_by=worker,
            lease_until=now + timedelta(seconds=lease_s),
            token=Job.token + 1,
            attempts=Job.attempts + 1,
        )
    )


def _set_aside_lost(session: Session, now: datetime) -> None:
    """Quarantine jobs whose every worker died with them: the next one would, too."""
    session.execute(
        update(Job)
        .where(
            Job.state == JobState.RUNNING,
            Job.lease_until < now,
            Job.attempts >= MAX_ATTEMPTS,
        )
        .values(state=JobState.QUARANTINED, leased_by=None, lease_until=None, fault=LOST)
        .execution_options(synchronize_session=False)
    )


def renew(session: Session, held: Claim, *, now: datetime, lease_s: float) -> None:
    """Keep the job for another while.

    :raises StaleLease: if it is no longer this worker's.
    """
    _change(session, held, lease_until=now + timedelta(seconds=lease_s))


def finish(session: Session, held: Claim, *, now: datetime) -> None:
    """Mark the job as done.

    :raises StaleLease: if it is no longer this worker's.
    """
    _release(session, held, state=JobState.DONE, finished_at=now, fault=None)


def give_back(
    session: Session,
    held: Claim,
    *,
    now: datetime,
    wait: timedelta = timedelta(0),
    fault: str | None = None,
) -> None:
    """Let another worker do the job, as if this one had never claimed it.

    For what is not the job's fault: a worker that stops, a full disk, a broken sandbox.

    :raises StaleLease: if it is no longer this worker's.
    """
    _release(
        session,
        held,
        state=JobState.WAITING,
        run_after=now + wait,
        attempts=held.attempts - 1,
        fault=fault,
    )


def fail(session: Session, held: Claim, fault: str, *, now: datetime) -> JobState:
    """Note a fault of ours: try again later, or set the job aside after too many.

    :raises StaleLease: if it is no longer this worker's.
    """
    is_last = held.attempts >= MAX_ATTEMPTS
    state = JobState.QUARANTINED if is_last else JobState.WAITING
    _release(session, held, state=state, run_after=now + back_off(held.attempts), fault=fault)
    return state


def quarantined(session: Session) -> Sequence[Job]:
    """Return the jobs that wait for a person, oldest first."""
    return session.scalars(
        select(Job).where(Job.state == JobState.QUARANTINED).order_by(Job.id)
    ).all()


def unfinished(session: Session) -> Sequence[Job]:
    """Return the jobs that are not done, in the order in which they will be taken."""
    return session.scalars(
        select(Job).where(Job.state != JobState.DONE).order_by(Job.priority, Job.id)
    ).all()


def retry(session: Session, job_id: int, *, now: datetime) -> Job:
    """Give a job that was set aside all its tries anew.

    :raises NotFound: if there is no such job.
    :raises Conflict: if it was not set aside.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("Il n’y a pas de tâche %(job_id)s.", job_id=job_id)
    if job.state != JobState.QUARANTINED:
        raise Conflict(
            "La tâche %(job_id)s n’est pas mise de côté : il n’y a rien à relancer.",
            job_id=job_id,
        )
    job.state = JobState.WAITING
    job.attempts = 0
    job.run_after = now
    return job


def _release(session: Session, held: Claim, **values: Any) -> None:
    _change(session, held, leased_by=None, lease_until=None, **values)


def _change(session: Session, held: Claim, **values: Any) -> None:
    changed = session.execute(
        update(Job)
        .where(
            Job.id == held.job_id,
            Job.token == held.token,
            Job.state == JobState.RUNNING,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(changed, CursorResult)
    if changed.rowcount != 1:
        raise StaleLease(held.job_id)
