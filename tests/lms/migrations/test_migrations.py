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
from lms.domain.scores import stored_steps
from lms.migrations import FOLDER, upgrade
from lms.models import Base, ExerciseResult, Score
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


def test_what_was_graded_survives_the_migrations(engine: Engine) -> None:
    go_to(engine, "0008")
    with engine.begin() as connection:
        for statement in GRADED_BEFORE_REGRADES:
            connection.execute(text(statement))
    upgrade(engine)
    with session_factory(engine)() as session:
        score, result = session.query(Score).one(), session.query(ExerciseResult).one()
        assert (score.points, result.run.is_counting) == (3.0, True)
        assert stored_steps(score.steps)[0].values["attempt"] == 1


def go_to(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


#: One learner's graded work, as the tables were then.
GRADED_BEFORE_REGRADES = (
    "INSERT INTO organisation (id, slug, name) VALUES (1, 'e', 'E')",
    "INSERT INTO campus (id, organisation_id, name) VALUES (1, 1, 'C')",
    "INSERT INTO programme (id, organisation_id, name, course_slug, phases)"
    " VALUES (1, 1, 'P', 'petit-cours', '[]')",
    "INSERT INTO promotion (id, slug, name, programme_id, campus_id, starts_on, ends_on,"
    " funders) VALUES (1, 'p', 'P', 1, 1, '2026-09-01', '2028-03-31', '{}')",
    "INSERT INTO user (id, email, name, is_operator, is_active, created_at)"
    " VALUES (1, 'a@b.example', 'A', 0, 1, '2026-09-01 00:00:00')",
    "INSERT INTO assignment_version (id, course_slug, assignment_id, content_hash, title,"
    " notebook_hash, released_hash, exercises, files, run, max_points, seen_at) VALUES"
    " (1, 'petit-cours', 'a', 'h', 'A', 'n', 'r', '[]', '{}', '{}', 4, '2026-09-01 00:00:00')",
    "INSERT INTO submission (id, learner_id, promotion_id, course_slug, assignment_id,"
    " version_id, attempt, notebook_hash, size_bytes, filename, handed_in_at) VALUES"
    " (1, 1, 1, 'petit-cours', 'a', 1, 1, 'n', 1, 'c.ipynb', '2026-09-02 00:00:00')",
    "INSERT INTO grading_run (id, submission_id, version_id, outcome, points, max_points,"
    " is_forgeable, message, durations_ms, engine_version, environment_digest, started_at,"
    " finished_at) VALUES (1, 1, 1, 'graded', 3, 4, 0, '', '{}', '0', '0',"
    " '2026-09-02 00:00:00', '2026-09-02 00:00:00')",
    "INSERT INTO exercise_result (id, run_id, position, exercise_id, title, points,"
    " max_points, outcome, is_forgeable, tests) VALUES (1, 1, 1, 'x', 'X', 3, 4, 'partial',"
    " 0, '[]')",
    "INSERT INTO score (id, learner_id, promotion_id, course_slug, assignment_id, points,"
    " max_points, reason, run_id, derived_at) VALUES (1, 1, 1, 'petit-cours', 'a', 3, 4,"
    " 'votre seul rendu', 1, '2026-09-02 00:00:00')",
)
