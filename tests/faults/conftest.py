"""Real processes on a real instance: what is killed here is what runs in a school."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from lms.config import Config
from lms.database import Session, Sessions, open_engine, session_factory
from lms.migrations import upgrade
from lms.models import Job
from lms.publication import publish_courses
from lms.services.submissions import Upload, hand_in
from lms.workshop import open_store
from tests.factories import make_membership, write_course

T = TypeVar("T")
PATIENCE_S = 120.0


@dataclass
class Site:
    """An instance with one published course, one learner, and the processes on it."""

    config: Config
    sessions: Sessions
    learner_id: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment that the site's commands read."""
        return {
            **os.environ,
            "GARRIGUE_SECRET_KEY": self.config.secret_key,
            "GARRIGUE_INSTANCE": str(self.config.instance),
            "GARRIGUE_COURSES": str(self.config.courses),
            "GARRIGUE_LEASE_S": str(self.config.lease_s),
            **changes,
        }

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a `garrigue` command; its output goes to `output` in the instance."""
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "lms.cli", *words],
                env=self.environment(**environment),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    @property
    def output(self) -> Path:
        """What the processes said."""
        return self.config.instance / "output.txt"

    def submit(self, data: bytes) -> int:
        """Hand a notebook in and return the submission's id."""
        with open_store(self.config) as store, store.sessions.begin() as session:
            course = store.library.course("petit-cours")
            return hand_in(
                session,
                store.blobs,
                learner_id=self.learner_id,
                course=course,
                assignment=course.assignments[0],
                upload=Upload(data=data, filename="carnet.ipynb"),
                max_bytes=self.config.max_upload_bytes,
                now=datetime.now(UTC),
            ).submission.id

    def read(self, question: Callable[[Session], T]) -> T:
        """Ask the database something, in a session of its own."""
        with self.sessions() as session:
            return question(session)

    def wait_for(self, question: Callable[[Session], T]) -> T:
        """Ask until the answer is true, and return it."""
        ends_at_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_at_s:
            found = self.read(question)
            if found:
                return found
            time.sleep(0.05)
        pytest.fail(f"It never came true:\n{self.output.read_text()[-4000:]}")

    def job(self, submission_id: int) -> Job:
        """Return a submission's job as it stands now."""
        return self.read(lambda s: s.query(Job).filter_by(submission_id=submission_id).one())


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to stop, and kill its group if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=45)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site of one's own; its processes are stopped at the end."""
    courses, instance = tmp_path / "courses", tmp_path / "instance"
    write_course(courses)
    instance.mkdir()
    config = Config(
        secret_key="secret of the fault tests, long enough",
        instance=instance,
        courses=courses,
        lease_s=3,
    )
    engine = open_engine(config.database)
    upgrade(engine)
    sessions = session_factory(engine)
    publish_courses(config, sessions, now=datetime.now(UTC))
    with sessions.begin() as session:
        learner_id = make_membership(session).user_id
    made = Site(config=config, sessions=sessions, learner_id=learner_id)
    yield made
    for process in made.processes:
        stop(process)
    engine.dispose()


@pytest.fixture
def path_without_bubblewrap(tmp_path: Path) -> str:
    """A PATH with what is on the machine's, but without `bwrap`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("python3", "prlimit", "sh", "env", "setpriv", "unshare", "mount"):
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return str(folder)
