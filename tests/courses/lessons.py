"""The course's lessons as the tests see them: their examples, images, links and words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.courses.notebooks import COURSE
from tests.courses.typography import PROTECTED

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
ENGLISH = re.compile(r"(\*\*?|_)[^*_]+\1\{:[^}]*lang=\"en\"[^}]*\}")
ROLE = re.compile(r"\{[a-z]+\}(?=`)")
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'", re.IGNORECASE)
RUNNER = Path(__file__).with_name("run_lesson.py")
LANGUAGES = ("python", "bash", "sql")
RUN_TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class Example:
    """A block of code that runs, and what the lesson says that it shows.

    :param output: the text block that follows; None when the lesson shows nothing.
    :param error: the last line of the traceback that follows; empty when it must pass.
    """

    language: str
    source: str
    output: str | None
    error: str


def all_paths() -> list[Path]:
    """Return the path of every page in Markdown: lessons, briefs, guides, the glossary."""
    return [*sorted(COURSE.glob("*/*.md")), COURSE / "glossaire.md"]


def examples(text: str) -> list[Example]:
    """Return a lesson's examples, each with what follows it."""
    blocks = [(match.group(1), match.group(2)) for match in FENCE.finditer(text)]
    followed = zip(blocks, [*blocks[1:], ("", "")][: len(blocks)], strict=True)
    return [
        Example(
            language=language,
            source=source,
            output=after if shown == "text" else None,
            error=after.strip().splitlines()[-1] if shown == "pytb" else "",
        )
        for (language, source), (shown, after) in followed
        if language in LANGUAGES
    ]


def run(found: list[Example]) -> list[dict[str, str]]:
    """Run a lesson's examples in order, in one process; return `output` and `error` of each."""
    done = subprocess.run(
        [sys.executable, "-I", str(RUNNER), str(COURSE / "data")],
        input=json.dumps([{"language": e.language, "source": e.source} for e in found]),
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=True,
    )
    results: list[dict[str, str]] = json.loads(done.stdout)
    return results


def words(text: str) -> set[str]:
    """Return the French words of a page: no code, no link target, nothing marked English."""
    prose = PROTECTED.sub(" ", ROLE.sub("", ENGLISH.sub(" ", text))).replace("’", "'")
    found = re.findall(r"[^\W\d_](?:[\w'·-]*[^\W_])?", prose)
    return {ELISION.sub("", word) for word in found if not re.search(r"\d", word)}
