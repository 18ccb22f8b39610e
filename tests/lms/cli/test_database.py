"""`garrigue database`."""

from __future__ import annotations

import sqlite3

from click.testing import CliRunner

from lms.cli import main


def test_makes_the_tables_once(tmp_path):
    environment = {
        "GARRIGUE_SECRET_KEY": "secret of the tests, long enough",
        "GARRIGUE_INSTANCE": str(tmp_path / "instance"),
        "GARRIGUE_COURSES": str(tmp_path),
    }
    for _ in range(2):
        result = CliRunner().invoke(main, ["database", "upgrade"], env=environment)
        assert result.exit_code == 0, result.output
        assert "à jour (révision 0" in result.output
    connection = sqlite3.connect(tmp_path / "instance" / "garrigue.db")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert {"user", "submission", "job", "sign_in"} <= tables
