"""A disk that is really full: nothing is half-written, and people are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DISK_BYTES = 4 * 1024 * 1024

PROGRAM = '''
"""Hand in a notebook on a disk that is full, then on one that no longer is."""
import json
import sys
from pathlib import Path

from sqlalchemy import func, select

from lms.blobs import DiskFull
from lms.database import is_full, open_engine, session_factory
from lms.models import Base, Job, Submission
from tests.handing_in import answered, open_desk

disk, room_left = Path(sys.argv[1]), int(sys.argv[2])
engine = open_engine(f"sqlite:///{disk / 'garrigue.db'}")
Base.metadata.create_all(engine)
sessions = session_factory(engine)
said = {}
with sessions() as session:
    desk = open_desk(session, disk)
    session.commit()
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    with filler.open("rb+") as file:
        file.truncate(max(0, filler.stat().st_size - room_left))
    before = sorted(str(p) for p in (disk / "blobs").rglob("*") if p.is_file())
    notebook = answered("def double(x):\\n    return 2 * x\\n# " + "x" * 60_000)
    try:
        desk.upload(notebook)
        session.commit()
        said["refusal"] = ""
    except DiskFull as full:
        said["refusal"] = str(full)
    except Exception as error:
        said["refusal"] = "base pleine" if is_full(error) else repr(error)
    session.rollback()
    after = sorted(str(p) for p in (disk / "blobs").rglob("*") if p.is_file())
    said["left_over"] = [path for path in after if path not in before]
    said["rows"] = session.scalar(select(func.count(Submission.id)))
    session.rollback()
    filler.unlink()
    desk.upload(notebook)
    session.commit()
    said["rows_after"] = session.scalar(select(func.count(Submission.id)))
    said["jobs_after"] = session.scalar(select(func.count(Job.id)))
print(json.dumps(said))
'''


def hand_in_on_a_disk_with(room_left: int, folder: Path) -> dict[str, Any]:
    """Run the program on a small disk of its own, on which so much is left."""
    folder.mkdir()
    mount = ("--dev-bind", "/", "/", "--size", str(DISK_BYTES), "--tmpfs", str(folder))
    done = subprocess.run(
        ["bwrap", *mount, "--", sys.executable, "-c", PROGRAM, str(folder), str(room_left)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.room
class TestFullDisk:
    def test_a_notebook_that_does_not_fit_is_refused_in_french(self, tmp_path: Path) -> None:
        said = hand_in_on_a_disk_with(0, tmp_path / "disk")

        assert "disque du site est plein" in said["refusal"]
        assert "déposez-le à nouveau plus tard" in said["refusal"]
        assert (said["left_over"], said["rows"]) == ([], 0)

    def test_it_is_taken_once_there_is_room_again(self, tmp_path: Path) -> None:
        said = hand_in_on_a_disk_with(0, tmp_path / "disk")

        assert (said["rows_after"], said["jobs_after"]) == (1, 1)

    def test_a_database_that_cannot_grow_keeps_no_half_of_it(self, tmp_path: Path) -> None:
        said = hand_in_on_a_disk_with(72 * 1024, tmp_path / "disk")

        assert said["refusal"] == "base pleine"
        assert (said["rows"], said["rows_after"]) == (0, 1)
