"""What the pages of a course share: the course that an address names, its rendered lessons."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import current_app, g
from flask_babel import gettext as _

from lms.catalogue.addresses import place_of
from lms.content.glossary import Entry, entries_of
from lms.content.lessons import Lessons
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.domain.access import Action, require
from lms.domain.course import Course, Module, Page
from lms.errors import NotFound, Unavailable
from lms.services import catalogue
from lms.web.context import site


def course_named(course_slug: str) -> Course:
    """Return a course that the person may read."""
    require(g.actor, Action.READ_COURSE, catalogue.subject_of(g.session, course_slug))
    return site().library.course(course_slug)


def module_named(course: Course, module_id: str) -> Module:
    """Return a module of the course.

    :raises NotFound: if there is none of that name.
    """
    part = course.module(module_id)
    if part is None:
        raise NotFound(_("Ce module n’existe pas, ou plus."))
    return part


def page_named(module: Module, page_slug: str) -> Page:
    """Return a lesson of the module.

    :raises NotFound: if there is none of that name.
    """
    page = module.page(page_slug)
    if page is None:
        raise NotFound(_("Cette leçon n’existe pas, ou plus."))
    return page


def rendered(course: Course, path: PurePosixPath) -> Rendered:
    """Return a page of the course as clean HTML."""
    return lessons().page(site().library.read(course, path), place_of(course, path))


def lessons() -> Lessons:
    """Return the rendered lessons of this site, made by its plugins, for all its requests."""
    kept: Lessons | None = current_app.extensions.get("garrigue-lessons")
    if kept is None:
        version = site().plugins.fingerprint("render_page")
        kept = Lessons(cache(), render=_render, version=version)
        current_app.extensions["garrigue-lessons"] = kept
    return kept


def cache() -> Path:
    """Return the folder of what can be made again."""
    return site().config.instance / "cache"


def entries(course: Course) -> tuple[Entry, ...]:
    """Return the terms of the course's glossary; none when it has no glossary."""
    return entries_of(rendered(course, course.glossary).html) if course.glossary else ()


def _render(data: bytes, place: Place) -> Rendered:
    found: Rendered | None = site().plugins.ask("render_page", data=data, place=place)
    if found is None:
        raise Unavailable(
            "Cette leçon ne peut pas être affichée pour le moment : l’équipe qui exploite le "
            "site en est avertie. Réessayez plus tard."
        )
    return found
