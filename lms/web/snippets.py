"""A marker's own sentences: keeping, changing and removing them."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, require
from lms.errors import Invalid
from lms.models import Snippet
from lms.services import snippets
from lms.web.context import now
from lms.web.sentences import said

bp = Blueprint("snippets", __name__, url_prefix="/phrases")


@bp.get("/")
def mine() -> ResponseReturnValue:
    """List the person's own sentences, with a form for one more."""
    require(g.actor, Action.KEEP_SNIPPETS)
    return _page()


@bp.post("/")
def add() -> ResponseReturnValue:
    """Keep one more."""
    require(g.actor, Action.KEEP_SNIPPETS)
    return _keep(None)


@bp.post("/<int:snippet_id>")
def change(snippet_id: int) -> ResponseReturnValue:
    """Change one."""
    require(g.actor, Action.KEEP_SNIPPETS)
    return _keep(snippets.snippet_of(g.session, g.actor.user_id, snippet_id))


@bp.post("/<int:snippet_id>/retrait")
def remove(snippet_id: int) -> ResponseReturnValue:
    """Remove one; its text comes back in the form, so that it can be kept again."""
    require(g.actor, Action.KEEP_SNIPPETS)
    found = snippets.snippet_of(g.session, g.actor.user_id, snippet_id)
    written = {"titre": found.title, "texte": found.text}
    snippets.remove(g.session, found)
    flash(_("Phrase supprimée. Son texte est ci-dessous, pour la garder à nouveau."), "success")
    return _page(written=written)


def _keep(snippet: Snippet | None) -> ResponseReturnValue:
    written = {name: request.form.get(name, "") for name in ("titre", "texte")}
    try:
        snippets.keep(
            g.session,
            g.actor.user_id,
            title=written["titre"],
            text=written["texte"],
            now=now(),
            snippet=snippet,
        )
    except Invalid as refusal:
        return _page(written=written, changing=snippet, error=said(refusal)), 422
    flash(_("Phrase enregistrée."), "success")
    return redirect(url_for(".mine"), 303)


def _page(
    *,
    written: dict[str, str] | None = None,
    changing: Snippet | None = None,
    error: str = "",
) -> str:
    return render_template(
        "snippets/mine.html",
        snippets=snippets.of_owner(g.session, g.actor.user_id),
        written=written or {},
        changing=changing,
        error=error,
    )
