"""Transactions: tried again while the database is busy, for a bounded time."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from lms.database import Session, Sessions, session_factory
from lms.transactions import TRIES, in_transaction


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """Sessions on a file whose lock nobody waits for."""
    engine = create_engine(f"sqlite:///{tmp_path / 'base.db'}")

    @event.listens_for(engine, "connect")
    def be_impatient(connection: object, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 0")  # type: ignore[attr-defined]

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    return session_factory(engine)


def insert(session: Session) -> None:
    session.execute(text("INSERT INTO t VALUES (1)"))


def rows(sessions: Sessions) -> int:
    with sessions() as session:
        return session.execute(text("SELECT count(*) FROM t")).scalar() or 0


def test_commits_once(sessions: Sessions) -> None:
    in_transaction(sessions, insert)

    assert rows(sessions) == 1


def test_tries_again_until_the_other_writer_is_done(sessions: Sessions) -> None:
    other = sessions()
    insert(other)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            other.commit()
            other.close()

    in_transaction(sessions, insert, sleep=wait)

    assert (rows(sessions), waits) == (2, [0.2, 0.4])


def test_gives_up_after_its_tries(sessions: Sessions) -> None:
    waits: list[float] = []
    with sessions() as other:
        insert(other)
        with pytest.raises(OperationalError, match="locked"):
            in_transaction(sessions, insert, sleep=waits.append)

    assert len(waits) == TRIES - 1


def test_does_not_try_again_what_is_no_lock(sessions: Sessions) -> None:
    waits: list[float] = []
    with pytest.raises(OperationalError, match="no such table"):
        in_transaction(
            sessions, lambda s: s.execute(text("SELECT * FROM u")), sleep=waits.append
        )

    assert waits == []
