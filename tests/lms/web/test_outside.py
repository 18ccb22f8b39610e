"""Marks from elsewhere on screen: a file is tried, then brought in by who tried it."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.models import OutsideImport
from tests.lms.conftest import Browser
from tests.marking import MarkingSchool, open_marking_school


@pytest.fixture
def school(app: Flask) -> MarkingSchool:
    """A promotion with trainers and works."""
    return open_marking_school(app)


@pytest.fixture
def address(school: MarkingSchool) -> str:
    """Where marks are imported."""
    return f"/promotions/{school.promotion.slug}/notes/import/"


def sheet(school: MarkingSchool) -> bytes:
    return f"Adresse électronique;Oral (/20)\n{school.people['camille'].email};12\n".encode()


def tried(browser: Browser, address: str, data: bytes) -> str:
    """Try a file; the word by which it is brought in."""
    page = browser.submit(address, fichier=(io.BytesIO(data), "oral.csv")).text
    found = re.search(r'name="jeton" value="([^"]+)"', page)
    assert found, page
    return found[1]


def imports(school: MarkingSchool) -> int:
    with school.site.sessions() as session:
        return session.scalar(select(func.count(OutsideImport.id))) or 0


def test_what_was_tried_is_brought_in(school: MarkingSchool, address: str) -> None:
    token = tried(school.trainer, address, sheet(school))
    made = school.trainer.submit(f"{address}confirmer", address, jeton=token)
    assert made.status_code == 303
    assert "oral.csv" in school.trainer.get(made.location).text
    assert imports(school) == 1


def test_a_file_is_brought_in_by_who_tried_it_alone(
    school: MarkingSchool, address: str
) -> None:
    token = tried(school.trainer, address, sheet(school))
    others = school.second.submit(f"{address}confirmer", address, jeton=token)
    assert others.status_code == 422
    assert "choisissez le fichier à nouveau" in others.text

    stored = school.site.blobs.put(sheet(school))
    for named in ({"fichier": stored, "nom": "oral.csv"}, {"jeton": stored}):
        assert school.trainer.submit(f"{address}confirmer", address, **named).status_code == 422
    assert imports(school) == 0
