"""Which versions of a draft are kept, and the document that a draft is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.domain.draft_cells import (
    Frame,
    FrameCell,
    OwnCell,
    SentCell,
    Work,
    carried,
    document,
    is_same,
    written,
)
from lms.domain.drafts import ALL_FOR, Saved, kept

#: Enough to find what was broken on purpose; the suite has little time.
quick = settings(max_examples=40)

NOW = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)

ages_s = st.lists(st.integers(0, 40 * 86400), max_size=60)
pins = st.sets(st.integers(1, 60))
texts = st.sampled_from(["", "x = 1", "x = 2", "# Écrivez ici", "é\n\n"])
keys = ("titre", "a", "a-test", "b", "fin")


def versions(ages: list[int], pinned: set[int]) -> list[Saved]:
    """Versions saved that many seconds ago, the oldest first."""
    return [
        Saved(number=n, saved_at=NOW - timedelta(seconds=age), is_pinned=n in pinned)
        for n, age in enumerate(sorted(ages, reverse=True), 1)
    ]


class TestThinning:
    @quick
    @given(ages_s, pins)
    def test_keeps_the_latest_the_pinned_and_all_of_the_last_hour(
        self, ages: list[int], pinned: set[int]
    ) -> None:
        saved = versions(ages, pinned)
        left = kept(saved, now=NOW)

        assert {v.number for v in saved if v.is_pinned} <= left
        assert {v.number for v in saved if NOW - v.saved_at <= ALL_FOR} <= left
        assert not saved or saved[-1].number in left

    @quick
    @given(ages_s, st.integers(0, 3 * 86400))
    def test_thinning_twice_keeps_what_thinning_late_keeps(
        self, ages: list[int], later_s: int
    ) -> None:
        saved = versions(ages, set())
        first = kept(saved, now=NOW)
        later = NOW + timedelta(seconds=later_s)

        left = [version for version in saved if version.number in first]
        assert kept(left, now=later) == kept(saved, now=later)

    @quick
    @given(ages_s)
    def test_keeps_one_for_each_day_that_has_some(self, ages: list[int]) -> None:
        saved = versions(ages, set())
        left = kept(saved, now=NOW)

        days = {v.saved_at.date() for v in saved}
        assert {v.saved_at.date() for v in saved if v.number in left} == days

    def test_a_day_of_saving_every_ten_seconds_leaves_little(self) -> None:
        saved = versions(list(range(0, 86400, 10)), set())

        assert len(kept(saved, now=NOW)) == 361 + 138

    def test_a_month_old_draft_has_one_version_a_day(self) -> None:
        saved = versions([86400 * 3 + n * 3600 for n in range(24 * 30)], set())

        assert len(kept(saved, now=NOW)) == 31


def frame(
    *names: str, answers: tuple[str, ...] = ("a", "b"), stub: str = "# Écrivez ici"
) -> Frame:
    """The author's cells of those names."""
    return Frame(
        FrameCell(
            id=f"id-{name}",
            kind="code",
            source=stub if name in answers else f"assert {name}",
            grade_id="" if name in ("titre", "fin") else name,
            is_answer=name in answers,
        )
        for name in names or keys
    )


own_cells = st.lists(
    st.builds(
        OwnCell,
        id=st.sampled_from(["x", "y", "x", "id-a", "mal nommé", ""]),
        kind=st.sampled_from(["code", "markdown"]),
        source=texts,
        after=st.sampled_from(["", "#id-titre", "a", "a-test", "b", "#id-fin", "disparue"]),
    ),
    max_size=6,
).map(tuple)
works = st.builds(
    Work, answers=st.dictionaries(st.sampled_from(["a", "b"]), texts), own=own_cells
)
sent_lists = st.lists(
    st.builds(
        SentCell,
        id=st.sampled_from(["id-titre", "id-a", "id-b", "id-fin", "x", "y", "z", ""]),
        kind=st.sampled_from(["code", "markdown"]),
        source=texts,
        grade_id=st.sampled_from(["", "", "a", "b", "a-test", "disparue"]),
    ),
    max_size=10,
).map(tuple)


