"""The assignment's page: taking the notebook, handing it in, being told what is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.models import Job, Submission, User
from lms.services import versions
from lms.web.context import Site
from tests.factories import make_membership
from tests.handing_in import RIGHT, answered
from tests.lms.conftest import Browser

PAGE = "/cours/petit-cours/exercices/premier-carnet/"
SEND = f"{PAGE}rendus"
MULTIPART = "multipart/form-data; boundary=b"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A learner who is signed in, in front of the assignment."""

    client: Browser
    session: Session
    user: User

    def send(self, data: bytes, filename: str = "carnet.ipynb") -> TestResponse:
        """Hand a file in through the page's form."""
        file = (io.BytesIO(data), filename)
        return self.client.submit(SEND, page=PAGE, carnet=file)

    def count(self, table: type) -> int:
        """Return how many rows a table has."""
        return self.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def seat(
    client: Browser, session: Session, site: Site, sign_in: Callable[..., TestResponse]
) -> Seat:
    """A learner of a promotion that follows the published course."""
    member = make_membership(session)
    course = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
    session.commit()
    sign_in(client, member.user)
    return Seat(client=client, session=session, user=member.user)


class TestTaking:
    def test_gives_the_released_notebook_without_solutions(self, seat: Seat) -> None:
        answer = seat.client.get(f"{PAGE}carnet.ipynb")
        body = json.loads(answer.data)

        assert "attachment" in answer.headers["Content-Disposition"]
        assert "return 2 * x" not in answer.text
        assert "double(-3)" not in answer.text
        assert len(body["cells"]) == 4

    def test_gives_a_data_file(self, seat: Seat) -> None:
        shown = seat.client.get(PAGE).text
        assert "notes.csv" in shown
        name = shown.split(f'href="{PAGE}donnees/')[1].split('"')[0]
        answer = seat.client.get(f"{PAGE}donnees/{name}")

        assert answer.data.startswith(b"nom,note")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("path", ["donnees/autre.csv", "donnees/..%2f..%2fcourse.yml"])
    def test_gives_no_other_file(self, seat: Seat, path: str) -> None:
        assert seat.client.get(f"{PAGE}{path}").status_code == 404

    def test_knows_no_other_assignment(self, seat: Seat) -> None:
        assert seat.client.get("/cours/petit-cours/exercices/autre/").status_code == 404


class TestHandingIn:
    def test_leads_to_the_submission(self, seat: Seat) -> None:
        answer = seat.send(answered())
        submission = seat.session.scalars(select(Submission)).one()

        assert (answer.status_code, answer.location) == (303, f"/rendus/{submission.id}/")
        assert "bien reçu" in seat.client.get(answer.location).text
        assert seat.count(Job) == 1

    def test_takes_the_same_notebook_once_and_says_so(self, seat: Seat) -> None:
        first = seat.send(answered()).location
        again = seat.send(answered())

        assert again.location == first
        assert "Vous aviez déjà déposé ce carnet" in seat.client.get(first).text
        assert seat.count(Submission) == 1

    def test_lists_the_attempts_with_their_files(self, seat: Seat) -> None:
        seat.send(answered("double = None"))
        seat.send(answered(RIGHT))
        shown = seat.client.get(PAGE).text

        assert shown.index("Rendu nº 2") < shown.index("Rendu nº 1")
        assert "/carnet.ipynb" in shown

    @pytest.mark.parametrize(
        ("data", "status", "sentence"),
        [
            (b"PK\x03\x04abc", 400, "archive ZIP"),
            (b"<html>", 400, "page web"),
            (b"{" * 20, 400, "abîmé ou incomplet"),
            (b" " * (10 * 1024 * 1024 + 1), 413, "dépasse 10"),
        ],
        ids=["zip", "html", "cut", "large"],
    )
    def test_shows_the_form_again_with_what_is_wrong(
        self, seat: Seat, data: bytes, status: int, sentence: str
    ) -> None:
        answer = seat.send(data)

        assert answer.status_code == status
        assert sentence in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert seat.count(Submission) == 0

    def test_refuses_a_far_larger_file_before_it_is_read(self, seat: Seat) -> None:
        answer = seat.send(b" " * (12 * 1024 * 1024))

        assert answer.status_code == 413
        assert "dépasse 10" in answer.text

    def test_lets_the_browser_finish_sending_what_is_refused(self, seat: Seat) -> None:
        sent = io.BytesIO(b" " * (12 * 1024 * 1024))
        answer = seat.client.post(
            SEND, input_stream=sent, content_length=12 * 1024 * 1024, content_type=MULTIPART
        )

        assert answer.status_code == 413
        assert sent.tell() == 12 * 1024 * 1024

    def test_asks_for_a_file(self, seat: Seat) -> None:
        answer = seat.client.submit(SEND, page=PAGE)

        assert answer.status_code == 400
        assert "Choisissez d’abord le fichier" in answer.text


class TestNoAnswers:
    @pytest.fixture
    def asked(self, seat: Seat) -> TestResponse:
        """The answer to the released notebook, handed in as it was."""
        return seat.send(seat.client.get(f"{PAGE}carnet.ipynb").data, "vide.ipynb")

    def token(self, asked: TestResponse) -> str:
        return asked.text.split('name="jeton" value="')[1].split('"')[0]

    def test_asks_first(self, seat: Seat, asked: TestResponse) -> None:
        assert asked.status_code == 409
        assert "aucune réponse" in asked.text
        assert "vide.ipynb" in asked.text
        assert seat.count(Submission) == 0

    def test_takes_the_kept_file_on_confirmation(self, seat: Seat, asked: TestResponse) -> None:
        answer = seat.client.submit(SEND, page=PAGE, jeton=self.token(asked))

        assert answer.status_code == 303
        assert seat.session.scalars(select(Submission)).one().filename == "vide.ipynb"

    def test_refuses_a_changed_confirmation(self, seat: Seat, asked: TestResponse) -> None:
        answer = seat.client.submit(SEND, page=PAGE, jeton=self.token(asked)[:-2])

        assert answer.status_code == 400
        assert "plus valable" in answer.text

    def test_refuses_another_persons_confirmation(
        self, seat: Seat, asked: TestResponse, sign_in: Callable[..., TestResponse]
    ) -> None:
        other = make_membership(seat.session).user
        seat.session.commit()
        seat.client.submit("/deconnexion", page="/")
        sign_in(seat.client, other)
        answer = seat.client.submit(SEND, page=PAGE, jeton=self.token(asked))

        assert answer.status_code == 400
        assert "plus valable" in answer.text
        assert seat.count(Submission) == 0


def test_shows_how_the_notebook_introduces_itself(seat: Seat) -> None:
    shown = seat.client.get(PAGE).text

    assert "<p>Doublez un nombre.</p>" in shown
    assert shown.count("<h1") == 1
