"""The import contracts of setup.cfg hold, and each of them is able to fail."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: For each contract, an import that breaks it: the module that imports, and what.
BREACHES = {
    "layers": ("lms/models/breach.py", "import lms.services"),
    "graders": ("graders/breach.py", "import flask"),
    "edges": ("lms/services/breach.py", "import flask"),
    "sql": ("lms/web/breach.py", "import sqlalchemy"),
    "rooms": ("lms/services/breach.py", "import graders.sandbox"),
    "speakers": ("lms/web/breach.py", "import graders"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def contracts() -> set[str]:
    checks = configparser.ConfigParser()
    checks.read(ROOT / "setup.cfg")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix)
        for section in checks.sections()
        if section.startswith(prefix)
    }


def test_every_contract_has_a_breach_to_be_seen_failing() -> None:
    assert contracts() == BREACHES.keys()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    ignore = shutil.ignore_patterns("__pycache__", "static", "translations")
    for package in ("lms", "graders"):
        shutil.copytree(ROOT / package, root / package, ignore=ignore)
    shutil.copy(ROOT / "setup.cfg", root)
    return root


def test_the_tree_keeps_its_contracts(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", sorted(BREACHES))
def test_a_breach_is_found(copy: Path, contract: str) -> None:
    name, line = BREACHES[contract]
    breach = copy / name
    breach.write_text(line + "\n")
    try:
        result = lint(copy)
    finally:
        breach.unlink()
    assert result.returncode == 1, result.stdout
    assert str(breach.relative_to(copy)).removesuffix(".py").replace("/", ".") in result.stdout
