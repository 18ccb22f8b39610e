"""Reviews by peers: a learner's own, the page where one is written, and hiding one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import HIDDEN, Action, Subject, require
from lms.errors import Conflict, Invalid, NotFound
from lms.models import PeerReview
from lms.services import marking_plans, marking_reading, peer_points, peers
from lms.services.marking_plans import place_of, plan_of
from lms.services.rubrics import grid_of
from lms.web.asked import promotion_for
from lms.web.context import now
from lms.web.marking_cells import cells_by_exercise
from lms.web.marking_forms import read_part
from lms.web.marking_plans import due_of
from lms.web.marking_scores import tell_scores
from lms.web.sentences import said
from lms.web.submissions import withheld_from_learner

bp = Blueprint("peers", __name__)

OF_PROMOTION = "/promotions/<slug>/lecture/<assignment_id>/pairs"


@bp.get("/relectures/")
def mine() -> ResponseReturnValue:
    """List the works of peers that the person reads."""
    require(g.actor, Action.USE_ACCOUNT)
    return render_template(
        "peers/mine.html", reviews=peers.of_reviewer(g.session, g.actor.user_id)
    )


@bp.get("/relectures/<int:review_id>/")
def show(review_id: int) -> ResponseReturnValue:
    """Show the work of a peer, and the review as far as it is written."""
    return _page(_own(review_id))


@bp.post("/relectures/<int:review_id>/")
def write(review_id: int) -> ResponseReturnValue:
    """Keep the review, or send it."""
    review = _own(review_id)
    plan = plan_of(g.session, place_of(review.submission))
    exercises = list(marking_reading.markables(g.session, review.submission))
    choices = {
        exercise_id: read_part(request.form, f"e{place}").choices
        for place, exercise_id in enumerate(exercises)
    }
    is_sent = request.form.get("action") == "envoyer"
    try:
        peers.write(
            g.session,
            review,
            plan,
            comment=request.form.get("commentaire", ""),
            choices=choices,
            revision=request.form.get("revision", type=int) or 0,
            is_sent=is_sent,
            now=now(),
        )
    except (Conflict, Invalid) as refusal:
        return _page(review, written=choices, error=said(refusal)), 422
    if is_sent:
        tell_scores(review.submission)
    flash(
        _("Relecture envoyée : merci pour votre lecture.")
        if is_sent
        else _("Relecture enregistrée en brouillon."),
        "success",
    )
    target = url_for(".mine") if is_sent else url_for(".show", review_id=review_id)
    return redirect(target, 303)


@bp.post(OF_PROMOTION)
def assign(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Give each learner the works of two others."""
    promotion = promotion_for(slug, Action.MARK)
    place = marking_plans.place_in(promotion, assignment_id)
    count = peers.assign(
        g.session,
        place,
        plan_of(g.session, place),
        due_at=due_of(promotion, assignment_id),
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(
        _("Relectures réparties : chaque personne en a deux à lire.")
        if count
        else _("Rien à changer : tous les rendus ont déjà leurs relectures."),
        "success",
    )
    return _to_plan(slug, assignment_id)


@bp.post(f"{OF_PROMOTION}/<int:review_id>/masquer")
def hide(slug: str, assignment_id: str, review_id: int) -> ResponseReturnValue:
    """Hide a review from the learner whose work it is about, or show it again."""
    promotion = promotion_for(slug, Action.MARK)
    place = marking_plans.place_in(promotion, assignment_id)
    review = peers.review_by_id(g.session, review_id)
    if place_of(review.submission) != place:
        raise NotFound(HIDDEN)
    is_hidden = request.form.get("etat") == "masquee"
    peers.hide(
        g.session,
        review,
        plan_of(g.session, place),
        is_hidden=is_hidden,
        reason=request.form.get("raison", ""),
        actor_id=g.actor.user_id,
        now=now(),
    )
    tell_scores(review.submission)
    flash(
        _("Relecture masquée.") if is_hidden else _("Relecture de nouveau visible."), "success"
    )
    return _to_plan(slug, assignment_id)


@bp.app_context_processor
def parts() -> dict[str, Any]:
    """Give the home page what waits for its reader, read only where it is shown."""
    return {"reviews_left": lambda: peers.left_to_do(g.session, g.actor.user_id)}


def _to_plan(slug: str, assignment_id: str) -> ResponseReturnValue:
    address = url_for(
        "marking_plans.show", slug=slug, assignment_id=assignment_id, _anchor="pairs"
    )
    return redirect(address, 303)


def _own(review_id: int) -> PeerReview:
    found = peers.review_by_id(g.session, review_id)
    require(g.actor, Action.REVIEW, Subject(owner_id=found.reviewer_id))
    return found


def _page(
    review: PeerReview,
    *,
    written: Mapping[str, Mapping[int, int]] | None = None,
    error: str = "",
) -> str:
    place = place_of(review.submission)
    plan, uses = plan_of(g.session, place), marking_plans.uses_of(g.session, place)
    exercises = marking_reading.markables(g.session, review.submission)
    chosen = written or {
        key: peer_points.chosen_by(review, key, version) for key, version in uses.items()
    }
    return render_template(
        "peers/show.html",
        shown=peers.shown(g.session, review),
        exercises=exercises.values(),
        spans=cells_by_exercise(
            review.submission, has_tests=withheld_from_learner(review.submission) is None
        ),
        grids={key: grid_of(version) for key, version in uses.items() if plan.has_peer_rubric},
        chosen=chosen,
        comment=request.form.get("commentaire", review.comment),
        error=error,
    )
