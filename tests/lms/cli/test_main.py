"""The `garrigue` command itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from lms.cli import COMMANDS, main


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
