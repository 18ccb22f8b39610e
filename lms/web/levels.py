"""« Compétences » of a promotion: every learner's level in each competence."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from lms.domain.access import Action, Role, Subject, may
from lms.domain.competences import LEVELS
from lms.domain.matrix import chosen, columns_of, parts_of
from lms.models import Promotion
from lms.services import competences, levels
from lms.services.levels import Batch
from lms.services.promotions import list_promotions
from lms.web.asked import promotion_for
from lms.web.bound import bound_for
from lms.web.context import now
from lms.web.goals import zone

bp = Blueprint("levels", __name__, url_prefix="/promotions/<slug>/competences")


@bp.get("/")
def matrix(slug: str) -> ResponseReturnValue:
    """Show the learners and their levels, in one block or in all."""
    promotion = promotion_for(slug, Action.SEE_COMPETENCES)
    found = bound_for(promotion)
    parts = parts_of(found.referentials)
    part = chosen(parts, request.args.get("bloc", ""))
    columns = columns_of(found.referentials, part)
    keys = [column.key for column in columns]
    rows = competences.matrix(
        g.session, promotion, found, keys, reader_id=g.actor.user_id, now=now()
    )
    learner_id = request.args.get("personne", type=int)
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    return render_template(
        "levels/matrix.html",
        promotion=promotion,
        referentials=found.referentials,
        parts=parts,
        part=part,
        columns=columns,
        learners=[(row.learner_id, row.name) for row in rows],
        rows=[row for row in rows if learner_id in (None, row.learner_id)],
        learner_id=learner_id,
        levels=LEVELS,
        batch=just_decided(promotion),
        may_decide=may(g.actor, Action.DECIDE_LEVEL, subject),
        may_follow=may(g.actor, Action.FOLLOW_VERSION, subject),
        today=now().astimezone(zone()).date(),
    )


def just_decided(promotion: Promotion) -> Batch | None:
    """Return what the person decided just before this page, while it can be undone."""
    name = request.args.get("lot", "")
    return levels.batch_of(g.session, promotion, name, actor_id=g.actor.user_id)


@bp.app_template_global()
def may_see_results(promotion: Promotion) -> bool:
    """Whether the person may open the other pages of the promotion too."""
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    return may(g.actor, Action.SEE_RESULTS, subject)


@bp.app_context_processor
def juries() -> dict[str, Callable[[], list[Promotion]]]:
    """Give the home page the promotions whose jury the person is in."""
    return {"juries": lambda: list_promotions(g.session, g.actor.promotions(Role.JURY))}
