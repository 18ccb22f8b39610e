"""The forms of questions: what is asked, about which exercise, who may read it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # stubs of 3.2
from wtforms.validators import DataRequired, Length

from lms.domain.help import MAX_CHARACTERS, SHARING_LABELS, Sharing

HELP = _(
    "Dites ce que vous attendiez, ce qui s’est passé et ce que vous avez essayé. Le Markdown "
    "est permis."
)


def _text(label: str, description: str = "") -> TextAreaField:
    too_long = _("C’est trop long.")
    return TextAreaField(
        label,
        description=description,
        validators=[
            DataRequired(_("Ce champ est à remplir.")),
            Length(max=MAX_CHARACTERS, message=too_long),
        ],
    )


def _sharing() -> RadioField:
    return RadioField(
        _("Partager avec votre promotion ?"),
        choices=[
            SelectChoice(sharing.value, _(SHARING_LABELS[sharing])) for sharing in Sharing
        ],
        default=Sharing.PRIVATE.value,
    )


class AskForm(FlaskForm):  # type: ignore[misc]
    """A question about an assignment or one of its exercises."""

    exercice = SelectField(_("À propos de"), validate_choice=False)
    texte = _text(_("Votre question"), HELP)
    partage = _sharing()
    cellule = HiddenField()
    rendu = HiddenField()


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """One more message."""

    texte = _text(_("Votre message"), _("Le Markdown est permis."))


class SharingForm(FlaskForm):  # type: ignore[misc]
    """Who may read a question."""

    partage = _sharing()
