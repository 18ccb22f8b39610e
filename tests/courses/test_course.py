"""What the course's sidecar and table of contents name is there, and nothing is forgotten."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import yaml

from tests.courses import notebooks

SIDECAR = yaml.safe_load((notebooks.COURSE / "course.yml").read_text(encoding="utf-8"))
BOOK = yaml.safe_load((notebooks.COURSE / "myst.yml").read_text(encoding="utf-8"))
MODULES = SIDECAR["modules"]
ASSIGNMENTS = {
    id: assignment
    for module in MODULES.values()
    for id, assignment in module.get("assignments", {}).items()
}
ASSIGNMENTS_OF = {id: module.get("assignments", {}) for id, module in MODULES.items()}
FOR_TRAINERS = ("brief.md", "guide-formation.md")


def test_every_page_is_listed_once_in_both_tables():
    in_modules = [page for module in MODULES.values() for page in module["pages"]]
    parts = BOOK["project"]["toc"]
    in_book = [child["file"] for part in parts for child in part.get("children", ())]
    on_disk = {
        str(path.relative_to(notebooks.COURSE))
        for path in notebooks.COURSE.glob("*/*.md")
        if path.name not in (*FOR_TRAINERS, "README.md")
    }
    assert in_modules == in_book
    assert [part["file"] for part in parts if "file" in part] == [SIDECAR["glossary"]]
    assert len(in_modules) == len(set(in_modules))
    assert set(in_modules) == on_disk


def test_every_notebook_is_an_assignment():
    listed = {assignment["notebook"] for assignment in ASSIGNMENTS.values()}
    on_disk = {str(path.relative_to(notebooks.COURSE)) for path in notebooks.all_paths()}
    assert listed == on_disk


def test_assignments_open_after_assignments_that_come_before():
    order = list(ASSIGNMENTS)
    for id, assignment in ASSIGNMENTS.items():
        after = assignment.get("opens", {}).get("after")
        assert after is None or order.index(after) < order.index(id)


@pytest.mark.parametrize("id", ASSIGNMENTS)
def test_an_assignment_names_what_it_needs(id):
    assignment = ASSIGNMENTS[id]
    assert all((notebooks.COURSE / path).is_file() for path in assignment.get("data", []))
    assert set(assignment["competences"].values()) <= {"imiter", "adapter", "transposer"}
    source = (notebooks.COURSE / assignment["notebook"]).read_text(encoding="utf-8")
    named = {path for path in _data_files() if path in source}
    assert named == set(assignment.get("data", []))


def _data_files() -> set[str]:
    folder = notebooks.COURSE / "data"
    return {f"data/{path.name}" for path in folder.iterdir() if path.suffix != ".md"}


def test_every_finished_module_has_a_brief_and_a_guide():
    for module in MODULES:
        # The self-positioning has nothing to hand in, hence no brief.
        for page in FOR_TRAINERS if ASSIGNMENTS_OF[module] else FOR_TRAINERS[1:]:
            assert (notebooks.COURSE / module / page).is_file(), f"{module}/{page}"


def test_the_figures_are_what_their_script_draws(tmp_path):
    script = notebooks.COURSE / "figures.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    drawn = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.svg")}
    kept = {str(path.relative_to(notebooks.COURSE)) for path in notebooks.COURSE.rglob("*.svg")}
    assert drawn == kept
    for name in drawn:
        svg = (tmp_path / name).read_text(encoding="utf-8")
        assert svg == (notebooks.COURSE / name).read_text(encoding="utf-8"), name
        assert ET.fromstring(svg).get("role") == "img"
        assert len(svg) < 8_000
