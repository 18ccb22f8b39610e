"""What `garrigue check` found in each graded notebook, kept by hash so that tests stay fast.

A program of its own: `python -m tests.courses.checked` checks in rooms the notebooks that
changed since, mutations included, and writes `checked.json` anew.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.courses import notebooks

RECORD = Path(__file__).with_name("checked.json")
SIDECARS = (".ipynb", ".wrong.yml", ".accepted.yml")
CHECK_TIMEOUT_S = 900


def name_of(path: Path) -> str:
    """Return how the record names a notebook."""
    return path.relative_to(notebooks.COURSE).as_posix()


def digest(path: Path) -> str:
    """Return the SHA-256 of a notebook with what stands beside it and the course's data."""
    found = [path.with_suffix(suffix) for suffix in SIDECARS]
    parts = [*found, *sorted((notebooks.COURSE / "data").iterdir())]
    whole = hashlib.sha256()
    for part in parts:
        if part.is_file():
            whole.update(f"{part.name}\0{part.stat().st_size}\0".encode() + part.read_bytes())
    return whole.hexdigest()


def read() -> dict[str, Any]:
    """Return the record: what was found, by notebook."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def check(path: Path) -> dict[str, Any]:
    """Check one notebook in rooms; return its part of the record."""
    command = [sys.executable, "-m", "lms.cli", "check", str(path), "--json", "--jobs", "2"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=CHECK_TIMEOUT_S, check=False
    )
    found = json.loads(done.stdout)
    return {
        "sha256": digest(path),
        "wrong_answers": found["wrong_answers"],
        "findings": [finding.get("message", finding) for finding in found["findings"]],
    }


def main() -> None:
    """Check what changed, and write the record."""
    before = read() if RECORD.is_file() else {}
    record = {}
    for path in notebooks.all_paths():
        name = name_of(path)
        known = before.get(name)
        is_current = known is not None and known["sha256"] == digest(path)
        record[name] = known if is_current else check(path)
        print(name, record[name]["wrong_answers"], *record[name]["findings"], sep="\n  ")
        text = json.dumps(record, ensure_ascii=False, indent=1)
        RECORD.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
