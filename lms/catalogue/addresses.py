"""The addresses at which the site serves a course: `lms.web.learn` answers at them."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import quote

from lms.content.place import Place
from lms.domain.course import Course, Module, Page


def page_address(course: Course, module: Module, page: Page) -> str:
    """Return where a lesson is read."""
    return f"/cours/{course.slug}/{module.id}/{page.slug}/"


def glossary_address(course: Course) -> str:
    """Return where the course's terms are explained."""
    return f"/cours/{course.slug}/glossaire/"


def file_address(course: Course, path: PurePosixPath) -> str:
    """Return where an image or a data file is fetched."""
    return f"/cours/{course.slug}/fichiers/{quote(str(path))}"


def place_of(course: Course, path: PurePosixPath) -> Place:
    """Return where a file of the course stands among the addresses that it may link to.

    A link to an assignment's notebook leads to the assignment.
    """
    addresses = {str(asset): file_address(course, asset) for asset in course.assets}
    titles: dict[str, str] = {}
    for assignment in course.assignments:
        addresses[str(assignment.notebook)] = f"/cours/{course.slug}/exercices/{assignment.id}/"
        titles[str(assignment.notebook)] = assignment.title
    for module, page in course.pages:
        addresses[str(page.path)] = page_address(course, module, page)
        titles[str(page.path)] = page.title
    if course.glossary is not None:
        addresses[str(course.glossary)] = glossary_address(course)
        titles[str(course.glossary)] = "Glossaire"
    return Place(
        page=path,
        addresses=addresses,
        titles=titles,
        glossary=str(course.glossary or ""),
        terms=course.terms,
    )
