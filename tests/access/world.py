"""One school in which everybody has a part, and what each of them asks it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from lms.app import create_app
from lms.config import Config
from lms.domain.pulls import hook_secret
from lms.models import Base, Promotion, User
from lms.services import sign_in as signing
from lms.web.context import EXTENSION, Site
from tests.access.people import NOBODY
from tests.access.routes import ROUTES, STREAMS
from tests.access.rows import link_rows, rows_of
from tests.access.school import populate, write_courses
from tests.access.score_rows import files_of, score_rows
from tests.handing_in import answered
from tests.lms.conftest import Browser


@dataclass(frozen=True, kw_only=True)
class World:
    """One school in which everybody has a part."""

    app: Flask
    people: dict[str, User]
    submissions: dict[str, int]
    promotion: Promotion
    #: By person: the token of a form that they were shown, as their session and as it says it.
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        site = self.app.extensions[EXTENSION]
        assert isinstance(site, Site)
        return site

    def browser(self, person: str) -> Browser:
        """A browser in which that person is signed in, as far as possible."""
        client = self.app.test_client()
        assert isinstance(client, Browser)
        if person != "anonymous":
            with self.site.sessions.begin() as session:
                user = session.get(User, self.people[person].id)
                token = signing.begin(session, user, now=datetime.now(UTC))
            with client.session_transaction() as cookie:
                cookie["_user_id"] = token
        return client

    def token(self, client: Browser, person: str) -> str:
        """The token of a form that this person was shown once and keeps in each browser."""
        if person not in self.tokens:
            said = client.token("/connexion" if person in NOBODY else "/compte")
            with client.session_transaction() as cookie:
                self.tokens[person] = cookie["csrf_token"], said
        kept, said = self.tokens[person]
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = kept
        return said

    def address(self, name: str, person: str) -> str:
        """The address of a route, with links made afresh for those that work once."""
        template, values = ROUTES[name].address, {"promotion": self.promotion.slug}
        values["submission"] = str(self.submissions.get(person, self.submissions["owner"]))
        values["other"] = str(self.submissions["former owner"])
        values["question"] = values["submission"]  # they were given the same number
        values["data"] = "data/notes.csv"
        values["learner"] = str(self.people["owner"].id)
        with self.site.sessions.begin() as session:
            values |= score_rows(self, session, template)
            values |= link_rows(self, session, template, person)
            values |= rows_of(self, session, template, person)
        return template.format(**values)

    def ask(self, name: str, person: str, token: str | None = None) -> Any:
        """Ask for a route as that person; a POST brings the token of a page of theirs."""
        client, address = self.browser(person), self.address(name, person)
        if name.startswith("GET"):
            return client.get(address, buffered=name not in STREAMS)
        if ROUTES[name].is_signed:
            secret = hook_secret(self.site.config.secret_key, "petit-cours", "sel")
            return client.post(address, headers={"X-Gitlab-Token": secret})
        body = ROUTES[name].body
        if body is not None:
            sent = self.token(client, person) if token is None else token
            headers = {"X-CSRFToken": sent}
            return client.open(address, method=name.split()[0], json=body, headers=headers)
        fields: dict[str, Any] = {
            key: (io.BytesIO(answered()), "carnet.ipynb")
            if text == "notebook"
            else text.replace("{learner}", str(self.people["owner"].id)).replace(
                "{new}", datetime.now(UTC).isoformat()
            )
            for key, text in ROUTES[name].fields.items()
        }
        fields |= files_of(self, name, person)
        fields["csrf_token"] = self.token(client, person) if token is None else token
        return client.post(address, data=fields)


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Open a school in a folder for the length of the block."""
    write_courses(folder / "courses")
    config = Config(
        secret_key="secret of the tests, long enough",
        instance=folder / "instance",
        courses=folder / "courses",
        public_url="http://localhost",
        sign_in_attempts_account=1000,
        sign_in_attempts_host=1000,
    )
    config.instance.mkdir()
    app = create_app(config, log_to=io.StringIO())
    app.test_client_class = Browser
    site: Site = app.extensions[EXTENSION]
    Base.metadata.create_all(site.engine)
    with site.sessions.begin() as session:
        people, submissions, promotion = populate(session, site)
    yield World(app=app, people=people, submissions=submissions, promotion=promotion)
    site.engine.dispose()
