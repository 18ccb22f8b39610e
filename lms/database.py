"""Opening the database: the same engine for the web, the worker and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

__all__ = [
    "Engine",
    "Session",
    "Sessions",
    "answers",
    "from_here",
    "is_busy",
    "is_full",
    "open_engine",
    "prepare",
    "session_factory",
]

#: What makes sessions: called, it gives a new one.
Sessions = sessionmaker[Session]

#: How long a writer waits for another one before it is told that the database is busy.
BUSY_S = 15

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_S * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    # A « reçu » that a learner has seen must survive a power cut.
    "PRAGMA synchronous = FULL",
)


def open_engine(url: str) -> Engine:
    """Return an engine for that address, with what a SQLite file needs to be shared."""
    engine = create_engine(url)
    prepare(engine)
    return engine


def from_here(url: str) -> str:
    """Return the address with a SQLite file's path taken from the current folder.

    Flask-SQLAlchemy takes a relative one from a folder of its own.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and parts.database not in (None, "", ":memory:"):
        parts = parts.set(database=str(Path(str(parts.database)).absolute()))
    return parts.render_as_string(hide_password=False)


def prepare(engine: Engine) -> None:
    """Have each new connection of a SQLite engine set what a shared file needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)


def session_factory(engine: Engine) -> Sessions:
    """Return what makes sessions; rows stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def answers(session: Session) -> bool:
    """Whether the database answers at all."""
    return session.execute(text("SELECT 1")).scalar() == 1


def is_busy(error: BaseException | None) -> bool:
    """Whether this is the database saying that somebody else has written for too long."""
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def is_full(error: BaseException | None) -> bool:
    """Whether this is the database saying that the disk is full."""
    return isinstance(error, OperationalError) and "full" in str(error.orig)


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
