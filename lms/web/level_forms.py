"""The forms of levels: what is decided, what was observed, each with its day."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # stubs of 3.2
from wtforms.validators import DataRequired, InputRequired, Length

from lms.domain.competences import LEVELS
from lms.services import levels, observations

TOO_LONG = _("C’est trop long.")
DAY = _("Donnez une date, comme 2026-11-28.")


class DayField(DateField):
    """A day, with our words for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the day that was sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(DAY)) from None


def _text(label: str, description: str, most: int) -> TextAreaField:
    return TextAreaField(
        label,
        description=description,
        validators=[
            DataRequired(_("Ce champ est à remplir.")),
            Length(max=most, message=TOO_LONG),
        ],
    )


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A level, the reason for it and the day from which it holds."""

    niveau = RadioField(
        _("Niveau"),
        choices=[SelectChoice(str(level), name) for level, name in enumerate(LEVELS, start=1)],
        validators=[InputRequired(_("Choisissez un niveau."))],
    )
    raison = _text(
        _("Raison"),
        _("Ce qui vous fait décider : la personne concernée et le jury la liront."),
        levels.MAX_CHARACTERS,
    )
    le = DayField(_("Décidé le"), validators=[InputRequired(DAY)])


class ObservationForm(FlaskForm):  # type: ignore[misc]
    """What was seen, of which competence and when."""

    competence = HiddenField()
    texte = _text(
        _("Observation"),
        _("Des faits : ce que la personne a fait ou dit, et où."),
        observations.MAX_CHARACTERS,
    )
    le = DayField(_("Observé le"), validators=[InputRequired(DAY)])


def day(field: DateField) -> date:
    """Return the day that was given in a field which was validated."""
    assert field.data is not None
    return field.data
