"""The questions that lessons ask: how many, and what their authors should mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lms.catalogue.files import BadFile, CourseFiles
from lms.catalogue.pages import prose_of
from lms.catalogue.problems import CourseProblem
from lms.domain.activities import PageText, ReadActivity
from lms.domain.course import Module, Page


def with_questions(
    files: CourseFiles,
    modules: Iterable[Module],
    read_activity: ReadActivity,
    problems: list[CourseProblem],
) -> tuple[Module, ...]:
    """Return the modules with the questions of each page counted."""
    return tuple(
        replace(
            module,
            pages=tuple(
                _counted(files, page, read_activity, problems) for page in module.pages
            ),
        )
        for module in modules
    )


def _counted(
    files: CourseFiles, page: Page, read_activity: ReadActivity, problems: list[CourseProblem]
) -> Page:
    if page.is_notebook:
        return page
    try:
        text = prose_of(files, page.path)
    except BadFile:  # noted when the page was found
        return page
    activity = read_activity(PageText(path=str(page.path), text=text))
    if activity is None:
        return page
    problems.extend(
        CourseProblem(
            file=str(page.path),
            line=problem.line,
            message=problem.message,
            is_warning=problem.is_warning,
        )
        for problem in activity.problems
    )
    return replace(page, activity=activity.kind, questions=len(activity.items))
