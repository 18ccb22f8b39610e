"""Referentials as data files: `referentiels/*.yml` beside the courses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from lms.catalogue.correspondences import read_correspondence
from lms.catalogue.documents import read_document
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section
from lms.domain.referentials import Block, Competence, Correspondence, Referential, Shelf

#: In the folder of the courses. It is no course itself: it has no table of contents.
FOLDER = "referentiels"

#: In that folder.
CORRESPONDENCES = "correspondances"

#: Between the id and what tells an older version's file apart: `rncp37827@2020.yml`.
MARK = "@"
ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
#: Versions and codes stand in addresses.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
KEYS = ("id", "title", "version", "source", "note", "evidence", "valid", "blocks")


def read_shelf(courses: Path) -> Shelf:
    """Return the referentials and correspondences of the folder that can be read."""
    folder = courses / FOLDER
    referentials = [read_referential(path, []) for path in sorted(folder.glob("*.yml"))]
    correspondences = [
        read_correspondence(path, [])
        for path in sorted(folder.glob(f"{CORRESPONDENCES}/*.yml"))
    ]
    return Shelf(
        referentials=tuple(found for found in referentials if found is not None),
        correspondences=tuple(found for found in correspondences if found is not None),
    )


def problems_of(courses: Path, ids: Iterable[str]) -> list[CourseProblem]:
    """Return what is wrong with the files of these referentials, in every version.

    What is wrong with correspondences is told too: nobody knows whom it concerns.
    """
    folder, problems = courses / FOLDER, list[CourseProblem]()
    known: list[Referential] = []
    for id in ids:
        older = sorted(folder.glob(f"{id}{MARK}*.yml")) if ID.match(id) else []
        read = (read_referential(path, problems) for path in (folder / f"{id}.yml", *older))
        known.extend(found for found in read if found is not None)
    for path in sorted(folder.glob(f"{CORRESPONDENCES}/*.yml")):
        found = read_correspondence(path, problems)
        if found is not None:
            problems.extend(_strangers(path, found, known))
    return problems


def read_referential(path: Path, problems: list[CourseProblem]) -> Referential | None:
    """Return a referential, or None after noting everything that is wrong with its file."""
    name = f"{FOLDER}/{path.name}"
    if not path.is_file():
        message = "ce référentiel n’existe pas : ajoutez son fichier, ou corrigez son nom."
        problems.append(CourseProblem(file=name, message=message))
        return None
    noted: list[CourseProblem] = []
    declared = read_document(path, name=name, problems=noted)
    found = None if declared is None else _referential(declared, path.stem.partition(MARK)[0])
    problems.extend(noted)
    return None if noted else found


def _referential(declared: Section, id: str) -> Referential:
    declared.only(*KEYS)
    if declared.text("id", is_required=True) != id:
        declared.note(f"« {id} » est attendu, comme le nom du fichier.", name="id")
    section = declared.section("blocks", is_required=True)
    blocks = [] if section is None else [section.section(name) for name in section]
    valid_from, valid_until = _validity(declared)
    found = Referential(
        id=id,
        title=declared.text("title", is_required=True),
        version=declared.text("version", is_required=True),
        source=declared.text("source"),
        note=declared.text("note"),
        is_observed=declared.choice("evidence", "runs", "people") == "people",
        blocks=tuple(_block(block) for block in blocks if block is not None),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if found.source and not found.source.startswith("https://"):
        declared.note("une adresse qui commence par https:// est attendue.", name="source")
    if found.version and not NAME.match(found.version):
        declared.note(
            "des lettres sans accent, des chiffres, des points et des tirets sont attendus.",
            name="version",
        )
    _refuse_doubles(declared, found)
    return found


def _validity(declared: Section) -> tuple[date | None, date | None]:
    section = declared.section("valid")
    if section is None:
        return None, None
    section.only("from", "until")
    start, end = _day(section, "from"), _day(section, "until")
    if start and end and end < start:
        section.note("la validité finit avant de commencer.", name="until")
    return start, end


def _day(section: Section, name: str) -> date | None:
    text = section.text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        section.note(
            f"une date comme 2026-07-19 est attendue ; « {text} » a été lu.", name=name
        )
        return None


def _block(declared: Section) -> Block:
    declared.only("title", "assessment", "competences")
    section = declared.section("competences", is_required=True)
    entries = [] if section is None else [section.section(code) for code in section]
    return Block(
        id=_name(declared),
        title=declared.text("title", is_required=True),
        competences=tuple(_competence(entry) for entry in entries if entry is not None),
        assessment=declared.text("assessment"),
    )


def _competence(declared: Section) -> Competence:
    declared.only("title", "criteria")
    if not NAME.match(_name(declared)):
        declared.note(
            "un code est fait de lettres sans accent, de chiffres et de tirets.", name="title"
        )
    return Competence(
        code=_name(declared),
        title=declared.text("title", is_required=True),
        criteria=tuple(item.text for item in declared.texts("criteria")),
    )


def _refuse_doubles(declared: Section, found: Referential) -> None:
    seen: set[str] = set()
    for competence in found.competences:
        if competence.code in seen:
            declared.note(
                f"la compétence « {competence.code} » est dans deux blocs.", name="blocks"
            )
        seen.add(competence.code)


def _name(declared: Section) -> str:
    return declared.key.rpartition(".")[2]


def _strangers(
    path: Path, found: Correspondence, known: Iterable[Referential]
) -> list[CourseProblem]:
    """Return the codes of a correspondence that its versions do not have."""
    codes = {each.edition: {one.code for one in each.competences} for each in known}
    named = [
        *((found.source, passage.code) for passage in found.passages),
        *((found.target, code) for passage in found.passages for code in passage.to),
    ]
    return [
        CourseProblem(
            file=f"{FOLDER}/{CORRESPONDENCES}/{path.name}",
            message=f"« {edition} » n’a pas de compétence « {code} ».",
        )
        for edition, code in named
        if edition in codes and code not in codes[edition]
    ]
