"""Deciding a level, for one learner or several, and taking the decision back."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.domain.access import Action
from lms.domain.competences import LEVELS
from lms.domain.matrix import part_with
from lms.domain.referentials import CompetenceKey, Edition
from lms.errors import Invalid, NotAllowed
from lms.models import Promotion
from lms.services import competences, levels, referentials
from lms.services.levels import Wish
from lms.web.asked import promotion_for
from lms.web.bound import bound_for
from lms.web.context import now
from lms.web.forms import text
from lms.web.goals import zone
from lms.web.level_forms import DecisionForm, day
from lms.web.sentences import said

bp = Blueprint("deciding", __name__, url_prefix="/promotions/<slug>/competences")

COMPETENCE = "/decider/<referential>/<version>/<code>/"


@bp.get(COMPETENCE)
def form(slug: str, referential: str, version: str, code: str) -> ResponseReturnValue:
    """Show the form, with the learners and what speaks for each of them."""
    promotion = promotion_for(slug, Action.DECIDE_LEVEL)
    empty = DecisionForm(formdata=None, le=now().astimezone(zone()).date())
    ticked = request.args.getlist("personne", type=int)
    return _page(promotion, _key(referential, version, code), empty, ticked)


@bp.post(COMPETENCE)
def decide(slug: str, referential: str, version: str, code: str) -> ResponseReturnValue:
    """Decide for one learner; for several, show first what that would do."""
    promotion = promotion_for(slug, Action.DECIDE_LEVEL)
    key, sent = _key(referential, version, code), DecisionForm()
    people = request.form.getlist("personne", type=int)
    if not sent.validate_on_submit() or "revenir" in request.form:
        return _page(promotion, key, sent, people)
    wish = Wish(key=key, level=int(sent.niveau.data), on=day(sent.le), reason=text(sent.raison))
    asked = {"actor_id": g.actor.user_id, "now": now().astimezone(zone())}
    found = bound_for(promotion)
    try:
        effects = levels.effects(g.session, promotion, people, wish, **asked)
    except (Invalid, NotAllowed) as refusal:
        sent.form_errors.append(said(refusal))
        return _page(promotion, key, sent, people)
    if len(effects) > 1 and "confirme" not in request.form:
        return render_template(
            "levels/confirm.html",
            promotion=promotion,
            competence=referentials.competence_of(found, key)[1],
            effects=effects,
            wish=wish,
            form=sent,
            levels=LEVELS,
        )
    batch = levels.decide(g.session, promotion, people, wish, **asked)
    return redirect(_after(promotion, key, people, batch), 303)


@bp.post("/decisions/<batch>/annuler")
def undo(slug: str, batch: str) -> ResponseReturnValue:
    """Take back what the person decided at once."""
    promotion = promotion_for(slug, Action.DECIDE_LEVEL)
    undone = levels.undo(g.session, promotion, batch, actor_id=g.actor.user_id, now=now())
    flash(
        ngettext(
            "%(num)s décision annulée : ce qui était décidé avant compte à nouveau.",
            "%(num)s décisions annulées : ce qui était décidé avant compte à nouveau.",
            len(undone),
        ),
        "success",
    )
    return redirect(url_for("levels.matrix", slug=slug), 303)


@bp.post("/decisions/<int:decision_id>/retirer")
def withdraw(slug: str, decision_id: int) -> ResponseReturnValue:
    """Take one decision back, with a reason; the one before it holds again."""
    promotion = promotion_for(slug, Action.DECIDE_LEVEL)
    decision = levels.withdraw(
        g.session,
        promotion,
        decision_id,
        request.form.get("raison", ""),
        actor_id=g.actor.user_id,
        now=now(),
    )
    flash(
        _("La décision est retirée. Elle reste dans l’historique, avec votre raison."),
        "success",
    )
    sheet = url_for("sheets.show", slug=slug, learner_id=decision.learner_id)
    return redirect(f"{sheet}#{decision.referential}-{decision.competence}", 303)


def _key(referential: str, version: str, code: str) -> CompetenceKey:
    return CompetenceKey(edition=Edition(referential=referential, version=version), code=code)


def _page(
    promotion: Promotion, key: CompetenceKey, sent: DecisionForm, ticked: list[int]
) -> ResponseReturnValue:
    found = bound_for(promotion)
    referential, competence = referentials.competence_of(found, key)
    return render_template(
        "levels/decide.html",
        promotion=promotion,
        referential=referential,
        competence=competence,
        rows=competences.matrix(
            g.session, promotion, found, [key], reader_id=g.actor.user_id, now=now()
        ),
        form=sent,
        chosen=ticked,
        levels=LEVELS,
        own_id=g.actor.user_id,
    )


def _after(promotion: Promotion, key: CompetenceKey, people: list[int], batch: str) -> str:
    """Return where one goes on: to the sheet of one learner, else to the block's matrix."""
    if len(people) == 1:
        sheet = url_for("sheets.show", slug=promotion.slug, learner_id=people[0], lot=batch)
        return f"{sheet}#{key.edition.referential}-{key.code}"
    return url_for(
        "levels.matrix",
        slug=promotion.slug,
        bloc=part_with(bound_for(promotion).referentials, key).value,
        lot=batch,
    )
