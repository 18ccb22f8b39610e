"""Questions to the trainers: what goes with them, where they stand, who may read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from graders.notebooks.read import read_notebook
from lms.database import open_engine, session_factory
from lms.domain.access import Role
from lms.domain.draft_input import read_cells
from lms.domain.help import MAX_CHARACTERS, MAX_PER_HOUR, QuestionState, Sharing
from lms.errors import Invalid, NotFound, TooMany
from lms.models import AuditEvent, Base, DraftVersion, Question
from lms.services import drafts, help_reading
from lms.services import help as helping
from lms.services.drafts import Place
from lms.services.help import About
from tests.factories import NOON, make_membership, make_user
from tests.handing_in import RIGHT, WRONG, Desk, answered, open_desk

DOUBLE = About(exercise_id="double")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on a real file."""
    engine = open_engine(f"sqlite:///{tmp_path / 'garrigue.db'}")
    Base.metadata.create_all(engine)
    with session_factory(engine)() as session:
        yield session
    engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Room:
    """A learner of a promotion that has a trainer."""

    desk: Desk
    session: Session
    trainer_id: int

    @property
    def place(self) -> Place:
        return Place(
            learner_id=self.desk.member.user_id,
            course_slug=self.desk.course.slug,
            version=self.desk.version,
        )

    def ask(self, text: str = "Pourquoi ?", **given: Any) -> Question:
        return self.asked(text, **given)[0]

    def asked(
        self, text: str = "Pourquoi ?", *, about: About = DOUBLE, now: datetime = NOON,
        sharing: Sharing = Sharing.PRIVATE,
    ) -> tuple[Question, bool]:  # fmt: skip
        return helping.ask(
            self.session,
            self.desk.blobs,
            learner_id=self.desk.member.user_id,
            course=self.desk.course,
            assignment=self.desk.assignment,
            version=self.desk.version,
            about=about,
            text=text,
            sharing=sharing,
            now=now,
        )

    def save(self, code: str, outputs: list[Any]) -> None:
        document = drafts.current(
            self.session,
            self.desk.blobs,
            learner_id=self.place.learner_id,
            course_slug=self.place.course_slug,
            version=self.place.version,
        )
        cells = [
            cell | {"source": code, "outputs": outputs} if cell["id"] == "double" else cell
            for cell in document.cells
        ]
        own = {"id": "essai", "cell_type": "code", "source": "double(3)", "metadata": {}}
        drafts.save(
            self.session,
            self.desk.blobs,
            self.place,
            base=document.number,
            sent=read_cells([*cells, own]),
            now=NOON,
        )

    def shared(self) -> list[help_reading.QuestionShown]:
        promotion_id = self.desk.member.promotion_id
        return help_reading.shared(
            self.session, "petit-cours", "premier-carnet", [promotion_id]
        )


@pytest.fixture
def room(session: Session, tmp_path: Path) -> Room:
    """A learner, Camille Fabre, who needs help."""
    learner = make_user(session, name="Camille Fabre")
    desk = open_desk(session, tmp_path, user=learner)
    trainer = make_membership(session, promotion=desk.member.promotion, role=Role.TRAINER)
    return Room(desk=desk, session=session, trainer_id=trainer.user_id)


class TestAsking:
    def test_brings_the_cell_its_output_and_the_version_of_the_draft(self, room: Room) -> None:
        output = {"output_type": "stream", "name": "stdout", "text": "9"}
        room.save(WRONG, [output])
        question = room.ask()

        assert (question.cell_source, question.cell_outputs) == (WRONG, [output])
        assert question.exercise_title == "Premier carnet"
        assert help_reading.thread(room.session, question, reader_id=0).draft_number == 1
        assert room.session.scalars(select(DraftVersion.is_pinned)).all() == [True]
        notebook = read_notebook(help_reading.notebook(room.session, room.desk.blobs, question))
        assert [cell.source for cell in notebook.cells][1] == WRONG

    def test_brings_the_cell_that_was_named(self, room: Room) -> None:
        room.save(WRONG, [])

        question = room.ask(about=About(exercise_id="double", cell_id="essai"))
        assert question.cell_source == "double(3)"

    def test_brings_the_answer_of_a_submission(self, room: Room) -> None:
        submission = room.desk.submission(answered(RIGHT))
        question = room.ask(about=About(exercise_id="double", submission_id=submission.id))

        assert question.cell_source == RIGHT
        assert question.submission_id == submission.id
        assert question.draft_version_id is None

    def test_refuses_the_submission_of_somebody_else(self, room: Room) -> None:
        other = make_membership(room.session, promotion=room.desk.member.promotion)
        submission = room.desk.submission(answered(RIGHT))
        submission.learner_id = other.user_id

        for number in (submission.id, 999):
            with pytest.raises(NotFound):
                room.ask(about=About(submission_id=number))

    def test_needs_no_draft_and_no_exercise(self, room: Room) -> None:
        question = room.ask(about=About(exercise_id="inconnu"))

        assert (question.cell_source, question.exercise_id) == ("", "")
        with pytest.raises(NotFound, match="Aucun brouillon"):
            help_reading.notebook(room.session, room.desk.blobs, question)

    @pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_CHARACTERS + 1)])
    def test_refuses_nothing_and_too_much(self, room: Room, text: str) -> None:
        with pytest.raises(Invalid):
            room.ask(text)

    def test_the_same_twice_is_one_question(self, room: Room) -> None:
        first, second = room.asked(), room.asked(now=NOON + timedelta(seconds=3))

        assert (first[1], second[1]) == (True, False)
        assert first[0].id == second[0].id

    def test_asks_to_wait_after_many(self, room: Room) -> None:
        for number in range(MAX_PER_HOUR):
            room.ask(f"Question {number}")

        with pytest.raises(TooMany):
            room.ask("Encore une")
        assert room.ask("Encore une", now=NOON + timedelta(hours=2)).id

    def test_is_told_to_the_trainers_of_now(self, room: Room) -> None:
        promotion = room.desk.member.promotion
        manager = make_membership(room.session, promotion=promotion, role=Role.COHORT_MANAGER)
        question = room.ask()
        now = datetime.now(NOON.tzinfo)

        told = helping.recipients(room.session, question, now=now)
        assert [person.id for person in told] == [room.trainer_id]
        for member in promotion.memberships:
            if member.user_id == room.trainer_id:
                member.ended_at = now - timedelta(minutes=1)
        room.session.flush()
        told = helping.recipients(room.session, question, now=now)
        assert [person.id for person in told] == [manager.user_id]


