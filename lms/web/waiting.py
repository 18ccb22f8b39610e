"""Where a submission stands, in one or two sentences."""

from __future__ import annotations

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from lms.domain.standing import Standing
from lms.services.feedback import Progress
from lms.services.queue import Place


def words(reached: Progress) -> str:
    """Say where a submission stands, and what it gave once it is graded."""
    if reached.standing is Standing.RUNNING:
        return str(_("Correction en cours : votre carnet s’exécute."))
    if reached.standing is Standing.HELD:
        return _held()
    if reached.standing is Standing.WITHHELD:
        return str(_("Votre rendu est corrigé. Le retour n’est pas encore ouvert."))
    if reached.place is not None:
        return _waiting(reached.place)
    return _finished(reached.points or 0.0, reached.max_points or 0.0)


def _held() -> str:
    text = _(
        "Un incident de notre côté empêche de corriger ce rendu. Vous n’avez rien à "
        "refaire : il est gardé, il n’utilise pas de tentative, et l’équipe le relancera."
    )
    return str(text)


def _waiting(place: Place) -> str:
    if place.is_halted:
        text = _(
            "La correction est momentanément arrêtée. Votre rendu est bien gardé : il sera "
            "corrigé dès qu’elle reprendra."
        )
        return str(text)
    return f"{_turn(place.position - 1)} {_wait(round(place.wait_s / 60))}"


def _turn(before: int) -> str:
    if not before:
        return str(_("En file d’attente : votre rendu est le prochain."))
    text = ngettext(
        "En file d’attente : %(num)s rendu passe avant le vôtre.",
        "En file d’attente : %(num)s rendus passent avant le vôtre.",
        before,
    )
    return str(text)


def _wait(minutes: int) -> str:
    if not minutes:
        return str(_("Attente estimée : moins d’une minute."))
    text = ngettext(
        "Attente estimée : environ %(num)s minute.",
        "Attente estimée : environ %(num)s minutes.",
        minutes,
    )
    return str(text)


def _finished(points: float, max_points: float) -> str:
    text = ngettext(
        "Correction terminée : %(points)s point sur %(max)s.",
        "Correction terminée : %(points)s points sur %(max)s.",
        int(points),
        points=format_decimal(round(points, 2)),
        max=format_decimal(round(max_points, 2)),
    )
    return str(text)
