"""Handing in: what is kept, what is refused with which sentence, what counts as the same."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.domain.course import UnlockRule
from lms.domain.jobs import JobState
from lms.errors import Invalid, NotAllowed, TooLarge
from lms.models import AuditEvent, Job, Score, Submission
from lms.services import grading, jobs
from lms.services.openings import AttemptsUsed, Locked, PromotionEnded
from lms.services.submissions import NoAnswers, attempts_of
from tests.factories import NOON, make_promotion
from tests.handing_in import (
    MAX_BYTES,
    RIGHT,
    WRONG,
    Desk,
    answered,
    finished,
    open_desk,
    released_bytes,
)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    """A learner in front of the assignment."""
    return open_desk(session, tmp_path)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


class TestHandIn:
    def test_keeps_the_notebook_the_row_the_job_and_the_event(self, desk: Desk) -> None:
        submission = desk.submission(answered(), filename="mon carnet.ipynb")

        job = desk.session.scalars(select(Job)).one()
        event = desk.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "submission.handed-in")
        ).one()
        assert desk.blobs.get(submission.notebook_hash) == answered()
        assert (submission.attempt, submission.filename) == (1, "mon carnet.ipynb")
        assert (job.submission_id, job.state) == (submission.id, JobState.WAITING)
        assert (event.actor_id, event.subject) == (
            desk.member.user_id,
            f"submission:{submission.id}",
        )

    def test_numbers_the_attempts(self, desk: Desk) -> None:
        desk.submission(answered(WRONG))
        desk.submission(answered(RIGHT))

        found = attempts_of(desk.session, desk.member.user_id, "petit-cours", "premier-carnet")
        assert [submission.attempt for submission in found] == [2, 1]

    def test_takes_the_same_notebook_once(self, desk: Desk) -> None:
        first = desk.upload(answered())
        again = desk.upload(answered())

        assert (first.is_new, again.is_new) == (True, False)
        assert again.submission is first.submission
        assert count(desk.session, Job) == 1

    def test_keeps_nothing_when_it_is_rolled_back(self, desk: Desk) -> None:
        desk.session.commit()
        desk.submission()
        desk.session.rollback()

        assert count(desk.session, Submission) == 0
        assert count(desk.session, Job) == 0

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\travail\\carnet.ipynb", "carnet.ipynb"),
            ("", "carnet.ipynb"),
            ("a\x00\u202eb.ipynb", "ab.ipynb"),
        ],
    )
    def test_keeps_a_name_that_can_be_shown(self, desk: Desk, sent: str, kept: str) -> None:
        assert desk.submission(filename=sent).filename == kept


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("carnet.ipynb", answered())
    return file.getvalue()


def other_assignment() -> bytes:
    body = json.loads(answered())
    body["cells"] = [
        cell | {"id": f"x{number}", "source": "autre = 1", "metadata": {}}
        for number, cell in enumerate(body["cells"])
    ]
    return json.dumps(body).encode()


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (zipped(), "archive ZIP"),
            (gzip.compress(answered()), "archive compressée"),
            (b"<!doctype html><p>connexion", "page web"),
            (b"%PDF-1.7", "PDF"),
            (b"", "est vide"),
            (b"[" * 100_000, "n’est pas un carnet"),
            (b'{"cells":' + b"[" * 200_000, "imbriqué|complexe"),
            (b'{"cells": [', "incomplet"),
            (b'{"nbformat": 3, "worksheets": []}', "ancien format"),
            (answered().decode().encode("utf-16"), "UTF-8"),
            (other_assignment(), "ne correspond pas à ce devoir"),
        ],
        ids=[
            "zip",
            "gzip",
            "html",
            "pdf",
            "empty",
            "list",
            "nested",
            "cut",
            "v3",
            "utf16",
            "other",
        ],
    )
    def test_says_what_is_wrong_with_a_file(
        self, desk: Desk, data: bytes, sentence: str
    ) -> None:
        with pytest.raises(Invalid, match=sentence):
            desk.upload(data)

        assert count(desk.session, Submission) == 0

    def test_refuses_more_than_the_limit_before_reading_it(self, desk: Desk) -> None:
        with pytest.raises(TooLarge, match=r"dépasse 10 Mio.*effacez les sorties"):
            desk.upload(b"{" * (MAX_BYTES + 1))

    def test_refuses_a_line_of_ten_mebibytes(self, desk: Desk) -> None:
        line = json.dumps("x" * (MAX_BYTES - 2000)).encode()
        with pytest.raises(Invalid, match="trop long"):
            desk.upload(answered().replace(json.dumps(RIGHT).encode(), line))

    def test_refuses_a_hundred_thousand_cells(self, desk: Desk) -> None:
        body = json.loads(answered())
        body["cells"] = [{"cell_type": "raw", "metadata": {}, "source": ""}] * 100_000
        with pytest.raises(Invalid, match=r"cellules|complexe"):
            desk.upload(json.dumps(body).encode())

    def test_refuses_who_is_no_learner_of_the_course(
        self, session: Session, tmp_path: Path
    ) -> None:
        trainer = open_desk(session, tmp_path, role=Role.TRAINER)
        with pytest.raises(NotAllowed, match="inscrites comme apprenantes"):
            trainer.upload()

    def test_refuses_work_for_a_promotion_that_has_ended(
        self, session: Session, tmp_path: Path
    ) -> None:
        over = make_promotion(session, name="Été", ends_on=date(2029, 12, 31))
        with pytest.raises(PromotionEnded, match="« Été » est terminée"):
            open_desk(session, tmp_path, promotion=over).upload()


class TestNoAnswers:
    def test_asks_before_it_takes_a_notebook_without_answers(self, desk: Desk) -> None:
        with pytest.raises(NoAnswers, match="aucune réponse") as asked:
            desk.upload(released_bytes())

        assert desk.blobs.get(asked.value.notebook_hash) == released_bytes()
        assert count(desk.session, Submission) == 0

    def test_takes_it_when_the_learner_insists(self, desk: Desk) -> None:
        assert desk.upload(released_bytes(), is_confirmed=True).is_new


class TestAttempts:
    def test_refuses_one_more_than_allowed(self, desk: Desk) -> None:
        twice = desk.with_rules(attempts=2)
        twice.submission(answered(WRONG))
        twice.submission(answered(RIGHT))
        with pytest.raises(AttemptsUsed, match="vos 2 tentatives"):
            twice.upload(answered("double = abs"))

    def test_shows_the_same_notebook_even_when_none_is_left(self, desk: Desk) -> None:
        once = desk.with_rules(attempts=1)
        once.submission(answered(WRONG))

        assert not once.upload(answered(WRONG)).is_new

    def test_does_not_count_what_a_fault_of_ours_holds_up(self, desk: Desk) -> None:
        once = desk.with_rules(attempts=1)
        once.submission(answered(WRONG))
        desk.session.scalars(select(Job)).one().state = JobState.QUARANTINED

        assert once.upload(answered(RIGHT)).submission.attempt == 2


class TestUnlocking:
    @pytest.fixture
    def second(self, desk: Desk) -> Desk:
        """The assignment that opens at three quarters of itself's points: enough for tests."""
        return desk.with_rules(opens=UnlockRule(after="premier-carnet", score=75))

    def test_is_locked_before_the_first_result(self, second: Desk) -> None:
        with pytest.raises(Locked, match="75\u00a0% des points de l’exercice"):
            second.upload()

    @pytest.mark.parametrize(("points", "opens"), [(2.0, False), (3.0, True)])
    def test_opens_at_the_score(
        self, desk: Desk, second: Desk, points: float, opens: bool
    ) -> None:
        desk.submission(answered(WRONG))
        grading.record(desk.session, desk.claimed(), finished(points))
        assert count(desk.session, Score) == 1
        if opens:
            assert second.upload().is_new
        else:
            with pytest.raises(Locked):
                second.upload()


def test_a_lost_job_is_found_again(desk: Desk) -> None:
    desk.submission()
    desk.claimed("w1")
    late = NOON + timedelta(seconds=61)

    again = jobs.claim(desk.session, "w2", now=late, lease_s=60)

    assert again is not None
    assert (again.worker, again.attempts) == ("w2", 2)
