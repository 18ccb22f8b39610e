"""Pages that can be answered: their questions, what was answered, how good it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: What a person answers, by question: keys of choices, or one typed text.
Answers = Mapping[str, tuple[str, ...]]


class FieldKind(StrEnum):
    """How a question is answered."""

    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class PageText:
    """A lesson in Markdown, as a plugin is asked about it.

    :param path: relative to the course's folder.
    """

    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the answers to choose from.

    :param key: what the form sends for it; it tells nothing about right or wrong.
    :param text: one line of Markdown.
    """

    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One question.

    :param key: its name in the page; what people answered is kept under it.
    :param prompt: the question itself, one line of Markdown.
    :param body: what it is about (a text, code to read), in Markdown; may be empty.
    :param unit: shown after the field of a number; may be empty.
    :param explanation: shown once the question was answered, in Markdown.
    :param theme: title of the part of the page where it stands; may be empty.
    :param has_random_order: each learner gets the choices in an order of their own.
    :param solution: for the plugin that read it and marks it; never shown.
    """

    key: str
    kind: FieldKind
    prompt: str
    body: str = ""
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    explanation: str = ""
    theme: str = ""
    has_random_order: bool = False
    solution: Any = field(default=None, repr=False)

    def choices_for(self, person_id: int) -> tuple[Choice, ...]:
        """Return the choices in the order that this person always gets."""
        if not self.has_random_order:
            return self.choices
        return tuple(
            sorted(self.choices, key=lambda choice: _digest(person_id, self.key, choice.key))
        )


@dataclass(frozen=True, kw_only=True)
class ActivityProblem:
    """One thing that the author of an activity has to mend.

    :param line: in the page's file, from 1.
    """

    message: str
    line: int
    is_warning: bool = False


@dataclass(frozen=True, kw_only=True)
class Activity:
    """The questions of one page.

    :param kind: name of what marks it, such as `quiz`.
    :param text: the page's Markdown with `place(key)` where each question stands, and with
        as many lines as before.
    :param advice: what to do about a theme that is not at ease yet, in Markdown, by theme.
    """

    kind: str
    text: str
    items: tuple[Item, ...]
    advice: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[ActivityProblem, ...] = ()

    @property
    def is_positioning(self) -> bool:
        """Whether results are told by theme, with advice."""
        return bool(self.advice)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How good one answer is.

    :param share: of the question's point, 0 to 1.
    :param missing: right choices that were not taken.
    :param extra: choices that were taken and are not right.
    :param is_readable: False when a number was asked for and none could be read.
    """

    share: float
    is_answered: bool = True
    missing: int = 0
    extra: int = 0
    is_readable: bool = True

    @property
    def is_right(self) -> bool:
        """Whether nothing is left to improve."""
        return self.share >= 1


@dataclass(frozen=True, kw_only=True)
class ThemeResult:
    """What a person knows of one theme.

    :param points: sum of the questions' shares.
    :param answered: questions with an answer; with none, nothing is known of the theme.
    :param is_at_ease: nothing to catch up before going on.
    """

    theme: str
    points: float
    questions: int
    answered: int
    is_at_ease: bool


#: From this share of a theme's points on, nobody is sent back to an earlier lesson.
AT_EASE = 0.7


#: What reads the questions of a page when a course is read: the plugins, or nobody.
ReadActivity = Callable[[PageText], Activity | None]


def read_nothing(_page: PageText) -> Activity | None:
    """Find no question in any page."""
    return None


def place(key: str) -> str:
    """Return the element that stands in a page where a question goes."""
    return f'<div id="question-{key}"></div>'


def points_of(marks: Mapping[str, Mark]) -> float:
    """Return the points of an attempt: one for each question, or a share of it."""
    return sum(mark.share for mark in marks.values())


def by_theme(
    items: tuple[Item, ...], given: Answers, shares: Mapping[str, float]
) -> tuple[ThemeResult, ...]:
    """Return the result of each theme, in the order of the page.

    :param shares: of each question's point; a question that is not there counts as 0.
    """
    results = []
    for theme in dict.fromkeys(item.theme for item in items):
        keys = [item.key for item in items if item.theme == theme]
        points = sum(shares.get(key, 0.0) for key in keys)
        results.append(
            ThemeResult(
                theme=theme,
                points=points,
                questions=len(keys),
                answered=sum(bool(given.get(key)) for key in keys),
                is_at_ease=points >= AT_EASE * len(keys),
            )
        )
    return tuple(results)


def _digest(*parts: object) -> bytes:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
