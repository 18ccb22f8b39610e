"""The project's own files: each fact stands once, and nothing names a machine or an index."""

from __future__ import annotations

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = [
    ROOT / "requirements.lock",
    ROOT / "requirements-test.lock",
    ROOT / "environments/kernels.lock",
]


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def pinned(lock: Path) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock.read_text(), re.M):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_every_package_with_its_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())

    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index" not in text


def test_the_locks_agree_on_versions() -> None:
    tests = pinned(LOCKS[1])
    for lock in (LOCKS[0], LOCKS[2]):
        assert {name: tests.get(name) for name in pinned(lock)} == pinned(lock)


def test_the_package_and_its_checks_are_described_in_one_file_each() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())
    checks = configparser.ConfigParser()
    checks.read(ROOT / "setup.cfg")

    assert not {"pytest", "mypy", "coverage", "importlinter"} & package["tool"].keys()
    assert not {"metadata", "options", "options.entry_points"} & set(checks.sections())


def test_no_tracked_file_leaves_work_open() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX)\b|pytest\.mark\.(?:skip|xfail)\b")
    sources = [path for path in tracked_files() if path.suffix in {".py", ".html", ".js"}]

    offenders = [
        str(path.relative_to(ROOT))
        for path in sources
        if path != Path(__file__) and marks.search(path.read_text())
    ]
    assert offenders == []


def test_every_python_module_says_what_it_is() -> None:
    modules = [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"lms", "graders"}
    ]
    silent = [
        str(path.relative_to(ROOT))
        for path in modules
        if path.read_text().strip() and not path.read_text().lstrip().startswith('"""')
    ]
    assert silent == []
