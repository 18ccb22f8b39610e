"""Who may need a hand: readable rules with thresholds, facts, and what rules find in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low

from lms.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """One number of a rule, which trainers can change for their promotion.

    :param key: its name in the rule's sentence.
    :param label: its words in the form.
    """

    key: str
    label: str
    default: int
    minimum: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """One rule, as people read it.

    :param key: never changed; settings and alerts that were set aside are kept under it.
    :param sentence: the whole rule in words, with `{key}` where each threshold stands.
    """

    key: str
    title: str
    sentence: str
    thresholds: tuple[Threshold, ...] = ()

    @property
    def defaults(self) -> Mapping[str, int]:
        """The thresholds of a promotion that changed none."""
        return {threshold.key: threshold.default for threshold in self.thresholds}

    def in_words(self, thresholds: Mapping[str, int]) -> str:
        """Return the rule with its thresholds; what is none of them stays as it is.

        >>> rule = AlertRule(key="a", title="A", sentence="{days} jours, {autre}.")
        >>> rule.in_words({"days": 7})
        '7 jours, {autre}.'
        """
        words = self.sentence
        for key, number in {**self.defaults, **thresholds}.items():
            words = words.replace(f"{{{key}}}", str(number))
        return words


@dataclass(frozen=True, kw_only=True)
class FailingExercise:
    """One exercise that a learner tried and never passed yet.

    :param runs: how many submissions left it to redo.
    :param submission_id: the latest of them.
    """

    assignment_id: str
    assignment_title: str
    exercise_id: str
    title: str
    runs: int
    latest_at: datetime
    submission_id: int


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """What is known of one learner in the promotion: what was done, never who the person is.

    :param since: when the person joined the promotion.
    :param last_activity_at: None when there was none.
    :param passed: how many assignments have nothing left to redo.
    """

    learner_id: int
    since: datetime
    last_activity_at: datetime | None
    passed: int
    failing: tuple[FailingExercise, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GroupFacts:
    """What is known of a promotion at one moment.

    :param closures: first and last day of each time in which the school is closed.
    """

    now: datetime
    learners: tuple[LearnerFacts, ...] = ()
    closures: tuple[tuple[date, date], ...] = ()

    @property
    def median_passed(self) -> int:
        """As many assignments are passed by at least half of the learners; 0 without any."""
        passed = [learner.passed for learner in self.learners]
        return median_low(passed) if passed else 0

    def open_days_since(self, moment: datetime) -> int:
        """Return how many whole days went by without those on which the school is closed."""
        days = (self.now - moment).days
        closed = {
            first + timedelta(days=number)
            for first, last in self.closures
            for number in range((last - first).days + 1)
        }
        gone_by = (moment.date() + timedelta(days=number + 1) for number in range(days))
        return sum(day not in closed for day in gone_by)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One learner to whom a rule applies at this moment.

    :param subject: what tells it from the same rule's other alerts for this learner, such as
        an exercise; it stays the same as long as the matter does. Empty when there is one.
    :param facts: what made the rule apply, in words.
    :param cleared_by: what will make it disappear, in words.
    :param submission_id: where the facts can be read; None when they are in no submission.
    """

    learner_id: int
    subject: str = ""
    facts: str
    cleared_by: str
    submission_id: int | None = None


def read_thresholds(rule: AlertRule, given: Mapping[str, str]) -> dict[str, int]:
    """Return the thresholds as they were typed.

    :raises Invalid: if one is no whole number, or out of its bounds.
    """
    return {found.key: _number(found, given.get(found.key, "")) for found in rule.thresholds}


def _number(threshold: Threshold, typed: str) -> int:
    bare = typed.strip()
    is_number = bare.isascii() and bare.isdigit() and len(bare) <= 6
    if not is_number or not threshold.minimum <= int(bare) <= threshold.maximum:
        raise Invalid(
            "« %(label)s » : écrivez un nombre entier de %(minimum)s à %(maximum)s.",
            label=threshold.label,
            minimum=threshold.minimum,
            maximum=threshold.maximum,
        )
    return int(bare)
