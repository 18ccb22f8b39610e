"""An example of a plugin: cloze questions, lists in JSON, alerts, arrivals, a link, a command.

A cloze question is a paragraph that begins with « Complétez : » and has one word in
`[square brackets]`; the learner types the word that is missing.
"""

from __future__ import annotations

import json
import re

import click

from lms.domain.access import Role
from lms.domain.activities import Activity, FieldKind, Item, Mark, place
from lms.domain.alerts import Alert, AlertRule, Threshold
from lms.domain.quiz import normalised
from lms.domain.roster import BadRoster, RosterLine
from lms.hookspecs import SlotLink, hookimpl

CLOZE = re.compile(r"^Complétez\s*: (?P<before>.*)\[(?P<word>[^\]]+)\](?P<after>.*)$", re.M)


@hookimpl
def read_activity(page):
    """Find the cloze questions of a page."""
    found = list(CLOZE.finditer(page.text))
    if not found:
        return None  # leave the page to the next plugin
    text = page.text
    for number, cloze in reversed(list(enumerate(found, 1))):
        text = text[: cloze.start()] + place(f"trou-{number}") + text[cloze.end() :]
    return Activity(
        kind="cloze",
        text=text,
        items=tuple(
            Item(
                key=f"trou-{number}",
                kind=FieldKind.TEXT,
                prompt=f"{cloze['before']}…{cloze['after']}",
                explanation=f"Le mot est « {cloze['word']} ».",
                solution=cloze["word"],
            )
            for number, cloze in enumerate(found, 1)
        ),
    )


@hookimpl
def mark_activity(activity, answers):
    """Mark the words that were typed."""
    if activity.kind != "cloze":
        return None
    marks = {}
    for item in activity.items:
        given = answers.get(item.key, ())
        is_right = bool(given) and normalised(given[0]) == normalised(item.solution)
        marks[item.key] = Mark(share=float(is_right), is_answered=bool(given))
    return marks


@hookimpl
def read_roster(content, filename):
    """Read a list of people in JSON: `[{"name": …, "email": …, "promotion": …}]`."""
    if not filename.endswith(".json"):
        return None
    try:
        return [
            RosterLine(
                number=number,
                name=person["name"],
                email=person["email"],
                promotion=person["promotion"],
                role=Role.LEARNER,
            )
            for number, person in enumerate(json.loads(content), 1)
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise BadRoster([f"Cette liste ne peut pas être lue : {error}."]) from error


@hookimpl
def alert_rules():
    """Watch for people who joined and have not passed anything yet."""
    return [
        AlertRule(
            key="premier-pas",
            title="Pas encore d’exercice validé",
            sentence="Aucun exercice validé {days} jours après l’arrivée, sans les fermetures.",
            thresholds=(
                Threshold(
                    key="days", label="Nombre de jours", default=10, minimum=2, maximum=60
                ),
            ),
        )
    ]


@hookimpl
def find_alerts(rule, thresholds, facts):
    """Find them."""
    if rule.key != "premier-pas":
        return None
    return [
        Alert(
            learner_id=learner.learner_id,
            facts=f"Aucun exercice validé en {facts.open_days_since(learner.since)} jours.",
            cleared_by="Disparaît avec le premier exercice validé.",
        )
        for learner in facts.learners
        if not learner.passed and facts.open_days_since(learner.since) >= thresholds["days"]
    ]


@hookimpl
def hear_event(event, config):
    """Leave a line for the school's own software when somebody joins or leaves."""
    if event.action not in {"membership.started", "membership.ended"}:
        return
    line = {"what": event.action, "person": event.person_id, "at": event.at.isoformat()}
    with (config.instance / "arrivals.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@hookimpl
def page_slot(name, facts):
    """Lead to the timetable of a promotion."""
    if name != "promotion":
        return None
    return [SlotLink(label="Emploi du temps", address=f"/emploi-du-temps/{facts['slug']}")]


@hookimpl
def commands():
    """Add `garrigue timetable`."""
    return [timetable]


@click.command()
@click.argument("slug")
def timetable(slug):
    """Say where the timetable of a promotion is."""
    click.echo(f"/emploi-du-temps/{slug}")
