"""The page behind an invitation: who invites to what, and the form to join."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Role
from lms.domain.people import ROLE_LABELS
from lms.errors import Invalid
from lms.models import Invitation
from lms.services import invitations, sign_in
from lms.web import person
from lms.web.context import now
from lms.web.forms import AcceptForm, text
from lms.web.sentences import said

bp = Blueprint("invitations", __name__, url_prefix="/invitation")


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show what the invitation is for."""
    invitation = invitations.find_invitation(g.session, token, now=now())
    return _page(invitation, token, AcceptForm(formdata=None, name=invitation.name))


@bp.post("/<token>")
def accept(token: str) -> ResponseReturnValue:
    """Join the promotion, with a first password if there is none, and sign in."""
    moment = now()
    invitation = invitations.find_invitation(g.session, token, now=moment)
    form = AcceptForm()
    try:
        user = invitations.accept(
            g.session,
            invitation,
            actor_id=g.actor.user_id,
            name=text(form.name),
            password=text(form.password),
            now=moment,
        )
    except Invalid as refusal:
        g.session.rollback()
        form.form_errors.append(said(refusal))
        return _page(invitation, token, form)
    if user.id != g.actor.user_id:
        person.begin(sign_in.begin(g.session, user, now=moment))
    flash(_("Bienvenue dans %(name)s !", name=invitation.promotion.name), "success")
    return redirect(url_for("home.show"), 303)


def _page(invitation: Invitation, token: str, form: AcceptForm) -> ResponseReturnValue:
    actor_id = g.actor.user_id
    return render_template(
        "accounts/invitation.html",
        form=form,
        email=invitation.email,
        promotion=invitation.promotion.name,
        role=_(ROLE_LABELS[Role(invitation.role)]),
        needs_sign_in=invitations.needs_sign_in(g.session, invitation, actor_id=actor_id),
        needs_password=invitations.needs_password(g.session, invitation),
        here=url_for(".show", token=token),
    )
