"""What a preview adds to the site: its entrance, the bar under each page, live reload."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.errors import NotFound
from lms.models import User
from lms.preview.school import Viewer
from lms.preview.state import Preview
from lms.services import sign_in
from lms.web import person
from lms.web.context import now
from lms.web.events import Pace, Streams, changes

#: How often an open page asks whether the course changed.
PACE = Pace(poll_s=0.2)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the pages of a preview know.

    :param token: of the address that its author opens, so that nobody else comes in.
    """

    preview: Preview
    viewer: Viewer
    token: str
    clock: Callable[[], datetime]


def init_app(app: Flask, shown: Shown) -> None:
    """Add the preview's addresses, and its bar to every page."""
    app.config[person.ALSO_OPEN] = frozenset({"preview.enter"})
    app.register_blueprint(_blueprint(shown))

    @app.after_request
    def add_bar(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.direct_passthrough:
            page = response.get_data(as_text=True)
            bar = render_template("preview/_bar.html", shown=shown, moment=shown.clock())
            response.set_data(page.replace("</body>", f"{bar}</body>"))
        return response


def _blueprint(shown: Shown) -> Blueprint:
    bp = Blueprint("preview", __name__, url_prefix="/apercu")
    streams = Streams()

    @bp.get("/entrer/<token>")
    def enter(token: str) -> ResponseReturnValue:
        """Sign the author in as the preview's learner, then show the course."""
        if not hmac.compare_digest(token.encode(), shown.token.encode()):
            raise NotFound(_("Cette page n’existe pas, ou elle ne vous est pas ouverte."))
        user = g.session.get(User, shown.viewer.user_id)
        person.begin(sign_in.begin(g.session, user, now=now()))
        return redirect(url_for("learn.course", course_slug=shown.preview.slug), 303)

    @bp.get("/suivi")
    def follow() -> ResponseReturnValue:
        """Tell the page when the course changed."""
        return streams.open(
            changes(
                lambda: {"version": shown.preview.version},
                is_final=lambda _value: False,
                pace=PACE,
            )
        )

    return bp
