"""`garrigue preview`: the real command, followed by a real client while files change."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from lms.config import Config
from lms.database import open_engine, session_factory
from lms.migrations import upgrade
from lms.models import PromotionDate
from tests.factories import make_membership, make_promotion, write_course

WAIT_S = 60
DUE = "        due: semaine-2\n        opens: {after: autre, score: 50}\n"
OTHER = "      autre:\n        notebook: debut/premier.ipynb\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = write_course(tmp_path / "auteurs")
    declared = (folder / "course.yml").read_text()
    (folder / "course.yml").write_text(f"{declared}{DUE}{OTHER}", encoding="utf-8")
    return folder


@pytest.fixture
def preview(course: Path, tmp_path: Path) -> Iterator[OpenerDirector]:
    """Start the command with these words; a client that came in by its address."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> Client:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", "preview", str(course), *words],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "GARRIGUE_INSTANCE": str(tmp_path / "instance")},
        )
        started.append(process)
        found = re.search(r"(http://\S+)(/apercu/\S+)", read_until(process, "Ctrl-C"))
        return Client(found[1], found[2])

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 0


def read_until(process: subprocess.Popen[str], word: str) -> str:
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError(f"the command ended: {lines}")


class Client:
    """A browser of the author."""

    def __init__(self, site: str, entrance: str) -> None:
        self.site, self.entrance = site, entrance
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.first = self.get(entrance)

    def get(self, path: str) -> str:
        with self._opener.open(f"{self.site}{path}", timeout=WAIT_S) as answer:
            return answer.read().decode()

    def versions(self) -> Iterator[str]:
        with self._opener.open(f"{self.site}/apercu/suivi", timeout=WAIT_S) as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])["version"]


def test_pages_follow_what_is_written_for_their_author_alone(preview, course):
    client = preview("--date", "2030-03-15")
    assert "Petit cours" in client.first
    assert "15 mars 2030" in client.first
    assert "Aucun problème trouvé" in client.first
    exercise = client.get("/cours/petit-cours/exercices/premier-carnet/")
    assert "s’ouvrira quand vous aurez obtenu 50" in exercise
    assert "22 mars 2030" in exercise

    stranger = build_opener()
    with pytest.raises(HTTPError, match="404"):
        stranger.open(f"{client.site}/apercu/entrer/autre", timeout=WAIT_S)
    with stranger.open(f"{client.site}/cours/petit-cours/", timeout=WAIT_S) as answer:
        assert answer.url.startswith(f"{client.site}/connexion")

    versions = client.versions()
    before = next(versions)
    assert f'data-version="{before}"' in client.get("/cours/petit-cours/debut/lire/")
    (course / "debut" / "lire.md").write_text("# Relire\n", encoding="utf-8")
    assert next(versions) != before
    assert "<h1>Relire" in re.sub(
        r"<h1[^>]*>", "<h1>", client.get("/cours/petit-cours/debut/lire/")
    )

    (course / "course.yml").write_text("title: Petit cours\nmodulles: {}\n", encoding="utf-8")
    next(versions)
    page = client.get("/cours/petit-cours/debut/lire/")
    assert "Relire" in page
    assert "1 erreur" in page
    assert "course.yml:2" in page
    assert "modules" in page


def test_a_promotion_of_the_site_gives_its_dates_and_nobodys_work(preview, course, tmp_path):
    config = Config(secret_key="x" * 20, instance=tmp_path / "instance", courses=course.parent)
    config.instance.mkdir()
    engine = open_engine(config.database)
    upgrade(engine)
    with session_factory(engine).begin() as session:
        promotion = make_promotion(session, slug="castelnau", name="Castelnau 2029")
        make_membership(session, promotion=promotion)
        at = datetime(2029, 10, 4, 10, tzinfo=UTC)
        session.add(PromotionDate(promotion_id=promotion.id, symbol="semaine-2", at=at))
        make_promotion(session, slug="ailleurs", course_slug="autre-cours")
    engine.dispose()

    client = preview("--promotion", "castelnau", "--date", "2027-01-04")
    assert "Castelnau 2029" in client.first
    exercise = client.get("/cours/petit-cours/exercices/premier-carnet/")
    assert "4 octobre 2029" in exercise

    refused = subprocess.run(
        [sys.executable, "-m", "lms.cli", "preview", str(course), "--promotion", "ailleurs"],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        env={**os.environ, "GARRIGUE_INSTANCE": str(config.instance)},
        check=False,
    )
    assert refused.returncode == 1
    assert "suit un autre cours" in refused.stderr
