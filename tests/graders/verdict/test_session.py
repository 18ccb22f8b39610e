"""A session gives each test cell its verdict, in bounded time, whatever dies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graders.protocol import Limits
from graders.verdict.names import names_defined_by
from graders.verdict.session import CellVerdict, CheckerSession
from tests.graders.verdict.local import LocalKernel, LocalNursery

SOLUTION = "def f(x): return x + 1"


@pytest.fixture
def nursery() -> Iterator[LocalNursery]:
    nursery = LocalNursery()
    yield nursery
    nursery.close()


@contextmanager
def opened(
    nursery: Any,
    *cells: str,
    solution: str = SOLUTION,
    author: tuple[str, ...] = (),
    files: dict[str, Path] | None = None,
) -> Iterator[tuple[CheckerSession, LocalKernel]]:
    with CheckerSession(
        nursery,
        limits=Limits(),
        author_cells=author,
        learner_sources=cells,
        declared_names=names_defined_by([solution]),
        solution_cells=[solution],
        files=files,
    ) as session:
        kernel = LocalNursery.kernel(nursery, files=files, channel=session.learner_channel)
        for cell in (*author, *cells):
            kernel.execute(cell, wall_s=20)
        try:
            yield session, kernel
        finally:
            kernel.close()


def judged(nursery: Any, test: str, *cells: str, points: float = 4, **more: Any) -> CellVerdict:
    known = {key: more.pop(key) for key in ("solution", "author", "files") if key in more}
    with opened(nursery, *cells, **known) as (session, kernel):
        return session.check(
            kernel, test, grade_id="t", max_points=points, wall_s=more.pop("wall_s", 10), **more
        )


RIGHT, WRONG = "def f(x): return x + 1", "def f(x): return x"


class TestPoints:
    @pytest.mark.parametrize(
        ("last", "points", "outcome"),
        [
            *(
                ("3", 3, "partial"),
                ("4.0", 4, "passed"),
                ("0", 0, "failed"),
                ("9", 4, "passed"),
            ),
            *(("-1", 0, "failed"), ("float('nan')", 0, "failed"), ("'text'", 4, "passed")),
            *(("True", 4, "passed"), ("None", 4, "passed"), ("f(1)", 4, "passed")),
        ],
    )
    def test_follow_the_cells_last_value(self, nursery, last, points, outcome):
        verdict = judged(nursery, f"assert f(1) == 2\n{last}", RIGHT)

        assert (verdict.points, verdict.outcome.value) == (points, outcome)

    def test_are_divided_among_assertions(self, nursery):
        test = (
            "a = f(1)\nassert a == 1\nassert a == 2\n"
            "for i in range(2):\n    assert f(i) == i\n"
            "import unittest\nunittest.TestCase().assertEqual(f(0), 1)"
        )

        verdict = judged(nursery, test, WRONG, points_per_assert=True)

        assert (verdict.points, verdict.outcome.value) == (2, "partial")
        assert "Attendu" in verdict.message

    def test_go_on_after_an_error_among_assertions(self, nursery):
        test = "assert f(1).upper() == 'A'\nassert f(1) == 1"

        assert judged(nursery, test, WRONG, points_per_assert=True).points == 2

    def test_are_none_without_a_definition(self, nursery):
        verdict = judged(nursery, "assert f(1) == 2", "y = 1")

        assert verdict.points == 0
        assert "f" in verdict.message


class TestMessages:
    def test_say_what_was_expected_and_what_came(self, nursery):
        verdict = judged(nursery, "assert f(1) == 2", WRONG)

        assert verdict.message == "Attendu\u00a0: 2\u202f; obtenu\u00a0: 1."

    def test_find_the_learners_side(self, nursery):
        assert "obtenu\u00a0: 1" in judged(nursery, "assert 2 == f(1)", WRONG).message

    def test_show_types_that_differ(self, nursery):
        verdict = judged(nursery, "assert f(1) == 2", "def f(x): return '2'")

        assert verdict.message == "Attendu\u00a0: 2 (int)\u202f; obtenu\u00a0: '2' (str)."

    def test_are_the_authors_where_there_is_one(self, nursery):
        assert judged(nursery, "assert f(1) == 2, 'Ajoutez 1.'", WRONG).message == "Ajoutez 1."

    def test_tell_the_learners_exception_and_line(self, nursery):
        verdict = judged(nursery, "assert f(1) == 2", "def f(x):\n    return x / 0")

        assert "ZeroDivisionError" in verdict.message
        assert "ligne 2, dans f" in verdict.traceback

    def test_show_nothing_of_hidden_tests(self, nursery):
        verdict = judged(nursery, "assert f(4711) == 4712", WRONG, is_hidden=True)

        assert (verdict.message, verdict.traceback) == ("", "")

    def test_show_nothing_of_the_hidden_part_of_a_test(self, nursery):
        test = (
            "assert f(0) == 0\n### BEGIN HIDDEN TESTS\n"
            "assert f(4711) == 4712\n### END HIDDEN TESTS"
        )

        verdict = judged(nursery, test, WRONG)

        assert (verdict.points, verdict.message) == (0, "")

    def test_hold_no_control_characters(self, nursery):
        verdict = judged(nursery, "f(1)", "def f(x): raise ValueError('\\x1b[31mrouge\\x07')")

        assert verdict.message.endswith("rouge")
        assert "\x1b" not in verdict.message + verdict.traceback


class TestNames:
    def test_of_tests_last_until_the_learner_binds_them(self, nursery):
        with opened(nursery, "x = 1\ny = 5", solution="x = 1\ny = 5") as (session, kernel):
            ask = {"grade_id": "t", "max_points": 1, "wall_s": 10}
            assert session.check(kernel, "x = 7\nassert x == 7", **ask).points == 1
            assert session.check(kernel, "assert x == 7", **ask).points == 1
            session.learner_ran("x = 1")
            assert session.check(kernel, "assert x == 1", **ask).points == 1

    def test_of_tests_outlive_a_checker_that_dies(self, nursery):
        ask = {"max_points": 1, "wall_s": 10}
        helper = "import math\ndef same(a, b): assert a == b\nLIMIT = 2\nassert f(1) == 2"

        with opened(nursery, SOLUTION) as (session, _kernel):
            session.check(_kernel, helper, grade_id="first", **ask)
            session.check(
                _kernel, "import os\nos.kill(os.getpid(), 9)", grade_id="deadly", **ask
            )
            after = session.check(
                _kernel, "same(f(1), LIMIT + math.floor(0.5))", grade_id="last", **ask
            )

        assert after.points == 1

    def test_of_a_test_whose_helper_fails_in_the_next_are_kept(self, nursery):
        tests = ("def same(a, b): assert a == b", "same(f(1), 7)", "same(f(1), 2)")

        with opened(nursery, SOLUTION) as (session, kernel):
            verdicts = [
                session.check(kernel, test, grade_id=f"t{at}", max_points=1, wall_s=10)
                for at, test in enumerate(tests)
            ]

        assert [verdict.points for verdict in verdicts] == [1, 0, 1]
        assert "7" in verdicts[1].message

    def test_of_cells_that_are_written_later_count_from_then_on(self, nursery):
        test = "import inspect\nassert rate == 3 and 'rate' in inspect.getsource(f)"

        with opened(nursery) as (session, kernel):
            for cell in ("def f(x): return x", "rate = 3", "def f(x): return x * rate"):
                before = session.check(kernel, test, grade_id="t", max_points=1, wall_s=10)
                kernel.execute(cell, wall_s=20)
                session.learner_ran(cell)
            after = session.check(kernel, test, grade_id="t", max_points=1, wall_s=10)

        assert (before.outcome.value, after.outcome.value) == ("failed", "passed")

    def test_of_libraries_come_with_the_learners_imports_but_for_pythons_own(self, nursery):
        cell = "from math import *\nfrom operator import truth as all, add\nimport math as m"
        test = (
            "assert 'm' in globals() and 'nothing' not in globals()\n"
            "assert sqrt(4) == m.floor(2.5) == add(1, 1) and not all([1, 0])"
        )

        assert judged(nursery, test, f"{cell}\n{SOLUTION}").points == 4

    def test_of_builtins_are_the_learners_only_when_the_solution_defines_them(self, nursery):
        cell = "def max(a, b): return 'mine'\ndef min(a, b): return 'mine'"

        verdict = judged(
            nursery,
            "assert max(1, 2) == 'mine' and min(1, 2) == 1",
            cell,
            solution="def max(a, b): return a if a > b else b",
        )

        assert verdict.points == 4

    def test_of_the_authors_cells_stay_the_authors(self, nursery):
        author = ("import math\nLIMIT = 3\ndef near(a, b): return abs(a - b) < 1",)
        cell = RIGHT + "\ndef near(a, b): return True\nmath = None\nglobals()['LIMIT'] = 9"

        verdict = judged(
            nursery,
            "assert LIMIT == 3 and math.pi > 3 and not near(f(1), 9)",
            cell,
            author=author,
        )

        assert verdict.points == 4


class TestFiles:
    def test_of_the_author_are_never_replaced(self, nursery, tmp_path):
        (tmp_path / "data.csv").write_text("a\n1\n")
        cell = "open('data.csv', 'w').write('a\\n2\\n')\n" + RIGHT

        verdict = judged(
            nursery,
            "assert open('data.csv').read() == 'a\\n1\\n'",
            cell,
            files={"data.csv": tmp_path / "data.csv"},
        )

        assert verdict.points == 4


class TestProcessors:
    def test_are_all_there_again_after_a_test_that_asked_much(self, nursery):
        cell = "import os\nbefore = len(os.sched_getaffinity(0))\n" + RIGHT
        with opened(nursery, cell) as (session, kernel):
            ask = {"grade_id": "t", "max_points": 1, "wall_s": 10}
            many = session.check(kernel, "for i in range(500): assert f(i) == i + 1", **ask)
            kernel.execute("after = len(os.sched_getaffinity(0))", wall_s=10)
            session.learner_ran("after = len(os.sched_getaffinity(0))")
            free = session.check(kernel, "assert after == before", **ask)

        assert (many.points, free.points) == (1, 1)


class TestMishaps:
    def test_a_dead_kernel_fails_at_once(self, nursery):
        with opened(nursery, "import os\nos._exit(0)") as (session, kernel):
            verdict = session.check(kernel, "pass", grade_id="t", max_points=1, wall_s=10)

        assert verdict.outcome.value == "failed"
        assert verdict.duration_ms < 5000

    def test_other_tests_run_after_an_endless_loop(self, nursery):
        with opened(nursery, "def f(x):\n    while x: pass\n    return 1") as (session, kernel):
            ask = {"grade_id": "t", "max_points": 1}
            slow = session.check(kernel, "assert f(1) == 2", wall_s=1, **ask)
            fine = session.check(kernel, "assert f(0) == 1", wall_s=10, **ask)

        assert (slow.outcome.value, fine.outcome.value) == ("failed", "passed")
        assert "temps" in slow.message

    def test_a_checker_that_died_between_two_tests_starts_again(self, nursery):
        with opened(nursery, RIGHT) as (session, kernel):
            ask = {"grade_id": "t", "max_points": 1, "wall_s": 10}
            assert session.check(kernel, "assert f(1) == 2", **ask).points == 1
            nursery.programs[-1].process.kill()
            assert session.check(kernel, "assert f(1) == 2", **ask).points == 1

    def test_a_test_that_kills_every_checker_fails(self, nursery):
        with opened(nursery, "def f(x): return 9") as (session, kernel):
            ask = {"grade_id": "t", "max_points": 1, "wall_s": 10}
            deadly = session.check(kernel, "import os\nos.abort() if f(1) == 9 else 0", **ask)
            fine = session.check(kernel, "assert f(1) == 9", **ask)

        assert (deadly.outcome.value, fine.outcome.value) == ("failed", "passed")

    def test_a_checker_that_never_starts_is_our_fault(self, nursery):
        class Barren(LocalNursery):
            def program(self, target: str, **more: Any) -> Any:
                return super().program("os:abort", **more)

        barren = Barren()
        verdict = judged(barren, "assert f(1) == 2", RIGHT)
        barren.close()

        assert verdict.outcome.value == "system-error"
        assert math.isclose(verdict.points, 0)

    def test_a_test_that_is_no_python_is_the_authors_fault(self, nursery):
        assert judged(nursery, "assert (", RIGHT).outcome.value == "system-error"
