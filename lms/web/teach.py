"""Promotions as trainers and cohort managers see them: the list, and the board of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import STAFF, Action, Subject, may, require
from lms.domain.board import STATE_LABELS, CellState, Choice, chosen
from lms.errors import NotFound
from lms.services import following, outcomes, traces
from lms.services.alerts import learner_in
from lms.services.board import board_of
from lms.services.promotions import find_promotion, list_promotions
from lms.services.revisions import as_event, revision
from lms.web.asked import promotion_for
from lms.web.board_words import BoardWords
from lms.web.context import now, site
from lms.web.events import Pace, Streams, changes, told
from lms.web.veils import veil_over
from lms.web.watched import course_of, needed_course_of, seen

bp = Blueprint("teach", __name__, url_prefix="/promotions")

#: A board is not a chat: trainers leave it open all day.
POLL_S = 5.0
MAX_BOARDS = 6

streams = Streams(MAX_BOARDS)


@bp.get("/")
def promotions() -> ResponseReturnValue:
    """List the promotions of which the person is staff."""
    require(g.actor, Action.SEE_RESULTS, Subject(promotion_ids=g.actor.promotions()))
    found = list_promotions(g.session, g.actor.promotions(*STAFF))
    return render_template("teach/promotions.html", promotions=found)


@bp.get("/<slug>/")
def promotion(slug: str) -> ResponseReturnValue:
    """Show learners and assignments, as far as the address asks for them."""
    asked = promotion_for(slug, Action.SEE_RESULTS)
    course = course_of(asked)
    if course is None:
        return render_template("teach/promotion.html", promotion=asked, course=None)
    found = seen(asked, course, has_revision=True)
    board = board_of(found.watched, course, found.alerts.raised)
    choice = _choice()
    return render_template(
        "teach/promotion.html",
        promotion=asked,
        course=course,
        board=board,
        known=told(as_event(found.watched.revision)),
        shown=chosen(board, choice),
        choice=choice,
        states=STATE_LABELS,
        words=BoardWords(),
        at=now(),
    )


def _choice() -> Choice:
    asked = request.args
    states = {state.value: state for state in CellState}
    return Choice(
        module=asked.get("module", ""),
        state=states.get(asked.get("etat", "")),
        group=asked.get("groupe", ""),
        is_stuck=asked.get("alertes") == "1",
        name=asked.get("nom", ""),
    )


@bp.get("/<slug>/suivi")
def follow(slug: str) -> Response:
    """Send an event each time that the board may have changed."""
    promotion_for(slug, Action.SEE_RESULTS)
    sessions = site().sessions

    def read() -> Mapping[str, Any]:
        with sessions() as session:
            return revision(session, find_promotion(session, slug))

    return streams.open(changes(read, is_final=_never, pace=Pace(poll_s=POLL_S)))


def _never(_event: Mapping[str, Any]) -> bool:
    return False


@bp.get("/<slug>/personnes/<int:learner_id>/")
def person(slug: str, learner_id: int) -> ResponseReturnValue:
    """Show one learner's work, assignment by assignment."""
    asked = promotion_for(slug, Action.SEE_RESULTS)
    found = seen(asked, needed_course_of(asked))
    learner = learner_in(g.session, asked, learner_id, now=now())
    return render_template(
        "teach/person.html",
        promotion=asked,
        course=found.course,
        learner=learner,
        followed=following.follow(g.session, asked, found.course, found.watched, learner.id),
        alerts=found.alerts.of(learner.id),
        words=BoardWords(),
    )


@bp.get("/<slug>/exercices/<assignment_id>/")
def assignment(slug: str, assignment_id: str) -> ResponseReturnValue:
    """Show how an assignment goes wrong, exercise by exercise."""
    asked = promotion_for(slug, Action.SEE_RESULTS)
    course = needed_course_of(asked)
    found = course.assignment(assignment_id)
    if found is None:
        raise NotFound(_("Cet exercice n’existe pas, ou plus."))
    subject = Subject(promotion_ids=frozenset({asked.id}))
    return render_template(
        "teach/assignment.html",
        promotion=asked,
        course=course,
        assignment=found,
        outcomes=outcomes.outcomes_of(
            g.session,
            site().blobs,
            asked,
            assignment_id,
            veil=veil_over(course.slug),
            has_hidden=may(g.actor, Action.READ_TESTS, subject),
        ),
        spent=traces.time_on(g.session, asked.id, course.slug, assignment_id),
    )
