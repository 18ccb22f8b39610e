"""`garrigue course remote` and `pull`, and the worker that begins what a forge asked for."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from lms.cli import main
from lms.database import open_engine, session_factory
from lms.domain.pulls import Source, hook_secret
from lms.instance import secret_key
from lms.logs import json_log
from lms.migrations import upgrade
from lms.models import CoursePull
from lms.pulling import Puller
from lms.services import pulls
from tests.lms import git

WAIT_S = 60


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A repository with a course of lessons, and a site's settings around it."""
    monkeypatch.setenv("GARRIGUE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("GARRIGUE_COURSES", str(tmp_path / "courses"))
    (tmp_path / "courses").mkdir()
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / "myst.yml").write_text("project:\n  title: Lire\n  toc:\n    - file: un.md\n")
    (folder / "un.md").write_text("# Un\n")
    git.repository(folder)
    return folder


@pytest.fixture
def sessions(source, tmp_path):
    (tmp_path / "instance").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'instance' / 'garrigue.db'}")
    upgrade(engine)
    yield session_factory(engine)
    engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["course", *words])


def test_a_course_follows_a_repository_until_it_no_longer_does(source, sessions, tmp_path):
    said = run("remote", "lire", f"file://{source}")
    assert said.exit_code == 0, said.output
    assert "/cours/lire/publication/crochet" in said.stdout
    with sessions() as session:
        salt = pulls.remote_of(session, "lire").salt
    assert hook_secret(secret_key(tmp_path / "instance"), "lire", salt) in said.stdout
    assert salt in {pulls.remote_of(session, "lire").salt}
    assert run("remote", "lire").stdout == said.stdout
    assert run("remote", "lire", "--new-secret").stdout != said.stdout

    first = run("pull")
    assert (first.exit_code, "lire : publié" in first.stdout) == (0, True), first.output
    assert "déjà servi" in run("pull", "lire").stdout

    (source / "myst.yml").write_text("project:\n  toc:\n    - file: deux.md\n")
    git.commit(source)
    refused = run("pull", "lire")
    assert refused.exit_code == 1
    assert "myst.yml:3" in refused.stderr
    assert "lire : refusé" in refused.stdout

    assert run("remote", "lire", "--remove").exit_code == 0
    assert run("pull", "lire").exit_code == 1
    assert "Aucun cours ne suit" in run("pull").stdout


def test_sync_leaves_alone_what_follows_a_repository(source, sessions, tmp_path):
    git.run(tmp_path, "clone", "--quiet", str(source), str(tmp_path / "courses" / "lire"))
    run("remote", "lire", f"file://{source}")
    assert "suit un dépôt" in run("sync").stdout


@pytest.mark.parametrize("url", ["ext::sh -c x", "/srv/git", "--upload-pack=x:y"])
def test_refuses_addresses_that_git_would_run(source, sessions, url):
    result = run("remote", "lire", "--", url)
    assert result.exit_code == 1
    assert "adresse de dépôt" in result.stderr


def test_a_worker_begins_what_waits(source, sessions):
    run("remote", "lire", f"file://{source}")
    with sessions.begin() as session:
        asked = pulls.ask(
            session, "lire", Source.WEBHOOK, actor_id=None, now=datetime.now(UTC)
        ).id
    stop = threading.Event()
    thread = threading.Thread(target=Puller(sessions, json_log()).serve, args=(stop,))
    thread.start()
    ends_at_s = time.monotonic() + WAIT_S
    try:
        while time.monotonic() < ends_at_s:
            with sessions() as session:
                if session.get(CoursePull, asked).outcome == "published":
                    return
            time.sleep(0.2)
        raise AssertionError("the pull was not done")
    finally:
        stop.set()
        thread.join(WAIT_S)
