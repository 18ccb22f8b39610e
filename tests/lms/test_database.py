"""What the database is set to, and what its faults are called."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from lms.database import answers, is_busy, is_full, open_engine, session_factory
from tests.factories import make_membership


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 15000)],
)
def test_a_file_is_shared_safely(session, pragma, value):
    assert session.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_answers(session):
    assert answers(session)


def test_rows_cannot_point_to_nothing(session):
    member = make_membership(session)
    member.promotion_id = 12345
    with pytest.raises(IntegrityError):
        session.flush()


def test_rows_stay_readable_after_a_commit(session):
    user = make_membership(session).user
    session.commit()
    session.close()
    assert user.name


def test_readers_go_on_while_somebody_writes(config, session):
    make_membership(session)
    session.commit()
    writer = sqlite3.connect(config.instance / "garrigue.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert answers(session)
    writer.close()


def test_a_locked_database_and_a_full_disk_are_told_apart(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with session_factory(engine)() as session:
        session.execute(text("CREATE TABLE t (x)"))
        session.commit()
        session.execute(text("PRAGMA busy_timeout = 1"))
        session.commit()
        other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as locked:
            session.execute(text("INSERT INTO t VALUES (1)"))
        other.close()
        session.rollback()
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(OperationalError) as full:
            session.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    engine.dispose()
    assert (is_busy(locked.value), is_full(locked.value)) == (True, False)
    assert (is_busy(full.value), is_full(full.value)) == (False, True)
    assert not is_busy(None)
    assert not is_full(ValueError("full"))
