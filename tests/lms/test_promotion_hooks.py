"""The hooks of promotions: unlock rules, notifiers, listeners, enrolment sources."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.config import Config
from lms.domain.access import Role
from lms.domain.unlocking import Opening
from lms.hookspecs import Enrolment, Happened, Mail, Notice, hookimpl
from lms.web.context import EXTENSION, Site
from tests.factories import make_membership, make_promotion, make_user
from tests.lms.conftest import Browser


class Listener:
    """A plugin that remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[Happened] = []
        self.told: list[Notice] = []

    @hookimpl
    def hear_event(self, event: Happened) -> None:
        self.heard.append(event)

    @hookimpl
    def notify(self, notice: Notice) -> bool:
        self.told.append(notice)
        return True

    @hookimpl
    def unlock(self) -> Opening:
        return Opening(is_open=False, reason="Le jardin est fermé.")

    @hookimpl
    def enrolment_source(self, promotion: str) -> Enrolment:
        return Enrolment(source=f"Scolarité de {promotion}", lines=())


class Broken:
    """A plugin that fails at everything."""

    @hookimpl
    def hear_event(self) -> None:
        raise RuntimeError("deaf")

    @hookimpl
    def notify(self) -> Mail:
        raise RuntimeError("mute")

    @hookimpl
    def unlock(self) -> Opening:
        raise RuntimeError("stuck")

    @hookimpl
    def enrolment_source(self) -> Enrolment:
        raise RuntimeError("lost")


@pytest.fixture
def open_site(
    make_app: Callable[..., Flask], config: Config, sign_in: Callable[..., object]
) -> Callable[..., tuple[Browser, Session, str]]:
    """Give a site with these plugins: a cohort manager's browser, and where members are."""

    def opened(*plugins: object) -> tuple[Browser, Session, str]:
        app = make_app(config, plugins=plugins)
        site: Site = app.extensions[EXTENSION]
        session = site.sessions()
        promotion = make_promotion(session)
        manager = make_membership(session, make_user(session), promotion, Role.COHORT_MANAGER)
        learner = make_membership(session, make_user(session), promotion)
        session.commit()
        client = app.test_client()
        assert isinstance(client, Browser)
        sign_in(client, manager.user)
        where = f"/promotions/{promotion.slug}/membres/"
        client.submit(f"{where}{learner.id}/depart", page=where)
        client.submit(f"{where}{learner.id}/depart", page=where)  # refused: left already
        client.submit(f"{where}{learner.id}/retour", page=where)
        grants = f"/promotions/{promotion.slug}/amenagements/"
        who = f"personne:{learner.user_id}"
        client.submit(grants, qui=who, tentatives="1", motif="Panne")
        session.close()
        return client, session, where

    return opened


def test_plugins_hear_of_what_was_kept_and_tell_people(open_site, config: Config) -> None:
    listener = Listener()
    client, _session, where = open_site(listener)
    heard = [event.action for event in listener.heard if event.promotion_id]
    assert heard == ["membership.ended", "membership.started", "adjustment.granted"]
    [notice] = listener.told
    assert (notice.kind, notice.mail.subject) == (
        "adjustment",
        "Vos échéances ont été aménagées",
    )
    assert not (config.instance / "mails").exists()
    assert "Scolarité de promotion" in client.get(f"{where}inscriptions/").text


def test_plugins_that_fail_are_named_and_break_nothing(
    open_site, config: Config, log: io.StringIO
) -> None:
    client, _session, where = open_site(Broken())
    [_mail] = (config.instance / "mails").glob("*.eml")  # the default notifier was asked next
    assert client.get(f"{where}inscriptions/").status_code == 200
    for hook in ("hear_event", "notify", "enrolment_source"):
        assert f'"hook": "{hook}"' in log.getvalue()


def test_a_plugin_decides_what_is_open(make_app: Callable[..., Flask], config: Config) -> None:
    for plugin, is_open in ((Listener(), False), (Broken(), True)):
        site: Site = make_app(config, plugins=[plugin]).extensions[EXTENSION]
        course = site.library.course("petit-cours")
        found = site.unlock(course, course.assignments[0], {})
        assert found.is_open is is_open
