"""The trainers' guide tells the truth: its example is a course, its lists are ours."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from lms.cli import main
from lms.content.served import TYPES

GUIDE = Path(__file__).parents[3] / "docs" / "formateurs.md"


def test_the_example_is_a_course_and_its_check_says_what_the_guide_says(tmp_path: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    toc, declared = (block for kind, block in blocks if kind == "yaml")
    (page,) = (block for kind, block in blocks if kind == "markdown")
    (shown,) = (block for kind, block in blocks if kind == "console")
    course = tmp_path / "mon-cours"
    (course / "debut").mkdir(parents=True)
    (course / "myst.yml").write_text(toc, encoding="utf-8")
    (course / "course.yml").write_text(declared, encoding="utf-8")
    (course / "debut" / "bonjour.md").write_text(page, encoding="utf-8")
    (course / "debut" / "suite.md").write_text("# La suite\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["course", "check", "--strict", str(course)])

    assert done.output.splitlines() == shown.splitlines()[1:]


def test_the_lists_of_types_are_whole() -> None:
    lists = re.findall(r"^- (?:Images|Fichiers).*$", GUIDE.read_text(encoding="utf-8"), re.M)
    named = {f".{name}" for line in lists for name in re.findall(r"`(\w+)`", line)}

    assert named == TYPES.keys() - {".jpeg"}
