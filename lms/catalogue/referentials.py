"""Referentials as data files: `referentiels/<id>.yml` beside the courses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lms.catalogue.documents import read_document
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section
from lms.domain.competences import Block, Competence, Referential

#: In the folder of the courses. It is no course itself: it has no table of contents.
FOLDER = "referentiels"
ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
KEYS = ("id", "title", "version", "source", "note", "evidence", "blocks")


def referentials_of(courses: Path, ids: Iterable[str]) -> tuple[Referential, ...]:
    """Return the referentials of these ids that can be read, in that order."""
    read = (read_referential(courses / FOLDER / f"{id}.yml", []) for id in ids if ID.match(id))
    return tuple(found for found in read if found is not None)


def read_referential(path: Path, problems: list[CourseProblem]) -> Referential | None:
    """Return a referential, or None after noting everything that is wrong with its file."""
    name = f"{FOLDER}/{path.name}"
    if not path.is_file():
        message = "ce référentiel n’existe pas : ajoutez son fichier, ou corrigez son nom."
        problems.append(CourseProblem(file=name, message=message))
        return None
    noted: list[CourseProblem] = []
    declared = read_document(path, name=name, problems=noted)
    found = None if declared is None else _referential(declared, path.stem)
    problems.extend(noted)
    return None if noted else found


def _referential(declared: Section, id: str) -> Referential:
    declared.only(*KEYS)
    if declared.text("id", is_required=True) != id:
        declared.note(f"« {id} » est attendu, comme le nom du fichier.", name="id")
    section = declared.section("blocks", is_required=True)
    blocks = [] if section is None else [section.section(name) for name in section]
    found = Referential(
        id=id,
        title=declared.text("title", is_required=True),
        version=declared.text("version", is_required=True),
        source=declared.text("source"),
        note=declared.text("note"),
        is_observed=declared.choice("evidence", "runs", "people") == "people",
        blocks=tuple(_block(block) for block in blocks if block is not None),
    )
    _refuse_doubles(declared, found)
    return found


def _block(declared: Section) -> Block:
    declared.only("title", "competences")
    section = declared.section("competences", is_required=True)
    entries = [] if section is None else [section.section(code) for code in section]
    return Block(
        id=_name(declared),
        title=declared.text("title", is_required=True),
        competences=tuple(_competence(entry) for entry in entries if entry is not None),
    )


def _competence(declared: Section) -> Competence:
    declared.only("title", "criteria")
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
