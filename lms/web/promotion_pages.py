"""The pages of a promotion for its staff, as its navigation groups them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, may
from lms.models import Promotion

bp = Blueprint("promotion_pages", __name__)

#: Blueprints without a page of their own in the navigation, and the one that stands for them.
WITHIN = {
    "deciding": "levels",
    "enrolling": "members",
    "exports": "gradebook",
    "following": "levels",
    "marking_plans": "marking",
    "outside": "gradebook",
    "sheets": "levels",
}


@dataclass(frozen=True, kw_only=True)
class PromotionLink:
    """One page of a promotion that the person may open."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class PromotionGroup:
    """Pages of a promotion about one kind of work; at least one."""

    label: str
    links: tuple[PromotionLink, ...]

    @property
    def url(self) -> str:
        """The address of the first page."""
        return self.links[0].url

    @property
    def is_current(self) -> bool:
        """Whether one of its pages is being read."""
        return any(link.is_current for link in self.links)


@bp.app_template_global()
def promotion_groups(promotion: Promotion) -> list[PromotionGroup]:
    """Return the pages of the promotion that the person may open, group by group."""
    subject = Subject(promotion_ids=frozenset({promotion.id}))
    here = WITHIN.get(request.blueprint or "", request.blueprint)
    groups = []
    for label, pages in _groups():
        links = tuple(
            PromotionLink(
                label=words,
                url=url_for(endpoint, slug=promotion.slug),
                is_current=here == endpoint.partition(".")[0],
            )
            for endpoint, action, words in pages
            if may(g.actor, action, subject)
        )
        if links:
            groups.append(PromotionGroup(label=label, links=links))
    return groups


def _groups() -> list[tuple[str, list[tuple[str, Action, str]]]]:
    """Return the groups with the endpoint, the right and the words of each page."""
    return [
        (
            _("Suivre"),
            [
                ("teach.promotion", Action.SEE_RESULTS, _("Résultats")),
                ("alerts.show", Action.SEE_RESULTS, _("Alertes")),
                ("help.promotion", Action.SEE_RESULTS, _("Questions")),
            ],
        ),
        (
            _("Corriger"),
            [
                ("marking.queue", Action.READ_MARKS, _("À lire")),
                ("gradebook.show", Action.SEE_RESULTS, _("Notes")),
                ("regrades.index", Action.GRADE, _("Recorrections")),
                ("rubrics.listed", Action.READ_MARKS, _("Grilles")),
                ("similarity.assignments", Action.COMPARE, _("Ressemblances")),
            ],
        ),
        (
            _("Compétences"),
            [("levels.matrix", Action.SEE_COMPETENCES, _("Compétences"))],
        ),
        (
            _("Organiser"),
            [
                ("calendar.show", Action.SEE_RESULTS, _("Calendrier")),
                ("term_rules.show", Action.SET_TERMS, _("Réglages")),
                ("adjustments.show", Action.SET_TERMS, _("Aménagements")),
                ("groups.show", Action.SET_TERMS, _("Groupes")),
                ("members.show", Action.SEE_RESULTS, _("Membres")),
                ("audit.show", Action.SEE_JOURNAL, _("Journal")),
            ],
        ),
    ]
