"""Regrades of a promotion: choose, follow, compare, apply, drop, undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.domain.access import Action
from lms.domain.course import Assignment
from lms.domain.regrades import REGRADE_LABELS, SCOPE_LABELS, RegradeState, Scope
from lms.errors import Conflict, Invalid
from lms.models import Promotion, Regrade
from lms.services import gradebook, regrade_decisions, regrade_differences, regrades
from lms.services.people import get_user
from lms.services.regrades import Choice, Progress
from lms.services.withholding import withheld_from
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now, site
from lms.web.events import Pace, changes
from lms.web.score_mails import regrade_mail
from lms.web.sentences import said
from lms.web.submissions import streams
from lms.web.veils import veil_over
from lms.web.watched import course_of

bp = Blueprint("regrades", __name__, url_prefix="/promotions/<slug>/recorrections")


@bp.get("/")
def index(slug: str) -> ResponseReturnValue:
    """List the regrades, and show the form to start one."""
    return _index(promotion_for(slug, Action.GRADE))


@bp.post("/")
def start(slug: str) -> ResponseReturnValue:
    """Have work run again."""
    promotion = promotion_for(slug, Action.GRADE)
    course = site().library.course(promotion.programme.course_slug)
    assignment = course.assignment(request.form.get("exercice", ""))
    try:
        if assignment is None:
            raise Invalid(_("Choisissez l’exercice dont les tests ont changé."))
        made = regrades.start(
            g.session,
            promotion,
            course,
            assignment,
            _choice(),
            actor_id=g.actor.user_id,
            now=now(),
        )
    except (Invalid, Conflict) as refusal:
        return _index(promotion, said(refusal)), 422
    return _to(made)


@bp.get("/<int:regrade_id>/")
def show(slug: str, regrade_id: int) -> ResponseReturnValue:
    """Show how far it is, and what it changes."""
    promotion, found = _found(slug, regrade_id)
    reached, veil = regrades.progress(g.session, found.id), veil_over(found.course_slug)
    is_hidden = veil.hides(found.learner_id or 0, found.course_slug, found.assignment_id)
    return render_template(
        "regrades/show.html",
        promotion=promotion,
        regrade=found,
        state=RegradeState(found.state),
        title=found.version.title,
        labels=REGRADE_LABELS,
        scope=SCOPE_LABELS[Scope(found.scope)],
        progress=reached,
        words=_words(reached),
        differences=regrade_differences.differences(g.session, found, veil),
        learner=found.learner if found.learner and not is_hidden else None,
    )


@bp.get("/<int:regrade_id>/suivi")
def follow(slug: str, regrade_id: int) -> Response:
    """Send an event each time that more of it is done."""
    _promotion, found = _found(slug, regrade_id)
    number, sessions = found.id, site().sessions

    def read() -> dict[str, Any]:
        with sessions() as session:
            reached = regrades.progress(session, number)
        return {"is_final": reached.is_finished, "words": _words(reached)}

    return streams.open(changes(read, is_final=_is_final, pace=Pace()))


@bp.post("/<int:regrade_id>/appliquer")
def apply(slug: str, regrade_id: int) -> ResponseReturnValue:
    """Let the new runs be the results."""
    return _decide(slug, regrade_id, regrade_decisions.apply)


@bp.post("/<int:regrade_id>/abandonner")
def drop(slug: str, regrade_id: int) -> ResponseReturnValue:
    """Leave everything as it is."""
    _promotion, found = _found(slug, regrade_id)
    regrade_decisions.drop(g.session, found, actor_id=g.actor.user_id, now=now())
    flash(_("Recorrection abandonnée : aucune note n’a changé."), "ok")
    return _to(found)


@bp.post("/<int:regrade_id>/annuler")
def undo(slug: str, regrade_id: int) -> ResponseReturnValue:
    """Let the runs of before be the results again."""
    return _decide(slug, regrade_id, regrade_decisions.undo)


def _decide(
    slug: str, regrade_id: int, decision: Callable[..., frozenset[int]]
) -> ResponseReturnValue:
    """Apply or undo a regrade; tell whose score changed if that was asked for."""
    promotion, found = _found(slug, regrade_id)
    changed = decision(
        g.session, found, _assignment(promotion, found), actor_id=g.actor.user_id, now=now()
    )
    if found.notify:
        _tell(found, changed)
    flash(_changed_words(len(changed)), "ok")
    return _to(found)


def _index(promotion: Promotion, error: str = "") -> str:
    return render_template(
        "regrades/index.html",
        promotion=promotion,
        course=course_of(promotion),
        learners=gradebook.learners(g.session, promotion, now=now()),
        regrades=regrades.regrades_of(g.session, promotion),
        labels=REGRADE_LABELS,
        scopes=SCOPE_LABELS,
        typed=request.form if request.method == "POST" else request.args,
        error=error,
    )


def _choice() -> Choice:
    form = request.form
    scope = form.get("portee", "")
    return Choice(
        scope=Scope(scope) if scope in tuple(Scope) else Scope.ALL,
        learner_id=form.get("personne", type=int),
        never_lower="jamais-baisser" in form,
        notify="prevenir" in form,
    )


def _found(slug: str, regrade_id: int) -> tuple[Promotion, Regrade]:
    promotion = promotion_for(slug, Action.GRADE)
    return promotion, regrades.regrade_of(g.session, promotion, regrade_id)


def _assignment(promotion: Promotion, found: Regrade) -> Assignment | None:
    course = course_of(promotion)
    return course.assignment(found.assignment_id) if course else None


def _tell(found: Regrade, learner_ids: Iterable[int]) -> None:
    """Tell of other scores; whose feedback is not open yet is told when it is."""
    course = course_of(found.promotion)
    for learner_id in sorted(learner_ids):
        withheld = withheld_from(g.session, found.promotion, course, learner_id, now=now())
        if found.assignment_id not in withheld:
            mail_later(regrade_mail(found, get_user(g.session, learner_id)))


def _words(reached: Progress) -> str:
    said = _(
        "%(done)s rendus recorrigés sur %(total)s.", done=reached.done, total=reached.total
    )
    if reached.held:
        said += " " + ngettext(
            "%(num)s est mis de côté après des incidents de notre côté : son résultat reste.",
            "%(num)s sont mis de côté après des incidents de notre côté : leur résultat reste.",
            reached.held,
        )
    return str(said)


def _changed_words(count: int) -> str:
    if not count:
        return str(_("C’est fait. Aucune note n’a changé."))
    return str(ngettext("%(num)s note a changé.", "%(num)s notes ont changé.", count))


def _is_final(event: Mapping[str, Any]) -> bool:
    return bool(event["is_final"])


def _to(found: Regrade) -> Response:
    address = url_for(".show", slug=found.promotion.slug, regrade_id=found.id)
    return cast(Response, redirect(address, 303))
