"""What can be found in a course is what its readers may see, and nothing else of its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lms.catalogue.addresses import place_of
from lms.catalogue.library import Library
from lms.catalogue.search import kept_parts
from lms.content.markdown import render_markdown
from lms.domain.search import Kind, Part
from tests.factories import source_notebook, write_course

LESSON = """\
# Lire

Tout au début.

## Une partie

Du *texte* avec `code`.
"""
GLOSSARY = "# Glossaire\n\n:::{glossary}\ncarnet\n: Document de travail.\n:::\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    course = write_course(tmp_path / "courses")
    (course / "debut" / "lire.md").write_text(LESSON, encoding="utf-8")
    (course / "glossaire.md").write_text(GLOSSARY, encoding="utf-8")
    (course / "debut" / "guide-formation.md").write_text(
        "# Guide\n\nréservé\n", encoding="utf-8"
    )
    settings = course / "course.yml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "glossary: glossaire.md\n", encoding="utf-8"
    )
    notebook = source_notebook()
    answer = {"schema_version": 3, "grade_id": "mots", "solution": True, "task": False}
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": "mots",
            "metadata": {"nbgrader": answer | {"grade": True, "locked": False, "points": 1}},
            "source": "La réponse secrète de l’auteur.",
        }
    )
    (course / "debut" / "premier.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return course


def parts(folder: Path, cache: Path) -> tuple[Part, ...]:
    library = Library(folder.parent)
    course = library.course("petit-cours")
    return kept_parts(
        cache,
        course,
        html=lambda path: (
            render_markdown(
                library.read(course, path).decode(), place=place_of(course, path)
            ).html
        ),
        source=lambda path: library.read(course, path),
    )


def test_lessons_are_found_by_heading_terms_and_statements_too(
    folder: Path, tmp_path: Path
) -> None:
    found = parts(folder, tmp_path / "cache")
    assert [(part.kind, part.heading, part.address) for part in found] == [
        (Kind.LESSON, "", "/cours/petit-cours/debut/lire/"),
        (Kind.LESSON, "Une partie", "/cours/petit-cours/debut/lire/#s-une-partie"),
        (Kind.TERM, "", "/cours/petit-cours/glossaire/#s-terme-carnet"),
        (Kind.ASSIGNMENT, "Premier carnet", "/cours/petit-cours/exercices/premier-carnet/"),
    ]
    assert found[1].text == "Du texte avec code."
    assert "Doublez un nombre" in found[3].text


def test_nothing_that_is_hidden_can_be_found(folder: Path, tmp_path: Path) -> None:
    said = json.dumps([part.text for part in parts(folder, tmp_path / "cache")])
    for hidden in ("return 2", "-6", "secr", "réservé", "réserv"):
        assert hidden not in said


def test_the_same_course_is_read_once_and_a_changed_one_anew(
    folder: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    first = parts(folder, cache)
    (kept,) = (cache / "search").iterdir()
    assert parts(folder, cache) == first
    kept.write_text("broken", encoding="utf-8")
    assert parts(folder, cache) == first

    (folder / "debut" / "lire.md").write_text("# Lire\n\nAutrement.\n", encoding="utf-8")
    assert "Autrement." in [part.text for part in parts(folder, cache)]
