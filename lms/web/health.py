"""Whether the site answers: for the supervisor, load balancers and monitoring."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from lms.database import answers

bp = Blueprint("health", __name__)


@bp.get("/sante")
def show() -> ResponseReturnValue:
    """Answer `ok` when the database answers; asked by its address, whatever the host name."""
    answers(g.session)
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
