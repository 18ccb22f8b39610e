"""The migrations make the tables that the models describe, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from lms.database import open_engine, session_factory
from lms.migrations import FOLDER, upgrade
from lms.models import Base
from tests.factories import make_submission


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database that is empty."""
    engine = open_engine(f"sqlite:///{tmp_path / 'garrigue.db'}")
    yield engine
    engine.dispose()


def test_a_migrated_database_is_what_the_models_describe(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    first = upgrade(engine)
    with session_factory(engine).begin() as session:
        make_submission(session)
    assert upgrade(engine) == first
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM submission")).scalar() == 1


def test_every_migration_can_be_undone(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert "submission" in inspect(engine).get_table_names()
