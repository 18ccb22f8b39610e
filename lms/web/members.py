"""« Membres »: who belongs to a promotion, who is invited, who comes back."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Role, Subject, may
from lms.domain.people import ROLE_LABELS, read_name, read_role
from lms.errors import Conflict, Invalid, Refusal
from lms.models import Promotion
from lms.services import invitations, members
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now, site
from lms.web.forms import InviteForm, text
from lms.web.mails import invitation_mail
from lms.web.sentences import said
from lms.web.undoing import say_done

bp = Blueprint("members", __name__, url_prefix="/promotions/<slug>/membres")


@bp.get("/")
def show(slug: str) -> ResponseReturnValue:
    """Show members, former members and invitations."""
    return _page(promotion_for(slug, Action.SEE_RESULTS), InviteForm(formdata=None))


@bp.get("/<int:membership_id>/")
def member(slug: str, membership_id: int) -> ResponseReturnValue:
    """Show what may change for one person."""
    asked = promotion_for(slug, Action.ENROL)
    found = members.membership_of(g.session, asked, membership_id)
    return render_template(
        "promotions/member.html", promotion=asked, membership=found, labels=ROLE_LABELS
    )


@bp.post("/invitations")
def invite(slug: str) -> ResponseReturnValue:
    """Invite one person to the promotion."""
    asked, form = promotion_for(slug, Action.INVITE), InviteForm()
    if not form.validate_on_submit():
        return _page(asked, form)
    try:
        send_invitation(
            asked,
            email=text(form.email).strip(),
            name=read_name(text(form.name)),
            role=Role(form.role.data),
        )
    except Invalid as refusal:
        form.form_errors.append(said(refusal))
        return _page(asked, form)
    flash(_("Invitation envoyée à %(email)s.", email=text(form.email)), "success")
    return _back(slug)


@bp.post("/invitations/<int:invitation_id>/renvoi")
def resend(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Send an invitation once more, with a new link: the one before ends."""
    asked = promotion_for(slug, Action.INVITE)
    found = invitations.pending_one(g.session, asked, invitation_id)
    send_invitation(asked, email=found.email, name=found.name, role=Role(found.role))
    flash(_("Invitation renvoyée à %(email)s.", email=found.email), "success")
    return _back(slug)


@bp.post("/invitations/<int:invitation_id>/retrait")
def revoke(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Withdraw an invitation."""
    asked = promotion_for(slug, Action.INVITE)
    found = invitations.pending_one(g.session, asked, invitation_id)
    invitations.revoke(g.session, found, actor_id=g.actor.user_id, now=now())
    flash(_("L’invitation de %(email)s est retirée.", email=found.email), "success")
    return _back(slug)


@bp.post("/<int:membership_id>/depart")
def leave(slug: str, membership_id: int) -> ResponseReturnValue:
    """Let a person leave; the work stays."""
    asked = promotion_for(slug, Action.ENROL)
    found = members.membership_of(g.session, asked, membership_id)
    event = members.end(g.session, found, actor_id=g.actor.user_id, now=now())
    words = _("%(name)s a quitté la promotion. Son travail est gardé.", name=found.user.name)
    say_done(words, event, asked)
    return _back(slug)


@bp.post("/<int:membership_id>/retour")
def come_back(slug: str, membership_id: int) -> ResponseReturnValue:
    """Let a person who left come back, with all the work."""
    asked = promotion_for(slug, Action.ENROL)
    found = members.membership_of(g.session, asked, membership_id)
    event = members.restore(g.session, found, actor_id=g.actor.user_id, now=now())
    say_done(_("%(name)s est de retour.", name=found.user.name), event, asked)
    return _back(slug)


@bp.post("/<int:membership_id>/role")
def change_role(slug: str, membership_id: int) -> ResponseReturnValue:
    """Give a person another role in place of this one."""
    asked = promotion_for(slug, Action.ENROL)
    found = members.membership_of(g.session, asked, membership_id)
    role = read_role(request.form.get("role", ""))
    event = members.change_role(g.session, found, role, actor_id=g.actor.user_id, now=now())
    words = _(
        "%(name)s a maintenant le rôle « %(role)s ».",
        name=found.user.name,
        role=_(ROLE_LABELS[role]),
    )
    say_done(words, event, asked)
    return _back(slug)


@bp.errorhandler(Conflict)
def explain(refusal: Refusal) -> ResponseReturnValue:
    """Show the page again with the reason why nothing was changed."""
    g.session.rollback()
    slug = (request.view_args or {})["slug"]
    asked = promotion_for(slug, Action.SEE_RESULTS)
    return _page(asked, InviteForm(formdata=None), error=said(refusal)), 409


def send_invitation(asked: Promotion, *, email: str, name: str, role: Role) -> None:
    """Invite a person, and have the mail with the link sent.

    :raises Invalid: if the address or the name cannot be used.
    """
    token = invitations.invite(
        g.session,
        email=email,
        name=name,
        promotion=asked,
        role=role,
        lifetime_s=site().config.invitation_s,
        invited_by_id=g.actor.user_id,
        now=now(),
    )
    mail_later(invitation_mail(email=email, name=name, promotion=asked, role=role, token=token))


def _page(asked: Promotion, form: InviteForm, *, error: str = "") -> str:
    subject = Subject(promotion_ids=frozenset({asked.id}))
    moment = now()
    return render_template(
        "promotions/members.html",
        promotion=asked,
        members=members.members_of(g.session, asked, now=moment),
        now=moment,
        labels=ROLE_LABELS,
        form=form if may(g.actor, Action.INVITE, subject) else None,
        may_enrol=may(g.actor, Action.ENROL, subject),
        error=error,
    )


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=slug), 303)
