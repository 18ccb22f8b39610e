"""How one assignment is read in a promotion: rubrics, double, without names, by peers."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may
from lms.domain.course import Assignment
from lms.domain.peers import MODE_LABELS
from lms.errors import Conflict, Invalid, NotFound
from lms.models import AssignmentVersion, Promotion
from lms.services import marking_plans, openings, peers, rubrics
from lms.services.marking_plans import Place, Plan
from lms.services.submissions import current_version
from lms.web.asked import promotion_for
from lms.web.context import now, site
from lms.web.marking_forms import read_plan
from lms.web.sentences import said

bp = Blueprint("marking_plans", __name__, url_prefix="/promotions/<slug>/lecture")


@bp.get("/<assignment_id>/")
def show(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Show how the assignment is read."""
    promotion = promotion_for(slug, Action.READ_MARKS)
    place = marking_plans.place_in(promotion, assignment_id)
    return _page(promotion, place, marking_plans.plan_of(g.session, place))


@bp.post("/<assignment_id>/")
def keep(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Decide how the assignment is read from now on."""
    promotion = promotion_for(slug, Action.MARK)
    place, plan = marking_plans.place_in(promotion, assignment_id), read_plan(request.form)
    version = _version(promotion, assignment_id)
    chosen = {
        exercise["id"]: request.form.get(f"grille-{number}", type=int)
        for number, exercise in enumerate(version.exercises)
    }
    try:
        marking_plans.keep(g.session, place, plan, actor_id=g.actor.user_id, now=now())
        marking_plans.choose_rubrics(
            g.session,
            place,
            promotion.programme.organisation_id,
            chosen,
            actor_id=g.actor.user_id,
            now=now(),
        )
    except (Conflict, Invalid) as refusal:
        return _page(promotion, place, plan, error=said(refusal)), 422
    flash(_("Réglages de lecture enregistrés."), "success")
    return redirect(url_for(".show", slug=slug, assignment_id=assignment_id), 303)


def due_of(promotion: Promotion, assignment_id: str) -> datetime | None:
    """Return when the assignment is due in the promotion; None when it is not."""
    return openings.due_at(g.session, promotion, _assignment(promotion, assignment_id))


def _assignment(promotion: Promotion, assignment_id: str) -> Assignment:
    course = site().library.course(promotion.programme.course_slug)
    found = course.assignment(assignment_id)
    if found is None:
        raise NotFound(_("Cet exercice n’existe pas, ou plus."))
    return found


def _version(promotion: Promotion, assignment_id: str) -> AssignmentVersion:
    return current_version(
        g.session,
        promotion.programme.course_slug,
        _assignment(promotion, assignment_id),
    )


def _page(promotion: Promotion, place: Place, plan: Plan, *, error: str = "") -> str:
    version = _version(promotion, place.assignment_id)
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    return render_template(
        "marking/plan.html",
        promotion=promotion,
        assignment=_assignment(promotion, place.assignment_id),
        exercises=version.exercises,
        plan=plan,
        uses=marking_plans.uses_of(g.session, place),
        rubrics=rubrics.choices_of(g.session, promotion.programme.organisation_id),
        modes=MODE_LABELS,
        reviews=peers.overview(g.session, place, reader_id=g.actor.user_id),
        due=due_of(promotion, place.assignment_id),
        now=now(),
        error=error,
        may_mark=may(g.actor, Action.MARK, subject),
    )
