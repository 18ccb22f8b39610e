"""The questions of lessons: shown, answered, and what trainers learn from the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.content.rendered import Rendered
from lms.domain.access import Action, Subject, require
from lms.domain.activities import Activity, Answers, FieldKind, Item, Mark, by_theme
from lms.domain.course import Course, Module, Page
from lms.errors import Invalid, NotFound, Unavailable
from lms.models import Promotion
from lms.services import activities, activity_counts
from lms.services.activities import AttemptShown, PageKey
from lms.services.promotions import promotion_by_slug
from lms.web import reading
from lms.web.asking import Words, activity_of, advice_of, rendered_page, words_of
from lms.web.context import now, site

bp = Blueprint("questions", __name__)

MAX_TEXT = 500
_PLACE = re.compile(r'<div id="s-question-([^"]+)"></div>')


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The questions of one lesson, for the templates.

    :param latest: the attempt that is shown; None for an empty form.
    :param best: the person's best attempt; None before the first one.
    :param marks: of the attempt that is shown, by question.
    :param error: why the answers just sent were not kept.
    """

    course: Course
    module: Module
    page: Page
    activity: Activity
    words: dict[str, Words]
    person_id: int
    latest: AttemptShown | None
    best: AttemptShown | None
    marks: dict[str, Mark]
    error: str = ""


@bp.post("/cours/<course_slug>/<module_id>/<page_slug>/reponses")
def answer(course_slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Mark and keep the answers to the questions of a lesson."""
    found = reading.course_named(course_slug)
    module = reading.module_named(found, module_id)
    page = reading.page_named(module, page_slug)
    activity = activity_of(found, page)
    if activity is None:
        raise NotFound(_("Cette leçon ne pose pas, ou plus, de question."))
    answers = _answers(activity)
    where = _where(found, module, page)
    address = url_for(
        "learn.page", course_slug=found.slug, module_id=module.id, page_slug=page.slug
    )
    try:
        activities.keep(
            g.session,
            g.actor.user_id,
            where,
            activity,
            answers,
            _marks(activity, answers),
            now=now(),
        )
    except Invalid:
        return redirect(f"{address}?vide=1#reponses", 303)
    return redirect(f"{address}#{_next(activity)}", 303)


@bp.get("/promotions/<slug>/quiz/")
def pages(slug: str) -> ResponseReturnValue:
    """List the lessons with questions, with how many learners answered them."""
    promotion = _promotion(slug)
    course = site().library.course(promotion.programme.course_slug)
    counts = activity_counts.pages_of(g.session, promotion, course, now=now())
    return render_template(
        "questions/pages.html", promotion=promotion, course=course, pages=counts
    )


@bp.get("/promotions/<slug>/quiz/<module_id>/<page_slug>/")
def counts(slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Show how the learners of a promotion answered each question of a lesson."""
    promotion = _promotion(slug)
    course = site().library.course(promotion.programme.course_slug)
    module = reading.module_named(course, module_id)
    page = reading.page_named(module, page_slug)
    activity = activity_of(course, page)
    if activity is None:
        raise NotFound(_("Cette leçon ne pose pas, ou plus, de question."))
    asked = (g.session, promotion, _where(course, module, page), activity)
    return render_template(
        "questions/counts.html",
        promotion=promotion,
        course=course,
        module=module,
        page=page,
        activity=activity,
        words=words_of(course, page, activity),
        items=activity_counts.counts_of(*asked, now=now()),
        learners=activity_counts.themes_of(*asked, now=now())
        if activity.is_positioning
        else (),
    )


def lesson(course: Course, module: Module, page: Page) -> Rendered:
    """Return a lesson as HTML, with the form of its questions for whoever asks."""
    activity = activity_of(course, page)
    rendered = rendered_page(course, page, activity)
    if activity is None:
        return rendered
    return replace(
        rendered, html=_filled(rendered.html, _asked(course, module, page, activity))
    )


def _asked(course: Course, module: Module, page: Page, activity: Activity) -> Asked:
    where = _where(course, module, page)
    is_new = "nouveau" in request.args
    latest = None if is_new else activities.latest(g.session, g.actor.user_id, where)
    return Asked(
        course=course,
        module=module,
        page=page,
        activity=activity,
        words=words_of(course, page, activity),
        person_id=g.actor.user_id,
        latest=latest,
        best=activities.best(g.session, g.actor.user_id, where),
        marks=_marks(activity, latest.given) if latest else {},
        error=_("Répondez à une question au moins, puis vérifiez.")
        if "vide" in request.args
        else "",
    )


def _filled(html: str, asked: Asked) -> str:
    """Put the questions in their places, the result before them, the button after them.

    The result of a self-positioning is what the page is for: it stands at its top.
    """
    parts = _PLACE.split(html)
    items = {item.key: item for item in asked.activity.items}
    known = [position for position in range(1, len(parts), 2) if parts[position] in items]
    for position, following in zip(known, [*known[1:], None], strict=True):
        parts[position] = render_template(
            "questions/_question.html",
            asked=asked,
            item=items[parts[position]],
            following=items[parts[following]] if following else None,
        )
    if known:
        first = 0 if asked.activity.is_positioning else known[0]
        parts[first] = _part("_result", asked) + parts[first]
        parts[known[-1]] += _part("_form", asked)
    return "".join(parts)


def _part(name: str, asked: Asked) -> str:
    is_told = asked.latest is not None and asked.activity.is_positioning
    return render_template(
        f"questions/{name}.html",
        asked=asked,
        themes=by_theme(asked.activity.items, asked.latest.given, asked.latest.shares)
        if asked.latest and is_told
        else (),
        advice=advice_of(asked.course, asked.page, asked.activity) if is_told else {},
    )


def _next(activity: Activity) -> str:
    """Return where a learner who saves one part goes on: the first question of the next."""
    wanted = request.form.get("suite", "")
    return f"q-{wanted}" if wanted in {item.key for item in activity.items} else "reponses"


def _marks(activity: Activity, answers: Answers) -> dict[str, Mark]:
    marks: dict[str, Mark] | None = site().plugins.ask(
        "mark_activity", activity=activity, answers=answers
    )
    if marks is None:
        raise Unavailable(
            "Vos réponses ne peuvent pas être vérifiées pour le moment : c’est un incident de "
            "notre côté, et rien n’est compté. Réessayez plus tard."
        )
    return marks


def _answers(activity: Activity) -> dict[str, tuple[str, ...]]:
    """Return what was sent for these questions; anything else of the form is left out."""
    return {item.key: _given(item) for item in activity.items}


def _given(item: Item) -> tuple[str, ...]:
    sent = request.form.getlist(f"q-{item.key}")
    if item.choices:
        known = tuple(choice.key for choice in item.choices if choice.key in sent)
        return known if item.kind is FieldKind.SEVERAL else known[:1]
    return tuple(text for text in (sent[0].strip()[:MAX_TEXT] if sent else "",) if text)


def _where(course: Course, module: Module, page: Page) -> PageKey:
    return PageKey(course_slug=course.slug, module_id=module.id, page_slug=page.slug)


def _promotion(slug: str) -> Promotion:
    """Return the promotion, once the person may see its results."""
    found = promotion_by_slug(g.session, slug)
    subject = Subject(promotion_ids=frozenset({found.id} if found else ()))
    require(g.actor, Action.SEE_RESULTS, subject)
    assert found is not None  # nobody has a role in a promotion that does not exist
    return found
