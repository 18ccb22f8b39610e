"""The gradebook of a promotion: the table, its weights, and the reason of each score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import HIDDEN, Action, Subject, may
from lms.domain.gradebook import MISSING_LABELS
from lms.errors import Invalid, NotFound
from lms.models import Promotion, User
from lms.services import contests, gradebook, overrides, reasons, weighing
from lms.services.blind import NameHidden
from lms.services.overrides import Place
from lms.services.weighing import TypedWeights
from lms.web.asked import promotion_for
from lms.web.context import now
from lms.web.sentences import said
from lms.web.veils import veil_over
from lms.web.watched import course_of

bp = Blueprint("gradebook", __name__, url_prefix="/promotions/<slug>/notes")

#: Empty lines for categories that are added.
SPARE_CATEGORIES = 2


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show learners and columns, with each score leading to its reason."""
    promotion = promotion_for(slug, Action.SEE_RESULTS)
    return render_template(
        "gradebook/table.html",
        promotion=promotion,
        table=gradebook.table(
            g.session,
            promotion,
            course_of(promotion),
            reader_id=g.actor.user_id,
            page=request.args.get("page", 1, type=int),
            now=now(),
        ),
        may_grade=_may_grade(promotion),
        contested=contests.open_count(g.session, promotion),
    )


@bp.get("/coefficients")
def weights(slug: str) -> ResponseReturnValue:
    """Show the form of weights and categories."""
    promotion = promotion_for(slug, Action.GRADE)
    return _weights_page(promotion, _as_typed(promotion))


@bp.post("/coefficients")
def save_weights(slug: str) -> ResponseReturnValue:
    """Keep weights and categories."""
    promotion = promotion_for(slug, Action.GRADE)
    typed = _typed(promotion)
    try:
        weighing.save_weights(g.session, promotion, typed, actor_id=g.actor.user_id, now=now())
    except Invalid as refusal:
        return _weights_page(promotion, typed, said(refusal)), 422
    flash(_("Coefficients enregistrés : les totaux en tiennent compte."), "ok")
    return redirect(url_for(".show", slug=slug), 303)


@bp.get("/<int:learner_id>/<assignment_id>/")
def reason(slug: str, learner_id: int, assignment_id: str) -> ResponseReturnValue:
    """Show how one score came about."""
    promotion = promotion_for(slug, Action.SEE_RESULTS)
    return _reason_page(_asked(promotion, learner_id, assignment_id))


@bp.post("/<int:learner_id>/<assignment_id>/fixer")
def set_score(slug: str, learner_id: int, assignment_id: str) -> ResponseReturnValue:
    """Set one score by hand."""
    asked = _asked(promotion_for(slug, Action.GRADE), learner_id, assignment_id)
    typed = {name: request.form.get(name, "") for name in ("points", "raison")}
    try:
        overrides.set_score(
            g.session, asked.place, *typed.values(), actor_id=g.actor.user_id, now=now()
        )
    except Invalid as refusal:
        return _reason_page(asked, error=said(refusal), typed=typed), 422
    flash(_("La note est fixée. Vous pouvez l’annuler à tout moment."), "ok")
    return _back(slug, learner_id, assignment_id)


@bp.post("/<int:learner_id>/<assignment_id>/rendre")
def take_back(slug: str, learner_id: int, assignment_id: str) -> ResponseReturnValue:
    """Let one score be what is derived again."""
    asked = _asked(promotion_for(slug, Action.GRADE), learner_id, assignment_id)
    overrides.take_back(g.session, asked.place, actor_id=g.actor.user_id, now=now())
    flash(_("La note est de nouveau celle qui est calculée."), "ok")
    return _back(slug, learner_id, assignment_id)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What an address below the gradebook names."""

    learner: User
    title: str
    place: Place


def _asked(promotion: Promotion, learner_id: int, assignment_id: str) -> _Asked:
    course = course_of(promotion)
    columns = gradebook.columns(g.session, promotion, course)
    column = next((each for each in columns if each.assignment_id == assignment_id), None)
    learner = gradebook.learner_of(g.session, promotion, learner_id)
    if column is None or learner is None:
        raise NotFound(HIDDEN)
    if veil_over(promotion.programme.course_slug).hides(
        learner_id, promotion.programme.course_slug, assignment_id
    ):
        raise NameHidden
    score = reasons.score_of(
        g.session, learner_id, promotion.programme.course_slug, assignment_id
    )
    place = Place(
        promotion=promotion,
        course=course,
        learner_id=learner_id,
        assignment_id=assignment_id,
        max_points=score.max_points if score else column.max_points,
    )
    return _Asked(learner=learner, title=column.title, place=place)


def _reason_page(asked: _Asked, *, error: str = "", typed: dict[str, str] | None = None) -> str:
    place = asked.place
    return render_template(
        "gradebook/reason.html",
        promotion=place.promotion,
        asked=asked,
        reason=reasons.reason_of(
            g.session, asked.learner, place.course_slug, place.assignment_id
        ),
        may_grade=_may_grade(place.promotion),
        error=error,
        typed=typed or {},
    )


def _weights_page(promotion: Promotion, typed: TypedWeights, error: str = "") -> str:
    return render_template(
        "gradebook/weights.html",
        promotion=promotion,
        columns=gradebook.columns(g.session, promotion, course_of(promotion)),
        typed=typed,
        labels=MISSING_LABELS,
        error=error,
    )


def _as_typed(promotion: Promotion) -> TypedWeights:
    kept = weighing.read_weights(g.session, promotion)
    names = [(each.name, f"{each.weight:g}") for each in kept.categories]
    return TypedWeights(
        categories=[*names, *[("", "")] * SPARE_CATEGORIES],
        items={key: (item.category, f"{item.weight:g}") for key, item in kept.items.items()},
        missing=kept.missing.value,
    )


def _typed(promotion: Promotion) -> TypedWeights:
    form = request.form
    columns = gradebook.columns(g.session, promotion, course_of(promotion))
    titles = {column.assignment_id: column.title for column in columns}
    return TypedWeights(
        categories=list(
            zip(form.getlist("categorie"), form.getlist("coefficient"), strict=False)
        ),
        items={
            key: (form.get(f"categorie-{key}", ""), form.get(f"coefficient-{key}", ""))
            for key in titles
        },
        missing=form.get("absence", ""),
        titles=titles,
    )


def _may_grade(promotion: Promotion) -> bool:
    return may(g.actor, Action.GRADE, Subject(promotion_ids=frozenset({promotion.id})))


def _back(slug: str, learner_id: int, assignment_id: str) -> Response:
    address = url_for(".reason", slug=slug, learner_id=learner_id, assignment_id=assignment_id)
    return cast(Response, redirect(address, 303))
