"""The home page: where one is, what comes next."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.domain.access import STAFF, Action, require
from lms.services import home, staff_home
from lms.web import goals
from lms.web.context import now, site

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show a learner what to do next, a trainer what waits."""
    require(g.actor, Action.USE_ACCOUNT)
    return render_template(
        "home/show.html",
        following=home.followed(g.session, site().library, g.actor.user_id, now=now()),
        goal=goals.own_goal(),
        staff=staff_home.staff(
            g.session, g.actor.promotions(*STAFF), reader_id=g.actor.user_id, now=now()
        ),
    )
