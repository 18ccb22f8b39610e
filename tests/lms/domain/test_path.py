from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from lms.domain.course import Assignment, Course, Module, Page, UnlockRule
from lms.domain.path import (
    Stop,
    Trail,
    Why,
    module_progress,
    prerequisites,
    resume,
    steps_of,
)

MONDAY = datetime(2030, 1, 7, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_module(id: str, *, pages: int = 0, assignments: tuple[str, ...] = ()) -> Module:
    return Module(
        id=id,
        title=id.capitalize(),
        pages=tuple(
            Page(path=PurePosixPath(f"{id}/{n}.md"), slug=f"{id}-{n}", title=f"Leçon {n}")
            for n in range(1, pages + 1)
        ),
        assignments=tuple(
            Assignment(
                id=name,
                title=name,
                module_id=id,
                notebook=PurePosixPath(f"{id}/{name}.ipynb"),
                content_hash="0" * 64,
                max_points=10,
            )
            for name in assignments
        ),
    )


COURSE = Course(
    slug="data",
    title="Data",
    content_hash="0" * 64,
    modules=(
        make_module("debut", pages=2, assignments=("debut-1",)),
        make_module("suite", pages=1, assignments=("suite-1",)),
    ),
)


class TestStepsOf:
    def test_gives_lessons_then_assignments_module_by_module(self) -> None:
        assert [step.id for step in steps_of(COURSE)] == [
            "debut-1",
            "debut-2",
            "debut-1",
            "suite-1",
            "suite-1",
        ]


class TestResume:
    def test_begins_with_the_first_lesson(self) -> None:
        found = resume(COURSE, Trail())

        assert found is not None
        assert (found.step.title, found.why) == ("Leçon 1", Why.START)

    def test_goes_back_to_the_lesson_opened_last_even_when_later_ones_were_read(self) -> None:
        seen = {("suite", "suite-1"): MONDAY, ("debut", "debut-2"): MONDAY + HOUR}
        found = resume(COURSE, Trail(seen=seen))

        assert found is not None
        assert (found.step.key, found.why) == (("debut", "debut-2"), Why.STOPPED)

    def test_goes_back_to_work_that_is_not_passed(self) -> None:
        trail = Trail(seen={("debut", "debut-2"): MONDAY}, handed_in={"debut-1": MONDAY + HOUR})
        found = resume(COURSE, trail)

        assert found is not None
        assert (found.step.kind.value, found.step.id, found.why) == (
            "assignment",
            "debut-1",
            Why.REDO,
        )

    def test_goes_on_to_the_next_step_left_after_passed_work(self) -> None:
        trail = Trail(
            seen={("suite", "suite-1"): MONDAY},
            handed_in={"debut-1": MONDAY + HOUR},
            passed=frozenset({"debut-1"}),
        )
        found = resume(COURSE, trail)

        assert found is not None
        assert (found.step.kind.value, found.step.id, found.why) == (
            "assignment",
            "suite-1",
            Why.NEXT,
        )

    def test_comes_back_to_what_was_skipped_when_the_end_is_passed(self) -> None:
        trail = Trail(
            seen={("debut", "debut-1"): MONDAY, ("suite", "suite-1"): MONDAY},
            handed_in={"suite-1": MONDAY + HOUR},
            passed=frozenset({"suite-1"}),
        )
        found = resume(COURSE, trail)

        assert found is not None
        assert (found.step.key, found.why) == (("debut", "debut-2"), Why.NEXT)

    def test_says_so_when_everything_is_done(self) -> None:
        pages = [("debut", "debut-1"), ("debut", "debut-2"), ("suite", "suite-1")]
        trail = Trail(
            seen=dict.fromkeys(pages, MONDAY),
            handed_in={"debut-1": MONDAY, "suite-1": MONDAY + HOUR},
            passed=frozenset({"debut-1", "suite-1"}),
        )
        found = resume(COURSE, trail)

        assert found is not None
        assert found.why is Why.FINISHED

    def test_offers_nothing_in_an_empty_course(self) -> None:
        assert resume(Course(slug="x", title="X", content_hash=""), Trail()) is None


class TestModuleProgress:
    def test_counts_lessons_of_this_module_and_passed_work(self) -> None:
        trail = Trail(
            seen={("debut", "debut-1"): MONDAY, ("suite", "suite-1"): MONDAY},
            handed_in={"debut-1": MONDAY},
            passed=frozenset({"debut-1"}),
        )
        found = module_progress(COURSE.modules[0], trail)

        assert (found.pages_seen, found.pages, found.passed, found.assignments) == (1, 2, 1, 1)
        assert (found.done, found.total) == (2, 3)


class TestStops:
    def test_goes_on_at_the_heading_that_was_reached(self) -> None:
        stop = Stop(anchor="s-suite", title="La suite")
        trail = Trail(
            seen={("debut", "debut-1"): MONDAY}, stopped_at={("debut", "debut-1"): stop}
        )
        found = resume(COURSE, trail)
        assert found is not None
        assert found.stop == stop

    def test_another_lesson_begins_at_its_top(self) -> None:
        stop = Stop(anchor="s-suite", title="La suite")
        trail = Trail(
            seen={("debut", "debut-1"): MONDAY, ("debut", "debut-2"): MONDAY + HOUR},
            stopped_at={("debut", "debut-1"): stop},
        )
        found = resume(COURSE, trail)
        assert found is not None
        assert found.stop is None


class TestDrafts:
    def test_a_draft_newer_than_the_hand_in_is_where_work_stopped(self) -> None:
        trail = Trail(
            seen={("debut", "debut-1"): MONDAY},
            handed_in={"debut-1": MONDAY},
            drafted={"debut-1": MONDAY + HOUR},
        )
        found = resume(COURSE, trail)
        assert found is not None
        assert (found.step.id, found.why) == ("debut-1", Why.STOPPED)

    def test_what_was_handed_in_since_is_no_draft_any_more(self) -> None:
        trail = Trail(handed_in={"debut-1": MONDAY + HOUR}, drafted={"debut-1": MONDAY})
        found = resume(COURSE, trail)
        assert found is not None
        assert found.why is Why.REDO


class TestPrerequisites:
    def test_names_what_opens_a_module_from_outside_it(self) -> None:
        first = make_module("a", assignments=("a-1",))
        second = make_module("b", assignments=("b-1", "b-2", "b-3"))
        rules = {
            "b-1": UnlockRule(after="a-1", score=50),
            "b-2": UnlockRule(after="a-1", score=60),
            "b-3": UnlockRule(after="b-1", score=80),
        }
        second = replace(
            second,
            assignments=tuple(
                replace(found, opens=rules[found.id]) for found in second.assignments
            ),
        )
        course = replace(COURSE, modules=(first, second))
        (found,) = prerequisites(course, second)
        assert (found.assignment.id, found.score) == ("a-1", 60)
        assert prerequisites(course, first) == ()
