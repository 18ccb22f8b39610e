"""Submissions graded in real rooms: points, outcomes, and what the learner is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from graders.engine import Engine
from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from graders.protocol import MIB, GradeRequest, Limits, Outcome, Report, TestOutcome
from tests.graders.making import (
    SQUARE,
    answer,
    checks,
    code,
    hidden,
    manual,
    markdown,
    notebook,
    solved,
    task,
)

pytestmark = pytest.mark.room

CUBE = (
    markdown("## Le cube"),
    answer("cube", f"def cube(x):\n    {solved('return x ** 3', indent=4)}"),
    checks("cube-tests", "assert cube(2) == 8", 4),
)
BOTH = (*SQUARE, *CUBE)
LIMITS = Limits(wall_s=60, cell_wall_s=20, memory_bytes=512 * MIB)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def handed_in(*cells, extra=(), **answers: str) -> bytes:
    """Return the released notebook with these answers, by `grade_id`."""
    read = read_notebook(notebook(*cells))
    body = json.loads(write_notebook(release(read)))
    for cell in body["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    body["cells"] += extra
    return json.dumps(body).encode()


def graded(engine, cells, submission=None, *, garrigue=None, **changes) -> Report:
    request = GradeRequest(
        assignment=notebook(*cells, **({"environment": "base"} | (garrigue or {}))),
        submission=notebook(*cells) if submission is None else submission,
        limits=LIMITS,
    )
    return engine.grade(replace(request, **changes))


class TestPoints:
    def test_a_right_answer_has_all_points_and_no_doubt(self, engine):
        report = graded(engine, BOTH)

        assert (report.outcome, report.points, report.max_points) == (Outcome.GRADED, 9, 9)
        assert not any(exercise.is_forgeable for exercise in report.exercises)
        assert [exercise.title for exercise in report.exercises] == ["Le carré", "Le cube"]

    def test_the_released_form_has_none(self, engine):
        report = graded(engine, BOTH, handed_in(*BOTH))

        assert (report.outcome, report.points) == (Outcome.GRADED, 0)
        assert {exercise.outcome for exercise in report.exercises} == {TestOutcome.FAILED}

    def test_a_wrong_answer_loses_only_its_own_points(self, engine):
        mine = handed_in(*BOTH, carre="def carre(x): return 9", cube="def cube(x): return x**3")
        carre, cube = graded(engine, BOTH, mine).exercises

        assert (carre.points, carre.outcome) == (2, TestOutcome.PARTIAL)
        assert (cube.points, cube.outcome) == (4, TestOutcome.PASSED)

    def test_a_cells_value_is_its_partial_credit(self, engine):
        cells = (answer("a", "x = 3"), checks("t", "min(x, 4)", 4))

        assert graded(engine, cells).points == 3
        assert graded(engine, cells, handed_in(*cells, a="x = 400")).points == 4
        assert graded(engine, cells, handed_in(*cells, a="x = float('nan')")).points <= 4

    def test_points_can_be_divided_among_assertions(self, engine):
        both = "assert f(1) == 1\nassert f(2) == 2"
        cells = (
            answer("f", "def f(x): return x"),
            checks("t", both, 2, points_per_assert=True),
        )

        assert graded(engine, cells, handed_in(*cells, f="def f(x): return 1")).points == 1

    def test_a_warning_on_stderr_costs_nothing(self, engine):
        loud = (
            "import warnings\ndef cube(x):\n    warnings.warn('attention')\n    return x ** 3"
        )

        assert graded(engine, CUBE, handed_in(*CUBE, cube=loud)).points == 4

    def test_a_notebook_without_solutions_leaves_any_name_to_the_learner(self, engine):
        stub = "# VOTRE CODE ICI"
        cells = (
            code("total = 0"),
            answer("un", stub),
            checks("t1", "n = 3\nassert total == 3"),
            answer("deux", stub),
            checks("t2", "assert n == 5"),
        )
        done = handed_in(*cells, un="total = 3", deux="n = 5")

        assert graded(engine, cells, done).points == 2

    def test_an_emptied_environment_costs_nothing(self, engine):
        cube = "import os\nos.environ.clear()\ndef cube(x): return x ** 3"

        assert graded(engine, CUBE, handed_in(*CUBE, cube=cube)).points == 4

    def test_manual_answers_wait_for_a_person_unless_they_are_empty(self, engine):
        cells = (*CUBE, manual("avis", "texte"), task("tache", "Dessinez"))
        written = graded(engine, cells, handed_in(*cells, avis="Mon avis")).exercises
        empty = graded(engine, cells, handed_in(*cells)).exercises

        assert [each.outcome.value for each in written[1:]] == ["manual", "manual"]
        assert [each.outcome.value for each in empty[1:]] == ["failed", "manual"]
        assert "pas répondu" in empty[1].tests[0].message

    def test_extra_cells_run_where_they_stand(self, engine):
        cells = [*CUBE[:1], code("def aide(x): return x ** 3"), *CUBE[1:]]
        body = json.loads(handed_in(*cells, cube="def cube(x): return aide(x)"))

        assert graded(engine, CUBE, json.dumps(body).encode()).points == 4

    def test_tests_in_the_kernel_are_forgeable_and_say_so(self, engine):
        report = graded(engine, BOTH, garrigue={"in_kernel": True})

        assert report.points == 9
        assert all(exercise.is_forgeable for exercise in report.exercises)

    def test_one_test_may_be_forgeable_alone(self, engine):
        cells = (*SQUARE, answer("y", "y = 2"), checks("t", "y / 4", 2, in_kernel=True))
        carre, y = graded(engine, cells).exercises

        assert (carre.is_forgeable, y.is_forgeable, y.points) == (False, True, 0.5)


class TestOutcomes:
    def test_cells_before_an_endless_loop_keep_their_points(self, engine):
        loop = "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass"
        mine = handed_in(*BOTH, carre="def carre(x): return x * x", cube=loop)
        report = graded(engine, BOTH, mine, limits=replace(LIMITS, cell_wall_s=1))

        assert (report.outcome, report.points) == (Outcome.TIMED_OUT, 5)
        assert "boucle" in report.message
        assert report.exercises[1].tests[0].outcome is TestOutcome.NOT_RUN

    def test_cells_after_an_interrupted_loop_still_run(self, engine):
        mine = handed_in(*BOTH, carre="while True: pass", cube="def cube(x): return x ** 3")
        report = graded(engine, BOTH, mine, limits=replace(LIMITS, cell_wall_s=1))

        assert (report.outcome, report.points) == (Outcome.TIMED_OUT, 4)

    def test_a_loop_inside_a_test_ends_with_its_time(self, engine):
        mine = handed_in(*BOTH, carre="def carre(x):\n    while True: pass", cube="cube = None")
        report = graded(engine, BOTH, mine, limits=replace(LIMITS, cell_wall_s=1))

        assert report.points == 0
        assert report.outcome in (Outcome.TIMED_OUT, Outcome.KERNEL_DIED)

    def test_a_kernel_that_ends_itself_is_the_learners_doing(self, engine):
        mine = handed_in(*BOTH, carre="import os\nos._exit(0)")
        report = graded(engine, BOTH, mine)

        assert (report.outcome, report.points) == (Outcome.KERNEL_DIED, 0)

    def test_too_much_memory_is_said_to_be_so(self, engine):
        mine = handed_in(*BOTH, carre="x = bytearray(4 * 1024 ** 3)\nx[::4096] = x[::4096]")
        report = graded(engine, BOTH, mine)

        assert report.points == 0
        assert report.outcome in (Outcome.OUT_OF_MEMORY, Outcome.GRADED)

    def test_the_whole_run_has_its_time_too(self, engine):
        mine = handed_in(*BOTH, carre="import time\ntime.sleep(3)")
        report = graded(engine, BOTH, mine, limits=replace(LIMITS, wall_s=1))

        assert (report.outcome, report.points) == (Outcome.TIMED_OUT, 0)

    def test_another_assignments_notebook_is_refused(self, engine):
        other = handed_in(answer("autre", "x = 1"), checks("autre-tests", "assert x"))
        report = graded(engine, BOTH, other)

        assert (report.outcome, report.max_points) == (Outcome.UNREADABLE, 9)
        assert "ne correspond pas" in report.message

    def test_what_is_no_notebook_is_refused(self, engine):
        assert graded(engine, BOTH, b"PK\x03\x04").outcome is Outcome.UNREADABLE

    def test_a_fault_of_ours_is_never_a_zero(self, engine):
        report = graded(engine, BOTH, garrigue={"environment": "inconnu"})

        assert report.outcome is Outcome.SYSTEM_ERROR
        assert {test.outcome for each in report.exercises for test in each.tests} == {
            TestOutcome.NOT_RUN
        }

    def test_an_unusable_assignment_is_no_fault_of_the_learner(self, engine):
        cells = (answer("a", "x = 1"), checks("t", "assert x", -1))

        assert graded(engine, cells, handed_in(*SQUARE)).outcome is Outcome.SYSTEM_ERROR


class TestWhatIsSaid:
    def test_tells_what_was_expected(self, engine):
        mine = handed_in(*BOTH, carre="def carre(x): return x", cube="def cube(x): return 9")
        carre, cube = graded(engine, BOTH, mine).exercises

        assert "carre(3) vaut 9" in carre.messages[0]
        assert "8" in cube.messages[0]
        assert "9" in cube.messages[0]

    def test_tells_the_values_that_were_compared(self, engine):
        mine = handed_in(*SQUARE, carre="def carre(x):\n    return 2 * x")
        visible, secret = graded(engine, SQUARE, mine).exercises[0].tests

        assert (visible.comparison.expected.text, visible.comparison.got.text) == ("9", "6")
        assert secret.comparison is None

    def test_tells_what_was_written_and_the_error_it_ended_on(self, engine):
        mine = handed_in(*SQUARE, carre="def carre(x)\n    return x")
        (exercise,) = graded(engine, SQUARE, mine).exercises

        assert exercise.answer == "def carre(x)\n    return x"
        assert (exercise.errors[0].cell, exercise.errors[0].name) == ("carre", "SyntaxError")
        assert "expected ':'" in exercise.errors[0].message
        assert "def carre(x)" in exercise.errors[0].traceback

    def test_shows_the_learners_own_lines_of_a_traceback(self, engine):
        mine = handed_in(*CUBE, cube="def cube(x):\n    return 1 / 0")
        (test,) = graded(engine, CUBE, mine).exercises[0].tests

        assert "1 / 0" in test.traceback
        assert "site-packages" not in test.traceback

    @pytest.mark.parametrize("in_kernel", [False, True])
    def test_shows_nothing_of_a_hidden_test(self, engine, in_kernel):
        secret = hidden("SECRET = 16\nassert carre(-4) == SECRET, f'SECRET {SECRET}'")
        mixed = f"assert carre(3) == 9\n{secret}"
        cells = (*SQUARE[:3], checks("c", secret), checks("m", mixed))
        mine = handed_in(*cells, carre="def carre(x): return 9")
        report = graded(engine, cells, mine, garrigue={"in_kernel": in_kernel})

        assert b"SECRET" not in report.notebook
        assert "SECRET" not in json.dumps(report.to_json())
        assert [test.is_hidden for test in report.exercises[0].tests] == [False, True, False]

    def test_shows_nothing_of_what_a_last_hidden_test_asked(self, engine):
        noted = "asked = []\ndef carre(x):\n    asked.append(x)\n    return x ** 2"
        cells = (*SQUARE[:3], checks("c", hidden("assert carre(4711) == 4711 ** 2")))
        mine = handed_in(*cells, carre=noted, extra=[code("print('asked', asked)")])
        report = graded(engine, cells, mine)

        assert report.points == report.max_points
        assert "4711" not in report.notebook.decode() + json.dumps(report.to_json())

    def test_gives_the_notebook_back_with_its_outputs(self, engine):
        mine = handed_in(*CUBE, cube="def cube(x): return x ** 3\nprint('bon' + 'jour')")
        cells = json.loads(graded(engine, CUBE, mine).notebook)["cells"]

        assert "bonjour" in json.dumps(cells[1]["outputs"])

    def test_says_how_long_each_phase_took(self, engine):
        seen: list[str] = []
        request = GradeRequest(
            assignment=notebook(*CUBE, environment="base"), submission=notebook(*CUBE)
        )
        report = engine.grade(request, seen.append)

        assert seen == ["assemble", "room", "run", "check"]
        assert list(report.durations_ms) == seen
        assert report.engine_version.startswith("0.")
        assert report.environment_digest


class TestWhatARunHas:
    def test_reads_the_files_it_was_given(self, engine, tmp_path):
        (tmp_path / "offres.csv").write_text("a;b\n1;2\n")
        cells = (
            answer("lignes", "lignes = open('donnees/offres.csv').read().split()"),
            checks("t", "assert lignes == ['a;b', '1;2']", 1),
        )
        files = {"donnees/offres.csv": tmp_path / "offres.csv"}

        assert graded(engine, cells, files=files).points == 1

    def test_draws_the_same_numbers_only_when_the_seed_is_fixed(self, engine):
        cells = (answer("x", "import random\nprint(random.random())"), checks("t", "1", 1))

        def drawn(**changes):
            shown = json.loads(graded(engine, cells, **changes).notebook)["cells"][0]
            return shown["outputs"][0]["text"]

        assert drawn(seed=7) == drawn(seed=7)
        assert drawn() != drawn()

    def test_warm_and_cold_say_the_same(self, engine):
        mine = handed_in(*BOTH, carre="print('a')\n1 / 0", cube="def cube(x): return x ** 3")
        with Engine(is_warm=False) as cold:
            reports = [graded(each, BOTH, mine) for each in (engine, cold)]

        assert reports[0].notebook == reports[1].notebook
        assert reports[0].exercises == reports[1].exercises

    def test_runs_side_by_side_do_not_meet(self):
        cells = (answer("x", "x = 1"), checks("t", "assert x == 1"))
        marks = [f"open('{place}/m', 'a').write('x')" for place in (".", "/tmp", "/dev/shm")]
        places = "('.', '/tmp', '/dev/shm')"
        look = f"import os\nx = sum(os.path.getsize(p + '/m') for p in {places}) - 2"
        mine = handed_in(*cells, x="\n".join([*marks, look]))
        with Engine(slots=4) as engine, ThreadPoolExecutor(4) as pool:
            reports = list(pool.map(lambda _: graded(engine, cells, mine), range(6)))

        assert [report.points for report in reports] == [1] * 6
