"""All the sessions of a gateway: found again, ended for want of use or of room."""

from __future__ import annotations

import asyncio

from lms.live import words
from lms.live.desk import Workshop
from lms.live.session import Session
from lms.live.timers import Times
from lms.tickets import Ticket

#: What cells that run may take to end once the gateway is told to stop.
DRAIN_S = 5.0


class Hub:
    """The sessions by person and notebook."""

    def __init__(self, workshop: Workshop, times: Times) -> None:
        self.workshop = workshop
        self._times = times
        self._sessions: dict[tuple[int, int], Session] = {}
        self.is_stopping = False
        workshop.places.make_room = self._make_room

    @property
    def sessions(self) -> list[Session]:
        """Those that live."""
        return list(self._sessions.values())

    @property
    def limit(self) -> int:
        """How many kernels there may be."""
        return self.workshop.places.limit

    def enter(self, ticket: Ticket) -> tuple[Session, bool]:
        """Return the session of one more page, and whether it is new."""
        key = (ticket.user_id, ticket.version_id)
        is_new = key not in self._sessions
        if is_new:
            self._sessions[key] = Session(
                self.workshop,
                user_id=ticket.user_id,
                version_id=ticket.version_id,
                times=self._times,
                on_cull=self._forget_unused,
            )
        session = self._sessions[key]
        session.voice.language = ticket.language  # of the page that came last
        session.pages += 1
        return session, is_new

    def leave(self, session: Session) -> None:
        """Note that a page is gone. Its kernel stays a while: it may come back."""
        session.pages -= 1
        session.touch()
        self._forget_unused()

    async def close(self) -> None:
        """Tell everybody, let short cells end, then end all kernels."""
        self.is_stopping = True
        for session in self.sessions:
            session.warn(words.STOPPING)
        ends_at_s = asyncio.get_running_loop().time() + DRAIN_S
        while any(session.is_busy for session in self.sessions):
            if asyncio.get_running_loop().time() >= ends_at_s:
                break
            await asyncio.sleep(0.05)
        await asyncio.gather(*(session.shut() for session in self.sessions))

    def _forget_unused(self) -> None:
        for key, session in list(self._sessions.items()):
            if not session.pages and not session.desk.is_open and not session.is_busy:
                session.forget()
                del self._sessions[key]

    def _make_room(self, user_id: int | None) -> bool:
        """End the kernel that has been left alone the longest; return whether there is one."""
        self._forget_unused()
        left = [
            session
            for session in self.sessions
            if session.desk.kernel is not None
            and not session.pages
            and not session.is_busy
            and user_id in (None, session.user_id)
        ]
        if not left:
            return False
        min(left, key=lambda session: session.used_at_s).cull(words.RECLAIMED)
        return True
