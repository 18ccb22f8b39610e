"""Correspondences between versions of referentials as data files."""

from __future__ import annotations

from pathlib import Path

from lms.catalogue.documents import read_document
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section
from lms.domain.referentials import Correspondence, Edition, Passage


def read_correspondence(path: Path, problems: list[CourseProblem]) -> Correspondence | None:
    """Return a correspondence, or None after noting everything that is wrong with its file."""
    noted: list[CourseProblem] = []
    name = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    declared = read_document(path, name=name, problems=noted)
    found = None if declared is None else _correspondence(declared)
    problems.extend(noted)
    return None if noted else found


def _correspondence(declared: Section) -> Correspondence:
    declared.only("from", "to", "note", "competences")
    section = declared.section("competences", is_required=True)
    entries = [] if section is None else [section.section(code) for code in section]
    found = Correspondence(
        source=_edition(declared, "from"),
        target=_edition(declared, "to"),
        note=declared.text("note", is_required=True),
        passages=tuple(_passage(entry) for entry in entries if entry is not None),
    )
    if found.source == found.target:
        declared.note("une version ne se correspond pas à elle-même.", name="to")
    return found


def _edition(declared: Section, name: str) -> Edition:
    section = declared.section(name, is_required=True)
    if section is None:
        return Edition(referential="", version="")
    section.only("id", "version")
    return Edition(
        referential=section.text("id", is_required=True),
        version=section.text("version", is_required=True),
    )


def _passage(declared: Section) -> Passage:
    declared.only("to", "note")
    return Passage(
        code=declared.key.rpartition(".")[2],
        to=tuple(item.text for item in declared.texts("to")),
        note=declared.text("note"),
    )
