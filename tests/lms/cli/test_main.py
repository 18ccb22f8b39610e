"""The `garrigue` command itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from lms.cli import COMMANDS, main

COURSES = Path(__file__).parents[3] / "courses"


def test_lists_every_command_without_importing_any():
    code = (
        "import sys; from click.testing import CliRunner; from lms.cli import main;"
        "print(CliRunner().invoke(main, ['--help']).output);"
        "assert not {'flask', 'sqlalchemy', 'pandas'} & sys.modules.keys()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_has_help(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


def test_an_unknown_command_is_refused():
    result = CliRunner().invoke(main, ["nul"])
    assert result.exit_code == 2


def test_says_its_version():
    assert CliRunner().invoke(main, ["--version"]).output.startswith("garrigue 0.")


class TestFaults:
    """What is no bug is said in a sentence, not in a trace."""

    @pytest.fixture
    def garrigue(self, tmp_path):
        """Run a command on an instance that was never made."""
        (tmp_path / "courses").mkdir()
        environment = {
            "GARRIGUE_SECRET_KEY": "secret of the tests, long enough",
            "GARRIGUE_INSTANCE": str(tmp_path),
            "GARRIGUE_COURSES": str(COURSES),
        }
        return lambda *words, **more: CliRunner().invoke(main, words, env=environment | more)

    @pytest.mark.parametrize(
        "words",
        [
            ("course", "sync"),
            ("jobs", "list"),
            ("people", "close", "ada@ecole.example"),
            ("people", "invite", "ada@ecole.example", "Ada", "castelnau", "apprenante"),
        ],
        ids=" ".join,
    )
    def test_tables_that_are_not_made_yet(self, garrigue, words):
        result = garrigue(*words)
        assert result.exit_code == 1
        assert "garrigue database upgrade" in result.output

    def test_a_folder_that_cannot_hold_a_database(self, garrigue):
        result = garrigue("jobs", "list", GARRIGUE_DATABASE_URL="sqlite:////proc/nul/base.db")
        assert result.exit_code == 1
        assert "ne peut pas être ouverte" in result.output
