"""Reading works: the queue of a promotion, the page where one is marked, and going on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import HIDDEN, Action, Role, Subject, may
from lms.domain.manual_marks import COUNTING, STATE_LABELS, MarkState, QueueState
from lms.errors import NotFound
from lms.models import ManualMark, Promotion, Submission
from lms.services import marking, marking_queue, marking_reading, snippets
from lms.services.marking import Stale
from lms.services.marking_input import Incomplete, TypedMark
from lms.services.marking_plans import Plan, place_in, plan_of
from lms.services.marking_queue import Filters, Waiting
from lms.services.promotions import list_promotions
from lms.services.submissions import submission_by_id
from lms.web.asked import promotion_for
from lms.web.context import mail_later, now, site
from lms.web.mails import mark_mail
from lms.web.marking_cells import cells_by_exercise
from lms.web.marking_forms import ALL, read_filters, read_mark, with_snippet
from lms.web.marking_scores import tell_scores
from lms.web.sentences import language, said
from lms.web.submissions import NOTEBOOK_TYPE, withheld_from_learner

bp = Blueprint("marking", __name__, url_prefix="/promotions/<slug>/a-lire")

#: What this reader can do something about.
TO_DO = (QueueState.TO_READ, QueueState.BEGUN, QueueState.TO_RECONCILE)

ONE = "/<assignment_id>/<int:number>"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The work that an address names, in the queue of a promotion."""

    promotion: Promotion
    waiting: Waiting
    queue: tuple[Waiting, ...]
    filters: Filters

    @cached_property
    def submission(self) -> Submission:
        return submission_by_id(g.session, self.waiting.submission_id)

    @cached_property
    def plan(self) -> Plan:
        return plan_of(g.session, place_in(self.promotion, self.waiting.assignment_id))

    @cached_property
    def listed(self) -> tuple[Waiting, ...]:
        return tuple(found for found in self.queue if self.filters.take(found))


@bp.get("/")
def queue(slug: str) -> ResponseReturnValue:
    """List the works that wait for a person, oldest first."""
    promotion = promotion_for(slug, Action.READ_MARKS)
    found, filters = _queue(promotion), read_filters(request.args)
    return render_template(
        "marking/queue.html",
        promotion=promotion,
        listed=[each for each in found if filters.take(each)],
        waiting=sum(each.state.waits for each in found),
        assignments=sorted({(each.assignment_id, each.title) for each in found}),
        filters=filters,
        chosen=request.args.get("etat", ""),
        states=STATE_LABELS,
        all=ALL,
        may_mark=_may_mark(promotion),
        course=site().library.course(promotion.programme.course_slug),
    )


@bp.get(f"{ONE}/")
def read(slug: str, assignment_id: str, number: int) -> ResponseReturnValue:
    """Show one work exercise by exercise, with the rubric beside it."""
    return _page(_asked(slug, assignment_id, number, Action.READ_MARKS))


@bp.post(f"{ONE}/")
def save(slug: str, assignment_id: str, number: int) -> ResponseReturnValue:
    """Keep the mark, as a draft or for good; or put a sentence into it."""
    asked = _asked(slug, assignment_id, number, Action.MARK)
    able = marking_reading.markables(g.session, asked.submission)
    typed, action = read_mark(request.form, list(able)), request.form.get("action", "")
    if action.startswith("inserer-"):
        place = action.removeprefix("inserer-")
        return _page(asked, typed=with_snippet(typed, place, list(able), _sentence(place)))
    try:
        kept = marking.save(
            g.session,
            asked.submission,
            asked.plan,
            able,
            typed,
            marker_id=g.actor.user_id,
            now=now(),
        )
    except Incomplete as refusal:
        return _page(asked, typed=typed, missing=_said(refusal), error=said(refusal)), 422
    except Stale as refusal:
        return _page(asked, typed=typed, stale=refusal.mark, error=said(refusal)), 409
    _tell(asked, kept)
    return _onward(asked) if action == "suivant" else _here(asked)


@bp.post(f"{ONE}/reprise")
def withdraw(slug: str, assignment_id: str, number: int) -> ResponseReturnValue:
    """Make a final mark a draft again."""
    asked = _asked(slug, assignment_id, number, Action.MARK)
    mark_id = request.form.get("note", type=int) or 0
    marking.withdraw(g.session, asked.submission, mark_id, actor_id=g.actor.user_id, now=now())
    tell_scores(asked.submission)
    flash(_("La note est de nouveau un brouillon : la personne ne la voit plus."), "success")
    return _here(asked)


