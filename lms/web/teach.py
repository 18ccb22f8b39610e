"""Promotions as trainers and cohort managers see them: results, members, invitations."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import STAFF, Action, Role, Subject, may, require
from lms.domain.course import Course
from lms.domain.people import ROLE_LABELS, read_name
from lms.errors import Invalid, Refusal
from lms.models import Promotion
from lms.services import invitations
from lms.services.promotions import list_promotions
from lms.services.results import results
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now, site
from lms.web.forms import InviteForm, text
from lms.web.mails import invitation_mail

bp = Blueprint("teach", __name__, url_prefix="/promotions")


@bp.get("/")
def promotions() -> ResponseReturnValue:
    """List the promotions of which the person is staff."""
    require(g.actor, Action.SEE_RESULTS, Subject(promotion_ids=g.actor.promotions()))
    found = list_promotions(g.session, g.actor.promotions(*STAFF))
    return render_template("teach/promotions.html", promotions=found)


@bp.get("/<slug>/")
def promotion(slug: str) -> ResponseReturnValue:
    """Show learners and assignments, members, and the form to invite."""
    return _page(promotion_for(slug, Action.SEE_RESULTS), InviteForm(formdata=None))


@bp.post("/<slug>/invitations")
def invite(slug: str) -> ResponseReturnValue:
    """Invite one person to the promotion."""
    asked, form = promotion_for(slug, Action.INVITE), InviteForm()
    if not form.validate_on_submit():
        return _page(asked, form)
    try:
        _invite(asked, form)
    except Invalid as refusal:
        form.form_errors.append(str(refusal))
        return _page(asked, form)
    flash(_("Invitation envoyée à %(email)s.", email=text(form.email)), "success")
    return redirect(url_for(".promotion", slug=slug), 303)


def _invite(asked: Promotion, form: InviteForm) -> None:
    role, name = Role(form.role.data), read_name(text(form.name))
    token = invitations.invite(
        g.session,
        email=text(form.email),
        name=name,
        promotion=asked,
        role=role,
        lifetime_s=site().config.invitation_s,
        invited_by_id=g.actor.user_id,
        now=now(),
    )
    mail_later(
        invitation_mail(
            email=text(form.email).strip(), name=name, promotion=asked, role=role, token=token
        )
    )


def _page(asked: Promotion, form: InviteForm) -> ResponseReturnValue:
    subject = Subject(promotion_ids=frozenset({asked.id}))
    course = _course(asked)
    return render_template(
        "teach/promotion.html",
        promotion=asked,
        course=course,
        results=results(g.session, asked, course, now=now()),
        labels=ROLE_LABELS,
        form=form if may(g.actor, Action.INVITE, subject) else None,
    )


def _course(asked: Promotion) -> Course | None:
    """Return the promotion's course, or None while its files cannot be read."""
    try:
        return site().library.course(asked.programme.course_slug)
    except Refusal:
        return None
