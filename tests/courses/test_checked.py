"""Every graded notebook was checked in rooms as it stands; its tests catch wrong answers."""

from __future__ import annotations

import pytest

from tests.courses import checked, notebooks

#: Share of the mutations of a solution that its tests may let through.
MOST_SURVIVORS = 0.10

AGAIN = "changed since it was checked: run « python -m tests.courses.checked »"

every_notebook = pytest.mark.parametrize(
    "path", notebooks.all_paths(), ids=lambda path: path.stem
)


def test_the_record_names_every_notebook_and_no_other():
    assert set(checked.read()) == {checked.name_of(path) for path in notebooks.all_paths()}


@every_notebook
def test_the_notebook_is_the_one_that_was_checked(path):
    assert checked.read()[checked.name_of(path)]["sha256"] == checked.digest(path), AGAIN


@every_notebook
def test_what_survives_is_accepted_with_a_reason(path):
    answers = checked.read()[checked.name_of(path)]["wrong_answers"]
    assert answers["caught"] + answers["accepted"] == answers["tried"]
    assert answers["accepted"] <= MOST_SURVIVORS * answers["tried"]
