"""A preview put together: a site of its own around one course folder."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.catalogue.referentials import FOLDER
from lms.config import Config
from lms.domain.course import Course
from lms.errors import Unavailable
from lms.migrations import upgrade
from lms.models import Promotion
from lms.preview import pages, school
from lms.preview.state import Preview
from lms.transactions import in_transaction
from lms.web.context import EXTENSION, Site

#: The hour of a chosen day.
NOON = hour(12)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the author asked to see.

    :param folder: the course's.
    :param day: None for today.
    :param promotion: copies one of the site's into the preview; None makes one that began
        this week.
    """

    folder: Path
    day: date | None = None
    promotion: Callable[[Session, str], Promotion] | None = None


@dataclass(frozen=True, kw_only=True)
class PreviewSite:
    """A site that shows one course, ready to be served.

    :param entrance: the path that signs the author in.
    """

    app: Flask
    preview: Preview
    clock: Callable[[], datetime]
    entrance: str


def open_preview(wanted: Wanted, home: Path, *, public_url: str) -> PreviewSite:
    """Return the preview of a course.

    :param home: an empty folder for what the preview needs; nobody needs it afterwards.
    :raises NotFound: if the promotion cannot be had.
    """
    folder = wanted.folder.resolve()
    config = _config(folder, home, public_url)
    zone = ZoneInfo(config.timezone)
    clock = _clock(wanted.day, zone)
    app = create_app(config, log_to=(home / "apercu.log").open("w"), clock=clock)
    site: Site = app.extensions[EXTENSION]
    upgrade(site.engine)

    def populate(session: Session) -> school.Viewer:
        today = clock().astimezone(zone).date()
        if wanted.promotion is None:
            found = school.make_promotion(
                session, _course(site, folder.name), folder.name, today=today, zone=zone
            )
        else:
            found = wanted.promotion(session, folder.name)
        return school.make_viewer(session, found, now=clock())

    viewer = in_transaction(site.sessions, populate)
    preview = Preview(
        folder,
        library=site.library,
        blobs=site.blobs,
        sessions=site.sessions,
        plugins=site.plugins,
    )
    preview.refresh(now=clock())
    token = secrets.token_urlsafe()
    pages.init_app(app, pages.Shown(preview=preview, viewer=viewer, token=token, clock=clock))
    return PreviewSite(
        app=app, preview=preview, clock=clock, entrance=f"/apercu/entrer/{token}"
    )


def _config(folder: Path, home: Path, public_url: str) -> Config:
    courses, instance = home / "courses", home / "instance"
    courses.mkdir()
    instance.mkdir()
    (courses / folder.name).symlink_to(folder)
    if (folder.parent / FOLDER).is_dir():
        (courses / FOLDER).symlink_to(folder.parent / FOLDER)
    return Config(
        secret_key=secrets.token_urlsafe(),
        instance=instance,
        courses=courses,
        public_url=public_url,
        has_live_reload=True,
    )


def _clock(day: date | None, zone: ZoneInfo) -> Callable[[], datetime]:
    """Return a clock that began on that day at noon, and goes on from there."""
    if day is None:
        return lambda: datetime.now(UTC)
    begun, begun_s = datetime.combine(day, NOON, zone), time.monotonic()
    return lambda: (begun + timedelta(seconds=time.monotonic() - begun_s)).astimezone(UTC)


def _course(site: Site, slug: str) -> Course | None:
    try:
        return site.library.course(slug)
    except Unavailable:
        return None
