"""The home page: where one is, what comes next."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show a learner what to do next, a trainer what waits."""
    return render_template("home/show.html")
