"""Courses as people read them: the list, a course, a module, a lesson, and its files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, current_app, g, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.catalogue.addresses import place_of
from lms.content.lessons import Lessons
from lms.content.served import served_type
from lms.domain.access import Action, require
from lms.domain.course import Course, Module
from lms.domain.path import StepKind, steps_of
from lms.errors import NotFound
from lms.services import catalogue, progress, versions
from lms.web.context import now, site

bp = Blueprint("learn", __name__, url_prefix="/cours")

#: What an image or a file may do when somebody opens it by itself: nothing.
INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@bp.before_app_request
def keep_versions() -> None:
    """While authors edit, what they saved can be handed in at once."""
    if not site().config.has_live_reload or request.blueprint not in (bp.name, "assignments"):
        return
    kept: dict[str, str] = current_app.extensions.setdefault("garrigue-versions", {})
    for found in site().library.courses():
        if kept.get(found.slug) != found.content_hash:
            with site().sessions.begin() as session:
                versions.sync(session, site().blobs, site().library, found, now=now())
            kept[found.slug] = found.content_hash


@bp.get("/")
def courses() -> ResponseReturnValue:
    """List the courses that the person may read."""
    require(g.actor, Action.USE_ACCOUNT)
    found = catalogue.courses_of(g.session, site().library, g.actor)
    return render_template("learn/courses.html", courses=found)


@bp.get("/<course_slug>/")
def course(course_slug: str) -> ResponseReturnValue:
    """Show the modules of a course."""
    found = _course(course_slug)
    modules = catalogue.modules_of(g.session, g.actor.user_id, found, now=now())
    return render_template("learn/course.html", course=found, modules=modules)


@bp.get("/<course_slug>/<module_id>/")
def module(course_slug: str, module_id: str) -> ResponseReturnValue:
    """Show the lessons and the assignments of a module."""
    found = _course(course_slug)
    part = _module(found, module_id)
    return render_template(
        "learn/module.html",
        course=found,
        module=part,
        seen=progress.trail_of(g.session, g.actor.user_id, found).seen,
        assignments=catalogue.assignments_of(
            g.session, g.actor.user_id, found, part, now=now()
        ),
    )


@bp.get("/<course_slug>/<module_id>/<page_slug>/")
def page(course_slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Show a lesson, with what comes before and after it."""
    found = _course(course_slug)
    part = _module(found, module_id)
    lesson = part.page(page_slug)
    if lesson is None:
        raise NotFound(_("Cette leçon n’existe pas, ou plus."))
    data = site().library.read(found, lesson.path)
    rendered = _lessons().page(data, place_of(found, lesson.path))
    progress.see_page(
        g.session,
        g.actor.user_id,
        course_slug=found.slug,
        module_id=part.id,
        page_slug=lesson.slug,
        now=now(),
    )
    steps = steps_of(found)
    position = [(step.kind, step.key) for step in steps].index(
        (StepKind.PAGE, (part.id, lesson.slug))
    )
    return render_template(
        "learn/page.html",
        course=found,
        module=part,
        page=lesson,
        lesson=rendered,
        before=steps[position - 1] if position else None,
        after=steps[position + 1] if position + 1 < len(steps) else None,
    )


@bp.get("/<course_slug>/fichiers/<path:path>")
def file(course_slug: str, path: str) -> Response:
    """Give an image or a data file that a page or an assignment names; nothing else."""
    found = _course(course_slug)
    asset = PurePosixPath(path)
    kind = served_type(asset)
    # An address that only resembles the file's (a doubled slash, a dot) is not its address.
    if kind is None or asset not in found.assets or str(asset) != path:
        raise NotFound(_("Ce fichier n’existe pas dans le cours."))
    response = send_file(
        _existing(site().library.path(found, asset)),
        mimetype=kind.mime,
        as_attachment=not kind.is_inline,
        download_name=asset.name,
        etag=found.files[asset],
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = INERT
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _course(course_slug: str) -> Course:
    require(g.actor, Action.READ_COURSE, catalogue.subject_of(g.session, course_slug))
    return site().library.course(course_slug)


def _module(found: Course, module_id: str) -> Module:
    part = found.module(module_id)
    if part is None:
        raise NotFound(_("Ce module n’existe pas, ou plus."))
    return part


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NotFound(_("Ce fichier n’existe pas dans le cours."))
    return path


def _lessons() -> Lessons:
    """Return the rendered lessons of this site, shared by all its requests."""
    kept: Lessons = current_app.extensions.setdefault(
        "garrigue-lessons", Lessons(site().config.instance / "cache")
    )
    return kept
