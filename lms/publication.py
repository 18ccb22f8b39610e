"""Publishing courses: every version is kept first, then the web shows the new form."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from lms.blobs import BlobStore
from lms.catalogue import CourseProblem, Library
from lms.catalogue.addresses import place_of
from lms.catalogue.library import PUBLISHED, course_folders
from lms.catalogue.publishing import publish
from lms.catalogue.read import read_course
from lms.catalogue.search import kept_parts
from lms.config import Config
from lms.content.lessons import Lessons
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.database import Session, Sessions
from lms.domain.activities import PageText
from lms.domain.course import Course
from lms.failures import FailureLog
from lms.logs import json_log
from lms.plugins import FAILURES, Plugins, activity_reader, load_plugins, score_rules
from lms.services import referentials, versions
from lms.transactions import in_transaction

CACHE = "cache"


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What became of one course folder.

    :param course: None when its folder has an error: what was served before still is.
    :param new_versions: assignments that were not known in this form.
    :param is_new: whether the web shows something else than before.
    """

    slug: str
    course: Course | None
    problems: tuple[CourseProblem, ...]
    new_versions: int = 0
    is_new: bool = False


def publish_courses(
    config: Config, sessions: Sessions, *, now: datetime, slugs: Collection[str] = ()
) -> tuple[Publication, ...]:
    """Publish the courses of these slugs, or all, each in a transaction of its own."""
    folders = course_folders(config.courses)
    plugins = _plugins(config)
    published = tuple(
        _publish(config, sessions, slug, now, plugins) for slug in slugs or folders
    )
    in_transaction(sessions, lambda session: bind_programmes(session, config, published, now))
    return published


def bind_programmes(
    session: Session, config: Config, published: Iterable[Publication], now: datetime
) -> None:
    """Keep the referentials as they are now, and bind the programmes that have none yet."""
    shelves = _plugins(config).gather("referentials", courses=config.courses)
    referentials.keep(session, referentials.merged(shelves), now=now)
    for each in published:
        if each.course is not None:
            referentials.bind_followers(session, each.course, now=now)


def _plugins(config: Config) -> Plugins:
    return load_plugins(
        json_log(),
        has_installed=config.has_plugins,
        failures=FailureLog(config.instance / FAILURES),
    )


def prepare(config: Config, course: Course) -> None:
    """Render a course's lessons and index its text, so that no reader waits for that."""
    lessons = Lessons(config.instance / CACHE, notebook=notebook_renderer)
    library = Library(config.courses)
    read_activity = activity_reader(_plugins(config))
    asking = {page.path for _, page in course.pages if page.questions}

    def html(path: PurePosixPath) -> str:
        data = library.read(course, path)
        if path in asking:  # shown without its questions: their text has the answers
            text = data.decode("utf-8-sig", "replace")
            activity = read_activity(PageText(path=str(path), text=text))
            data = activity.text.encode() if activity else data
        return lessons.page(data, place_of(course, path)).html

    kept_parts(
        config.instance / CACHE,
        course,
        html=html,
        source=lambda path: library.read(course, path),
    )


def notebook_renderer(data: bytes, place: Place) -> Rendered:
    """Render a notebook here: only where waiting a second for nbconvert harms nobody."""
    from lms.content.notebooks import render_notebook

    return render_notebook(data, place=place)


def _publish(
    config: Config, sessions: Sessions, slug: str, now: datetime, plugins: Plugins
) -> Publication:
    folder = config.courses / slug
    reading = read_course(
        folder, read_activity=activity_reader(plugins), score_rules=score_rules(plugins)
    )
    course = reading.course
    if course is None:
        return Publication(slug=slug, course=None, problems=reading.problems)
    library = Library(config.courses)
    blobs = BlobStore(config.instance / "blobs")
    known: Course = course

    def keep(session: Session) -> int:
        return len(versions.sync(session, blobs, library, known, now=now))

    new_versions = in_transaction(sessions, keep)
    _render_notebooks(config, library, known)
    return Publication(
        slug=slug,
        course=known,
        problems=reading.problems,
        new_versions=new_versions,
        is_new=publish(folder, known, config.instance / PUBLISHED),
    )


def _render_notebooks(config: Config, library: Library, course: Course) -> None:
    lessons = Lessons(config.instance / CACHE, notebook=notebook_renderer)
    for _, page in course.pages:
        if page.is_notebook:
            lessons.page(library.read(course, page.path), place_of(course, page.path))
