"""Every hook: what plugins are asked, when, and what `None` means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pluggy import HookimplMarker, HookspecMarker

from lms.config import Config
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.domain.activities import Activity, Answers, Mark, PageText
from lms.domain.alerts import Alert, AlertRule, GroupFacts
from lms.domain.course import Assignment, Course
from lms.domain.marks import ScoreRule
from lms.domain.referentials import Shelf
from lms.domain.roster import RosterLine
from lms.domain.sheets import Sheet
from lms.domain.unlocking import Opening

if TYPE_CHECKING:
    import click

    from graders.protocol import GradeRequest, Report

#: Name of the project at pluggy, and of the entry-point group in which plugins are found.
PROJECT = "garrigue"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person, in plain text."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one person is told by the site.

    :param kind: `adjustment`, `answer`, `comment`, `feedback`, `follow-up`, `mark`,
        `question`.
    :param person_id: number of the person's account.
    :param link: address of the page that it is about.
    :param mail: the same as a mail, in the person's language.
    """

    kind: str
    person_id: int
    link: str
    mail: Mail


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of the journal.

    :param action: noun and past participle, such as `membership.ended`.
    :param subject: kind and number of what it was done to, such as `membership:12`.
    :param actor_id: number of the account of who did it; None for the platform itself.
    :param person_id: number of the account of whom it is about; None when nobody.
    :param promotion_id: number of the promotion that it belongs to; None when none.
    :param details: before and after, and what tells them.
    """

    at: datetime
    action: str
    subject: str
    actor_id: int | None
    person_id: int | None
    promotion_id: int | None
    details: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """People whom a source outside of the site names for a promotion.

    :param source: what it is, for the people who decide.
    :param lines: who, in which role.
    """

    source: str
    lines: tuple[RosterLine, ...]


@dataclass(frozen=True, kw_only=True)
class SlotLink:
    """One link that a plugin adds to a page of the site.

    :param label: its words, in the language of the page.
    :param address: on this site, beginning with `/`.
    :param help: what it leads to, in a sentence; may be empty.
    """

    label: str
    address: str
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One form in which a gradebook or a matrix of competences can be taken away.

    :param key: its name in addresses: minuscules, digits and dashes.
    :param labels: what it is called, by language.
    :param suffix: of the file's name, with its dot.
    :param write: gives the file in pieces, reading the sheet's rows as it goes; texts in it
        come from people and must not be run by what opens the file.
    """

    key: str
    labels: Mapping[str, str]
    suffix: str
    content_type: str
    write: Callable[[Sheet], Iterator[bytes]]


@hookspec(firstresult=True)
def grade(request: GradeRequest, engine: Callable[[GradeRequest], Report]) -> Report | None:
    """Return the report on one submission, or None to leave it to the next plugin.

    Called by a worker in one of its threads, never in a web request: it may take as long as
    the limits of the request say. The request has the author's notebook, the learner's, data
    files and limits, and names nobody. Our plugin calls the engine and is asked last. What a
    plugin runs of a learner's, it confines itself, or has the engine run it. A report whose
    outcome is `system-error` is never a score: the job is tried again. An exception is
    logged, and the next plugin is asked.

    :param engine: our engine, in its rooms.
    """


@hookspec
def score_rules() -> Sequence[ScoreRule] | None:
    """Return ways from several attempts to points, or None to add none.

    Called when a course is read; a course names one by `score:`. The `choose` of a rule is
    called wherever a score is derived, in web requests and workers, with all graded attempts
    in order, lateness and marks by people included: it must be pure, fast, and give the same
    points for the same attempts, between 0 and the most points. A rule of the same name as
    another's takes its place. An exception is logged, and the rules of the others remain; a
    course that names a rule which is gone cannot be published, and says so.
    """


@hookspec
def gradebook_exporters() -> Sequence[Exporter] | None:
    """Return forms in which a gradebook or a matrix of competences can be taken away, or None.

    Called in a web request, when either is shown and when a file is asked for. The
    first plugin that offers a key has it, ours before the others. An exception is logged,
    and the other forms remain; one that `write` raises cuts the download short.
    """


@hookspec(firstresult=True)
def send_mail(mail: Mail, config: Config) -> bool | None:
    """Send one mail and return True, or return None to leave it to the next plugin.

    Called after the transaction that caused the mail was committed, and after the answer
    went out to the browser, so it may take some seconds. An exception is logged under the
    plugin's name, and the next plugin is asked.
    """


@hookspec(firstresult=True)
def notify(notice: Notice, config: Config) -> Mail | bool | None:
    """Tell one person something, or return None to leave it to the next plugin.

    Return True when the person was told, or a mail to have it sent (by `send_mail`). Called
    after the transaction that caused the notice was committed, and after the answer went out
    to the browser, so it may take some seconds. An exception is logged under the plugin's
    name, and the next plugin is asked. Links that let somebody in (invitations, new
    passwords) are no notices: they go by mail alone.
    """


@hookspec
def hear_event(event: Happened, config: Config) -> None:
    """Hear of one event of the journal; what is returned does not matter.

    Called once for each event, after its transaction was committed: in a web request once
    the answer is out, in a worker once the result is kept. Nothing can be changed or refused
    here. An exception is logged under the plugin's name, and the others still hear of it.
    """


