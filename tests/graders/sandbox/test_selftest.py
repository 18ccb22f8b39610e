"""The self-test shows what holds, and stops grading when something does not."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from graders.sandbox.environment import find_environment
from graders.sandbox.selftest import Finding, SelfTestFailed, require, run_selftest

pytestmark = pytest.mark.room

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def findings():
    return run_selftest(find_environment("base"))


def test_everything_required_holds_here(findings):
    require(findings)

    names = {finding.name for finding in findings}
    assert names >= {"rooms", "files", "network", "environment", "memory", "processes", "disk"}


def test_what_holds_needs_no_remedy(findings):
    assert not [f for f in findings if f.is_ok and f.remedy]


def test_a_broken_environment_fails_closed(tmp_path):
    """An interpreter that is no Python: rooms are built, and no kernel answers."""
    packages = tmp_path / "lib" / "python3.11" / "site-packages" / "ipykernel"
    packages.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to("/usr/bin/false")
    broken = replace(find_environment("base"), python=tmp_path / "bin" / "python")

    findings = run_selftest(broken, is_warm=False)

    assert [f.name for f in findings if f.is_required and not f.is_ok] == ["rooms"]
    with pytest.raises(SelfTestFailed, match="n’a pas pu être bâtie"):
        require(findings)


def test_libraries_that_lack_are_named_before_anything_runs(tmp_path):
    """A kernel could run, and would fail at the first import."""
    (tmp_path / "lib" / "python3.11" / "site-packages" / "numpy").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    bare = replace(find_environment("data"), python=tmp_path / "bin" / "python")

    with pytest.raises(SelfTestFailed, match=r"n’a pas : matplotlib, pandas, sklearn\.$"):
        require(run_selftest(bare, is_loaded=False))


def test_rooms_hold_alike_before_their_libraries_are_loaded(findings):
    bare = run_selftest(find_environment("data"), is_loaded=False)

    assert [f.sentence for f in bare if f.is_ok] == [f.sentence for f in findings if f.is_ok]


def test_what_is_not_required_stops_nothing():
    require([Finding(name="x", is_ok=False, sentence="y", is_required=False)])


def doctor(*arguments, **settings):
    code = "from lms.cli.doctor import doctor; doctor(prog_name='doctor')"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


class TestDoctor:
    def test_says_what_holds(self):
        said = doctor("--environment", "base")

        assert said.returncode == 0, said.stdout + said.stderr
        assert "✓ Le réseau est fermé." in said.stdout
        assert "✗" not in said.stdout

    def test_fails_without_bubblewrap(self, tmp_path):
        said = doctor("--environment", "base", PATH=str(tmp_path))

        assert said.returncode == 1
        assert "✗ bubblewrap" in said.stdout
        assert "rien ne sera exécuté" in said.stdout

    def test_fails_without_an_environment(self, tmp_path):
        said = doctor(GARRIGUE_KERNELS=str(tmp_path))

        assert said.returncode == 1
        assert "GARRIGUE_KERNELS" in said.stdout