def sent(found: Frame, work: Work) -> tuple[SentCell, ...]:
    """What a page sends that shows this work."""
    grade_ids = {cell.id: cell.grade_id for cell in found.cells}
    return tuple(
        SentCell(
            id=cell["id"],
            kind=cell["cell_type"],
            source=cell["source"],
            grade_id=grade_ids.get(cell["id"], ""),
        )
        for cell in document(found, work)
    )


class TestDocument:
    @quick
    @given(sent_lists, works)
    def test_what_is_stored_comes_back_as_it_is(
        self, cells: tuple[SentCell, ...], before: Work
    ) -> None:
        stored = written(frame(), cells, before)

        again = written(frame(), sent(frame(), stored), before)
        assert document(frame(), again) == document(frame(), stored)
        assert is_same(frame(), stored, sent(frame(), stored))
        assert Work.from_json(stored.as_json()) == stored

    @quick
    @given(sent_lists, works)
    def test_authors_cells_stand_in_their_order_with_their_text(
        self, cells: tuple[SentCell, ...], before: Work
    ) -> None:
        shown = document(frame(), written(frame(), cells, before))

        ids = [cell["id"] for cell in shown]
        assert [name for name in ids if name in frame().ids] == [f"id-{key}" for key in keys]
        assert len(set(ids)) == len(ids)
        assert {
            cell["source"]
            for cell in shown
            if cell["id"] in ("id-titre", "id-a-test", "id-fin")
        } == {"assert titre", "assert a-test", "assert fin"}

    @quick
    @given(sent_lists)
    def test_nothing_that_was_typed_in_answers_and_own_cells_is_lost(
        self, cells: tuple[SentCell, ...]
    ) -> None:
        shown = [cell["source"] for cell in document(frame(), written(frame(), cells, Work()))]

        for cell in cells:
            place = frame().place(cell)
            # A second copy of what the author wrote in an answer was typed by nobody.
            if place is None or (place.is_answer and cell.source != place.source):
                assert cell.source in shown

    @quick
    @given(sent_lists, st.sets(st.sampled_from(keys)), st.sampled_from(["# Nouveau", "x = 1"]))
    def test_another_version_of_the_assignment_loses_nothing_either(
        self, cells: tuple[SentCell, ...], gone: set[str], stub: str
    ) -> None:
        old, new = (
            frame(),
            frame(*[key for key in keys if key not in gone] or ["neuf"], stub=stub),
        )
        work = written(old, cells, Work())
        moved = carried(work, old, new)

        shown = [cell["source"] for cell in document(new, moved)]
        for text in [*work.answers.values(), *(cell.source for cell in work.own)]:
            assert text in shown
        for key in set(work.answers) - gone:
            cell = next(c for c in document(new, moved) if c["id"] == f"id-{key}")
            assert cell["source"] == work.answers[key]

    def test_an_answer_that_was_not_touched_follows_the_new_wording(self) -> None:
        old, new = frame(), frame(stub="# Votre code ici")
        work = written(old, sent(old, Work(answers={"b": "x = 2"})), Work())

        shown = {cell["id"]: cell["source"] for cell in document(new, carried(work, old, new))}
        assert shown["id-a"] == "# Votre code ici"
        assert shown["id-b"] == "x = 2"

    def test_an_answer_that_was_not_sent_stays(self) -> None:
        before = Work(answers={"a": "x = 1"})

        assert written(frame(), [], before).answers == {"a": "x = 1"}
        shown = sent(frame(), Work())
        assert written(frame(), shown, before).answers == {}

    def test_own_cells_stay_where_the_learner_put_them(self) -> None:
        cells = [SentCell(id="x", kind="code", source="avant"), *sent(frame(), Work())]
        cells.insert(3, SentCell(id="y", kind="markdown", source="ensuite"))
        stored = written(frame(), cells, Work())

        ids = [cell["id"] for cell in document(frame(), stored)]
        assert ids == ["x", "id-titre", "id-a", "y", "id-a-test", "id-b", "id-fin"]
        assert is_same(frame(), stored, cells)
        assert not is_same(frame(), stored, cells[1:])
        assert stored.size == 2
