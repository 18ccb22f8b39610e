"""The addresses by which the workbench keeps drafts: what they answer, and to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.domain.access import Role
from lms.models import Draft, Submission
from lms.services import versions
from lms.web.context import Site
from tests.factories import make_membership
from tests.handing_in import RIGHT
from tests.lms.conftest import Browser

PAGE = "/cours/petit-cours/exercices/premier-carnet/atelier"
JSON = {"Accept": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person who is signed in, and the token that the workbench's page has."""

    client: Browser
    session: Session
    token: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"{PAGE}/{path}", headers=JSON)

    def send(self, method: str, path: str, body: object) -> TestResponse:
        headers = {**JSON, "X-CSRFToken": self.token}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.open(
            f"{PAGE}/{path}",
            method=method,
            data=data,
            headers=headers,
            content_type="application/json",
        )

    def save(self, code: str, base: int) -> TestResponse:
        cells = [
            cell | {"source": code} if cell["id"] == "double" else cell
            for cell in self.get("brouillon").json["cells"]
        ]
        return self.send("PUT", "brouillon", {"base": base, "cells": cells})

    def count(self, table: type) -> int:
        return self.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def make_seat(
    client: Browser, session: Session, site: Site, sign_in: Callable[..., TestResponse]
) -> Callable[..., Seat]:
    """Sign somebody of the promotion in: `make_seat(Role.TRAINER)`."""

    def make(role: Role = Role.LEARNER) -> Seat:
        member = make_membership(session, role=role)
        course = site.library.course("petit-cours")
        versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
        session.commit()
        sign_in(client, member.user)
        return Seat(client=client, session=session, token=client.token("/compte"))

    return make


@pytest.fixture
def seat(make_seat: Callable[..., Seat]) -> Seat:
    """A learner of a promotion that follows the published course."""
    return make_seat()


def short(value: object) -> str:
    """Name a case by its beginning: ids travel with every report of a test process."""
    return str(value)[:40]


class TestKeeping:
    def test_gives_the_released_form_first(self, seat: Seat) -> None:
        body = seat.get("brouillon").json

        assert (body["version"], body["saved_at"], body["message"]) == (0, None, "")
        assert [cell["cell_type"] for cell in body["cells"]] == ["markdown"] + ["code"] * 3
        assert body["cells"][1]["metadata"]["nbgrader"]["grade_id"] == "double"

    def test_keeps_what_is_sent(self, seat: Seat) -> None:
        answer = seat.save("x = 1", 0)

        assert answer.status_code == 200
        assert answer.json["version"] == 1
        assert (answer.json["is_new"], answer.json["is_changed"]) == (True, False)
        assert seat.get("brouillon").json["cells"][1]["source"] == "x = 1"
        assert seat.get("brouillon").json["saved_at"] == answer.json["saved_at"]
        assert seat.count(Draft) == 1

    def test_tells_two_tabs_apart(self, seat: Seat) -> None:
        seat.save("x = 1", 0)
        answer = seat.save("x = 2", 0)

        assert answer.status_code == 409
        assert (answer.json["code"], answer.json["version"]) == ("stale", 1)
        assert "modifié ailleurs" in answer.json["message"]
        assert answer.json["cells"][1]["source"] == "x = 1"
        assert seat.save("x = 2", 1).json["version"] == 2

    @pytest.mark.parametrize(
        ("body", "status", "sentence"),
        [
            (b"", 400, "rechargez-la"),
            (b"[" * 100_000, 400, "rechargez-la"),
            (b"[" * 300_000, 413, "trop complexe"),
            ({"cells": []}, 400, "rechargez-la"),
            ({"base": -1, "cells": []}, 400, "rechargez-la"),
            ({"base": True, "cells": []}, 400, "rechargez-la"),
            ({"base": 0, "cells": {}}, 400, "rechargez-la"),
            ({"base": 0, "cells": ["x"]}, 400, "La cellule 1"),
            ({"base": 0, "cells": [{"cell_type": "html", "source": ""}]}, 400, "La cellule 1"),
            ({"base": 0, "cells": [{"cell_type": "code", "source": 1}]}, 400, "La cellule 1"),
            (
                {"base": 0, "cells": [{"cell_type": "code", "source": "x" * 524_289}] * 2},
                413,
                "trop long",
            ),
            (
                {"base": 0, "cells": [{"cell_type": "code", "source": ""}] * 2001},
                413,
                "le maximum est 2000",
            ),
            (b" " * (11 * 1024 * 1024), 413, "lourd"),
        ],
        ids=short,
    )
    def test_refuses_what_cannot_be_a_notebook(
        self, seat: Seat, body: object, status: int, sentence: str
    ) -> None:
        answer = seat.send("PUT", "brouillon", body)

        assert (answer.status_code, sentence in answer.json["message"]) == (status, True)
        assert seat.count(Draft) == 0

    def test_survives_any_text(self, seat: Seat) -> None:
        answer = seat.save("é \ud800 \u2028 </script>\x00\r\n", 0)

        assert answer.status_code == 200
        assert seat.get("brouillon").json["cells"][1]["source"] == "é ? \u2028 </script>\x00\n"

    def test_says_in_json_that_nobody_is_signed_in_or_that_the_page_is_old(
        self, seat: Seat
    ) -> None:
        old = seat.client.put(f"{PAGE}/brouillon", headers=JSON, data=b"{}")
        assert (old.status_code, old.json["code"]) == (400, "csrf")

        seat.client.submit("/deconnexion", page="/")
        gone = seat.get("brouillon")
        assert (gone.status_code, gone.json["code"]) == (401, "signed-out")
        assert gone.json["url"].startswith("/connexion")


