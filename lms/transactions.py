"""Work in one transaction, tried again for a bounded time while the database is busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from lms.database import Session, Sessions, is_busy

T = TypeVar("T")

TRIES = 4
FIRST_WAIT_S = 0.2


def in_transaction(
    sessions: Sessions,
    work: Callable[[Session], T],
    *,
    tries: int = TRIES,
    sleep: Callable[[float], None] = time.sleep,
    then: Callable[[Session], None] = lambda _session: None,
) -> T:
    """Do the work and commit it; all of it is done anew when somebody else wrote too long.

    :param then: done once it is committed, with the same session.
    :raises OperationalError: if the database is still busy at the last try, or for another
        reason at any.
    """
    for number in range(1, tries):
        try:
            return _once(sessions, work, then)
        except OperationalError as error:
            if not is_busy(error):
                raise
        sleep(FIRST_WAIT_S * 2 ** (number - 1))
    return _once(sessions, work, then)


def _once(
    sessions: Sessions, work: Callable[[Session], T], then: Callable[[Session], None]
) -> T:
    with sessions() as session:
        answer = work(session)
        session.commit()
        then(session)
        return answer
