"""Having a promotion follow another version of a referential, and coming back."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action
from lms.domain.referentials import Edition
from lms.services import referentials
from lms.web.asked import promotion_for
from lms.web.bound import bound_for, shelf
from lms.web.context import now
from lms.web.goals import zone
from lms.web.undoing import say_done

bp = Blueprint("following", __name__, url_prefix="/promotions/<slug>/competences/referentiels")


@bp.get("/")
def form(slug: str) -> ResponseReturnValue:
    """Show the versions that are followed, and the others that are known."""
    promotion = promotion_for(slug, Action.FOLLOW_VERSION)
    found = bound_for(promotion)
    referentials.keep(g.session, shelf(), now=now())
    return render_template(
        "levels/following.html",
        promotion=promotion,
        followed=[
            (each, referentials.versions_of(g.session, each.id)) for each in found.referentials
        ],
        promotions=referentials.promotions_of(g.session, promotion.programme_id),
        today=now().astimezone(zone()).date(),
    )


@bp.post("/")
def follow(slug: str) -> ResponseReturnValue:
    """Follow another version; nothing of what names the version before is changed."""
    promotion = promotion_for(slug, Action.FOLLOW_VERSION)
    bound_for(promotion)
    edition = Edition(
        referential=request.form.get("referentiel", ""), version=request.form.get("version", "")
    )
    event = referentials.move(
        g.session,
        promotion.programme,
        edition,
        promotion_id=promotion.id,
        actor_id=g.actor.user_id,
        now=now(),
    )
    say_done(_("La promotion suit maintenant %(edition)s.", edition=edition), event, promotion)
    return redirect(url_for(".form", slug=slug), 303)
