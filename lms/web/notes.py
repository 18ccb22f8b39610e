"""Notes of one's own: kept under a lesson, read all together, taken away."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, require
from lms.errors import Invalid
from lms.services import notes
from lms.services.notes import ChangedElsewhere, Where
from lms.web import reading
from lms.web.context import now, site
from lms.web.sentences import said

bp = Blueprint("notes", __name__)


@bp.get("/notes/")
def mine() -> ResponseReturnValue:
    """Show all notes of the person."""
    require(g.actor, Action.USE_ACCOUNT)
    found = notes.notes_of(g.session, site().library, g.actor.user_id)
    return render_template("notes/mine.html", notes=found)


@bp.get("/notes/export")
def export() -> Response:
    """Give all notes of the person as one Markdown file."""
    require(g.actor, Action.USE_ACCOUNT)
    text = notes.as_markdown(notes.notes_of(g.session, site().library, g.actor.user_id))
    return Response(
        text,
        mimetype="text/markdown",
        headers={"Content-Disposition": 'attachment; filename="mes-notes.md"'},
    )


@bp.post("/cours/<course_slug>/<module_id>/<page_slug>/note")
def save(course_slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Keep what the person wrote about a lesson."""
    course = reading.course_named(course_slug)
    page = reading.page_named(reading.module_named(course, module_id), page_slug)
    where = Where(course_slug=course.slug, module_id=module_id, page_slug=page.slug)
    revision = notes.write(
        g.session,
        g.actor.user_id,
        where,
        text=request.form.get("texte", ""),
        base=_base(request.form.get("base", "0")),
        now=now(),
    )
    if _is_script():
        return {"revision": revision}
    flash(_("Votre note est enregistrée.") if revision else _("Votre note est effacée."), "ok")
    lesson = url_for(
        "learn.page", course_slug=course_slug, module_id=module_id, page_slug=page_slug
    )
    return redirect(f"{lesson}#ma-note", 303)


@bp.errorhandler(ChangedElsewhere)
def compare(refusal: ChangedElsewhere) -> ResponseReturnValue:
    """Show both texts, so that the person chooses."""
    g.session.rollback()
    if _is_script():
        return {"message": said(refusal)}, 409
    return render_template(
        "notes/conflict.html", kept=refusal.kept, own=request.form.get("texte", "")
    ), 409


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _base(text: str) -> int:
    if not text.isdecimal():
        raise Invalid(_("Ce formulaire est incomplet : rechargez la page."))
    return int(text[:9])
