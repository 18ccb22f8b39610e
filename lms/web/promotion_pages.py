"""The pages of a promotion for its staff, as its navigation lists them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may
from lms.models import Promotion

bp = Blueprint("promotion_pages", __name__)


@dataclass(frozen=True, kw_only=True)
class PromotionLink:
    """One page of a promotion that the person may open."""

    label: str
    url: str
    is_current: bool


@bp.app_template_global()
def promotion_links(promotion: Promotion) -> list[PromotionLink]:
    """Return the pages of the promotion that the person may open, in order."""
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    return [
        PromotionLink(
            label=label,
            url=url_for(endpoint, slug=promotion.slug),
            is_current=_tab() == endpoint.partition(".")[0],
        )
        for endpoint, action, label in _pages()
        if may(g.actor, action, subject)
    ]


def _tab() -> str:
    """Return the blueprint whose page stands for the one that is asked for."""
    here = request.blueprint or ""
    return {"deciding": "levels", "following": "levels"}.get(here, here)


def _pages() -> list[tuple[str, Action, str]]:
    """Return the endpoint, the right that it asks for and the words of each page."""
    return [
        ("teach.promotion", Action.SEE_RESULTS, _("Résultats")),
        ("gradebook.show", Action.SEE_RESULTS, _("Notes")),
        ("regrades.index", Action.GRADE, _("Recorrections")),
        ("alerts.show", Action.SEE_RESULTS, _("Alertes")),
        ("calendar.show", Action.SEE_RESULTS, _("Calendrier")),
        ("term_rules.show", Action.SET_TERMS, _("Réglages")),
        ("adjustments.show", Action.SET_TERMS, _("Aménagements")),
        ("groups.show", Action.SET_TERMS, _("Groupes")),
        ("members.show", Action.SEE_RESULTS, _("Membres")),
        ("marking.queue", Action.READ_MARKS, _("À lire")),
        ("rubrics.listed", Action.READ_MARKS, _("Grilles")),
        ("levels.matrix", Action.SEE_COMPETENCES, _("Compétences")),
        ("help.promotion", Action.SEE_RESULTS, _("Questions")),
        ("similarity.assignments", Action.COMPARE, _("Ressemblances")),
        ("audit.show", Action.SEE_JOURNAL, _("Journal")),
    ]
