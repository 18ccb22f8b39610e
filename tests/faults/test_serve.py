"""`garrigue serve`: one parent that survives its children, and no child that survives it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.config import Config
from tests.faults.conftest import PATIENCE_S, Site

HOST = "127.0.0.1"

pytestmark = pytest.mark.room


def wait_until(question: Callable[[], bool], site: Site) -> None:
    ends_at_s = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < ends_at_s, site.output.read_text()[-4000:]
        time.sleep(0.1)


def children(pid: int) -> dict[int, str]:
    """Return a process's children with their command lines."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True
    )
    lines = (line.strip().partition(" ") for line in listed.stdout.splitlines())
    return {int(number): words for number, _space, words in lines}


def child(parent: int, name: str) -> int | None:
    return next((pid for pid, words in children(parent).items() if name in words), None)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sante", timeout=5) as answer:
            return bool(answer.read() == b"ok\n")
    except OSError:
        return False


def address(site: Site) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", site.output.read_text())
    return found[0] if found else "http://127.0.0.1:1"


def test_restarts_what_is_killed_and_leaves_nothing_behind(site: Site) -> None:
    parent = site.start("serve")
    wait_until(lambda: answers(address(site)), site)
    url = address(site)
    for name in ("gunicorn", "lms.cli worker"):
        killed = child(parent.pid, name)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: child(parent.pid, name) not in (None, killed), site)  # noqa: B023
    wait_until(lambda: answers(url), site)
    said = site.output.read_text()

    assert "« web » s’est arrêté (signal 9)" in said
    assert "« correction 1 » s’est arrêté (signal 9)" in said

    last = list(children(parent.pid))
    parent.send_signal(signal.SIGTERM)
    parent.wait(timeout=60)

    assert parent.returncode == 0
    assert not [pid for pid in last if Path(f"/proc/{pid}").exists()]
    assert not answers(url)


class TestPort:
    @pytest.fixture
    def taken(self) -> object:
        """A socket that another program listens on."""
        with socket.create_server((HOST, 0)) as listener:
            yield listener

    def test_a_taken_port_is_an_error_with_the_line_to_run(
        self, site: Site, taken: socket.socket
    ) -> None:
        port = taken.getsockname()[1]
        refused = site.start("serve", "--port", str(port))
        refused.wait(timeout=60)

        assert refused.returncode == 1
        said = site.output.read_text()
        assert f"Le port {port} est déjà pris par un autre programme." in said
        assert "ajoutez «\u00a0--port " in said


def test_a_first_start_makes_what_is_missing_and_ends_with_its_parent(
    tmp_path: Path, site: Site
) -> None:
    broken = site.config.courses / "casse"
    broken.mkdir()
    (broken / "myst.yml").write_text("version: 1\nproject:\n  title: Cassé\n  toc: []\n")
    (broken / "course.yml").write_text("title: Cassé\nmodules:\n  a:\n    titre: Oups\n")
    fresh = tmp_path / "fresh"
    environment = site.environment(GARRIGUE_INSTANCE=str(fresh))
    del environment["GARRIGUE_SECRET_KEY"]
    config = Config(secret_key="", instance=fresh, courses=site.config.courses)
    new = Site(config=config, sessions=site.sessions, learner_id=0)
    fresh.mkdir()
    with new.output.open("ab") as output:
        parent = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", "serve"],
            env=environment,
            stdout=output,
            stderr=output,
        )
    site.processes.append(parent)
    wait_until(lambda: answers(address(new)), new)

    assert (fresh / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (fresh / "garrigue.db").is_file()

    orphans = list(children(parent.pid))
    parent.kill()
    parent.wait()
    assert orphans
    wait_until(lambda: not [p for p in orphans if Path(f"/proc/{p}").exists()], new)

    said = new.output.read_text()
    assert (fresh / "secret_key").read_text() not in said
    assert "Le cours «\u00a0casse\u00a0» a une erreur\u00a0: il n’est pas servi." in said
    assert re.search(r"course\.yml.*4", said)
