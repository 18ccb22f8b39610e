"""Texts compared line by line, what is easily overlooked, and attempts compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.changes import Progress, Result, changes
from lms.domain.differences import MAX_LINES, Line, Remark, Side, lines_of, remark

texts = st.lists(st.sampled_from(["a", "b", "", "  a"]), max_size=30).map("\n".join)


def read(lines: tuple[Line, ...], side: Side) -> list[str]:
    """Return one of the two texts, with a mark where lines are left out."""
    kept = (line for line in lines if line.side in (side, Side.BOTH, Side.LEFT_OUT))
    return [
        text
        for line in kept
        for text in (["…"] * line.count if line.side is Side.LEFT_OUT else [line.text])
    ]


class TestLines:
    @given(texts, texts)
    def test_tell_both_texts_whole(self, expected: str, got: str) -> None:
        lines = lines_of(expected, got)

        for side, text in ((Side.EXPECTED, expected), (Side.GOT, got)):
            told = read(lines, side)
            assert len(told) == len(text.split("\n"))
            assert all(a in ("…", b) for a, b in zip(told, text.split("\n"), strict=True))

    @given(texts, texts)
    def test_name_a_side_exactly_when_the_texts_differ(self, expected: str, got: str) -> None:
        sides = {line.side for line in lines_of(expected, got)}

        assert bool(sides & {Side.EXPECTED, Side.GOT}) == (expected != got)

    def test_leave_out_long_runs_that_are_the_same(self) -> None:
        same = "\n".join(map(str, range(20)))
        left_out = [line for line in lines_of(f"{same}\na", f"{same}\nb") if line.count]

        assert [line.count for line in left_out] == [18]

    def test_stop_at_a_limit(self) -> None:
        assert len(lines_of("a\n" * 1000, "b\n" * 1000)) == 2 * MAX_LINES


class TestRemarks:
    @pytest.mark.parametrize(
        ("expected", "got", "found"),
        [
            (("str", "Millau"), ("NoneType", "None"), Remark.NONE),
            (("int", "3"), ("str", "3"), Remark.TYPE),
            (("str", "a b"), ("str", "a  b"), Remark.SPACES),
            (("str", "Été"), ("str", "Ete"), Remark.ACCENTS),
            (("list", "[1, 2]"), ("list", "[2, 1]"), Remark.ORDER),
            (("int", "3"), ("int", "4"), None),
            (("str", "a"), ("str", "b"), None),
        ],
    )
    def test_tell_what_is_easily_overlooked(
        self, expected: tuple[str, str], got: tuple[str, str], found: Remark | None
    ) -> None:
        assert remark(expected, got) is found


class TestChanges:
    @pytest.mark.parametrize(
        ("before", "now", "progress"),
        [
            (("failed", 0.0), ("passed", 2.0), Progress.REACHED),
            (("passed", 2.0), ("passed", 2.0), Progress.KEPT),
            (("failed", 0.0), ("partial", 1.0), Progress.BETTER),
            (("partial", 1.0), ("partial", 1.0), Progress.SAME),
            (("passed", 2.0), ("failed", 0.0), Progress.LOWER),
        ],
    )
    def test_say_how_an_exercise_went(
        self, before: tuple[str, float], now: tuple[str, float], progress: Progress
    ) -> None:
        old, new = (Result(outcome=each[0], points=each[1]) for each in (before, now))
        (change,) = changes({"a": old}, {"a": new, "nouveau": new}).values()

        assert (change.progress, change.gain) == (progress, now[1] - before[1])
        assert change.lines == ()
