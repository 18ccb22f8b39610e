"""Runs a lesson's examples in a folder of their own, and prints what each one said.

A program of its own: it reads the code blocks as JSON on its standard input, and its argument
is the data folder. Python blocks share their names; shell blocks share their folder.
"""

import contextlib
import io
import json
import os
import shutil
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


def main() -> None:
    """Run the blocks in order and print their results."""
    blocks = json.load(sys.stdin)
    names: dict[str, Any] = {"__name__": "lesson"}
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(sys.argv[1], Path(folder) / "data")
        os.chdir(folder)
        results = [
            run_python(block["source"], names)
            if block["language"] == "python"
            else run_shell(block["source"], Path(home))
            for block in blocks
        ]
        os.chdir("/")
    print(json.dumps(results))


main()
