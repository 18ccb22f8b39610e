"""Migrations: how the tables of one version of the platform become those of the next."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent


def upgrade(engine: Engine) -> str:
    """Bring the database up to date and return its revision; nothing if it is already.

    SQLite changes a table by making it anew: rows that refer to the old one would go with it
    unless references are let be meanwhile. They are checked at the end.
    """
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            _keep_references(connection, False)
        with connection.begin():
            _run(connection)
            revision = MigrationContext.configure(connection).get_current_revision()
            if is_sqlite:
                _check_references(connection)
        if is_sqlite:
            _keep_references(connection, True)
        return revision or "—"


def _run(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _keep_references(connection: Connection, is_on: bool) -> None:
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if is_on else 'OFF'}")
    connection.commit()


def _check_references(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if lost is not None:
        raise RuntimeError(f"The migration would leave {lost[0]} without its {lost[2]}.")
