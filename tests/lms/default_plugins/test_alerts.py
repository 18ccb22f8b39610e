"""The three rules that Garrigue brings: when each applies, and when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.domain.alerts import FailingExercise, GroupFacts, LearnerFacts
from lms.logs import json_log
from lms.plugins import alert_finder, alert_rules, load_plugins
from tests.factories import NOON


@pytest.fixture
def found(app):
    """Apply one rule to learners: who it names, with the facts."""
    plugins = load_plugins(json_log(), has_installed=False)

    def find(key, *learners, **thresholds):
        with app.test_request_context():
            [rule] = [one for one in alert_rules(plugins) if one.key == key]
            facts = GroupFacts(now=NOON, learners=learners)
            alerts = alert_finder(plugins)(rule, {**rule.defaults, **thresholds}, facts)
            return {
                alert.learner_id: " ".join((alert.facts + " | " + alert.cleared_by).split())
                for alert in alerts
            }

    return find


def learner(number, *, since_days=100, seen_days=0, passed=0, runs=0):
    seen = None if seen_days is None else NOON - timedelta(days=seen_days)
    failing = FailingExercise(
        assignment_id="premier",
        assignment_title="Premier carnet",
        exercise_id="double",
        title="Doubler",
        runs=runs,
        latest_at=NOON,
        submission_id=7,
    )
    return LearnerFacts(
        learner_id=number,
        since=NOON - timedelta(days=since_days),
        last_activity_at=seen,
        passed=passed,
        failing=(failing,) if runs else (),
    )


def test_several_submissions_to_redo_on_one_exercise(found):
    named = found("rendus-a-reprendre", learner(1, runs=2), learner(2, runs=3), learner(3))
    assert list(named) == [2]
    assert named[2].startswith("3 rendus à reprendre sur « Doubler » (Premier carnet)")
    assert list(found("rendus-a-reprendre", learner(1, runs=2), runs=2)) == [1]


def test_no_activity_for_some_days(found):
    named = found(
        "sans-activite",
        learner(1, seen_days=6),
        learner(2, seen_days=7),
        learner(3, seen_days=None),
        learner(4, seen_days=None, since_days=3),
        learner(5, seen_days=90, since_days=2),  # came back two days ago
    )
    assert list(named) == [2, 3]
    assert "8 janvier 2030 : 7 jours" in named[2]
    assert "depuis l’arrivée dans la promotion" in named[3]


def test_french_writes_the_first_of_a_month_as_it_does_elsewhere(found):
    assert "le 1er janvier 2030 :" in found("sans-activite", learner(1, seen_days=14))[1]


def test_far_behind_the_median_and_what_would_end_it(found):
    group = [learner(number, passed=10) for number in (1, 2, 3)]
    behind, near = learner(4, passed=1), learner(5, passed=7)
    named = found("loin-du-parcours-median", *group, behind, near)
    assert list(named) == [4]
    assert named[4].startswith("1 exercice validé ; la moitié de la promotion en a validé 10")
    assert "Disparaît avec 7 exercices validés" in named[4]
    cleared = learner(4, passed=7)
    assert found("loin-du-parcours-median", *group, cleared, near) == {}


def test_a_small_promotion_has_no_median(found):
    people = [learner(number, passed=10) for number in (1, 2, 3)]
    assert found("loin-du-parcours-median", *people, learner(4)) == {}


def test_a_rule_of_another_plugin_is_left_to_it(app):
    from lms.default_plugins.alerts import find_alerts
    from lms.domain.alerts import AlertRule

    other = AlertRule(key="autre", title="", sentence="")
    assert find_alerts(other, {}, GroupFacts(now=NOON)) is None
