"""The gradebook on screen: weights that are refused, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from lms.config import Config
from tests.marking import MarkingSchool, course_with_essay, open_marking_school


@pytest.fixture
def school(make_app: Callable[..., Flask], config: Config) -> MarkingSchool:
    """A promotion whose trainer reads English."""
    course_with_essay(config.courses)
    made = open_marking_school(make_app(config))
    made.trainer.submit("/affichage", "/compte", langue="en")
    return made


def test_each_thing_wrong_with_weights_is_said_in_english(school: MarkingSchool) -> None:
    refused = school.trainer.submit(
        f"/promotions/{school.promotion.slug}/notes/coefficients",
        categorie=["Oral", "Oral"],
        coefficient=["1", "trois"],
        **{"coefficient-premier-carnet": "beaucoup"},
    )
    assert refused.status_code == 422
    for sentence in (
        "The weight of the category “Oral” is a number between 0 and",
        "“trois” was read.",
        "Two categories have the same name: give them different names.",
        "The weight of “Premier carnet” is a number between 0 and",
        "“beaucoup” was read.",
    ):
        assert sentence in refused.text
    assert 'value="beaucoup"' in refused.text


def test_what_a_mark_lacks_is_said_in_english(school: MarkingSchool) -> None:
    school.rubric()
    refused = school.mark("trainer", "camille", **{"e1-c0": "2", "definitive": "1"})
    assert refused.status_code == 422
    assert "Choose a level for: Clarté." in refused.text


def test_what_a_rubric_lacks_is_said_in_english(school: MarkingSchool) -> None:
    new = f"/promotions/{school.promotion.slug}/grilles/nouvelle?sorte=points"
    page = school.trainer.submit(new, sorte="points")
    assert "Give the rubric a title." in page.text
