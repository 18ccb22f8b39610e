"""The rubrics of a school: their list, and the editor, which works without a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may
from lms.domain.rubric_form import TypedRubric, blank_rubric, grid_of, problems, typed
from lms.domain.rubrics import KIND_LABELS, Grid, RubricKind
from lms.errors import Conflict
from lms.models import Promotion, Rubric
from lms.services import rubrics
from lms.web.asked import promotion_for
from lms.web.context import now
from lms.web.rubric_forms import kind_named, read_rubric
from lms.web.sentences import said

bp = Blueprint("rubrics", __name__, url_prefix="/promotions/<slug>/grilles")

KEEP = "garder"


@dataclass(frozen=True, kw_only=True)
class _Editor:
    """What the editor shows.

    :param rubric: None while it is a new one.
    :param base: number of the version that is being changed; 0 for a new one.
    """

    promotion: Promotion
    rubric: Rubric | None
    written: TypedRubric
    base: int = 0


@bp.get("/")
def listed(slug: str) -> ResponseReturnValue:
    """List the rubrics of the school."""
    promotion = promotion_for(slug, Action.READ_MARKS)
    found = rubrics.of_organisation(g.session, promotion.programme.organisation_id)
    return render_template(
        "rubrics/listed.html",
        promotion=promotion,
        rubrics=found,
        kinds=KIND_LABELS,
        may_mark=may(g.actor, Action.MARK, Subject(promotion_ids=frozenset({promotion.id}))),
    )


@bp.get("/nouvelle")
def new(slug: str) -> ResponseReturnValue:
    """Show an empty rubric of the chosen kind."""
    kind = kind_named(request.args.get("sorte", ""))
    promotion = promotion_for(slug, Action.MARK)
    return _page(_Editor(promotion=promotion, rubric=None, written=blank_rubric(kind)))


@bp.post("/nouvelle")
def make(slug: str) -> ResponseReturnValue:
    """Add or remove a row, or keep the new rubric."""
    promotion = promotion_for(slug, Action.MARK)
    written = read_rubric(request.form, kind_named(request.form.get("sorte", "")))
    editor = _Editor(promotion=promotion, rubric=None, written=written)
    return _changed(editor) or _made(editor)


@bp.get("/<int:rubric_id>/")
def edit(slug: str, rubric_id: int) -> ResponseReturnValue:
    """Show a rubric as it is now, to change it."""
    promotion = promotion_for(slug, Action.MARK)
    rubric, latest = _named(promotion, rubric_id)
    return _page(
        _Editor(
            promotion=promotion,
            rubric=rubric,
            written=typed(rubric.title, latest),
            base=rubric.versions[-1].number,
        )
    )


@bp.post("/<int:rubric_id>/")
def keep(slug: str, rubric_id: int) -> ResponseReturnValue:
    """Add or remove a row, or keep the rubric as a new version."""
    promotion = promotion_for(slug, Action.MARK)
    rubric, _latest = _named(promotion, rubric_id)
    base = request.form.get("version", type=int) or 0
    written = read_rubric(request.form, RubricKind(rubric.kind))
    editor = _Editor(promotion=promotion, rubric=rubric, written=written, base=base)
    return _changed(editor) or _kept(editor, rubric)


@bp.post("/<int:rubric_id>/copie")
def duplicate(slug: str, rubric_id: int) -> ResponseReturnValue:
    """Copy a rubric and open the copy."""
    promotion = promotion_for(slug, Action.MARK)
    rubric, _latest = _named(promotion, rubric_id)
    copy = rubrics.duplicate(
        g.session,
        rubric,
        title=_("%(title)s (copie)", title=rubric.title),
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(_("Grille copiée : donnez-lui un titre."), "success")
    return redirect(url_for(".edit", slug=slug, rubric_id=copy.id), 303)


@bp.post("/<int:rubric_id>/archive")
def archive(slug: str, rubric_id: int) -> ResponseReturnValue:
    """Put a rubric away, or take it back."""
    promotion = promotion_for(slug, Action.MARK)
    rubric, _latest = _named(promotion, rubric_id)
    is_archived = request.form.get("etat") == "archivee"
    rubrics.archive(
        g.session, rubric, is_archived=is_archived, actor_id=g.actor.user_id, now=now()
    )
    flash(
        _("« %(title)s » est archivée. Vous pouvez la reprendre.", title=rubric.title)
        if is_archived
        else _("« %(title)s » est de nouveau proposée.", title=rubric.title),
        "success",
    )
    return redirect(url_for(".listed", slug=slug), 303)


def _named(promotion: Promotion, rubric_id: int) -> tuple[Rubric, Grid]:
    found = rubrics.rubric_by_id(g.session, promotion.programme.organisation_id, rubric_id)
    return found, rubrics.grid_of(found.versions[-1])


def _changed(editor: _Editor) -> ResponseReturnValue | None:
    """Answer a button that adds or removes a row, or what cannot be kept; None to keep."""
    order = request.form.get("action", KEEP)
    if order != KEEP:
        after = editor.written.after(order)
        return _page(
            _Editor(
                promotion=editor.promotion,
                rubric=editor.rubric,
                written=after,
                base=editor.base,
            ),
            pressed=order,
        )
    found = problems(editor.written)
    return (_page(editor, found=found), 422) if found else None


def _made(editor: _Editor) -> ResponseReturnValue:
    made = rubrics.make(
        g.session,
        editor.promotion.programme.organisation_id,
        editor.written.title,
        grid_of(editor.written),
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(_("Grille « %(title)s » enregistrée.", title=made.title), "success")
    return redirect(url_for(".listed", slug=editor.promotion.slug), 303)


def _kept(editor: _Editor, rubric: Rubric) -> ResponseReturnValue:
    try:
        is_new = rubrics.change(
            g.session,
            rubric,
            editor.written.title,
            grid_of(editor.written),
            base=editor.base,
            actor_id=g.actor.user_id,
            now=now(),
        )
    except Conflict as refusal:
        latest = rubric.versions[-1].number
        newer = _Editor(
            promotion=editor.promotion, rubric=rubric, written=editor.written, base=latest
        )
        return _page(newer, error=said(refusal)), 409
    number = rubric.versions[-1].number
    flash(
        _("Grille enregistrée : c’est sa version %(number)s.", number=number)
        if is_new
        else _("Grille enregistrée."),
        "success",
    )
    return redirect(url_for(".listed", slug=editor.promotion.slug), 303)


def _page(
    editor: _Editor,
    *,
    found: Mapping[str, str] | None = None,
    error: str = "",
    pressed: str = "",
) -> str:
    return render_template(
        "rubrics/edit.html",
        promotion=editor.promotion,
        editor=editor,
        written=editor.written,
        problems=found or {},
        error=error,
        pressed=pressed,
        kinds=KIND_LABELS,
    )
