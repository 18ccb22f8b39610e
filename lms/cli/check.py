"""`garrigue check`: proves an assignment, or all those of a course, by running them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lms.cli.grade import require_rooms

if TYPE_CHECKING:
    from graders.assignments import AssignmentFile
    from graders.checking.findings import CheckReport

CORES = os.cpu_count() or 1


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
    is_bad = False
    for report in _reports(assignments, jobs=jobs, mutants=mutants, cache=cache, again=again):
        for line in _lines(report, as_json=as_json, github=github):
            click.echo(line)
        is_bad = is_bad or report.has_errors or (strict and bool(report.findings))
    raise SystemExit(1 if is_bad else 0)


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
    assignments: tuple[AssignmentFile, ...],
    *,
    jobs: int,
    mutants: int,
    cache: Path | None,
    again: bool,
) -> Iterator[CheckReport]:
    from graders.checking.check import CheckSettings, check_assignment
    from graders.engine import Engine
    from graders.store import Store, default_folder

    store = Store(None if again else cache or default_folder() / "check")
    settings = CheckSettings(mutants=mutants, jobs=jobs)
    with Engine(slots=jobs) as engine:
        for assignment in assignments:
            with _Progress(assignment.name) as progress:
                yield check_assignment(assignment, engine, settings, store, progress.show)


def _lines(report: CheckReport, *, as_json: bool, github: bool) -> Iterator[str]:
    from graders.checking.findings import github_lines, text_lines

    if as_json:
        yield json.dumps(report.to_json(), ensure_ascii=False)
    elif github:
        yield from github_lines(report)
    else:
        yield from text_lines(report)


class _Progress:
    """One line on stderr while an assignment's trials run; nothing where nobody looks."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stderr = sys.stderr
        self._is_shown = self._stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            self._stderr.write("\r\x1b[K")

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        if self._is_shown:
            self._stderr.write(f"\r\x1b[K{self._name}\u00a0: {done} / {total} essais")
            self._stderr.flush()
