"""Runs a lesson's examples in a folder of their own, and prints what each one said.

A program of its own: it reads the code blocks as JSON on its standard input, and its argument
is the data folder. Python blocks share their names, shell blocks their folder, and SQL blocks
one database, which starts as the farm of the course.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

# A lesson shows the same commits and the same answers on every machine.
SHELL_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": "2025-09-15T09:00:00+02:00",
    "GIT_COMMITTER_DATE": "2025-09-15T09:00:00+02:00",
}


def run_python(source: str, names: dict[str, Any]) -> dict[str, str]:
    """Run a block and return what it printed and how it failed."""
    said = io.StringIO()
    error = ""
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(source, "<leçon>", "exec"), names)
    except Exception as raised:
        error = "".join(traceback.format_exception_only(raised)).strip()
    return {"output": said.getvalue(), "error": error}


def run_shell(source: str, home: Path) -> dict[str, str]:
    """Run a block of commands where the block before has left us."""
    here = home / ".ici"
    done = subprocess.run(
        ["bash", "-eu", "-c", f"{source}\npwd > '{here}'"],
        capture_output=True,
        text=True,
        env=SHELL_ENVIRONMENT | {"HOME": str(home)},
    )
    if done.returncode:
        return {"output": done.stdout, "error": done.stderr.strip() or "échec"}
    os.chdir(here.read_text().strip())
    return {"output": done.stdout, "error": ""}


def run_sql(source: str, database: sqlite3.Connection) -> dict[str, str]:
    """Run the statements of a block and return the tables that they answer."""
    tables, statement = [], ""
    try:
        for line in source.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                tables.append(table(database.execute(statement)))
                statement = ""
    except sqlite3.Error as raised:
        return {"output": "", "error": f"sqlite3.{type(raised).__name__}: {raised}"}
    return {"output": "\n".join(text for text in tables if text), "error": ""}


def table(answer: sqlite3.Cursor) -> str:
    """Return an answer as aligned columns, or an empty text when there is none."""
    if answer.description is None:
        return ""
    rows = [[column[0] for column in answer.description]]
    rows += [["NULL" if value is None else str(value) for value in row] for row in answer]
    if rows[0][-1] == "detail":  # a plan: the numbers of its steps change with the version
        rows = [row[-1:] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]]) + "\n"


def main() -> None:
    """Run the blocks in order and print their results."""
    blocks = json.load(sys.stdin)
    names: dict[str, Any] = {"__name__": "lesson"}
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(sys.argv[1], Path(folder) / "data")
        os.chdir(folder)
        run = {
            "python": lambda source: run_python(source, names),
            "bash": lambda source: run_shell(source, Path(home)),
            "sql": lambda source: run_sql(source, farm),
        }
        farm = sqlite3.connect(":memory:", isolation_level=None)
        farm.executescript(Path("data/ferme_garrigue.sql").read_text(encoding="utf-8"))
        results = [run[block["language"]](block["source"]) for block in blocks]
        os.chdir("/")
    print(json.dumps(results))


main()
