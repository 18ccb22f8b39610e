"""The demonstration's notebooks: made from the real course, each of its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.notebooks.assemble import Assembly, assemble
from graders.notebooks.read import read_notebook
from lms.demo.answers import Material, notebook_with, read_material
from lms.demo.plan import LEARNERS, Answer

COURSE = Path(__file__).parents[3] / "courses" / "developpeur-data-ia"
ASSIGNMENTS = ("demarrer/demarrer-1", "python/python-1")


@pytest.fixture(params=ASSIGNMENTS)
def material(request: pytest.FixtureRequest) -> Material:
    """One assignment of the course."""
    notebook = COURSE / f"{request.param}.ipynb"
    return read_material(notebook.read_bytes(), notebook.with_suffix(".wrong.yml").read_bytes())


def assembled(material: Material, answer: Answer, variant: int = 0) -> Assembly:
    data = notebook_with(material, answer, variant=variant)
    return assemble(material.source, read_notebook(data))


@pytest.mark.parametrize("answer", list(Answer))
def test_every_kind_answers_the_assignment(material: Material, answer: Answer) -> None:
    assert not assembled(material, answer).is_blank


def test_a_learner_never_holds_what_only_authors_know(material: Material) -> None:
    for answer in Answer:
        text = notebook_with(material, answer, variant=0).decode()
        assert "BEGIN HIDDEN TESTS" not in text
        assert "BEGIN SOLUTION" not in text


def test_half_done_leaves_stubs(material: Material) -> None:
    untouched = [step.is_untouched for step in assembled(material, Answer.HALF_DONE).steps]

    assert True in untouched


def test_two_learners_err_differently(material: Material) -> None:
    one, other = (notebook_with(material, Answer.SOME_WRONG, variant=v) for v in (0, 1))

    assert one != other


def test_twelve_learners_have_work_in_every_state() -> None:
    answers = {work.answer for learner in LEARNERS for work in learner.works}

    assert len(LEARNERS) == 12
    assert answers == set(Answer)
    assert sum(len(learner.waiting) for learner in LEARNERS) == 2
