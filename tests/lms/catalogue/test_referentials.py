"""Referentials are data files: read whole, or refused with everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lms.catalogue.problems import CourseProblem
from lms.catalogue.referentials import FOLDER, read_referential, referentials_of

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
    found = referentials_of(COURSES, course["referentials"])
    assert [referential.id for referential in found] == course["referentials"]
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
    (found,) = referentials_of(COURSES, ["rncp37827"])
    assert found.source == "https://www.francecompetences.fr/recherche/rncp/37827/"
    assert "abrégés" in found.note
    assert [len(block.competences) for block in found.blocks] == [5, 8, 8]


def test_people_alone_see_what_is_observed() -> None:
    assert [found.is_observed for found in referentials_of(COURSES, ["transversales"])] == [
        True
    ]


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    assert write(tmp_path, GOOD) == []
    assert "id" in write(tmp_path, GOOD.replace("id: socle", "id: autre"))[0]
    assert "titre" in write(tmp_path, GOOD.replace("title: Socle", "titre: Socle"))[0]
    doubled = GOOD + "  deux:\n    title: Deux\n    competences:\n      S1: {title: Encore}\n"
    assert "deux blocs" in write(tmp_path, doubled)[0]
    assert write(tmp_path, "id: [")


def test_a_referential_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    assert referentials_of(tmp_path, ["absent", "../course"]) == ()
    problems: list[CourseProblem] = []
    assert read_referential(tmp_path / "absent.yml", problems) is None
    assert "n’existe pas" in str(problems[0])
