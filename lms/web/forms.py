"""The forms of accounts and invitations: what they ask, and the longest answers they take."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # stubs of 3.2
from wtforms.validators import InputRequired, Length

from lms.domain.access import Role
from lms.domain.passwords import MAX_CHARACTERS as MAX_PASSWORD_CHARACTERS
from lms.domain.passwords import MIN_CHARACTERS
from lms.domain.people import MAX_EMAIL_CHARACTERS, MAX_NAME_CHARACTERS, ROLE_LABELS

REQUIRED = InputRequired(_("Ce champ est à remplir."))
TOO_LONG = _("C’est trop long.")
PASSWORD_HELP = _(
    "Au moins %(count)s caractères. Quatre mots sans rapport entre eux conviennent bien.",
    count=MIN_CHARACTERS,
)


def _email() -> EmailField:
    return EmailField(
        _("Adresse électronique"),
        validators=[REQUIRED, Length(max=MAX_EMAIL_CHARACTERS, message=TOO_LONG)],
    )


def _name() -> StringField:
    return StringField(
        _("Prénom et nom"),
        validators=[REQUIRED, Length(max=MAX_NAME_CHARACTERS, message=TOO_LONG)],
    )


def _password(label: str, description: str = "") -> PasswordField:
    return PasswordField(
        label,
        description=description,
        validators=[REQUIRED, Length(max=MAX_PASSWORD_CHARACTERS, message=TOO_LONG)],
    )


def text(field: StringField) -> str:
    """Return what was typed in the field, empty when nothing was."""
    return field.data or ""


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Address and password."""

    email = _email()
    password = _password(_("Mot de passe"))
    suite = HiddenField()


class ForgottenForm(FlaskForm):  # type: ignore[misc]
    """The address to which a reset link is sent."""

    email = _email()


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, by a reset link."""

    password = _password(_("Nouveau mot de passe"), PASSWORD_HELP)


class ChangePasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, by somebody who knows the present one."""

    current = _password(_("Mot de passe actuel"))
    password = _password(_("Nouveau mot de passe"), PASSWORD_HELP)


class DetailsForm(FlaskForm):  # type: ignore[misc]
    """Name and language of the screens."""

    name = _name()
    locale = RadioField(
        _("Langue des écrans"),
        choices=[
            SelectChoice("", _("Celle du navigateur")),
            SelectChoice("fr", "Français"),
            SelectChoice("en", "English"),
        ],
    )


class AcceptForm(FlaskForm):  # type: ignore[misc]
    """Name and first password of an invited person."""

    name = _name()
    password = _password(_("Mot de passe"), PASSWORD_HELP)


class InviteForm(FlaskForm):  # type: ignore[misc]
    """Who is invited, as what."""

    name = _name()
    email = _email()
    role = SelectField(
        _("Rôle"),
        choices=[SelectChoice(role.value, _(ROLE_LABELS[role])) for role in Role],
        default=Role.LEARNER.value,
    )