@bp.get(f"{ONE}/carnet.ipynb")
def download(slug: str, assignment_id: str, number: int) -> Response:
    """Give the notebook as it was handed in, under its number."""
    asked = _asked(slug, assignment_id, number, Action.READ_MARKS)
    return send_file(
        BytesIO(site().blobs.get(asked.submission.notebook_hash)),
        mimetype=NOTEBOOK_TYPE,
        as_attachment=True,
        download_name=f"{assignment_id}-rendu-{number}.ipynb",
    )


@bp.app_context_processor
def parts() -> dict[str, Any]:
    """Give the home page what waits for its reader, read only where it is shown."""
    return {"works_waiting": _works_waiting}


def _works_waiting() -> list[tuple[Promotion, int]]:
    promotions = list_promotions(g.session, g.actor.promotions(Role.TRAINER))
    counts = ((found, _waiting_for_me(found)) for found in promotions)
    return [(promotion, count) for promotion, count in counts if count]


def _waiting_for_me(promotion: Promotion) -> int:
    return sum(each.state in TO_DO for each in _queue(promotion))


def _asked(slug: str, assignment_id: str, number: int, action: Action) -> _Asked:
    promotion = promotion_for(slug, action)
    found = _queue(promotion)
    waiting = marking_queue.find(found, assignment_id, number)
    if waiting is None:
        raise NotFound(HIDDEN)
    return _Asked(
        promotion=promotion,
        waiting=waiting,
        queue=found,
        filters=read_filters(request.values),
    )


def _queue(promotion: Promotion) -> tuple[Waiting, ...]:
    return marking_queue.queue(
        g.session, promotion, reader_id=g.actor.user_id, key=site().config.secret_key
    )


def _may_mark(promotion: Promotion) -> bool:
    return may(g.actor, Action.MARK, Subject(promotion_ids=frozenset({promotion.id})))


def _said(refusal: Incomplete) -> dict[str, str]:
    return {key: said(problem) for key, problem in refusal.missing.items()}


def _sentence(place: str) -> str:
    chosen = request.form.get(f"phrase-{place}", type=int) or 0
    kept = snippets.of_owner(g.session, g.actor.user_id)
    return next((found.text for found in kept if found.id == chosen), "")


def _tell(asked: _Asked, kept: ManualMark) -> None:
    is_final = kept.state == MarkState.FINAL
    if is_final:
        tell_scores(asked.submission)
        if kept.slot in COUNTING and withheld_from_learner(asked.submission) is None:
            mail_later(mark_mail(asked.submission))
    flash(
        _("Lecture enregistrée : la note est définitive.")
        if is_final
        else _("Lecture enregistrée en brouillon : la personne ne la voit pas encore."),
        "success",
    )


def _here(asked: _Asked) -> ResponseReturnValue:
    return redirect(_address(asked, asked.waiting), 303)


def _onward(asked: _Asked) -> ResponseReturnValue:
    """Go to the next work of the list, or back to the list after the last one."""
    left = [found for found in asked.listed if found.state in TO_DO]
    _before, after = marking_queue.neighbours(left, asked.waiting)
    if after is not None:
        return redirect(_address(asked, after), 303)
    return redirect(url_for(".queue", slug=asked.promotion.slug, **_query()), 303)


def _address(asked: _Asked, waiting: Waiting) -> str:
    return url_for(
        ".read",
        slug=asked.promotion.slug,
        assignment_id=waiting.assignment_id,
        number=waiting.number,
        **_query(),
    )


def _query() -> dict[str, Any]:
    said = request.values
    return {name: said[name] for name in ("exercice", "etat") if said.get(name)}


def _page(
    asked: _Asked,
    *,
    typed: TypedMark | None = None,
    missing: Mapping[str, str] | None = None,
    stale: ManualMark | None = None,
    error: str = "",
) -> str:
    reading = marking_reading.read(
        g.session,
        asked.submission,
        asked.plan,
        reader_id=g.actor.user_id,
        now=now(),
        typed=typed,
        language=language(),
    )
    before, after = marking_queue.neighbours(asked.listed, asked.waiting)
    values: dict[str, Any] = {
        "asked": asked,
        "reading": reading,
        "spans": cells_by_exercise(asked.submission),
        "may_mark": _may_mark(asked.promotion),
        "snippets": snippets.of_owner(g.session, g.actor.user_id),
        "missing": missing or {},
        "stale": marking_reading.other_of(stale) if stale else None,
        "error": error,
        "query": _query(),
        "own_address": _address(asked, asked.waiting),
        "previous": _address(asked, before) if before else "",
        "following": _address(asked, after) if after else "",
    }
    return render_template("marking/read.html", promotion=asked.promotion, **values)
