"""All that can be said of a course without running its notebooks: structure, pages, words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lms.catalogue import CourseProblem
from lms.catalogue.addresses import place_of
from lms.catalogue.read import Reading, read_course
from lms.catalogue.referentials import problems_of
from lms.content.markdown import render_markdown
from lms.content.rendered import ContentProblem
from lms.domain.course import Course
from lms.plugins import Plugins, activity_reader, score_rules
from lms.publication import notebook_renderer


def check_course(folder: Path, plugins: Plugins) -> tuple[Reading, tuple[CourseProblem, ...]]:
    """Return what a course folder holds, and every problem of its structure and pages."""
    reading = read_course(
        folder, read_activity=activity_reader(plugins), score_rules=score_rules(plugins)
    )
    course = reading.course
    if course is None:
        return reading, reading.problems
    return reading, (
        *reading.problems,
        *_page_problems(course, folder),
        *_referential_problems(course, folder),
    )


def _page_problems(found: Course, folder: Path) -> Iterator[CourseProblem]:
    paths = [page.path for _, page in found.pages]
    for path in (*paths, found.glossary) if found.glossary else paths:
        for problem in _rendered_problems(found, folder, path):
            yield CourseProblem(
                file=str(path),
                line=problem.line,
                message=problem.message,
                is_warning=True,
            )


def _referential_problems(found: Course, folder: Path) -> Iterator[CourseProblem]:
    """Yield what is wrong with the referentials of a course: it is served without them."""
    for problem in problems_of(folder.parent, found.referentials):
        yield replace(problem, is_warning=True)


def _rendered_problems(
    found: Course, folder: Path, path: PurePosixPath
) -> tuple[ContentProblem, ...]:
    data, place = (folder / path).read_bytes(), place_of(found, path)
    if path.suffix == ".ipynb":
        return notebook_renderer(data, place).problems
    return render_markdown(data.decode("utf-8-sig"), place=place).problems
