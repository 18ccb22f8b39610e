"""What is told of people's work: the board's filters, wrong outcomes, time, open days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.alerts import GroupFacts, LearnerFacts
from lms.domain.board import Board, Cell, CellState, Choice, Column, Row, chosen
from lms.domain.time_spent import LONGEST_GAP, Trace, time_spent_s
from lms.domain.wrong_outcomes import OutcomeKind, Result, grouped, normalised, wrong_outcomes

MORNING = datetime(2030, 1, 15, 9, 0, tzinfo=UTC)


def result(learner=1, submission=1, *, tests=(), errors=(), outcome="failed", run="graded"):
    return Result(
        learner_id=learner,
        submission_id=submission,
        run_outcome=run,
        outcome=outcome,
        tests=tests,
        errors=errors,
    )


class TestWrongOutcomes:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("index 3 is out of bounds for size 2", "index 30 is out of bounds for size -5"),
            ("<A object at 0x7f01> is wrong", "<A object at 0xabcdef> is wrong"),
            ("No such file: '/tmp/a/b.csv'", "No such file: '/home/x/data.csv'"),
            ("expected 1.5,  got 2", "expected 3.25, got 4"),
            ("first line\nsecond", "first line\nother"),
        ],
    )
    def test_messages_that_say_the_same_are_the_same(self, one, other):
        assert normalised(one) == normalised(other)

    def test_names_tell_messages_apart(self):
        assert normalised("name 'x1' is not defined") != normalised("name 'y2' is not defined")

    @given(st.text(max_size=400))
    def test_a_normalised_message_is_short_and_stays_the_same(self, message):
        once = normalised(message)
        assert len(once) <= 200
        assert "\n" not in once
        assert normalised(once) == once

    def test_a_passed_exercise_has_none(self):
        assert wrong_outcomes(result(outcome="passed", tests=[{"outcome": "failed"}])) == set()

    def test_what_never_ran_is_told_by_how_the_run_ended(self):
        [found] = wrong_outcomes(
            result(tests=[{"id": "t", "outcome": "not-run"}], run="timed-out")
        )
        assert (found.kind, found.name) == (OutcomeKind.STOPPED, "timed-out")

    def test_a_hidden_test_says_nothing_but_its_name(self):
        test = {"id": "t", "outcome": "failed", "is_hidden": True, "message": "secret"}
        [found] = wrong_outcomes(result(tests=[test]))
        assert (found.kind, found.name, found.text) == (OutcomeKind.HIDDEN, "t", "")

    def test_a_value_without_text_is_told_by_its_shape(self):
        got = {"type": "DataFrame", "text": "", "shape": [3, 2]}
        test = {"id": "t", "outcome": "failed", "comparison": {"got": got}}
        [found] = wrong_outcomes(result(tests=[test]))
        assert found.text == "DataFrame\N{NO-BREAK SPACE}: 3 × 2"

    def test_the_commonest_comes_first_with_one_example_a_person(self):
        key_error = [{"name": "KeyError", "message": "'nom'"}]
        type_error = [{"name": "TypeError", "message": "no"}]
        groups = grouped(
            [
                result(1, 10, errors=type_error),
                result(2, 11, errors=key_error),
                result(2, 12, errors=key_error),
                result(3, 13, errors=key_error),
            ]
        )
        found = [(one.outcome.name, one.learners, one.submissions) for one in groups]
        assert found == [("KeyError", 2, 3), ("TypeError", 1, 1)]
        assert groups[0].examples == (13, 12)


class TestTimeSpent:
    @given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from("ab")), max_size=30))
    def test_it_never_exceeds_the_time_that_went_by(self, minutes):
        traces = [Trace(at=MORNING + timedelta(minutes=m), place=p) for m, p in minutes]
        spent = time_spent_s(traces)
        moments = [trace.at for trace in traces]
        whole_s = (max(moments) - min(moments)).total_seconds() if moments else 0
        assert 0 <= sum(spent.values()) <= whole_s
        assert sum(spent.values()) <= LONGEST_GAP.total_seconds() * len(traces)

    def test_a_gap_counts_for_the_place_at_which_it_ends(self):
        spent = time_spent_s(
            [
                Trace(at=MORNING, place=""),
                Trace(at=MORNING + timedelta(minutes=10), place="a"),
                Trace(at=MORNING + timedelta(minutes=40), place="a"),
                Trace(at=MORNING + timedelta(minutes=71), place="b"),
            ]
        )
        assert spent == {"a": 2400.0}


class TestFacts:
    def test_the_median_is_reached_by_at_least_half(self):
        learners = tuple(
            LearnerFacts(learner_id=n, since=MORNING, last_activity_at=None, passed=n)
            for n in (0, 1, 5, 9)
        )
        assert GroupFacts(now=MORNING, learners=learners).median_passed == 1
        assert GroupFacts(now=MORNING).median_passed == 0

    @pytest.mark.parametrize(
        ("closures", "days"),
        [
            ((), 10),
            (((date(2030, 1, 8), date(2030, 1, 9)),), 8),
            (((date(2030, 1, 8), date(2030, 1, 9)), (date(2030, 1, 9), date(2030, 1, 10))), 7),
            (((date(2029, 12, 1), date(2030, 1, 5)),), 10),
            (((date(2020, 1, 1), date(2040, 1, 1)),), 0),
        ],
    )
    def test_closed_days_are_left_out_once(self, closures, days):
        facts = GroupFacts(now=MORNING, closures=closures)
        assert facts.open_days_since(MORNING - timedelta(days=10, hours=1)) == days


class TestChosen:
    @pytest.fixture
    def board(self):
        states = {
            "Élise": ("passed", "none"),
            "Ada": ("to-redo", "passed"),
            "Zoé": ("none",) * 2,
        }
        return Board(
            columns=tuple(
                Column(assignment_id=name, title=name, module_id=module, max_points=1.0)
                for name, module in (("un", "m1"), ("deux", "m2"))
            ),
            rows=tuple(
                Row(
                    learner_id=number,
                    name=name,
                    cells=tuple(Cell(state=CellState(state)) for state in held),
                    passed=0,
                    to_redo=0,
                    last_activity_at=None,
                    groups=frozenset({"A"}) if number else frozenset(),
                    alerts=("Retard",) if name == "Zoé" else (),
                )
                for number, (name, held) in enumerate(states.items())
            ),
            modules={"m1": "Un", "m2": "Deux"},
        )

    @pytest.mark.parametrize(
        ("choice", "names", "columns"),
        [
            (Choice(), "Élise Ada Zoé", "un deux"),
            (Choice(name=" ELI "), "Élise", "un deux"),
            (Choice(group="A"), "Ada Zoé", "un deux"),
            (Choice(is_stuck=True), "Zoé", "un deux"),
            (Choice(module="m2"), "Élise Ada Zoé", "deux"),
            (Choice(state=CellState.TO_REDO), "Ada", "un"),
            (Choice(state=CellState.PASSED, module="m2"), "Ada", "deux"),
            (Choice(state=CellState.HELD), "", ""),
            (Choice(module="m1", is_stuck=True, name="zoe", group="A"), "Zoé", "un"),
        ],
    )
    def test_keeps_what_is_asked_for(self, board, choice, names, columns):
        shown = chosen(board, choice)
        assert [row.name for row in shown.rows] == names.split()
        assert [column.assignment_id for column in shown.columns] == columns.split()
        assert {len(row.cells) for row in shown.rows} <= {len(shown.columns)}

    def test_tells_modules_groups_and_who_has_an_alert(self, board):
        assert board.spans == (("Un", 1), ("Deux", 1))
        assert (board.groups, board.stuck) == (("A",), 1)
        assert chosen(board, Choice(module="m1")).spans == (("Un", 1),)
