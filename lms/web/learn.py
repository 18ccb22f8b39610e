"""Courses as people read them: the list, a course, a module, a lesson, and its files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, current_app, g, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.content.glossary import Entry
from lms.content.rendered import Rendered
from lms.content.served import served_type
from lms.domain.access import Action, require
from lms.domain.course import Course
from lms.domain.path import StepKind, steps_of
from lms.errors import NotFound
from lms.services import activities, catalogue, notes, overview, progress, versions
from lms.services.goals import note_day
from lms.services.notes import Where
from lms.web import asking, packs, questions, reading
from lms.web.context import now, site
from lms.web.goals import zone

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
    """Show the modules of a course, and where the person is in them."""
    found = reading.course_named(course_slug)
    whole = overview.course_overview(g.session, g.actor.user_id, found, now=now())
    return render_template("learn/course.html", course=found, overview=whole)


@bp.get("/<course_slug>/<module_id>/")
def module(course_slug: str, module_id: str) -> ResponseReturnValue:
    """Show the lessons and the assignments of a module."""
    found = reading.course_named(course_slug)
    part = reading.module_named(found, module_id)
    moment = now()
    return render_template(
        "learn/module.html",
        course=found,
        module=part,
        overview=overview.module_overview(g.session, g.actor.user_id, found, part, now=moment),
        assignments=catalogue.assignments_of(
            g.session, g.actor.user_id, found, part, now=moment, unlock=site().unlock
        ),
        pack=packs.pack_of(found, part) if part.pages else None,
        answered=activities.states(g.session, g.actor.user_id, found.slug),
    )


@bp.get("/<course_slug>/<module_id>/<page_slug>/")
def page(course_slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Show a lesson, with what comes before and after it."""
    found = reading.course_named(course_slug)
    part = reading.module_named(found, module_id)
    lesson = reading.page_named(part, page_slug)
    rendered = questions.lesson(found, part, lesson)
    where = Where(course_slug=found.slug, module_id=part.id, page_slug=lesson.slug)
    moment = now()
    if progress.see_page(g.session, g.actor.user_id, **asdict(where), now=moment):
        note_day(g.session, g.actor.user_id, zone=zone(), now=moment)
    steps = steps_of(found)
    position = [(step.kind, step.key) for step in steps].index(
        (StepKind.PAGE, (part.id, lesson.slug))
    )
    return render_template(
        "learn/page.html",
        course=found,
        module=part,
        page=lesson,
        number=part.pages.index(lesson) + 1,
        lesson=rendered,
        terms=_terms(found, rendered),
        note=notes.note_of(g.session, g.actor.user_id, where),
        most_characters=notes.MAX_CHARACTERS,
        before=steps[position - 1] if position else None,
        after=steps[position + 1] if position + 1 < len(steps) else None,
    )


@bp.post("/<course_slug>/<module_id>/<page_slug>/place")
def keep_place(course_slug: str, module_id: str, page_slug: str) -> ResponseReturnValue:
    """Remember the heading at which the person stopped: the page's script tells it."""
    found = reading.course_named(course_slug)
    lesson = reading.page_named(reading.module_named(found, module_id), page_slug)
    headings = asking.rendered_page(found, lesson, asking.activity_of(found, lesson)).headings
    anchor = request.form.get("partie", "")
    progress.keep_place(
        g.session,
        g.actor.user_id,
        course_slug=found.slug,
        module_id=module_id,
        page_slug=lesson.slug,
        heading=next((known for known in headings if known.id == anchor), None),
    )
    return "", 204


@bp.get("/<course_slug>/glossaire/")
def glossary(course_slug: str) -> ResponseReturnValue:
    """Show the terms of a course with what they mean."""
    found = reading.course_named(course_slug)
    if found.glossary is None:
        raise NotFound(_("Ce cours n’a pas de glossaire."))
    return render_template(
        "learn/glossary.html",
        course=found,
        lesson=reading.rendered(found, found.glossary),
        entries=reading.entries(found),
    )


@bp.get("/<course_slug>/fichiers/<path:path>")
def file(course_slug: str, path: str) -> Response:
    """Give an image or a data file that a page or an assignment names; nothing else."""
    found = reading.course_named(course_slug)
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


def _terms(found: Course, lesson: Rendered) -> tuple[Entry, ...]:
    """Return the terms that a lesson links to, with what they mean."""
    if not lesson.terms:
        return ()
    wanted = set(lesson.terms)
    return tuple(entry for entry in reading.entries(found) if entry.slug in wanted)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise NotFound(_("Ce fichier n’existe pas dans le cours."))
    return path