class TestThread:
    def test_goes_from_open_to_answered_and_back(self, room: Room) -> None:
        question = room.ask()
        states = [question.state]
        helping.reply(
            room.session, question, author_id=room.trainer_id, text="Voyez.", now=NOON
        )
        states.append(question.state)
        learner = room.desk.member.user_id
        helping.reply(room.session, question, author_id=learner, text="Oui, mais", now=NOON)
        states.append(question.state)
        helping.close(room.session, question, actor_id=learner, now=NOON)
        helping.close(room.session, question, actor_id=learner, now=NOON)
        states.append(question.state)

        assert states == ["open", "answered", "open", "closed"]
        shown = help_reading.thread(room.session, question, reader_id=0)
        assert [message.is_from_learner for message in shown.messages] == [True, False, True]
        events = select(AuditEvent.action).order_by(AuditEvent.id)
        assert room.session.scalars(events).all() == [
            "question.asked", "question.answered", "question.continued", "question.closed",
        ]  # fmt: skip

    def test_waiting_questions_come_first_the_oldest_on_top(self, room: Room) -> None:
        first, second, third = (
            room.ask(f"Question {n}", now=NOON + timedelta(minutes=n)) for n in range(3)
        )
        helping.reply(room.session, first, author_id=room.trainer_id, text="Là.", now=NOON)
        promotion_id = room.desk.member.promotion_id

        listed = help_reading.of_promotion(
            room.session, room.desk.member.promotion, reader_id=0
        )
        assert [one.id for one in listed] == [second.id, third.id, first.id]
        own = help_reading.of_learner(room.session, room.desk.member.user_id)
        assert [one.id for one in own] == [first.id, third.id, second.id]
        waiting = help_reading.waiting(room.session, [promotion_id])
        assert [(one.slug, one.count) for one in waiting] == [
            (room.desk.member.promotion.slug, 2)
        ]
        assert help_reading.waiting(room.session, [promotion_id + 1]) == []

    def test_a_long_question_is_cut_between_words(self, room: Room) -> None:
        question = room.ask("mot " * 100)

        excerpt = help_reading.thread(room.session, question, reader_id=0).excerpt
        assert excerpt.endswith("mot …")
        assert len(excerpt) <= help_reading.EXCERPT_CHARACTERS + 2


class TestSharing:
    def test_names_nobody_but_as_the_learner_chose(self, room: Room) -> None:
        question = room.ask()
        helping.reply(
            room.session, question, author_id=room.trainer_id, text="Voyez.", now=NOON
        )
        learner = room.desk.member.user_id
        assert room.shared() == []

        names = {}
        for sharing in (Sharing.ANONYMOUS, Sharing.FIRST_NAME, Sharing.PRIVATE):
            helping.share(room.session, question, sharing, actor_id=learner, now=NOON)
            names[sharing] = [
                (one.learner_name, [message.author for message in one.messages])
                for one in room.shared()
            ]
        assert names == {
            Sharing.ANONYMOUS: [("", ["", ""])],
            Sharing.FIRST_NAME: [("Camille", ["Camille", ""])],
            Sharing.PRIVATE: [],
        }

    def test_stays_in_the_promotion(self, room: Room) -> None:
        room.ask(sharing=Sharing.ANONYMOUS)

        other = [room.desk.member.promotion_id + 1]
        assert len(room.shared()) == 1
        assert help_reading.shared(room.session, "petit-cours", "premier-carnet", other) == []
        assert room.shared()[0].state is QuestionState.OPEN
