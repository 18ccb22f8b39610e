"""A real site on a real SQLite file, and a browser that signs in through the real form."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.app import create_app
from lms.config import Config
from lms.models import Base, User
from lms.web.context import EXTENSION, Site
from tests.factories import PASSWORD, write_course
from tests.lms.sparing import sparing

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser(FlaskClient):
    """A client that sends the token of a form as a browser does."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        """Send a request; the answer is read to its end, so that mails are sent after it."""
        return super().open(*args, buffered=buffered, **kwargs)

    def token(self, page: str = "/connexion") -> str:
        """Return the CSRF token of a form on that page."""
        found = TOKEN.search(self.get(page, follow_redirects=True).text)
        assert found, f"{page} has no form"
        return unescape(found[1])

    def submit(self, address: str, page: str | None = None, **fields: Any) -> TestResponse:
        """Post the fields to the address with the token of a form on the page."""
        token = self.token(page or address)
        return self.post(address, data={"csrf_token": token, **fields})


@pytest.fixture(scope="session", autouse=True)
def _sparing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sites share what is the same for all of them, and hash passwords cheaply."""
    with sparing(tmp_path_factory.mktemp("static")):
        yield


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a site of its own, with one small course."""
    courses = tmp_path / "courses"
    write_course(courses)
    instance = tmp_path / "instance"
    instance.mkdir()
    return Config(
        secret_key="secret of the tests, long enough",
        instance=instance,
        courses=courses,
        public_url="http://localhost",
    )


@pytest.fixture
def log() -> io.StringIO:
    """What the site logs."""
    return io.StringIO()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and no row: copying it is faster than making it."""
    path = tmp_path_factory.mktemp("database") / "garrigue.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def make_app(log: io.StringIO, empty_database: Path) -> Iterator[Callable[..., Flask]]:
    """Make sites with other settings or plugins; each is closed at the end."""
    made: list[Flask] = []

    def make(config: Config, **given: Any) -> Flask:
        target = config.instance / "garrigue.db"
        if not target.exists():
            shutil.copyfile(empty_database, target)
        app = create_app(config, **{"log_to": log, **given})
        app.test_client_class = Browser
        made.append(app)
        return app

    yield make
    for app in made:
        _site(app).engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], config: Config) -> Flask:
    """The site."""
    return make_app(config)


@pytest.fixture
def site(app: Flask) -> Site:
    """What the site is made of: its library, blobs, plugins and log."""
    return _site(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session beside the site's own: commit what the site should see."""
    with _site(app).sessions() as session:
        yield session


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return new_browser(app)


@pytest.fixture
def sign_in() -> Callable[..., TestResponse]:
    """Sign a person in through the form: `sign_in(client, user)`."""

    def sign(client: Browser, user: User, password: str = PASSWORD) -> TestResponse:
        return client.submit("/connexion", email=user.email, password=password)

    return sign


def new_browser(app: Flask) -> Browser:
    """Return another browser, with cookies of its own."""
    client = app.test_client()
    assert isinstance(client, Browser)
    return client


def _site(app: Flask) -> Site:
    site = app.extensions[EXTENSION]
    assert isinstance(site, Site)
    return site
