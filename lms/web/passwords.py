"""A forgotten password: a mail with a link, a page to choose a new one."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.errors import Invalid
from lms.services import resets, sign_in
from lms.services.people import find_user
from lms.web.context import client_host, mail_later, now, site
from lms.web.forms import ForgottenForm, NewPasswordForm, text
from lms.web.mails import reset_mail
from lms.web.sentences import said

bp = Blueprint("passwords", __name__, url_prefix="/mot-de-passe")


@bp.route("/oublie", methods=["GET", "POST"])
def forgotten() -> ResponseReturnValue:
    """Send a link if the address has an account; answer the same if it has none."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form)
    config, email, host, moment = site().config, text(form.email), client_host(), now()
    asked = f"reset:{email}"
    sign_in.refuse_too_many(g.session, asked, host=host, config=config, now=moment)
    sign_in.record_attempt(g.session, asked, host=host, config=config, now=moment)
    user = find_user(g.session, email)
    if user is not None and user.is_active:
        mail_later(reset_mail(user, resets.reset_token(user, secret_key=config.secret_key)))
    return render_template("accounts/link_sent.html", minutes=config.reset_link_s // 60)


@bp.route("/nouveau/<token>", methods=["GET", "POST"])
def renew(token: str) -> ResponseReturnValue:
    """Let whoever holds the link choose a new password, once."""
    config = site().config
    user = resets.find_by_token(
        g.session, token, secret_key=config.secret_key, lifetime_s=config.reset_link_s
    )
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            resets.set_new_password(
                g.session, user, text(form.password), actor_id=user.id, now=now()
            )
        except Invalid as refusal:
            form.password.errors = [said(refusal)]
        else:
            flash(_("Votre nouveau mot de passe est enregistré : connectez-vous."), "success")
            return redirect(url_for("accounts.sign_in"), 303)
    return render_template("accounts/renew.html", form=form, email=user.email)
