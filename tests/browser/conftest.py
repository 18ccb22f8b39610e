"""The real site, with a real worker and real rooms, as Debian's Chromium sees it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from lms.database import Session, open_engine, session_factory
from lms.domain.access import Role
from lms.models import Promotion, PromotionDate
from tests.factories import PASSWORD, make_membership, make_promotion, make_user

ROOT = Path(__file__).parents[2]
COURSE = "developpeur-data-ia"
ASSIGNMENT = "demarrer-1"
START_S = 120.0

#: A machine that builds something else at the same time is slow, not wrong.
PATIENCE_MS = 20_000


@dataclass(frozen=True, kw_only=True)
class School:
    """A running site: where it is, and who may sign in with `PASSWORD`.

    Tests share it: one that needs a learner who did nothing yet asks for a `newcomer`.

    :param courses: its own copy of the courses: what a test writes there is nobody else's.
    :param environment: what its commands need to know, as its operator sets it.
    :param process_id: the process that looks after all others of the site.
    """

    url: str
    instance: Path
    courses: Path
    environment: dict[str, str]
    process_id: int
    learner: str
    keyboard_learner: str
    plain_learner: str
    visitor: str
    trainer: str
    promotion: str

    def command(self, *arguments: str | Path) -> str:
        """Run one of the site's own commands to its good end; return what it said."""
        ran = subprocess.run(
            [sys.executable, "-m", "lms.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open its database for one transaction."""
        engine = open_engine(f"sqlite:///{self.instance / 'garrigue.db'}")
        with session_factory(engine).begin() as session:
            yield session
        engine.dispose()


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One site for all tests: made by its own commands, stopped as an operator stops it."""
    expect.set_options(timeout=PATIENCE_MS)
    with served(tmp_path_factory.mktemp("school")) as made:
        yield made


@contextmanager
def served(folder: Path) -> Iterator[School]:
    """Serve a school in a folder for the length of the block."""
    instance = folder / "instance"
    courses = shutil.copytree(ROOT / "courses", folder / "courses")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "GARRIGUE_SECRET_KEY": "a secret of the browser tests, long enough",
        "GARRIGUE_INSTANCE": str(instance),
        "GARRIGUE_COURSES": str(courses),
        "GARRIGUE_PUBLIC_URL": url,
    }
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", "serve", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_it_answers(process, url, folder / "serve.log")
            yield _seed(instance, courses, url, environment, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture
def open_browser(browser: Browser, school: School) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own, with an empty cache: `open_browser(width=320)`."""
    opened: list[BrowserContext] = []

    def open_one(*, width: int = 1280, email: str = "", **given: Any) -> Page:
        context = browser.new_context(
            **{
                "base_url": school.url,
                "viewport": {"width": width, "height": 800},
                "locale": "fr-FR",
                "reduced_motion": "reduce",
                **given,
            }
        )
        opened.append(context)
        page = context.new_page()
        if email:
            sign_in(page, email)
        return page

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def newcomer(school: School) -> Callable[[str], str]:
    """Enrol a learner of that name who did nothing yet; return the address to sign in with."""

    def enrol(name: str) -> str:
        with school.session() as session:
            promotion = session.scalars(
                select(Promotion).where(Promotion.slug == school.promotion)
            ).one()
            learner = make_user(session, name=name)
            make_membership(session, learner, promotion)
            email: str = learner.email
        return email

    return enrol


def sign_in(page: Page, email: str) -> None:
    """Sign in through the form."""
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    page.wait_for_url("/")


def answer(released: Path, target: Path, *, wrong: str = "") -> Path:
    """Answer a released notebook as its author would, but for one wrong answer."""
    source = ROOT / "courses" / COURSE / "demarrer" / f"{ASSIGNMENT}.ipynb"
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["source"]
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    notebook = json.loads(released.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution") and marks["grade_id"] != wrong:
            cell["source"] = answers[marks["grade_id"]]
    target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return target


def _seed(
    instance: Path, courses: Path, url: str, environment: dict[str, str], process_id: int
) -> School:
    """Put one promotion with a trainer and four learners into the database."""
    engine = open_engine(f"sqlite:///{instance / 'garrigue.db'}")
    with session_factory(engine).begin() as session:
        promotion = make_promotion(session, course_slug=COURSE, name="Castelnau 2026")
        week = timedelta(days=7)
        for weeks, symbol in ((1, "semaine-1"), (3, "semaine-3")):
            at = datetime.now(UTC) + weeks * week
            session.add(PromotionDate(promotion_id=promotion.id, symbol=symbol, at=at))
        names = ("Camille Fabre", "Sami Benali", "Marion Puech", "Nadia Ortiz")
        learners = [make_user(session, name=name) for name in names]
        for learner in learners:
            make_membership(session, learner, promotion)
        trainer = make_user(session, name="Inès Roumégas")
        make_membership(session, trainer, promotion, Role.TRAINER)
        emails = [learner.email for learner in learners]
        school = School(
            url=url,
            instance=instance,
            courses=courses,
            environment=environment,
            process_id=process_id,
            learner=emails[0],
            keyboard_learner=emails[1],
            plain_learner=emails[2],
            visitor=emails[3],
            trainer=trainer.email,
            promotion=promotion.slug,
        )
    engine.dispose()
    return school


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    patience_ends = time.monotonic() + START_S
    while time.monotonic() < patience_ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/sante", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"The site did not start:\n{log.read_text(encoding='utf-8')}")