class TestVersions:
    def test_are_listed_in_words(self, seat: Seat) -> None:
        seat.save("x = 1", 0)
        seat.save("x = 2", 1)
        seat.send("POST", "depot", {"base": 2})
        lines = seat.get("versions").json["versions"]

        assert [line["number"] for line in lines] == [2, 1]
        assert [line["summary"] for line in lines] == [
            "1 cellule écrite, déposée",
            "1 cellule écrite",
        ]
        assert " à " in lines[0]["when"]

    def test_can_be_looked_at_and_gone_back_to(self, seat: Seat) -> None:
        seat.save("x = 1", 0)
        seat.save("x = 2", 1)

        assert seat.get("versions/1").json["cells"][1]["source"] == "x = 1"
        again = seat.send("POST", "versions/1/reprendre", {"base": 2})
        assert again.json["version"] == 3
        assert again.json["cells"][1]["source"] == "x = 1"
        stale = seat.send("POST", "versions/2/reprendre", {"base": 2})
        assert (stale.status_code, stale.json["code"]) == (409, "stale")
        assert seat.get("versions/99").status_code == 404


class TestHandingIn:
    def test_answers_once_it_is_received(self, seat: Seat) -> None:
        seat.save(RIGHT, 0)
        answer = seat.send("POST", "depot", {"base": 1})

        assert (answer.status_code, answer.json["attempt"]) == (201, 1)
        submission = seat.session.scalars(select(Submission)).one()
        assert answer.json["url"] == f"/rendus/{submission.id}/"
        assert RIGHT in "".join(
            "".join(cell["source"])
            for cell in json.loads(seat.client.get(f"{answer.json['url']}carnet.ipynb").data)[
                "cells"
            ]
        )
        again = seat.send("POST", "depot", {"base": 1})
        assert (again.status_code, again.json["url"]) == (200, answer.json["url"])

    def test_asks_when_nothing_is_answered(self, seat: Seat) -> None:
        answer = seat.send("POST", "depot", {"base": 0})

        assert (answer.status_code, answer.json["code"]) == (409, "no-answers")
        assert seat.count(Submission) == 0
        sure = seat.send("POST", "depot", {"base": 0, "is_confirmed": True})
        assert sure.status_code == 201

    def test_asks_to_save_first(self, seat: Seat) -> None:
        seat.save(RIGHT, 0)

        answer = seat.send("POST", "depot", {"base": 0})
        assert (answer.status_code, answer.json["code"]) == (409, "stale")

    def test_is_not_for_trainers_who_try_the_notebook(
        self, make_seat: Callable[..., Seat]
    ) -> None:
        seat = make_seat(Role.TRAINER)
        assert seat.save(RIGHT, 0).status_code == 200

        answer = seat.send("POST", "depot", {"base": 1})
        assert (answer.status_code, answer.json["code"]) == (403, "not-allowed")


def test_the_draft_comes_as_a_notebook(seat: Seat) -> None:
    cells: list[dict[str, Any]] = seat.get("brouillon").json["cells"]
    output = {"output_type": "stream", "name": "stdout", "text": "4\n"}
    cells[1] |= {"source": "x = 1\nx", "outputs": [output]}
    seat.send("PUT", "brouillon", {"base": 0, "cells": cells})
    answer = seat.client.get(f"{PAGE}/carnet.ipynb")

    notebook = json.loads(answer.data)
    assert "premier-carnet.ipynb" in answer.headers["Content-Disposition"]
    assert notebook["nbformat"] == 4
    assert notebook["cells"][1]["source"] == ["x = 1\n", "x"]
    assert notebook["cells"][1]["outputs"] == [output]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_a_rich_output_has_a_frame_without_any_right(seat: Seat) -> None:
    answer = seat.client.get(f"{PAGE}/sortie")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
