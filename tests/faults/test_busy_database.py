"""Somebody else writes for too long: people are told to try again, and nothing is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.models import Submission
from lms.services import versions
from lms.web.context import Site
from tests.factories import make_membership
from tests.handing_in import answered
from tests.lms.conftest import (  # noqa: F401 - fixtures
    Browser,
    app,
    client,
    config,
    empty_database,
    log,
    make_app,
    session,
    sign_in,
    site,
)

PAGE = "/cours/petit-cours/exercices/premier-carnet/"


@pytest.fixture
def impatient(site: Site) -> Site:  # noqa: F811
    """The site, with a database that waits a moment only for its lock."""

    @event.listens_for(site.engine, "connect")
    def wait_less(connection: object, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")  # type: ignore[attr-defined]

    site.engine.dispose()
    return site


def test_a_locked_database_is_said_in_french_and_loses_nothing(
    impatient: Site,
    client: Browser,  # noqa: F811
    session: Session,  # noqa: F811
    sign_in: Callable[..., TestResponse],  # noqa: F811
) -> None:
    member = make_membership(session)
    course = impatient.library.course("petit-cours")
    versions.sync(session, impatient.blobs, impatient.library, course, now=datetime.now(UTC))
    session.commit()
    sign_in(client, member.user)
    token = client.token(PAGE)

    def send() -> TestResponse:
        file = (io.BytesIO(answered()), "carnet.ipynb")
        return client.post(f"{PAGE}rendus", data={"csrf_token": token, "carnet": file})

    session.execute(text("UPDATE user SET name = name"))
    refused = send()
    session.rollback()
    taken = send()

    assert refused.status_code == 503
    assert "enregistre beaucoup de travail" in refused.text
    assert "Gardez votre travail" in refused.text
    assert taken.status_code == 303
    assert session.scalar(select(func.count(Submission.id))) == 1
