"""One request, one transaction: kept after an answer below 400, rolled back otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, g
from flask_sqlalchemy import SQLAlchemy

from lms import happenings
from lms.database import Engine, from_here, prepare
from lms.hookspecs import Mail, Notice
from lms.models import Base
from lms.web.context import Site, site

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def open_database(app: Flask, url: str) -> Engine:
    """Bind Flask-SQLAlchemy to the database, and return its engine, prepared as everywhere."""
    app.config["SQLALCHEMY_DATABASE_URI"] = from_here(url)
    db.init_app(app)
    with app.app_context():
        engine: Engine = db.engine
    prepare(engine)
    return engine


def init_app(app: Flask) -> None:
    """Give each request its session, end its transaction, then send its mails.

    What was not committed is rolled back when Flask-SQLAlchemy removes the session.
    """
    app.before_request(_begin)
    app.after_request(_keep)


def _begin() -> None:
    g.session = db.session()


def _keep(response: Response) -> Response:
    if "session" in g and response.status_code < 400:
        g.session.commit()
        _tell(response)
    return response


def _tell(response: Response) -> None:
    """Tell after the answer went out, so that its time tells nothing about the address."""
    garrigue, mails = site(), g.pop("mails", [])
    events = happenings.committed(g.session)
    if mails or events:
        response.call_on_close(lambda: send_mails(garrigue, mails))
        response.call_on_close(
            lambda: happenings.tell(garrigue.plugins, garrigue.config, events)
        )


def send_mails(garrigue: Site, mails: Sequence[Mail | Notice]) -> None:
    """Hand each mail and each notice to the plugins; what none of them took is logged."""
    for told in mails:
        mail: Mail | bool | None = told if isinstance(told, Mail) else None
        if isinstance(told, Notice):
            mail = garrigue.plugins.ask("notify", notice=told, config=garrigue.config)
        is_sent = mail is True or (
            isinstance(mail, Mail)
            and garrigue.plugins.ask("send_mail", mail=mail, config=garrigue.config)
        )
        if not is_sent:
            subject = told.mail.subject if isinstance(told, Notice) else told.subject
            garrigue.log.error("mail not sent", subject=subject)
