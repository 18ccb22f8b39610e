"""Bringing marks from elsewhere into a gradebook: try, confirm, undo."""

from __future__ import annotations

from typing import cast

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.domain.access import Action
from lms.domain.mark_sheets import ReadSheet
from lms.errors import Invalid
from lms.models import Promotion
from lms.services import outside
from lms.web.asked import promotion_for
from lms.web.context import now, site
from lms.web.kept_files import keep, kept
from lms.web.sentences import said
from lms.web.watched import course_of

bp = Blueprint("outside", __name__, url_prefix="/promotions/<slug>/notes/import")

#: Problems and marks that a page shows; all are counted.
SHOWN = 50


@bp.get("/")
def form(slug: str) -> ResponseReturnValue:
    """Show the form, and what was imported before."""
    return _page(promotion_for(slug, Action.GRADE))


@bp.post("/")
def try_file(slug: str) -> ResponseReturnValue:
    """Show what a file would bring in, or what is wrong with it; write nothing."""
    promotion = promotion_for(slug, Action.GRADE)
    file = request.files.get("fichier")
    try:
        data = file.read(outside.MAX_BYTES + 1) if file else b""
        if not file or not data:
            raise Invalid(_("Choisissez un fichier CSV ou XLSX."))
        found = outside.try_file(g.session, promotion, course_of(promotion), data, now=now())
    except Invalid as refusal:
        return _page(promotion, error=said(refusal)), 422
    token = ""
    if not found.problems:
        token = keep(site().blobs.put(data), file.filename or "", use=_use(promotion))
    page = _page(promotion, found=found, token=token)
    return page, 422 if found.problems else 200


@bp.post("/confirmer")
def bring_in(slug: str) -> ResponseReturnValue:
    """Bring in the marks of a file that the same person tried there."""
    promotion = promotion_for(slug, Action.GRADE)
    try:
        tried = kept(request.form.get("jeton", ""), use=_use(promotion))
        if tried is None:
            raise Invalid(_("Cet essai n’est plus valable : choisissez le fichier à nouveau."))
        made = outside.bring_in(
            g.session,
            promotion,
            course_of(promotion),
            tried.data,
            filename=tried.filename,
            actor_id=g.actor.user_id,
            now=now(),
        )
    except Invalid as refusal:
        return _page(promotion, error=said(refusal)), 422
    flash(_("Les notes de « %(name)s » sont importées.", name=made.filename), "ok")
    return _to(slug)


@bp.post("/<int:import_id>/annuler")
def take_out(slug: str, import_id: int) -> ResponseReturnValue:
    """Undo an import."""
    promotion = promotion_for(slug, Action.GRADE)
    undone = outside.take_out(
        g.session,
        promotion,
        course_of(promotion),
        import_id,
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(_("L’import de « %(name)s » est annulé.", name=undone.filename), "ok")
    return _to(slug)


def _use(promotion: Promotion) -> str:
    return f"marks of {promotion.slug}"


def _page(
    promotion: Promotion,
    *,
    error: str = "",
    found: ReadSheet | None = None,
    token: str = "",
) -> str:
    return render_template(
        "gradebook/import.html",
        promotion=promotion,
        imports=outside.imports_of(g.session, promotion),
        error=error,
        found=found,
        problems=found.problems[:SHOWN] if found else (),
        summary=_summary(found) if found else "",
        token=token,
    )


def _summary(found: ReadSheet) -> str:
    if found.problems:
        return str(
            ngettext(
                "%(num)s ligne ou colonne est à corriger. Rien n’a été importé.",
                "%(num)s lignes ou colonnes sont à corriger. Rien n’a été importé.",
                len(found.problems),
            )
        )
    marks = ngettext("%(num)s note", "%(num)s notes", len(found.marks))
    people = ngettext("%(num)s personne", "%(num)s personnes", found.learners)
    return str(_("%(marks)s pour %(people)s.", marks=marks, people=people))


def _to(slug: str) -> Response:
    return cast(Response, redirect(url_for(".form", slug=slug), 303))
