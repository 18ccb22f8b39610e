"""Saving a draft, going back, and handing it in as an upload would be."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from lms.database import open_engine, session_factory
from lms.domain.draft_input import MAX_CELL_OUTPUTS_BYTES, read_cells
from lms.errors import Conflict, NotFound
from lms.models import AuditEvent, Base, Draft, DraftVersion, Job, Submission
from lms.services import drafts
from lms.services.draft_hand_in import hand_in_draft
from lms.services.drafts import Place, Receipt, Stale
from lms.services.submissions import HandedIn, NoAnswers
from tests.factories import NOON, make_membership, source_notebook
from tests.handing_in import MAX_BYTES, RIGHT, Desk, open_desk

Cells = list[dict[str, Any]]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on a real file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'garrigue.db'}")
    Base.metadata.create_all(engine)
    with session_factory(engine)() as session:
        yield session
    engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """One learner at work on one assignment."""

    desk: Desk
    session: Session

    @property
    def place(self) -> Place:
        return Place(
            learner_id=self.desk.member.user_id,
            course_slug=self.desk.course.slug,
            version=self.desk.version,
        )

    def current(self) -> drafts.Document:
        return drafts.current(
            self.session,
            self.desk.blobs,
            learner_id=self.place.learner_id,
            course_slug=self.place.course_slug,
            version=self.place.version,
        )

    def save(self, cells: Cells, base: int, at: datetime = NOON) -> Receipt:
        sent = read_cells(cells)
        return drafts.save(
            self.session, self.desk.blobs, self.place, base=base, sent=sent, now=at
        )

    def answer(self, code: str, base: int, at: datetime = NOON) -> Receipt:
        return self.save(answered(self.current().cells, code), base, at)

    def hand_in(self, base: int, *, is_confirmed: bool = False) -> HandedIn:
        return hand_in_draft(
            self.session,
            self.desk.blobs,
            learner_id=self.place.learner_id,
            course=self.desk.course,
            assignment=self.desk.assignment,
            base=base,
            is_confirmed=is_confirmed,
            max_bytes=MAX_BYTES,
            now=NOON,
        )

    def count(self, table: type) -> int:
        return self.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def bench(session: Session, tmp_path: Path) -> Workbench:
    """A learner who opened the workbench for the first time."""
    return Workbench(desk=open_desk(session, tmp_path), session=session)


def answered(cells: Cells, code: str) -> Cells:
    """The cells with that text in the answer."""
    return [cell | {"source": code} if cell["id"] == "double" else cell for cell in cells]


def source_of(document: drafts.Document, name: str = "double") -> str:
    """The text of one cell."""
    return str(next(cell for cell in document.cells if cell["id"] == name)["source"])


class TestSaving:
    def test_begins_with_the_released_form_and_writes_nothing(self, bench: Workbench) -> None:
        document = bench.current()

        assert document.number == 0
        assert document.saved_at is None
        assert [cell["id"] for cell in document.cells] == [
            "titre", "double", "double-test", "double-cache",
        ]  # fmt: skip
        assert "return 2 * x" not in json.dumps(document.as_json())
        assert "-6" not in json.dumps(document.as_json())
        assert bench.save(document.cells, 0) == Receipt(
            number=0, saved_at=None, is_new=False, is_changed=False
        )
        assert bench.count(Draft) == 0

    def test_keeps_what_was_typed_under_the_next_number(self, bench: Workbench) -> None:
        first = bench.answer("x = 1", 0)
        second = bench.answer("x = 2", 1, NOON + timedelta(seconds=2))

        assert (first.number, second.number) == (1, 2)
        assert source_of(bench.current()) == "x = 2"
        assert bench.current().saved_at == NOON + timedelta(seconds=2)

    def test_the_same_again_is_no_new_version_even_from_an_old_base(
        self, bench: Workbench
    ) -> None:
        bench.answer("x = 1", 0)

        again = bench.answer("x = 1", 0, NOON + timedelta(hours=1))
        assert (again.number, again.saved_at, again.is_new) == (1, NOON, False)
        assert bench.count(DraftVersion) == 1

    def test_locked_cells_cannot_be_written(self, bench: Workbench) -> None:
        cells = [cell | {"source": "pass"} for cell in bench.current().cells]
        bench.save(cells, 0)

        shown = bench.current()
        assert source_of(shown) == "pass"
        assert source_of(shown, "double-test") == "assert double(2) == 4"

    def test_own_cells_stay_where_they_stood(self, bench: Workbench) -> None:
        cells = bench.current().cells
        own = {"id": "essai", "cell_type": "code", "source": "double(3)", "metadata": {}}
        receipt = bench.save([*cells[:2], own, *cells[2:]], 0)

        assert not receipt.is_changed
        assert [cell["id"] for cell in bench.current().cells][2] == "essai"
        assert bench.current().cells[2]["metadata"] == {"garrigue": {"own": True}}

    def test_says_when_what_is_stored_is_not_what_was_sent(self, bench: Workbench) -> None:
        cells = bench.current().cells

        assert bench.save([*answered(cells, "x = 1")[1:], cells[0]], 0).is_changed

    def test_refuses_a_stale_base_with_what_stands_there(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        bench.answer("x = 2", 1)

        for base in (0, 1, 7):
            with pytest.raises(Stale, match="modifié ailleurs") as refused:
                bench.answer("x = 3", base)
            assert refused.value.document.number == 2
            assert source_of(refused.value.document) == "x = 2"
        assert bench.answer("x = 3", 2).number == 3

    def test_two_at_the_same_moment_do_not_overwrite_each_other(self, bench: Workbench) -> None:
        """Both read version 1; the other's save is committed before ours begins to write."""
        bench.answer("x = 1", 0)
        bench.session.commit()
        assert bench.current().number == 1
        sessions = session_factory(bench.session.get_bind())  # type: ignore[arg-type]
        with sessions.begin() as elsewhere:
            other = replace(bench, session=elsewhere)
            assert other.answer("x = 2", 1).number == 2

        with pytest.raises(Stale):
            bench.answer("x = 3", 1)
        assert source_of(bench.current()) == "x = 2"

    def test_of_many_tabs_that_save_at_once_one_is_first(self, bench: Workbench) -> None:
        """Each in a thread and a session of its own, all from the same version."""
        bench.answer("x = 0", 0)
        bench.session.commit()
        cells = bench.current().cells
        sessions = session_factory(bench.session.get_bind())  # type: ignore[arg-type]
        ready, outcomes = threading.Barrier(4), []

        def save(number: int) -> None:
            with sessions() as session:
                sent = answered(cells, f"x = {number}")
                ready.wait()
                try:
                    receipt = replace(bench, session=session).save(sent, 1)
                    session.commit()
                    outcomes.append((receipt.number, f"x = {number}"))
                except Stale:
                    outcomes.append((0, ""))

        tabs = [threading.Thread(target=save, args=(number,)) for number in range(1, 5)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        bench.session.rollback()
        assert sorted(number for number, _ in outcomes) == [0, 0, 0, 2]
        assert source_of(bench.current()) == max(outcomes)[1]

    def test_each_person_has_a_draft_of_their_own(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        member = make_membership(bench.session)
        other = replace(bench, desk=replace(bench.desk, member=member))

        assert other.current().number == 0
        assert other.answer("x = 2", 0).number == 1
        assert source_of(bench.current()) == "x = 1"


class TestOutputs:
    def output(self, text: str) -> dict[str, Any]:
        return {"output_type": "stream", "name": "stdout", "text": text}

    def run(self, bench: Workbench, text: str) -> Cells:
        cells = answered(bench.current().cells, "x = 1")
        return [
            cell | {"outputs": [self.output(text)]} if cell["id"] == "double" else cell
            for cell in cells
        ]

    def test_come_back_without_making_a_version(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        receipt = bench.save(self.run(bench, "4"), 1)

        assert not receipt.is_new
        assert bench.current().cells[1]["outputs"] == [self.output("4")]
        assert "outputs" not in bench.current().cells[2]

    def test_stay_when_a_save_does_not_speak_of_them(self, bench: Workbench) -> None:
        bench.save(self.run(bench, "4"), 0)
        bare = [
            {key: value for key, value in cell.items() if key != "outputs"}
            for cell in bench.current().cells
        ]
        bench.save(answered(bare, "x = 2"), 1)
        assert bench.current().cells[1]["outputs"] == [self.output("4")]

        bench.save([cell | {"outputs": []} for cell in bare], 2)
        assert "outputs" not in bench.current().cells[1]

    def test_that_are_too_large_are_not_kept(self, bench: Workbench) -> None:
        bench.save(self.run(bench, "x" * MAX_CELL_OUTPUTS_BYTES), 0)

        assert "outputs" not in bench.current().cells[1]


class TestVersions:
    def test_are_listed_latest_first(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        bench.answer("x = 2", 1)

        assert [row.number for row in drafts.versions(bench.session, bench.place)] == [2, 1]

    def test_going_back_makes_a_new_one(self, bench: Workbench) -> None:
        for base, code in enumerate(("x = 1", "x = 2")):
            bench.answer(code, base)
        document = drafts.resume(bench.session, bench.desk.blobs, bench.place, 1, now=NOON)

        assert (document.number, source_of(document)) == (3, "x = 1")
        assert source_of(drafts.at(bench.session, bench.desk.blobs, bench.place, 2)) == "x = 2"

    def test_going_back_to_what_stands_there_changes_nothing(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)

        document = drafts.resume(bench.session, bench.desk.blobs, bench.place, 1, now=NOON)
        assert document.number == 1

    def test_going_back_from_a_stale_page_is_refused(self, bench: Workbench) -> None:
        for base, code in enumerate(("x = 1", "x = 2")):
            bench.answer(code, base)

        with pytest.raises(Stale):
            drafts.resume(bench.session, bench.desk.blobs, bench.place, 1, base=1, now=NOON)

    def test_one_that_was_never_there_is_not_found(self, bench: Workbench) -> None:
        with pytest.raises(NotFound, match="n’est plus gardée"):
            drafts.at(bench.session, bench.desk.blobs, bench.place, 1)

    def test_old_ones_are_thinned_but_not_what_was_handed_in(self, bench: Workbench) -> None:
        for base in range(15):
            bench.answer(f"x = {base}", base, NOON + timedelta(minutes=base))
            if base == 2:
                bench.hand_in(3)
        for base in range(15, 20):
            bench.answer(f"x = {base}", base, NOON + timedelta(hours=5, minutes=base))

        left = [row.number for row in drafts.versions(bench.session, bench.place)]
        assert left == [20, 19, 18, 17, 16, 15, 10, 3]


class TestAnotherStatement:
    def updated(self, bench: Workbench, grade_id: str = "double") -> Workbench:
        """The same learner once the assignment was published again."""
        body = source_notebook()
        body["cells"][1]["metadata"]["nbgrader"]["grade_id"] = grade_id
        body["cells"][2]["source"] = "assert double(5) == 10"
        notebook = read_notebook(json.dumps(body).encode())
        old = bench.desk.version
        version = type(old)(
            course_slug=old.course_slug,
            assignment_id=old.assignment_id,
            content_hash="b" * 64,
            title=old.title,
            notebook_hash=bench.desk.blobs.put(json.dumps(body).encode()),
            released_hash=bench.desk.blobs.put(write_notebook(release(notebook))),
            max_points=4.0,
            seen_at=NOON,
        )
        bench.session.add(version)
        bench.session.flush()
        assignment = replace(bench.desk.assignment, content_hash="b" * 64)
        return replace(bench, desk=replace(bench.desk, version=version, assignment=assignment))

    def test_carries_the_answers_over_and_says_so(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        document = self.updated(bench).current()

        assert "mis à jour" in document.message
        assert document.number == 1
        assert source_of(document) == "x = 1"
        assert source_of(document, "double-test") == "assert double(5) == 10"

    def test_says_it_until_the_next_save(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        updated = self.updated(bench)
        receipt = updated.save(updated.current().cells, 1)

        assert (receipt.number, receipt.is_new) == (2, True)
        assert "mis à jour" in receipt.message
        assert updated.current().message == ""

    def test_a_page_that_shows_the_old_one_still_saves(self, bench: Workbench) -> None:
        bench.answer("x = 1", 0)
        cells = answered(bench.current().cells, "x = 2")
        updated = self.updated(bench, grade_id="autre")
        receipt = updated.save(cells, 1)

        assert receipt.is_changed
        sources = [cell["source"] for cell in updated.current().cells]
        assert "x = 2" in sources
        assert "assert double(5) == 10" in sources

    def test_an_answer_whose_exercise_is_gone_becomes_a_cell_of_ones_own(
        self, bench: Workbench
    ) -> None:
        bench.answer("x = 1", 0)
        cells = self.updated(bench, grade_id="autre").current().cells

        own = [cell for cell in cells if cell["metadata"] == {"garrigue": {"own": True}}]
        assert [cell["source"] for cell in own] == ["x = 1"]


class TestHandingIn:
    def test_is_a_submission_like_an_upload(self, bench: Workbench) -> None:
        bench.answer(RIGHT, 0)
        handed_in = bench.hand_in(1)

        notebook = read_notebook(bench.desk.blobs.get(handed_in.submission.notebook_hash))
        assert handed_in.is_new
        assert [cell.source for cell in notebook.cells if cell.grade_id == "double"] == [RIGHT]
        assert bench.count(Job) == 1
        assert bench.session.scalars(select(AuditEvent.action)).all() == [
            "submission.handed-in"
        ]
        assert drafts.versions(bench.session, bench.place)[0].submission_id is not None

    def test_again_is_the_same_submission(self, bench: Workbench) -> None:
        bench.answer(RIGHT, 0)
        first, second = bench.hand_in(1), bench.hand_in(1)

        assert first.submission.id == second.submission.id
        assert not second.is_new
        assert bench.count(Submission) == 1

    def test_asks_when_nothing_is_answered(self, bench: Workbench) -> None:
        with pytest.raises(NoAnswers):
            bench.hand_in(0)
        assert bench.hand_in(0, is_confirmed=True).is_new

    def test_refuses_a_page_that_does_not_show_the_latest_version(
        self, bench: Workbench
    ) -> None:
        bench.answer(RIGHT, 0)

        with pytest.raises(Stale):
            bench.hand_in(0)

    def test_refuses_what_an_upload_is_refused_for(self, bench: Workbench) -> None:
        once = replace(bench, desk=bench.desk.with_rules(attempts=1))
        once.answer(RIGHT, 0)
        once.hand_in(1)
        once.answer("x = 1", 1)

        with pytest.raises(Conflict, match="ne se dépose qu’une fois"):
            once.hand_in(2)
