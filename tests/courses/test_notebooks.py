"""Every graded notebook of the course: its solution passes, what is wrong loses points."""

from pathlib import Path

import pytest
import yaml

from tests.courses import notebooks

REFERENCE, RELEASED = "la solution de référence", "le carnet distribué"

every_notebook = pytest.mark.parametrize(
    "path", notebooks.all_paths(), ids=lambda path: str(path.stem)
)


@pytest.fixture(scope="module", params=notebooks.all_paths(), ids=lambda path: str(path.stem))
def graded(request):
    return notebooks.read(request.param)


@pytest.fixture(scope="module")
def results(graded):
    variants = {REFERENCE: {}, RELEASED: graded.released()}
    for wrong in graded.wrong:
        variants[_label(wrong)] = {wrong["exercise"]: wrong["source"]}
    assert len(variants) == len(graded.wrong) + 2, "two wrong answers have the same name"
    return graded.run(variants)


def _label(wrong):
    return f"{wrong['exercise']} : {wrong['name']}"


def test_the_reference_solution_gets_every_point(results):
    errors = {id: error for id, error in results[REFERENCE].items() if error}
    assert errors == {}


def test_the_released_notebook_gets_no_point(graded, results):
    tests = [id for exercise in graded.exercises.values() for id in exercise.tests]
    passed = [id for id in tests if not results[RELEASED][id]]
    assert passed == []


def test_each_recorded_wrong_answer_loses_points_on_its_exercise(graded, results):
    accepted = [
        _label(wrong)
        for wrong in graded.wrong
        if not any(
            results[_label(wrong)][id] for id in graded.exercises[wrong["exercise"]].tests
        )
    ]
    assert accepted == []


def test_each_wrong_answer_spares_the_other_exercises(graded, results):
    spilled = {
        (_label(wrong), id)
        for wrong in graded.wrong
        for exercise in graded.exercises.values()
        if wrong["exercise"] not in (exercise.id, *_foundations(exercise))
        for id in exercise.tests
        if results[_label(wrong)][id]
    }
    assert spilled == set()


def test_exercises_build_on_others_of_the_notebook(graded):
    for exercise in graded.exercises.values():
        assert set(_foundations(exercise)) <= set(graded.exercises) - {exercise.id}


def test_each_exercise_has_wrong_answers(graded):
    assert {wrong["exercise"] for wrong in graded.wrong} == set(graded.exercises)


def test_each_exercise_says_what_it_is_about(graded):
    for exercise in graded.exercises.values():
        said = exercise.metadata["garrigue"]["exercise"]
        assert said["title"]
        assert said["competence"]
        assert said["level"] in (1, 2, 3)
        assert len(said["hints"]) == 3


def test_each_exercise_has_visible_and_hidden_tests(graded):
    sources = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"])
        for cell in graded.cells
    }
    for exercise in graded.exercises.values():
        hidden = {id for id in exercise.tests if "### BEGIN HIDDEN TESTS" in sources[id]}
        assert hidden
        assert hidden < set(exercise.tests)


def test_exercises_grow_from_imitating(graded):
    levels = [
        exercise.metadata["garrigue"]["exercise"]["level"]
        for exercise in graded.exercises.values()
    ]
    assert levels[0] == min(levels)


@every_notebook
def test_a_notebook_is_kept_without_outputs(path: Path):
    graded = notebooks.read(path)
    code = [cell for cell in graded.cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    ids = [cell["id"] for cell in graded.cells]
    assert len(ids) == len(set(ids))


@every_notebook
def test_mutations_are_accepted_for_a_reason(path: Path):
    beside = path.with_suffix(".accepted.yml")
    listed = yaml.safe_load(beside.read_text(encoding="utf-8")) if beside.is_file() else []
    exercises = notebooks.read(path).exercises
    for entry in listed:
        assert set(entry) == {"exercise", "mutant", "reason"}
        assert entry["exercise"] in exercises
        assert len(entry["reason"]) > 20


def _foundations(exercise):
    """Return the exercises whose answers this one says that it calls."""
    return exercise.metadata["garrigue"]["exercise"].get("builds_on", [])
