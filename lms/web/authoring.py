"""An assignment for its trainers: source, learners' form, solution run, wrong answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from lms.catalogue.addresses import place_of
from lms.checks import find_record
from lms.content.markdown import markdown_cell
from lms.domain.access import Action, Role, Subject, may
from lms.hookspecs import SlotLink
from lms.services import sources
from lms.services.promotions import promotions_following
from lms.services.sources import ShownCell
from lms.web.asked import Asked, asked_for
from lms.web.context import site

bp = Blueprint(
    "authoring", __name__, url_prefix="/cours/<course_slug>/exercices/<assignment_id>/auteur"
)


@dataclass(frozen=True, kw_only=True)
class View:
    """One of the page's tabs."""

    key: str
    label: str
    is_current: bool


@bp.get("/")
def show(course_slug: str, assignment_id: str) -> ResponseReturnValue:  # noqa: ARG001
    """Show one of the four sides of an assignment."""
    asked = asked_for(Action.SEE_SOURCE)
    views = _views(request.args.get("vue", ""))
    [current] = [view.key for view in views if view.is_current]
    read = {"source": sources.source_cells, "enonce": sources.released_cells}.get(current)
    return render_template(
        "authoring/show.html",
        course=asked.course,
        module=asked.course.module(asked.assignment.module_id),
        assignment=asked.assignment,
        views=views,
        current=current,
        cells=[_cell(asked, cell) for cell in read(site().blobs, asked.version)]
        if read
        else (),
        checked=find_record(site().config.instance, asked.course, asked.assignment),
    )


def _views(asked: str) -> list[View]:
    labels = {
        "source": _("Source"),
        "enonce": _("Énoncé"),
        "reference": _("Solution exécutée"),
        "essais": _("Réponses fausses"),
    }
    current = asked if asked in labels else "source"
    return [
        View(key=key, label=label, is_current=key == current) for key, label in labels.items()
    ]


def _cell(asked: Asked, cell: ShownCell) -> dict[str, Any]:
    """Return a cell with its text as HTML, where it is text."""
    html = ""
    if cell.is_text:
        html, _problems = markdown_cell(
            cell.source, place=place_of(asked.course, asked.assignment.notebook)
        )
    return {"said": cell, "html": Markup(html)}  # noqa: S704 - the lessons' own renderer


@bp.app_template_global()
def team_links(course_slug: str, assignment_id: str = "") -> list[SlotLink]:
    """Return the pages for its team that the person may open from a course's page."""
    if not (g.actor.is_operator or g.actor.promotions(Role.TRAINER)):
        return []
    subject = Subject(promotion_ids=promotions_following(g.session, course_slug))
    if assignment_id:
        address = url_for(
            "authoring.show", course_slug=course_slug, assignment_id=assignment_id
        )
        label, action = _("Source, solution et essais"), Action.SEE_SOURCE
    else:
        address = url_for("publication.show", course_slug=course_slug)
        label, action = _("Publication du cours"), Action.PUBLISH
    return [SlotLink(label=label, address=address)] if may(g.actor, action, subject) else []
