"""Signing in and out, and the page of one's own account."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, require
from lms.errors import Invalid
from lms.services import people, resets
from lms.services import sign_in as signing
from lms.web import person
from lms.web.context import client_host, now, site
from lms.web.forms import ChangePasswordForm, DetailsForm, SignInForm, text
from lms.web.sentences import said
from lms.web.targets import safe_target

bp = Blueprint("accounts", __name__)


@bp.route("/connexion", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for address and password, then lead to the page that was asked for."""
    form = SignInForm(suite=request.args.get("suite"))
    target = safe_target(form.suite.data) or url_for("home.show")
    if g.actor.is_signed_in and request.method == "GET":
        return redirect(target, 303)
    if form.validate_on_submit():
        try:
            token = signing.sign_in(
                g.session,
                text(form.email),
                text(form.password),
                host=client_host(),
                config=site().config,
                now=now(),
            )
        except signing.WrongCredentials as refusal:
            form.form_errors.append(said(refusal))  # answered by 200: the attempt is kept
            site().log.warning("sign-in refused", request_id=g.request_id, host=client_host())
        else:
            person.begin(token)
            return redirect(target, 303)
    return render_template("accounts/sign_in.html", form=form, is_demo=site().config.is_demo)


@bp.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End this session, here and on the server."""
    require(g.actor, Action.USE_ACCOUNT)
    person.end()
    flash(_("Votre session est fermée. À bientôt !"), "success")
    return redirect(url_for(".sign_in"), 303)


@bp.get("/compte")
def account() -> ResponseReturnValue:
    """Show name, language, password and sessions of the person who is signed in."""
    require(g.actor, Action.USE_ACCOUNT)
    return _page()


@bp.post("/compte")
def change_details() -> ResponseReturnValue:
    """Change name and language."""
    require(g.actor, Action.USE_ACCOUNT)
    form = DetailsForm()
    if not form.validate_on_submit():
        return _page(details=form)
    people.change_details(
        person.signed_in_user(), name=text(form.name), locale=form.locale.data or None
    )
    flash(_("Vos réglages sont enregistrés."), "success")
    return redirect(url_for(".account"), 303)


@bp.post("/compte/mot-de-passe")
def change_password() -> ResponseReturnValue:
    """Change the password, end all sessions, and begin a new one here."""
    require(g.actor, Action.USE_ACCOUNT)
    form, user, moment = ChangePasswordForm(), person.signed_in_user(), now()
    if not form.validate_on_submit():
        return _page(password=form)
    try:
        signing.confirm(
            g.session,
            user,
            text(form.current),
            host=client_host(),
            config=site().config,
            now=moment,
        )
        resets.set_new_password(
            g.session, user, text(form.password), actor_id=user.id, now=moment
        )
    except signing.WrongCredentials:
        form.current.errors = [_("Ce n’est pas votre mot de passe actuel.")]
        return _page(password=form)
    except Invalid as refusal:
        form.password.errors = [said(refusal)]
        return _page(password=form)
    person.begin(signing.begin(g.session, user, now=moment))
    flash(
        _("Votre mot de passe est changé ; les autres appareils sont déconnectés."), "success"
    )
    return redirect(url_for(".account"), 303)


@bp.post("/compte/deconnexion")
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the person, on this device too."""
    require(g.actor, Action.USE_ACCOUNT)
    signing.sign_out_everywhere(g.session, person.signed_in_user())
    person.end()
    flash(_("Vos sessions sont fermées sur tous vos appareils."), "success")
    return redirect(url_for(".sign_in"), 303)


def _page(
    *, details: DetailsForm | None = None, password: ChangePasswordForm | None = None
) -> ResponseReturnValue:
    user = person.signed_in_user()
    return render_template(
        "accounts/account.html",
        email=user.email,
        details=details or DetailsForm(formdata=None, name=user.name, locale=user.locale or ""),
        password=password or ChangePasswordForm(formdata=None),
    )
