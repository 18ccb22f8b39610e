"""What the addresses of marking need: a rubric in use, a mark, reviews by peers, numbers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.blind import numbers
from lms.domain.manual_marks import MarkState, Slot
from lms.models import (
    ManualMark,
    MarkingPlan,
    PeerReview,
    Promotion,
    Snippet,
    Submission,
    User,
)
from lms.services import rubrics
from lms.services.marking_plans import choose_rubrics, place_in
from tests.marking import ASSIGNMENT, GRID, NOW


def prepare(
    session: Session,
    promotion: Promotion,
    people: Mapping[str, User],
    submissions: Mapping[str, int],
) -> None:
    """Have the works wait for a person, and their learners review each other's."""
    school, actor_id = promotion.programme.organisation_id, people["trainer"].id
    made = rubrics.make(session, school, "Écrire", GRID, actor_id=actor_id, now=NOW)
    choose_rubrics(
        session,
        place_in(promotion, ASSIGNMENT),
        school,
        {"double": made.versions[-1].id},
        actor_id=actor_id,
        now=NOW,
    )
    session.add(
        MarkingPlan(
            promotion_id=promotion.id,
            course_slug=promotion.programme.course_slug,
            assignment_id=ASSIGNMENT,
            peers="named",
            changed_at=NOW,
        )
    )
    session.add(
        ManualMark(
            id=1,
            submission_id=submissions["owner"],
            slot=Slot.ONLY.value,
            state=MarkState.FINAL.value,
            begun_at=NOW,
            changed_at=NOW,
            final_at=NOW,
        )
    )
    pairs = (("owner", "former owner"), ("former owner", "owner"))
    session.add_all(
        PeerReview(
            id=submissions[reader],  # the same number, so that one value names both
            submission_id=submissions[author],
            reviewer_id=people[reader].id,
            assigned_at=NOW,
        )
        for reader, author in pairs
    )


def number_of(session: Session, submission_id: int, key: str) -> str:
    """What addresses call the work."""
    ids = session.scalars(select(Submission.id)).all()
    return str(numbers(ids, key=key)[submission_id])


def snippet_of(session: Session, owner_id: int) -> str:
    """The id of a sentence of that person."""
    kept = Snippet(owner_id=owner_id, title="Bien", text="Bien vu", changed_at=NOW)
    session.add(kept)
    session.flush()
    return str(kept.id)
