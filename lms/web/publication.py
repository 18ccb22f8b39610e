"""Where a course comes from, for its trainers; and the address that its forge calls."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, require
from lms.domain.pulls import Source, hook_secret, is_signed, shown_url
from lms.errors import NotAllowed, NotFound, TooMany
from lms.models import CourseRemote
from lms.services import pulls
from lms.services.promotions import promotions_following
from lms.web.context import client_host, now, site
from lms.web.rates import Window

bp = Blueprint("publication", __name__, url_prefix="/cours/<course_slug>/publication")

#: Calls of a forge from one address; a busy one sends a few a minute.
calls = Window(limit=60, length_s=60)


@bp.get("/")
def show(course_slug: str) -> ResponseReturnValue:
    """Show what is served, since when, and why the last pull was refused if it was."""
    _require(course_slug)
    found = pulls.publication(g.session, course_slug)
    return render_template(
        "publication/show.html",
        slug=course_slug,
        title=_title(course_slug),
        publication=found,
        address=shown_url(found.remote.url) if found.remote else "",
    )


@bp.post("/recharger")
def reload(course_slug: str) -> ResponseReturnValue:
    """Have the course fetched, checked and published soon."""
    _require(course_slug)
    pulls.ask(g.session, course_slug, Source.BUTTON, actor_id=g.actor.user_id, now=now())
    flash(_("Le cours sera rechargé dans un instant : cette page dira ce qu’il en est."), "ok")
    return redirect(url_for(".show", course_slug=course_slug), 303)


@bp.post("/crochet")
def hook(course_slug: str) -> ResponseReturnValue:
    """Take the call of a forge, and answer at once: the pull is done elsewhere."""
    if not calls.is_open(client_host()):
        raise TooMany(_("Trop d’appels : attendez une minute."), retry_after_s=60)
    remote = _signed_for(course_slug)
    if not _is_about(remote.branch):
        return jsonify(state="ignored")
    pull = pulls.ask(g.session, course_slug, Source.WEBHOOK, actor_id=None, now=now())
    return jsonify(state="waiting", pull=pull.id), 202


def _require(course_slug: str) -> None:
    """Return for the trainers of the course, and for operators."""
    subject = Subject(promotion_ids=promotions_following(g.session, course_slug))
    require(g.actor, Action.PUBLISH, subject)


def _title(course_slug: str) -> str:
    """Return the title of the course; its short name while it is not served."""
    served = {course.slug: course.title for course in site().library.courses()}
    return served.get(course_slug, course_slug)


def _signed_for(course_slug: str) -> CourseRemote:
    """Return where the course comes from, if its forge sent this request.

    A course that comes from nowhere is refused like a wrong signature.

    :raises NotAllowed: if somebody else did.
    """
    try:
        remote = pulls.remote_of(g.session, course_slug)
    except NotFound:
        remote = CourseRemote(slug=course_slug, salt="")
    secret = hook_secret(site().config.secret_key, course_slug, remote.salt)
    is_ours = is_signed(request.get_data(), dict(request.headers), secret)
    if not is_ours or not remote.salt:
        raise NotAllowed(_("La signature de cet appel n’est pas celle du cours."))
    return remote


def _is_about(branch: str) -> bool:
    """Whether a push concerns the branch; what says nothing of a branch might."""
    try:
        said: Any = json.loads(request.get_data() or b"null")
    except ValueError:
        return True
    ref = said.get("ref") if isinstance(said, dict) else None
    return ref is None or ref == f"refs/heads/{branch}"
