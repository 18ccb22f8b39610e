"""What operators see of the installation: its plugins, and what they failed at."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lms.domain.access import Action, require
from lms.failures import FailureLog
from lms.hookspecs import SlotLink
from lms.plugins import FAILURES
from lms.web.context import site

bp = Blueprint("operate", __name__, url_prefix="/exploitation")


@bp.app_template_global()
def slot_links(name: str, **facts: object) -> list[SlotLink]:
    """Return the links that plugins add to a page."""
    found: list[list[SlotLink]] = site().plugins.gather("page_slot", name=name, facts=facts)
    return [link for links in found for link in links]


@bp.get("/extensions")
def extensions() -> ResponseReturnValue:
    """List the plugins and their latest failures."""
    require(g.actor, Action.OPERATE)
    return render_template(
        "operate/extensions.html",
        plugins=site().plugins.shown(),
        failures=FailureLog(site().config.instance / FAILURES).latest(),
        has_plugins=site().config.has_plugins,
    )
