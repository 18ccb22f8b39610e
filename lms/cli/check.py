"""`garrigue check`: proves an assignment, or all those of a course, by running them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lms.cli.grade import require_rooms

if TYPE_CHECKING:
    from graders.assignments import AssignmentFile
    from graders.checking.findings import CheckReport

CORES = os.cpu_count() or 1

#: Steps of the bar for one assignment, whatever the number of its trials.
STEPS = 100


@click.command()
@click.argument("target", type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON par devoir.")
@click.option("--github", is_flag=True, help="Écrit des annotations pour GitHub Actions.")
@click.option("--strict", is_flag=True, help="Un avertissement compte comme une erreur.")
@click.option("--jobs", type=click.IntRange(1, 64), default=CORES, help="Essais simultanés.")
@click.option("--mutants", type=click.IntRange(0, 1000), default=60, show_default=True,
              help="Réponses fausses essayées par cellule, au plus.")  # fmt: skip
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path),
              help="Dossier des résultats gardés d’une fois à l’autre.")  # fmt: skip
@click.option("--again", is_flag=True, help="Refait aussi les essais déjà faits.")
def check(
    target: Path,
    as_json: bool,
    github: bool,
    strict: bool,
    jobs: int,
    mutants: int,
    cache: Path | None,
    again: bool,
) -> None:
    """Vérifie un devoir (TARGET.ipynb) ou tous ceux d’un cours (dossier avec course.yml).

    La solution doit avoir tous les points, l’énoncé aucun, et les réponses fausses doivent en
    perdre. Code de sortie : 0 si tout va bien, 1 si un devoir a une erreur, 2 si les arguments
    sont refusés.
    """
    assignments = _assignments(target)
    require_rooms()
    started_s = time.monotonic()
    done: list[CheckReport] = []
    asked = _Asked(jobs=jobs, mutants=mutants, cache=cache, is_again=again)
    with _Progress(len(assignments)) as progress:
        for assignment, report in zip(
            assignments, _reports(assignments, asked, progress), strict=True
        ):
            _keep(assignment, report)
            done.append(report)
            progress.clear()
            for line in _lines(report, as_json=as_json, github=github):
                click.echo(line)
    click.echo(_summary(done, time.monotonic() - started_s), err=True)
    is_bad = any(report.has_errors or (strict and report.findings) for report in done)
    raise SystemExit(1 if is_bad else 0)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What the command's options say of the trials."""

    jobs: int
    mutants: int
    cache: Path | None
    is_again: bool


def _assignments(target: Path) -> tuple[AssignmentFile, ...]:
    from graders.assignments import UnusableFolder, course_assignments, find_assignment

    try:
        found = course_assignments(target) if target.is_dir() else (find_assignment(target),)
    except UnusableFolder as error:
        raise click.UsageError(str(error)) from error
    if not found:
        raise click.UsageError(f"Aucun devoir dans «\u00a0{target}\u00a0».")
    return found


def _reports(
    assignments: tuple[AssignmentFile, ...], asked: _Asked, progress: _Progress
) -> Iterator[CheckReport]:
    from graders.checking.check import Bench, CheckSettings, check_assignments
    from graders.engine import Engine
    from graders.store import Store, default_folder

    store = Store(None if asked.is_again else asked.cache or default_folder() / "check")
    settings = CheckSettings(mutants=asked.mutants, jobs=asked.jobs)
    with Engine(slots=asked.jobs) as engine:
        yield from check_assignments(
            assignments,
            Bench(engine=engine, settings=settings, store=store, on_progress=progress.show),
        )


def _keep(assignment: AssignmentFile, report: CheckReport) -> None:
    """Keep the report for the site whose instance is here, if there is one."""
    from lms.checks import keep_record

    instance = Path(os.environ.get("GARRIGUE_INSTANCE", "instance"))
    if instance.is_dir() and report.reference:
        keep_record(instance, assignment, report.to_record(), now=datetime.now(UTC))


def _lines(report: CheckReport, *, as_json: bool, github: bool) -> Iterator[str]:
    from graders.checking.findings import github_lines, text_lines

    if as_json:
        yield json.dumps(report.to_json(), ensure_ascii=False)
    elif github:
        yield from github_lines(report)
    else:
        yield from text_lines(report)


def _summary(done: list[CheckReport], took_s: float) -> str:
    known = sum(report.is_known for report in done)
    checked = "carnet vérifié" if len(done) < 2 else "carnets vérifiés"
    unchanged = f", dont {known} inchangé{'s' * (known > 1)}" if known else ""
    minutes, seconds = divmod(round(took_s), 60)
    time_said = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{len(done)} {checked} en {time_said}{unchanged}."


class _Progress:
    """A bar on stderr while trials run; nothing where nobody looks.

    :param assignments: how many are checked.
    """

    def __init__(self, assignments: int) -> None:
        self._is_shown = sys.stderr.isatty()
        self._bar = click.progressbar(
            length=assignments * STEPS,
            label="Vérification",
            file=sys.stderr,
            hidden=not self._is_shown,
            show_pos=False,
            item_show_func=lambda item: item,
        )
        self._name, self._begun, self._steps = "", 0, 0

    def __enter__(self) -> _Progress:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Make room for a report."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K\x1b[?25h")  # click hides the cursor while it draws
            sys.stderr.flush()

    def show(self, name: str, done: int, total: int) -> None:
        """Say how far it is."""
        if name != self._name:
            self._name, self._begun = name, self._begun + 1
        reached = (self._begun - 1) * STEPS + STEPS * done // total
        self._bar.update(reached - self._steps, f"{name} : {done} / {total} essais")
        self._steps = reached
