"""The questions of lessons: read from their pages, their texts as clean HTML."""

from __future__ import annotations

from dataclasses import dataclass

from lms.catalogue.addresses import place_of
from lms.content.pieces import joined, parted
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.domain.activities import Activity, PageText
from lms.domain.course import Course, Page
from lms.plugins import activity_reader
from lms.web.context import site
from lms.web.reading import lessons


@dataclass(frozen=True, kw_only=True)
class Words:
    """A question's texts as clean HTML.

    :param choices: by the key of each choice.
    """

    prompt: str
    body: str
    explanation: str
    choices: dict[str, str]


def rendered_page(course: Course, page: Page, activity: Activity | None) -> Rendered:
    """Return a lesson as clean HTML, with a place for each of its questions."""
    place = place_of(course, page.path)
    if activity is not None:
        return lessons().page(activity.text.encode(), place)
    return lessons().page(site().library.read(course, page.path), place)


def activity_of(course: Course, page: Page) -> Activity | None:
    """Return the questions of a lesson, or None when it has none."""
    if not page.questions:
        return None
    text = site().library.read(course, page.path).decode("utf-8-sig", "replace")
    return activity_reader(site().plugins)(PageText(path=str(page.path), text=text))


def words_of(course: Course, page: Page, activity: Activity) -> dict[str, Words]:
    """Return the texts of every question as clean HTML, by its key."""
    pieces = [
        text
        for item in activity.items
        for text in (item.prompt, item.body, item.explanation, *(c.text for c in item.choices))
    ]
    found = iter(_html_of(pieces, place_of(course, page.path)))
    return {
        item.key: Words(
            prompt=next(found),
            body=next(found),
            explanation=next(found),
            choices={choice.key: next(found) for choice in item.choices},
        )
        for item in activity.items
    }


def advice_of(course: Course, page: Page, activity: Activity) -> dict[str, str]:
    """Return what to do about each theme as clean HTML."""
    html = _html_of(list(activity.advice.values()), place_of(course, page.path))
    return dict(zip(activity.advice, html, strict=True))


def _html_of(pieces: list[str], place: Place) -> tuple[str, ...]:
    html = lessons().page(joined(pieces).encode(), place).html
    return parted(html, len(pieces))
