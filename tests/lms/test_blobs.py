"""Blobs: kept under their hash, whole or not at all, checked when they are read."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from lms.blobs import BlobStore, DamagedBlob
from lms.errors import NotFound


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """A store in a folder that does not exist yet."""
    return BlobStore(tmp_path / "deep" / "blobs")


def test_gives_back_what_was_put(blobs: BlobStore) -> None:
    name = blobs.put(b"carnet")

    assert name == hashlib.sha256(b"carnet").hexdigest()
    assert blobs.get(name) == b"carnet"


def test_keeps_the_same_content_once(blobs: BlobStore) -> None:
    first = blobs.path(blobs.put(b"carnet"))
    before = first.stat().st_ino
    blobs.put(b"carnet")

    assert first.stat().st_ino == before
    assert [path for path in blobs.folder.rglob("*") if path.is_file()] == [first]


def test_writes_anew_what_a_power_cut_left_half_written(blobs: BlobStore) -> None:
    name = blobs.put(b"carnet")
    blobs.path(name).write_bytes(b"car")
    blobs.put(b"carnet")

    assert blobs.get(name) == b"carnet"


def test_refuses_to_give_other_bytes_than_were_put(blobs: BlobStore) -> None:
    name = blobs.put(b"carnet")
    blobs.path(name).write_bytes(b"autre!")
    with pytest.raises(DamagedBlob, match="abîmé"):
        blobs.get(name)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_knows_no_other_names(blobs: BlobStore, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.get(name)


FILL = """
import sys
from pathlib import Path
from lms.blobs import BlobStore, DiskFull
store = BlobStore(Path(sys.argv[1]))
try:
    store.put(b"x" * 200_000)
except DiskFull as full:
    print(full)
print([str(path) for path in store.folder.rglob("*") if path.is_file()])
"""


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path / "blobs")],
        preexec_fn=limit_files,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "disque du site est plein" in done.stdout
    assert done.stdout.strip().endswith("[]")
