"""Referentials are data files: read whole, or refused with everything that is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from lms.catalogue.problems import CourseProblem
from lms.catalogue.referentials import (
    CORRESPONDENCES,
    FOLDER,
    problems_of,
    read_referential,
    read_shelf,
)
from lms.domain.referentials import Edition, Passage, Referential

COURSES = Path(__file__).parents[3] / "courses"
FILES = sorted((COURSES / FOLDER).glob("*.yml"))
GOOD = """\
id: socle
title: Socle
version: "1"
blocks:
  un:
    title: Un
    competences:
      S1: {title: Programmer, criteria: [écrit, testé]}
"""


OLDER = GOOD.replace('"1"', '"0"').replace("S1", "A1")
CORRESPONDENCE = """\
from: {id: socle, version: "0"}
to: {id: socle, version: "1"}
note: Par la fiche.
competences:
  A1: {to: [S1], note: Même texte.}
"""


def shipped(id: str) -> Referential:
    return next(found for found in read_shelf(COURSES).referentials if found.id == id)


def write(folder: Path, text: str) -> list[str]:
    path = folder / "socle.yml"
    path.write_text(text, encoding="utf-8")
    problems: list[CourseProblem] = []
    assert (read_referential(path, problems) is None) == bool(problems)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_referentials_of_the_school_can_be_read(path: Path) -> None:
    problems: list[CourseProblem] = []
    found = read_referential(path, problems)
    assert problems == []
    assert found is not None
    assert found.competences


def test_codes_are_unique_and_cover_what_the_course_aims_at() -> None:
    course = yaml.safe_load((COURSES / "developpeur-data-ia" / "course.yml").read_text())
    found = [shipped(id) for id in course["referentials"]]
    codes = [competence.code for referential in found for competence in referential.competences]
    assert len(codes) == len(set(codes)) == 21 + 8 + 4
    aimed = {
        code
        for module in course["modules"].values()
        for assignment in module.get("assignments", {}).values()
        for code in assignment["competences"]
    }
    assert aimed <= set(codes)


def test_the_certification_says_where_its_text_comes_from() -> None:
    found = shipped("rncp37827")
    assert found.source == "https://www.francecompetences.fr/recherche/rncp/37827/"
    assert "abrégés" in found.note
    assert [len(block.competences) for block in found.blocks] == [5, 8, 8]
    assert all(block.assessment for block in found.blocks)
    assert all(competence.criteria for competence in found.competences)
    assert (found.valid_from, found.valid_until) == (date(2023, 7, 19), date(2026, 7, 19))
    assert "vérifiez aussi ses dates" in found.note


def test_people_alone_see_what_is_observed() -> None:
    assert shipped("transversales").is_observed
    assert not shipped("socle-data-ia").is_observed


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    assert write(tmp_path, GOOD) == []
    assert "id" in write(tmp_path, GOOD.replace("id: socle", "id: autre"))[0]
    assert "titre" in write(tmp_path, GOOD.replace("title: Socle", "titre: Socle"))[0]
    doubled = GOOD + "  deux:\n    title: Deux\n    competences:\n      S1: {title: Encore}\n"
    assert "deux blocs" in write(tmp_path, doubled)[0]
    assert "2026-07-19" in write(tmp_path, f"{GOOD}valid: {{from: hier}}\n")[0]
    late = "valid: {from: 2026-01-02, until: 2026-01-01}\n"
    assert "avant de commencer" in write(tmp_path, GOOD + late)[0]
    assert "https://" in write(tmp_path, f"{GOOD}source: javascript:alert(1)\n")[0]
    assert "version" in write(tmp_path, GOOD.replace('"1"', '"1/2"'))[0]
    assert "code" in write(tmp_path, GOOD.replace("S1", "S 1"))[0]
    assert write(tmp_path, "id: [")


def test_a_referential_that_is_not_there_is_said_and_left_out(tmp_path: Path) -> None:
    assert read_shelf(tmp_path).referentials == ()
    (problem, again) = problems_of(tmp_path, ["absent", "../course"])
    assert "n’existe pas" in str(problem)
    assert "n’existe pas" in str(again)


def folder(tmp_path: Path, correspondence: str = CORRESPONDENCE) -> Path:
    there = tmp_path / FOLDER
    (there / CORRESPONDENCES).mkdir(parents=True)
    (there / "socle.yml").write_text(GOOD, encoding="utf-8")
    (there / "socle@0.yml").write_text(OLDER, encoding="utf-8")
    (there / CORRESPONDENCES / "socle-0-1.yml").write_text(correspondence, encoding="utf-8")
    return tmp_path


def test_versions_stand_side_by_side_with_what_leads_from_one_to_another(
    tmp_path: Path,
) -> None:
    shelf = read_shelf(folder(tmp_path))
    assert [str(found.edition) for found in shelf.referentials] == ["socle 1", "socle 0"]
    (way,) = shelf.correspondences
    assert way.source == Edition(referential="socle", version="0")
    assert way.target == Edition(referential="socle", version="1")
    assert way.passages == (Passage(code="A1", to=("S1",), note="Même texte."),)
    assert problems_of(tmp_path, ["socle"]) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (CORRESPONDENCE.replace("[S1]", "[S9]"), "« socle 1 » n’a pas de compétence « S9 »"),
        (CORRESPONDENCE.replace("A1:", "A9:"), "« socle 0 » n’a pas de compétence « A9 »"),
        (CORRESPONDENCE.replace('"0"', '"1"'), "ne se correspond pas à elle-même"),
        (CORRESPONDENCE.replace("note: Par la fiche.\n", ""), "note"),
        (CORRESPONDENCE.replace("to: [S1]", "vers: [S1]"), "clé inconnue"),
    ],
)
def test_what_is_wrong_with_a_correspondence_is_said(
    tmp_path: Path, wrong: str, said: str
) -> None:
    problems = problems_of(folder(tmp_path, wrong), ["socle"])
    assert any(said in str(problem) for problem in problems)
    assert all("correspondances/socle-0-1.yml" in str(problem) for problem in problems)
