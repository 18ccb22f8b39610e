"""The alerts of a promotion: rules with its thresholds, what they find, what is set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import HIDDEN, Role
from lms.domain.alerts import Alert, AlertRule, GroupFacts, read_thresholds
from lms.errors import Invalid, NotFound
from lms.models import AlertAside, AlertSetting, Promotion, User
from lms.services import audit, roles

MAX_NOTE_CHARACTERS = 500
LONGEST_ASIDE = timedelta(days=366)

#: Asks the plugins; None when none of them could tell.
FindAlerts = Callable[[AlertRule, Mapping[str, int], GroupFacts], Sequence[Alert] | None]


@dataclass(frozen=True, kw_only=True)
class RuleInForce:
    """One rule as it applies in one promotion."""

    rule: AlertRule
    is_on: bool
    thresholds: Mapping[str, int]

    @property
    def in_words(self) -> str:
        """The rule with its thresholds."""
        return self.rule.in_words(self.thresholds)


@dataclass(frozen=True, kw_only=True)
class RaisedAlert:
    """One alert beside the rule that raised it.

    :param aside: how it was set aside; None when it is to be seen.
    """

    in_force: RuleInForce
    alert: Alert
    aside: AlertAside | None = None

    @property
    def rule(self) -> AlertRule:
        """The rule that raised it."""
        return self.in_force.rule


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """What the rules of a promotion say now.

    :param raised: the alerts that are to be seen.
    :param aside: those that apply too, and were set aside.
    :param unanswered: rules that could not be applied: their plugin failed.
    """

    raised: tuple[RaisedAlert, ...] = ()
    aside: tuple[RaisedAlert, ...] = ()
    unanswered: tuple[AlertRule, ...] = ()

    def of(self, learner_id: int) -> tuple[RaisedAlert, ...]:
        """Return the alerts about one learner, those set aside last."""
        return tuple(
            found
            for found in (*self.raised, *self.aside)
            if found.alert.learner_id == learner_id
        )


def rules_in_force(
    session: Session, promotion: Promotion, rules: Iterable[AlertRule]
) -> tuple[RuleInForce, ...]:
    """Return the rules as they apply in a promotion, those that are switched off too."""
    kept = {
        found.rule: found
        for found in session.scalars(
            select(AlertSetting).where(AlertSetting.promotion_id == promotion.id)
        )
    }
    return tuple(_in_force(rule, kept.get(rule.key)) for rule in rules)


def alerts_of(
    session: Session,
    promotion: Promotion,
    facts: GroupFacts,
    rules: Sequence[RuleInForce],
    find: FindAlerts,
    *,
    today: date,
) -> Alerts:
    """Return what the rules find; nothing before the promotion begins and after it ends."""
    if not promotion.starts_on <= today <= promotion.ends_on:
        return Alerts()
    known = {learner.learner_id for learner in facts.learners}
    aside = {
        (found.learner_id, found.rule, found.subject): found
        for found in asides(session, promotion, today=today)
    }
    raised: list[RaisedAlert] = []
    unanswered: list[AlertRule] = []
    for held in rules:
        found = find(held.rule, held.thresholds, facts) if held.is_on else ()
        if found is None:
            unanswered.append(held.rule)
        for alert in found or ():
            key = (alert.learner_id, held.rule.key, alert.subject)
            if alert.learner_id in known:
                raised.append(RaisedAlert(in_force=held, alert=alert, aside=aside.get(key)))
    return Alerts(
        raised=tuple(one for one in raised if one.aside is None),
        aside=tuple(one for one in raised if one.aside is not None),
        unanswered=tuple(unanswered),
    )


def asides(session: Session, promotion: Promotion, *, today: date) -> Sequence[AlertAside]:
    """Return what is set aside on that day, with who did it."""
    return session.scalars(
        select(AlertAside)
        .options(joinedload(AlertAside.set_by))
        .where(AlertAside.promotion_id == promotion.id, AlertAside.until >= today)
    ).all()


def set_aside(
    session: Session,
    promotion: Promotion,
    *,
    learner_id: int,
    rule: str,
    subject: str,
    note: str,
    until: date | None,
    actor_id: int,
    today: date,
    now: datetime,
) -> AlertAside:
    """Hide an alert until the end of a day.

    :raises NotFound: if that person does not learn in this promotion.
    :raises Invalid: if the note is missing or too long, or the day cannot be used.
    """
    learner = learner_in(session, promotion, learner_id, now=now)
    note = _read_note(note)
    if until is None or not today <= until <= today + LONGEST_ASIDE:
        raise Invalid("Choisissez une date à venir, dans un an au plus tard.")
    row = session.scalar(
        select(AlertAside).filter_by(
            promotion_id=promotion.id, learner_id=learner.id, rule=rule, subject=subject
        )
    ) or AlertAside(
        promotion_id=promotion.id, learner_id=learner.id, rule=rule, subject=subject
    )
    row.note, row.until, row.set_by_id, row.set_at = note, until, actor_id, now
    session.add(row)
    session.flush()
    _note(session, row, "alert.set-aside", actor_id, now)
    return row


def resume(
    session: Session, promotion: Promotion, aside_id: int, *, actor_id: int, now: datetime
) -> None:
    """Show an alert again.

    :raises NotFound: if it is not set aside in this promotion, or not any more.
    """
    row = session.get(AlertAside, aside_id)
    if row is None or row.promotion_id != promotion.id:
        raise NotFound(HIDDEN)
    _note(session, row, "alert.resumed", actor_id, now)
    session.delete(row)


def change_rule(
    session: Session,
    promotion: Promotion,
    rule: AlertRule,
    *,
    is_on: bool,
    typed: Mapping[str, str],
    actor_id: int,
    now: datetime,
) -> bool:
    """Set how a rule applies in a promotion; return whether that changes anything.

    :raises Invalid: if a threshold is no number within its bounds.
    """
    thresholds = read_thresholds(rule, typed)
    row = session.scalar(
        select(AlertSetting).filter_by(promotion_id=promotion.id, rule=rule.key)
    )
    before = _in_force(rule, row)
    if (before.is_on, before.thresholds) == (is_on, thresholds):
        return False
    row = row or AlertSetting(promotion_id=promotion.id, rule=rule.key)
    row.is_on, row.thresholds, row.changed_at = is_on, dict(thresholds), now
    session.add(row)
    audit.record(
        session,
        "alert-rule.changed",
        f"promotion:{promotion.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=promotion.id,
        rule=rule.key,
        was_on=before.is_on,
        is_on=is_on,
        before=_plain(before.thresholds),
        after=_plain(thresholds),
    )
    return True


def learner_in(
    session: Session, promotion: Promotion, learner_id: int, *, now: datetime
) -> User:
    """Return a learner of the promotion.

    :raises NotFound: if that person is none now.
    """
    user = session.get(User, learner_id)
    if user is None or not roles.holds(session, user, promotion, Role.LEARNER, now=now):
        raise NotFound(HIDDEN)
    return user


def _in_force(rule: AlertRule, kept: AlertSetting | None) -> RuleInForce:
    if kept is None:
        return RuleInForce(rule=rule, is_on=True, thresholds=rule.defaults)
    known = {key: number for key, number in kept.thresholds.items() if key in rule.defaults}
    return RuleInForce(rule=rule, is_on=kept.is_on, thresholds={**rule.defaults, **known})


def _read_note(note: str) -> str:
    bare = " ".join(note.split())
    if not bare:
        raise Invalid("Écrivez pourquoi : la note aide qui reprendra le suivi.")
    if len(bare) > MAX_NOTE_CHARACTERS:
        raise Invalid(
            "Cette note dépasse %(most)s caractères : raccourcissez-la.",
            most=MAX_NOTE_CHARACTERS,
        )
    return bare


def _plain(thresholds: Mapping[str, int]) -> str:
    return ", ".join(f"{key}={number}" for key, number in sorted(thresholds.items()))


def _note(session: Session, row: AlertAside, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        session,
        action,
        f"user:{row.learner_id}",
        actor_id=actor_id,
        now=now,
        promotion_id=row.promotion_id,
        person_id=row.learner_id,
        rule=row.rule,
        about=row.subject,
        until=row.until.isoformat(),
    )
