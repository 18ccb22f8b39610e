"""Drafts saved while cells run, as the web saves them: each in a transaction of its own."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from lms.blobs import BlobStore
from lms.config import Config
from lms.database import Session, Sessions, open_engine, session_factory
from lms.domain.draft_cells import SentCell
from lms.models import AssignmentVersion, User
from lms.services import drafts
from lms.services.drafts import Place
from lms.transactions import in_transaction

CELL = "double"


def add_learners(sessions: Sessions, number: int) -> None:
    """Put so many people into the database: their numbers begin at 1."""
    with sessions.begin() as session:
        session.add_all(
            User(
                id=each,
                email=f"personne{each}@ecole.example",
                name=f"Personne {each}",
                is_operator=False,
                is_active=True,
                created_at=datetime.now(UTC),
            )
            for each in range(1, number + 1)
        )


@dataclass(kw_only=True)
class DraftLoad:
    """The drafts of all learners of the benchmark, each with what was last sent.

    :param taken_ms: how long each save took.
    """

    config: Config
    version_id: int
    taken_ms: list[float] = field(default_factory=list)
    _sent: dict[int, tuple[int, str]] = field(default_factory=dict)
    _waiting: list[Future[None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._engine = open_engine(self.config.database)
        self._sessions = session_factory(self._engine)
        self._blobs = BlobStore(self.config.instance / "blobs")
        self._pool = ThreadPoolExecutor(4)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()
        self._engine.dispose()

    def save_soon(self, learner_id: int, text: str) -> None:
        """Send a draft, without waiting for the answer; a learner has one on its way."""
        self._waiting.append(self._pool.submit(self._save, learner_id, text))

    def lost(self) -> list[int]:
        """Wait for all of them; return whose stored draft is not what was last sent."""
        for saving in self._waiting:
            saving.result()
        with self._sessions() as session:
            return [
                each for each in self._sent if self._stored(session, each) != self._sent[each]
            ]

    def _save(self, learner_id: int, text: str) -> None:
        base, _text = self._sent.get(learner_id, (0, ""))
        began_s = time.perf_counter()
        sent = [SentCell(id=CELL, kind="code", source=text, grade_id=CELL)]
        receipt = in_transaction(
            self._sessions,
            lambda session: drafts.save(
                session,
                self._blobs,
                self._place(session, learner_id),
                base=base,
                sent=sent,
                now=datetime.now(UTC),
            ),
        )
        self.taken_ms.append((time.perf_counter() - began_s) * 1000)
        self._sent[learner_id] = (receipt.number, text)

    def _stored(self, session: Session, learner_id: int) -> tuple[int, str]:
        place = self._place(session, learner_id)
        found = drafts.current(
            session,
            self._blobs,
            learner_id=learner_id,
            course_slug=place.course_slug,
            version=place.version,
        )
        [text] = [cell["source"] for cell in found.cells if cell["id"] == CELL]
        return found.number, text

    def _place(self, session: Session, learner_id: int) -> Place:
        version = session.get_one(AssignmentVersion, self.version_id)
        return Place(learner_id=learner_id, course_slug=version.course_slug, version=version)
