"""The editor of rubrics without a script, its versions, copies and archives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.config import Config
from lms.models import Rubric, RubricUse, RubricVersion
from tests.factories import make_promotion
from tests.marking import MarkingSchool, course_with_essay, open_marking_school

WRITTEN = {
    "titre": "Présenter un graphique",
    "sorte": "points",
    "c0-titre": "Lisibilité",
    "c0-n0-titre": "Illisible",
    "c0-n0-points": "0",
    "c0-n1-titre": "Lisible",
    "c0-n1-points": "1,5",
    "c0-n1-texte": "Titre, axes et unités y sont.",
}


@pytest.fixture
def school(make_app: Callable[..., Flask], config: Config) -> MarkingSchool:
    """A school whose trainers write rubrics."""
    course_with_essay(config.courses)
    return open_marking_school(make_app(config))


@pytest.fixture
def address(school: MarkingSchool) -> str:
    """Of the list of rubrics."""
    return f"/promotions/{school.promotion.slug}/grilles/"


def rubrics(school: MarkingSchool) -> list[tuple[str, int, bool]]:
    with school.site.sessions() as session:
        return [
            (found.title, len(found.versions), found.archived_at is not None)
            for found in session.scalars(select(Rubric).order_by(Rubric.id))
        ]


def test_is_written_row_by_row_and_kept(school: MarkingSchool, address: str) -> None:
    new = f"{address}nouvelle"
    longer = school.trainer.submit(new, **WRITTEN, action="add-0")
    assert 'value="Présenter un graphique"' in longer.text
    assert "Titre, axes et unités y sont." in longer.text
    assert 'name="c0-n2-titre"' in longer.text
    shorter = school.trainer.submit(new, **WRITTEN, action="drop-0-0")
    assert "Illisible" not in shorter.text
    assert rubrics(school) == []

    refused = school.trainer.submit(new, **WRITTEN | {"c0-n1-points": "un"}, action="garder")
    assert refused.status_code == 422
    assert "Écrivez un nombre de points" in refused.text
    assert 'value="un"' in refused.text

    assert school.trainer.submit(new, **WRITTEN, action="garder").status_code == 303
    listed = school.trainer.get(address).text
    assert "Présenter un graphique" in listed
    assert "sur 1,5" in listed


def test_never_changes_under_a_mark(school: MarkingSchool, address: str) -> None:
    school.rubric()
    school.mark("trainer", "camille", **{"e1-c0": "2", "e1-c1": "1", "definitive": "1"})
    changed = WRITTEN | {"titre": "Écrire mieux", "version": "1", "action": "garder"}
    school.trainer.submit(f"{address}1/", **changed)
    assert rubrics(school) == [("Écrire mieux", 2, False)]
    assert "Tout ce qui est dit est vrai." in school.trainer.get(school.address("camille")).text
    told = school.camille.get(f"/rendus/{school.works['camille']}/").text
    assert "Tout ce qui est dit est vrai." in told
    assert "Lisibilité" not in school.trainer.get(school.address("sami")).text

    late = school.trainer.submit(f"{address}1/", **changed | {"c0-titre": "Autre chose"})
    assert late.status_code == 409
    assert "Autre chose" in late.text


def test_goes_over_to_the_new_version_where_nobody_has_marked(
    school: MarkingSchool, address: str
) -> None:
    school.rubric()
    school.trainer.submit(f"{address}1/", **WRITTEN, version="1", action="garder")
    with school.site.sessions() as session:
        use = session.scalars(select(RubricUse)).one()
        latest = session.scalars(select(RubricVersion).where(RubricVersion.number == 2)).one()
    assert use.version_id == latest.id
    assert "Lisibilité" in school.trainer.get(school.address("sami")).text


def test_is_copied_put_away_and_taken_back(school: MarkingSchool, address: str) -> None:
    school.rubric()
    school.trainer.submit(f"{address}1/copie", page=address)
    assert rubrics(school)[1] == ("Écrire (copie)", 1, False)
    for state, is_archived in (("archivee", True), ("active", False)):
        school.trainer.submit(f"{address}1/archive", page=address, etat=state)
        assert rubrics(school)[0][2] is is_archived


def test_gives_levels_of_competence_and_no_points(school: MarkingSchool, address: str) -> None:
    form = school.trainer.get(f"{address}nouvelle?sorte=levels").text
    assert "À quoi on reconnaît" in form
    assert 'value="add-0"' not in form


def test_of_another_school_does_not_exist(school: MarkingSchool, address: str) -> None:
    school.rubric()
    with school.site.sessions.begin() as session:
        elsewhere = make_promotion(session)
        session.get_one(Rubric, 1).organisation_id = elsewhere.programme.organisation_id
    assert school.trainer.get(f"{address}1/").status_code == 404
