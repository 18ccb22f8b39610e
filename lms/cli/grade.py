"""`garrigue grade`: grades notebooks without a site or a database."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from graders.assignments import AssignmentFile
    from graders.batch import GradedFile

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
JOBS = click.IntRange(1, 64)
CORES = os.cpu_count() or 1
FORMULA = ("=", "+", "-", "@", "\t", "\r")

OUTCOMES = {
    "graded": "corrigé",
    "timed-out": "temps dépassé",
    "out-of-memory": "mémoire dépassée",
    "kernel-died": "noyau arrêté",
    "unreadable": "illisible",
    "system-error": "erreur de notre côté",
}


@click.command()
@click.argument("assignment", type=FILE)
@click.argument(
    "submissions", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON par rendu.")
@click.option("--csv", "csv_path", type=OUT, help="Écrit aussi un tableau CSV.")
@click.option("--jobs", type=JOBS, default=CORES, help="Rendus corrigés en même temps.")
@click.option("--again", is_flag=True, help="Corrige aussi ce qui l’a déjà été.")
def grade(
    assignment: Path,
    submissions: tuple[Path, ...],
    as_json: bool,
    csv_path: Path | None,
    jobs: int,
    again: bool,
) -> None:
    """Corrige des carnets (SUBMISSIONS : fichiers ou dossiers) avec le devoir ASSIGNMENT.

    Interrompue, la même commande reprend où elle s’est arrêtée. Code de sortie : 0 si tout a
    été corrigé, 1 si un rendu n’a pas pu l’être, 2 si les arguments ou le devoir sont refusés.
    """
    _require_place(csv_path)
    found = _assignment(assignment, [*submissions, *filter(None, [csv_path])])
    paths = _submissions(submissions, assignment)
    done = _grade_all(found, paths, jobs=jobs, is_again=again, as_json=as_json)
    is_written = csv_path is None or _write_csv(csv_path, done)
    failed = [file for file in done if file.outcome != "graded"]
    if len(done) < len(paths):
        click.echo(
            f"Interrompu\u00a0: {len(done)} sur {len(paths)}. La même commande reprendra ici.",
            err=True,
        )
    if failed:
        click.echo("Rendus qui n’ont pas pu être corrigés en entier\u00a0:", err=True)
    for file in failed:
        outcome = OUTCOMES[file.outcome.value]
        click.echo(
            f"  {_shown(file.path)}\u00a0: {outcome}. {file.report['message']}", err=True
        )
    raise SystemExit(1 if failed or len(done) < len(paths) or not is_written else 0)


def _require_place(csv_path: Path | None) -> None:
    """Refuse a table that could not be written, before anything is graded."""
    if csv_path is not None and not os.access(csv_path.parent, os.W_OK):
        raise click.UsageError(f"«\u00a0{_shown(csv_path)}\u00a0» ne peut pas être écrit.")


def _assignment(path: Path, without: Sequence[Path]) -> AssignmentFile:
    from graders.assignments import UnusableFolder, find_assignment
    from graders.notebooks.errors import UnusableAssignment
    from graders.prepared import prepare

    try:
        prepare(path.read_bytes(), path)
        return find_assignment(path, without=without)
    except UnusableAssignment as refusal:
        click.echo(f"{path}\u00a0: ce devoir ne peut pas être corrigé.", err=True)
        for problem in refusal.problems:
            click.echo(f"  {problem}", err=True)
    except (UnusableFolder, OSError) as error:
        click.echo(str(error), err=True)
    raise SystemExit(2)


def _submissions(given: Sequence[Path], assignment: Path) -> list[Path]:
    from graders.batch import find_submissions

    # In a folder the assignment is no submission; named by itself, it is graded like any.
    source = assignment.resolve()
    paths = [
        path for path in find_submissions(given) if path in given or path.resolve() != source
    ]
    if not paths:
        raise click.UsageError("Aucun carnet «\u00a0.ipynb\u00a0» à corriger.")
    return paths


def require_rooms() -> None:
    """Stop, with the reason on stderr, where this machine's rooms do not hold."""
    from graders.safety import require_safe_rooms
    from graders.sandbox.errors import SandboxError
    from graders.store import Store, default_folder

    try:
        require_safe_rooms(Store(default_folder()), lambda words: click.echo(words, err=True))
    except SandboxError as error:
        click.echo(f"{error}\nVoyez «\u00a0garrigue doctor\u00a0».", err=True)
        raise SystemExit(1) from error


def _grade_all(
    assignment: AssignmentFile, paths: list[Path], *, jobs: int, is_again: bool, as_json: bool
) -> list[GradedFile]:
    from graders.batch import Batch
    from graders.engine import Engine
    from graders.store import Store, default_folder

    require_rooms()
    jobs = min(jobs, len(paths))
    store = Store(None if is_again else default_folder() / "grade")
    done: list[GradedFile] = []
    bar = click.progressbar(length=len(paths), label="Correction", file=sys.stderr)
    with Engine(slots=jobs) as engine, bar:
        batch = Batch(engine, assignment, jobs=jobs, store=store)
        try:
            for file in batch.run(paths):
                done.append(file)
                click.echo(_line(file) if as_json else _text(file))
                bar.update(1)
        except KeyboardInterrupt:
            pass  # what was done is kept, and said
    return done


def _line(file: GradedFile) -> str:
    return json.dumps({"submission": _named(file.path), **file.report}, ensure_ascii=False)


def _named(path: Path) -> str:
    """Return a file's name as text that can be written, whatever its bytes are."""
    return os.fsencode(path).decode("utf-8", "replace")


def _shown(path: Path) -> str:
    """Return a file's name on one line."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in _named(path))


def _text(file: GradedFile) -> str:
    report = file.report
    head = f"{_shown(file.path)}\u00a0: {_points(report)} ({OUTCOMES[report['outcome']]})"
    if file.is_known:
        head += ", déjà corrigé"
    lines = [head]
    for exercise in report["exercises"]:
        mark = " (falsifiable)" if exercise["forgeable"] else ""
        lines.append(f"  {exercise['title']}\u00a0: {_points(exercise)}{mark}")
        lines += [f"    {message.splitlines()[0]}" for message in exercise["messages"]]
    return "\n".join(lines)


def _points(said: dict[str, Any]) -> str:
    return f"{said['points']:g} / {said['max_points']:g}".replace(".", ",")


def _write_csv(path: Path, done: Sequence[GradedFile]) -> bool:
    """Write one line a submission, as French spreadsheets read it; say whether it could be."""
    from graders.assignments import RESULTS_HEAD

    names = list(dict.fromkeys(e["id"] for file in done for e in file.report["exercises"]))
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow([*RESULTS_HEAD, *map(_harmless, names)])
    for file in sorted(done, key=lambda file: file.path):
        report = file.report
        points = {e["id"]: _decimal(e["points"]) for e in report["exercises"]}
        rows.writerow(
            [
                _harmless(_shown(file.path)),
                OUTCOMES[report["outcome"]],
                _decimal(report["points"]),
                _decimal(report["max_points"]),
                *(points.get(name, "") for name in names),
            ]
        )
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
        part.replace(path)
    except OSError as error:
        click.echo(f"{_shown(path)}\u00a0: {error.strerror}.", err=True)
        return False
    return True


def _decimal(points: float) -> str:
    return f"{points:g}".replace(".", ",")


def _harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
