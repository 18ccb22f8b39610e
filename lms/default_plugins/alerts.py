"""Three rules by which trainers are told who may need a hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from lms.domain.alerts import Alert, AlertRule, GroupFacts, LearnerFacts, Threshold
from lms.domain.words import with_first
from lms.hookspecs import hookimpl

RUNS = "rendus-a-reprendre"
QUIET = "sans-activite"
BEHIND = "loin-du-parcours-median"

#: Below that many learners a median says little, and might point at somebody.
FEWEST_LEARNERS = 5


@hookimpl
def alert_rules() -> Sequence[AlertRule]:
    """Return the three rules in the language of the page."""
    # Commands load the plugins too, and want no web.
    from flask_babel import gettext as _

    return [
        AlertRule(
            key=RUNS,
            title=_("Plusieurs rendus à reprendre"),
            sentence=_(
                "Au moins {runs} rendus à reprendre sur le même exercice, qui n’est pas "
                "encore validé."
            ),
            thresholds=(
                Threshold(
                    key="runs", label=_("Nombre de rendus"), default=3, minimum=2, maximum=50
                ),
            ),
        ),
        AlertRule(
            key=QUIET,
            title=_("Aucune activité récente"),
            sentence=_(
                "Aucune trace d’activité depuis {days} jours, fermetures non comptées : ni "
                "leçon ouverte, ni brouillon enregistré, ni rendu, ni question, ni quiz."
            ),
            thresholds=(
                Threshold(
                    key="days", label=_("Nombre de jours"), default=7, minimum=2, maximum=90
                ),
            ),
        ),
        AlertRule(
            key=BEHIND,
            title=_("Loin du parcours médian"),
            sentence=_(
                "Au moins {gap} exercices validés de moins que la moitié de la promotion "
                "(à partir de 5 personnes)."
            ),
            thresholds=(
                Threshold(
                    key="gap", label=_("Écart en exercices"), default=4, minimum=2, maximum=50
                ),
            ),
        ),
    ]


@hookimpl
def find_alerts(
    rule: AlertRule, thresholds: Mapping[str, int], facts: GroupFacts
) -> Sequence[Alert] | None:
    """Apply one of the three rules."""
    if rule.key == RUNS:
        return list(_often_to_redo(thresholds["runs"], facts))
    if rule.key == QUIET:
        return list(_quiet(thresholds["days"], facts))
    if rule.key == BEHIND:
        return list(_behind(thresholds["gap"], facts))
    return None


def _often_to_redo(runs: int, facts: GroupFacts) -> Iterable[Alert]:
    from flask_babel import gettext as _

    for learner in facts.learners:
        for found in learner.failing:
            if found.runs >= runs:
                yield Alert(
                    learner_id=learner.learner_id,
                    subject=f"{found.assignment_id}/{found.exercise_id}",
                    facts=_(
                        "%(runs)s rendus à reprendre sur « %(exercise)s » "
                        "(%(assignment)s), le dernier le %(day)s.",
                        runs=found.runs,
                        exercise=found.title,
                        assignment=found.assignment_title,
                        day=_day(found.latest_at),
                    ),
                    cleared_by=_("Disparaît dès que l’exercice est validé."),
                    submission_id=found.submission_id,
                )


def _quiet(days: int, facts: GroupFacts) -> Iterable[Alert]:
    from flask_babel import gettext as _

    for learner in facts.learners:
        quiet_days = facts.open_days_since(_seen_at(learner))
        if quiet_days < days:
            continue
        if learner.last_activity_at is None:
            told = _(
                "Aucune trace d’activité depuis l’arrivée dans la promotion, le %(day)s : "
                "%(days)s jours sans les fermetures.",
                day=_day(learner.since),
                days=quiet_days,
            )
        else:
            told = _(
                "Dernière trace d’activité le %(day)s : %(days)s jours sans les fermetures.",
                day=_day(learner.last_activity_at),
                days=quiet_days,
            )
        yield Alert(
            learner_id=learner.learner_id,
            facts=told,
            cleared_by=_(
                "Disparaît à la prochaine trace : une leçon ouverte, un brouillon, un rendu, "
                "une question ou un quiz."
            ),
        )


def _behind(gap: int, facts: GroupFacts) -> Iterable[Alert]:
    from flask_babel import ngettext

    if len(facts.learners) < FEWEST_LEARNERS:
        return
    median = facts.median_passed
    for learner in facts.learners:
        if median - learner.passed >= gap:
            yield Alert(
                learner_id=learner.learner_id,
                facts=ngettext(
                    "%(num)s exercice validé ; la moitié de la promotion en a validé "
                    "%(median)s ou plus.",
                    "%(num)s exercices validés ; la moitié de la promotion en a validé "
                    "%(median)s ou plus.",
                    learner.passed,
                    median=median,
                ),
                cleared_by=ngettext(
                    "Disparaît avec %(num)s exercice validé, si la promotion n’avance pas "
                    "d’ici là.",
                    "Disparaît avec %(num)s exercices validés, si la promotion n’avance pas "
                    "d’ici là.",
                    median - gap + 1,
                ),
            )


def _seen_at(learner: LearnerFacts) -> datetime:
    return max(learner.last_activity_at or learner.since, learner.since)


def _day(moment: datetime) -> str:
    from flask_babel import format_date, get_locale

    return with_first(str(format_date(moment, "d MMMM y")), str(get_locale()))
