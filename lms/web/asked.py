"""The assignment or the promotion that an address names, once the person may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import g, request
from flask_babel import gettext as _

from lms.domain.access import Action, Subject, require
from lms.domain.course import Assignment, Course
from lms.errors import NotFound
from lms.models import AssignmentVersion, Promotion
from lms.services import submissions
from lms.services.promotions import promotion_by_slug, promotions_following
from lms.web.context import site


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an address below `/cours/<course_slug>/exercices/<assignment_id>/` names."""

    course: Course
    assignment: Assignment

    @cached_property
    def version(self) -> AssignmentVersion:
        """The version that is handed out now.

        :raises NotFound: if it was never synchronised.
        """
        return submissions.current_version(g.session, self.course.slug, self.assignment)


def asked_for(action: Action) -> Asked:
    """Return what the address names.

    :raises NotAllowed: if the person may not do that with it.
    :raises NotFound: if it does not exist, or the person may not know that it does.
    """
    named = request.view_args or {}
    course_slug = named["course_slug"]
    subject = Subject(promotion_ids=promotions_following(g.session, course_slug))
    require(g.actor, action, subject)
    course = site().library.course(course_slug)
    assignment = course.assignment(named["assignment_id"])
    if assignment is None:
        raise NotFound(_("Cet exercice n’existe pas, ou plus."))
    return Asked(course=course, assignment=assignment)


def promotion_for(slug: str, action: Action) -> Promotion:
    """Return the promotion of that name.

    :raises NotAllowed: if the person may not do that with it.
    :raises NotFound: if it does not exist, or the person may not know that it does.
    """
    found = promotion_by_slug(g.session, slug)
    require(g.actor, action, Subject(promotion_ids=frozenset({found.id} if found else ())))
    assert found is not None  # nobody has a role in a promotion that does not exist
    return found
