"""`garrigue demo`: a demonstration school, with work that was really graded."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from lms.cli.serve import PORT, WORKERS, provide_defaults, run_site, say_publication
from lms.cli.settings import settings
from lms.config import Config
from lms.database import Session
from lms.demo import plan
from lms.demo.levels import decide_levels
from lms.demo.questions import answer_questions
from lms.demo.school import began_at, make_school
from lms.demo.teaching import teach
from lms.demo.work import Desk, hand_in_round, hand_in_waiting
from lms.embedded import prepare
from lms.errors import Conflict
from lms.instance import SECRET_FILE
from lms.logs import json_log
from lms.services import jobs
from lms.transactions import in_transaction
from lms.worker import Store, Worker
from lms.workshop import capacity, habits, open_store, open_tools

DEFAULT_INSTANCE = Path("instance/demo")

#: Stands in the folder once the school is whole; without it, seeding goes on where it was.
MARK = "demo.txt"
COURSE = "developpeur-data-ia"
ROUNDS = (0, 1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", type=PORT, help="Port ; sans lui, le premier libre à partir de 8000.")
@click.option("--workers", type=WORKERS, default=1, help="Processus de correction.")
@click.option("--reset", is_flag=True, help="Efface l’école de démonstration, et la refait.")
@click.option("--seed-only", is_flag=True, help="Fait l’école sans la servir.")
def demo(host: str, port: int | None, workers: int, reset: bool, seed_only: bool) -> None:
    """Sert une école de démonstration, dont tous les rendus sont vraiment corrigés."""
    os.environ["GARRIGUE_IS_DEMO"] = "true"
    provide_defaults(DEFAULT_INSTANCE)
    config = settings()
    if reset:
        _erase(config.instance)
    seed(config)
    if not seed_only:
        logs = config.instance / "logs"
        run_site(config, host=host, port=port, workers=workers, logs=logs, also_say=_accounts())


def seed(config: Config) -> None:
    """Make the school and grade its work; a school that is whole stays as it is."""
    _refuse_strange(config.instance)
    config.instance.mkdir(parents=True, exist_ok=True)
    if (config.instance / MARK).is_file():
        return
    (config.instance / "logs").mkdir(exist_ok=True)
    click.echo("Création de l’école de démonstration (une seule fois)…")
    for publication in prepare(config):
        say_publication(publication)
    now = datetime.now(UTC)
    with open_store(config) as store:
        course = store.library.course(COURSE)
        zone = ZoneInfo(config.timezone)
        in_transaction(
            store.sessions, lambda session: make_school(session, course, zone=zone, now=now)
        )
        is_whole = _grade_rounds(config, store, now)
    if is_whole:
        (config.instance / MARK).write_text("École de démonstration de Garrigue.\n")


def _grade_rounds(config: Config, store: Store, now: datetime) -> bool:
    """Hand in and grade the work, then what waits; False when something kept it from that."""

    def desk(session: Session) -> Desk:
        return Desk(
            session=session,
            blobs=store.blobs,
            library=store.library,
            course=store.library.course(COURSE),
            authors=config.courses / COURSE,
            max_bytes=config.max_upload_bytes,
            began_at=began_at(session, ZoneInfo(config.timezone)),
            now=now,
        )

    def answer(session: Session) -> None:
        at = desk(session)
        answer_questions(session, at.library, at.course, began_at=at.began_at)

    def decide(session: Session) -> None:
        at = desk(session)
        decide_levels(session, at.course, began_at=at.began_at)

    def lead(session: Session) -> None:
        teach(session, desk(session).course, zone=ZoneInfo(config.timezone), now=now)

    in_transaction(store.sessions, answer)
    given = capacity()
    with (
        open_tools(config, given.slots) as tools,
        (config.instance / "logs" / "demo.log").open("a") as log,
    ):
        worker = Worker(
            store=store, tools=tools, habits=habits(config, given), log=json_log(log)
        )
        for number in ROUNDS:
            in_transaction(
                store.sessions,
                lambda session, number=number: hand_in_round(desk(session), number),  # type: ignore[misc]
            )
            left = _grade_all(store, worker)
            if left:
                _say_left(left, worker)
                return False
    in_transaction(store.sessions, decide)
    in_transaction(store.sessions, lead)
    in_transaction(store.sessions, lambda session: hand_in_waiting(desk(session)))
    return True


def _say_left(left: int, worker: Worker) -> None:
    if worker.halted:
        click.echo(f"La correction est arrêtée : {worker.halted}", err=True)
    click.echo(f"{left} rendus restent à corriger ; le prochain démarrage reprendra.", err=True)


def _grade_all(store: Store, worker: Worker) -> int:
    """Grade what waits and return how many jobs could not be."""
    waiting = in_transaction(store.sessions, _count_unfinished)
    lock = threading.Lock()
    with click.progressbar(length=waiting, label="Correction des rendus") as bar:

        def advance() -> None:
            with lock:
                bar.update(1)

        worker.drain(advance)
    return in_transaction(store.sessions, _count_unfinished)


def _count_unfinished(session: Session) -> int:
    return len(jobs.unfinished(session))


def _erase(instance: Path) -> None:
    _refuse_strange(instance)
    if instance.exists():
        shutil.rmtree(instance)
        click.echo(f"{instance} : effacé.")


def _refuse_strange(instance: Path) -> None:
    """Refuse a folder that holds something else than a demonstration."""
    begun = (instance / MARK, instance / "logs" / "demo.log")
    names = {path.name for path in instance.iterdir()} if instance.is_dir() else set()
    if names - {SECRET_FILE} and not any(path.exists() for path in begun):
        raise Conflict(
            "Le dossier %(instance)s contient autre chose qu’une démonstration : rien n’y a "
            "été touché. Donnez-en un autre dans GARRIGUE_INSTANCE.",
            instance=instance,
        )


def _accounts() -> str:
    people = [
        (plan.LEARNERS[0].email, "apprenante"),
        *((email, "équipe") for email, _name, _role in plan.STAFF),
        (plan.ADMIN[0], "exploitation"),
    ]
    lines = [f"    {email:<26} {words}" for email, words in people]
    return "\n".join([f"  Comptes     mot de passe de tous : {plan.PASSWORD}", *lines, ""])