@hookspec(firstresult=True)
def unlock(
    course: Course, assignment: Assignment, reached: Mapping[str, float]
) -> Opening | None:
    """Say whether an assignment is open to a learner, or return None to leave it to others.

    Called in a web request when an assignment is shown and when work for it is handed in, so
    it must be fast. `reached` has the share of the points, 0 to 100, of each assignment of
    the course for which the learner has a score. An exception is logged, and the next plugin
    is asked; when none answers, the assignment is open: a fault never locks anybody out.
    """


@hookspec
def enrolment_source(promotion: str, config: Config) -> Enrolment | None:
    """Return whom a source outside of the site names for a promotion, or None.

    Called in a web request when a cohort manager asks to enrol from outside. Nobody is
    enrolled by it: the list is shown line by line with what it would change, and a person
    confirms. Raise `lms.domain.roster.BadRoster` for a list that cannot be used: it is told.
    Any other exception is logged, and the other sources are shown.

    :param promotion: short name of the promotion.
    """


@hookspec(firstresult=True)
def render_page(data: bytes, place: Place) -> Rendered | None:
    """Return a lesson's file as clean HTML, or None to leave it to the next plugin.

    `place.page` is the file's path in its course. Called in a web request when a page is
    shown for the first time in this form; the result is kept until the file, the course's
    addresses or the set of plugins change. The HTML is shown as it is: pass it through
    `lms.content.clean.clean`. An exception is logged, and the next plugin is asked.
    """


@hookspec(firstresult=True)
def read_activity(page: PageText) -> Activity | None:
    """Return the questions of a lesson in Markdown, or None when it has none of this kind.

    Called when a course is read, checked and shown, so it must be fast, and the same text
    must give the same questions. Problems that are no warning keep the course from being
    published. An exception is logged, and the next plugin is asked.
    """


@hookspec(firstresult=True)
def mark_activity(activity: Activity, answers: Answers) -> Mapping[str, Mark] | None:
    """Return the mark of every question, by its key, or None when another plugin's kind.

    Called in a web request, with answers to questions of this activity alone: choices are
    keys of the question's own choices, texts have at most 500 characters. An exception is
    logged; when no plugin answers, the learner is told that it was our fault, and nothing is
    kept: never a zero.
    """


@hookspec(firstresult=True)
def read_roster(content: bytes, filename: str) -> Sequence[RosterLine] | None:
    """Return the people of a list, or None to leave the file to the next plugin.

    Called by `garrigue people import`, before anything is written. Raise
    `lms.domain.roster.BadRoster` with the mistakes of a list that is yours and cannot be
    used: they are shown, and nothing is imported. Any other exception is logged, and the
    next plugin is asked.
    """


@hookspec
def referentials(courses: Path) -> Shelf | None:
    """Return referentials, and what leads from one version to another, or None.

    Called when courses are published, when a programme is bound to versions for the first
    time, and when somebody looks for other versions: a second is not too long. Every version
    is kept in the database when it is first seen, so that evidence and decisions which name
    it stay readable without the plugin. Of two that bring the same version, the plugin
    installed later wins. An exception is logged, and what the others bring is still there.

    :param courses: the folder of the courses.
    """


@hookspec
def alert_rules() -> Sequence[AlertRule] | None:
    """Return rules by which a trainer is told who may need a hand, or None to add none.

    Called in a web request, so it must be fast; `flask_babel.gettext` may be used for the
    words. Trainers read the sentence, change the thresholds for their promotion and switch
    rules off; learners see the rules that apply to them. A rule says what happened and what
    would end it: no score of people, no prediction. A rule of the same `key` as another's
    takes its place. An exception is logged, and the rules of the other plugins apply.
    """


@hookspec(firstresult=True)
def find_alerts(
    rule: AlertRule, thresholds: Mapping[str, int], facts: GroupFacts
) -> Sequence[Alert] | None:
    """Return the alerts that a rule raises now, or None when it is another plugin's.

    Called in a web request, once for each rule that is on, with the facts of the whole
    promotion: answer for all learners in some milliseconds, from these facts alone. The
    thresholds are within the rule's bounds. An exception is logged, and the next plugin is
    asked; when none answers, the page says that the rule could not be applied, and the other
    rules still are.
    """


@hookspec
def page_slot(name: str, facts: Mapping[str, Any]) -> Sequence[SlotLink] | None:
    """Return links to add to a page of the site, or None to add nothing.

    Called in a web request while the page is drawn; `flask_babel.gettext` and
    `flask.url_for` may be used. The page behind the link checks for itself who may see it.
    An exception is logged, and the page is shown without the plugin's links.

    :param name: `promotion` (the page of a promotion, for its staff; facts: `slug`, the
        promotion's, and `course_slug`).
    """


@hookspec
def commands() -> Sequence[click.Command] | None:
    """Return commands to add to `garrigue`, or None.

    Called when `garrigue` is asked for help, or for a command that is none of its own. An
    exception is told on stderr under the plugin's name, and the others still work.
    """
