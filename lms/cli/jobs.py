"""`garrigue jobs`: shows the corrections that wait, and starts again those set aside."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from lms.cli.settings import settings, transaction
from lms.domain.jobs import JobState
from lms.services import jobs as queue

STATES = {
    JobState.WAITING: "en attente",
    JobState.RUNNING: "en cours",
    JobState.QUARANTINED: "mise de côté",
}


@click.group()
def jobs() -> None:
    """Montre les corrections en attente, et relance celles qui sont mises de côté."""


@jobs.command("list")
def list_jobs() -> None:
    """Liste les corrections qui ne sont pas terminées."""
    with transaction(settings()) as session:
        found = queue.unfinished(session)
        for job in found:
            fault = f" – {job.fault}" if job.fault else ""
            click.echo(
                f"{job.id}  rendu {job.submission_id}  {STATES[JobState(job.state)]}, "
                f"essai {job.attempts}{fault}"
            )
    if not found:
        click.echo("Aucune correction en attente.")


@jobs.command()
@click.argument("numbers", metavar="TÂCHE...", nargs=-1, type=int)
@click.option("--all", "is_all", is_flag=True, help="Relance tout ce qui est mis de côté.")
def retry(numbers: tuple[int, ...], is_all: bool) -> None:
    """Relance des corrections mises de côté, une fois leur cause corrigée."""
    if not numbers and not is_all:
        raise click.UsageError("Nommez des tâches (voir « garrigue jobs list »), ou --all.")
    with transaction(settings()) as session:
        chosen = [job.id for job in queue.quarantined(session)] if is_all else numbers
        for number in chosen:
            queue.retry(session, number, now=datetime.now(UTC))
            click.echo(f"Tâche {number} : remise en file.")
