"""Quizzes in Markdown: questions with choices, numbers and texts, marked on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms.content.quiz import KIND, read_quiz
from lms.domain.activities import Activity, Answers, Mark, PageText
from lms.domain.quiz import mark_items
from lms.hookspecs import SlotLink, hookimpl


@hookimpl
def read_activity(page: PageText) -> Activity | None:
    """Return the admonitions of the class `quiz` as questions."""
    return read_quiz(page)


@hookimpl
def mark_activity(activity: Activity, answers: Answers) -> Mapping[str, Mark] | None:
    """Mark the questions of a quiz."""
    return mark_items(activity.items, answers) if activity.kind == KIND else None


@hookimpl
def page_slot(name: str, facts: Mapping[str, Any]) -> Sequence[SlotLink] | None:
    """Lead the staff of a promotion to what its learners answered."""
    if name != "promotion":
        return None
    # Commands load the plugins too, and want no web.
    from flask import url_for
    from flask_babel import gettext as _

    return [
        SlotLink(
            label=_("Réponses aux questions des leçons"),
            address=url_for("questions.pages", slug=facts["slug"]),
            help=_("Quiz et positionnement : ce qui est compris, ce qui reste à reprendre."),
        )
    ]
