"""Runs a notebook's code cells for each variant of its answers, and prints the tests' errors.

A program of its own: it reads JSON on its standard input, and its argument is the data folder.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any


def run(cells: list[dict[str, Any]], answers: dict[str, str]) -> dict[str, str]:
    """Run the cells in order in one namespace; a cell that fails does not stop the next."""
    names: dict[str, Any] = {"__name__": "__main__"}
    errors = {}
    for cell in cells:
        error = execute(answers.get(cell["id"], cell["source"]), cell["id"], names)
        if cell["is_test"] or error:
            errors[cell["id"]] = error
    return errors


def execute(source: str, id: str, names: dict[str, Any]) -> str:
    """Run one cell and return its error, or an empty text."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, f"<{id}>", "exec"), names)
    except Exception as error:
        return f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-2)}"
    return ""


def main() -> None:
    """Run every variant in a folder of its own, with the course's data beside it."""
    request = json.load(sys.stdin)
    results = {}
    for name, answers in request["variants"].items():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(sys.argv[1], Path(folder) / "data")
            os.chdir(folder)
            results[name] = run(request["cells"], answers)
            os.chdir("/")
    print(json.dumps(results))


main()
