"""Works that have much in common, side by side, for the trainers who read them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.domain.access import Action, Role
from lms.domain.course import Assignment, Course
from lms.errors import NotFound
from lms.models import Promotion
from lms.services import similarity
from lms.services.promotions import promotions_following
from lms.web.asked import promotion_for
from lms.web.context import site
from lms.web.veils import veil_over

bp = Blueprint("similarity", __name__, url_prefix="/promotions/<slug>/ressemblances")


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """The promotion of the address, its course, and all promotions that are compared with it.

    :param promotion_ids: those of the same course in which the person is a trainer too.
    """

    promotion: Promotion
    course: Course
    promotion_ids: frozenset[int]

    def assignment(self, assignment_id: str) -> Assignment:
        """Return one of the course's assignments.

        :raises NotFound: if there is none of that name.
        """
        found = self.course.assignment(assignment_id)
        if found is None:
            raise NotFound(_("Cet exercice n’existe pas, ou plus."))
        return found


@bp.get("/")
def assignments(slug: str) -> ResponseReturnValue:
    """List the assignments with the number of works that can be compared."""
    asked = _asked(slug)
    return render_template(
        "similarity/assignments.html",
        asked=asked,
        handed_in=similarity.handed_in(g.session, asked.course.slug, asked.promotion_ids),
    )


@bp.get("/<assignment_id>/")
def pairs(slug: str, assignment_id: str) -> ResponseReturnValue:
    """List the pairs of works that share most."""
    asked = _asked(slug)
    assignment = asked.assignment(assignment_id)
    found = similarity.pairs(
        g.session,
        site().blobs,
        asked.course.slug,
        assignment.id,
        asked.promotion_ids,
        veil_over(asked.course.slug),
    )
    return render_template(
        "similarity/pairs.html", asked=asked, assignment=assignment, found=found
    )


@bp.get("/<assignment_id>/<int:left>/<int:right>/")
def pair(slug: str, assignment_id: str, left: int, right: int) -> ResponseReturnValue:
    """Show two works exercise by exercise, with what they share marked."""
    asked = _asked(slug)
    assignment = asked.assignment(assignment_id)
    shown = similarity.side_by_side(
        g.session,
        site().blobs,
        asked.course.slug,
        assignment.id,
        asked.promotion_ids,
        veil_over(asked.course.slug),
        (left, right),
    )
    return render_template(
        "similarity/pair.html", asked=asked, assignment=assignment, shown=shown
    )


def _asked(slug: str) -> _Compared:
    promotion = promotion_for(slug, Action.COMPARE)
    course_slug = promotion.programme.course_slug
    return _Compared(
        promotion=promotion,
        course=site().library.course(course_slug),
        promotion_ids=promotions_following(g.session, course_slug)
        & g.actor.promotions(Role.TRAINER),
    )
