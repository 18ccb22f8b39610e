"""create_app(): the only module that knows all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from flask import Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.blobs import BlobStore
from lms.catalogue import open_library
from lms.config import Config
from lms.database import session_factory
from lms.failures import FailureLog
from lms.logs import json_log
from lms.plugins import FAILURES, activity_reader, load_plugins, score_rules
from lms.web import (
    accounts,
    adjustments,
    alerts,
    assignments,
    audit,
    authoring,
    calendar,
    competences,
    database,
    deciding,
    display,
    drafts,
    enrolling,
    errors,
    following,
    goals,
    groups,
    headers,
    health,
    help,
    hints,
    home,
    invitations,
    journal,
    learn,
    levels,
    limits,
    marking,
    marking_plans,
    members,
    notes,
    operate,
    packs,
    passwords,
    peers,
    person,
    promotion_pages,
    publication,
    questions,
    rubrics,
    search,
    sheets,
    similarity,
    snippets,
    static,
    submissions,
    teach,
    term_rules,
    tickets,
    workbench,
)
from lms.web.context import EXTENSION, Site
from lms.web.score_pages import SCORE_PAGES

PACKAGE = Path(__file__).parent

BLUEPRINTS = (
    *SCORE_PAGES,
    accounts.bp,
    alerts.bp,
    adjustments.bp,
    assignments.bp,
    authoring.bp,
    audit.bp,
    calendar.bp,
    competences.bp,
    deciding.bp,
    display.bp,
    drafts.bp,
    following.bp,
    enrolling.bp,
    goals.bp,
    groups.bp,
    health.bp,
    help.bp,
    hints.bp,
    home.bp,
    invitations.bp,
    levels.bp,
    learn.bp,
    members.bp,
    marking.bp,
    marking_plans.bp,
    notes.bp,
    operate.bp,
    packs.bp,
    passwords.bp,
    peers.bp,
    promotion_pages.bp,
    publication.bp,
    questions.bp,
    rubrics.bp,
    search.bp,
    sheets.bp,
    similarity.bp,
    snippets.bp,
    submissions.bp,
    teach.bp,
    term_rules.bp,
    tickets.bp,
    workbench.bp,
)


def create_app(
    config: Config,
    *,
    plugins: Iterable[object] = (),
    log_to: TextIO | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Flask:
    """Return the site that these settings describe.

    :param plugins: asked before the installed and the default ones.
    :param log_to: where log lines go; standard error by default.
    :param clock: what the site takes for the moment; the machine's by default.
    """
    app = Flask("lms", template_folder=str(_templates()), static_folder=None)
    app.config.update(
        SECRET_KEY=config.secret_key,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a lesson may take an afternoon
        WTF_CSRF_SSL_STRICT=False,  # Referrer-Policy may hide it; Sec-Fetch-Site is checked
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE=config.timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(PACKAGE / "translations"),
    )
    log = json_log(log_to)
    found_plugins = load_plugins(
        log,
        extra=plugins,
        has_installed=config.has_plugins,
        failures=FailureLog(config.instance / FAILURES),
    )
    engine = database.open_database(app, config.database)
    app.extensions[EXTENSION] = Site(
        config=config,
        library=open_library(
            config,
            tell=lambda slug, problems: log.error(
                "course unreadable", course=slug, problems=[str(found) for found in problems]
            ),
            read_activity=activity_reader(found_plugins),
            score_rules=score_rules(found_plugins),
        ),
        blobs=BlobStore(config.instance / "blobs"),
        plugins=found_plugins,
        engine=engine,
        sessions=session_factory(engine),
        log=log,
        clock=clock or (lambda: datetime.now(UTC)),
    )
    _wire(app, config)
    return app


def _wire(app: Flask, config: Config) -> None:
    """Put on the layers that every request goes through, outermost first."""
    journal.init_app(app)
    headers.init_app(app, config)
    limits.init_app(app, config)
    database.init_app(app)
    person.init_app(app)
    errors.init_app(app)
    Babel(app, locale_selector=display.select_locale)
    protection = CSRFProtect(app)
    protection.exempt(publication.hook)  # signed by its sender, and opens no session
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    static.init_app(
        app,
        source=PACKAGE / "static",
        instance=config.instance,
        add_headers=lambda sent: headers.add_fixed_headers(sent, config),
    )
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=config.trusted_proxies, x_host=0
        )


def _templates() -> Path:
    """Return the folder of the templates: in the package when installed, else beside it."""
    installed = PACKAGE / "_share" / "templates"
    return installed if installed.is_dir() else PACKAGE.parent / "templates"
