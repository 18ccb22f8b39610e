"""How a score came about, in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask_babel import format_percent, get_locale
from flask_babel import gettext as _

from lms.domain.scores import Step, StepKey
from lms.domain.words import mark
from lms.plugins import score_rules
from lms.web.context import site
from lms.web.display import decimal, duration_in_words

bp = Blueprint("score_words", __name__)

#: What people gave for one exercise: a detail of the attempt.
DETAILS = frozenset({StepKey.MANUAL, StepKey.GONE})


@bp.app_template_filter("reason_in_short")
def reason_in_short(steps: Sequence[Step]) -> str:
    """Say in a few words what decided a score: its last step that is no detail of another."""
    decisive = [step for step in steps if step.key not in DETAILS]
    if not decisive:
        return ""
    last = decisive[-1]
    if last.key is StepKey.LATE:
        return str(_("%(attempt)s, en retard", attempt=_attempt(steps[0])))
    return str(
        {
            StepKey.OUTSIDE: _("note venue d’ailleurs"),
            StepKey.OVERRIDE: _("note fixée par l’équipe pédagogique"),
        }.get(last.key, _attempt(steps[0]))
    )


@bp.app_template_filter("step_in_words")
def step_in_words(step: Step) -> str:
    """Say one step in a sentence."""
    return str(_SENTENCES[step.key](step.values))


CAUSES = {
    "run": mark("Un rendu a été corrigé"),
    "dates": mark("Les dates ou les règles de retard ont changé"),
    "manual-marks": mark("Une personne a noté le rendu"),
    "override": mark("La note a été fixée ou rendue au calcul"),
    "regrade": mark("Une recorrection a été appliquée ou annulée"),
    "outside": mark("Des notes venues d’ailleurs ont été importées ou retirées"),
}


@bp.app_template_filter("cause_in_words")
def cause_in_words(cause: str) -> str:
    """Say what changed a score."""
    return str(_(CAUSES.get(cause, mark("Ce qui décide de la note a changé"))))


def rule_label(name: str) -> str:
    """Return what a rule is called in the reader's language; its name when nobody knows."""
    rule = score_rules(site().plugins).get(name)
    labels = rule.labels if rule else {}
    return labels.get(str(get_locale())) or labels.get("fr") or name


def _attempt(step: Step) -> str:
    values = step.values
    if step.key is StepKey.ONLY:
        return str(_("seul rendu"))
    if step.key is not StepKey.RULE:
        return ""
    return str(
        _(
            "%(rule)s, nº %(number)s sur %(of)s",
            rule=rule_label(values["rule"]),
            number=values["attempt"],
            of=values["of"],
        )
    )


def _points(values: Any) -> str:
    return f"{decimal(values['points'])} / {decimal(values['max_points'])}"


def _only(values: Any) -> str:
    return str(
        _(
            "Un seul rendu a été corrigé : il compte. Tests : %(points)s.",
            points=_points(values),
        )
    )


def _rule(values: Any) -> str:
    return str(
        _(
            "Règle du cours : %(rule)s. Le rendu nº %(number)s, sur %(of)s, est retenu. "
            "Tests : %(points)s.",
            rule=rule_label(values["rule"]),
            number=values["attempt"],
            of=values["of"],
            points=_points(values),
        )
    )


def _manual(values: Any) -> str:
    return str(
        _(
            "« %(title)s » a été lu par une personne : %(points)s remplacent les %(automatic)s "
            "des tests.",
            title=values["title"],
            points=_points(values),
            automatic=decimal(values["automatic"]),
        )
    )


def _gone(values: Any) -> str:
    return str(
        _(
            "« %(title)s » a été lu par une personne (%(points)s), mais n’est plus dans "
            "l’exercice recorrigé : ces points ne comptent plus.",
            title=values["title"],
            points=_points(values),
        )
    )


def _late(values: Any) -> str:
    return str(
        _(
            "Déposé avec %(delay)s de retard : %(share)s des points sont gardés, soit "
            "%(points)s au lieu de %(before)s.",
            delay=duration_in_words(values["late_s"]),
            share=format_percent(values["factor"]),
            points=decimal(values["points"]),
            before=decimal(values["before"]),
        )
    )


def _combined(values: Any) -> str:
    return str(
        _(
            "Tous les rendus ensemble (%(rule)s) donnent %(points)s.",
            rule=rule_label(values["rule"]),
            points=_points(values),
        )
    )


def _outside(values: Any) -> str:
    return str(
        _("Une note venue d’ailleurs prend la place : %(points)s.", points=_points(values))
    )


def _override(values: Any) -> str:
    return str(_("L’équipe pédagogique a fixé la note : %(points)s.", points=_points(values)))


_SENTENCES = {
    StepKey.ONLY: _only,
    StepKey.RULE: _rule,
    StepKey.MANUAL: _manual,
    StepKey.GONE: _gone,
    StepKey.LATE: _late,
    StepKey.COMBINED: _combined,
    StepKey.OUTSIDE: _outside,
    StepKey.OVERRIDE: _override,
}
