"""What the routes of scores, regrades and contests are asked with: rows and files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

from lms.models import (
    AssignmentVersion,
    Contest,
    GradingRun,
    OutsideImport,
    Regrade,
    Score,
    ScoreOverride,
)
from lms.web.kept_files import SALT
from tests.factories import make_version


def score_rows(world: Any, session: Session, template: str) -> dict[str, str]:
    """What the routes of scores and regrades change, made afresh for each."""
    moment = datetime.now(UTC)
    owner, version = world.people["owner"], session.get(AssignmentVersion, 1)
    named = {"course_slug": "petit-cours", "assignment_id": "premier-carnet"}
    here = {"promotion_id": world.promotion.id, **named}
    if not session.query(Score).count():
        session.add_all(
            Score(
                learner_id=world.people[name].id,
                promotion_id=world.promotion.id,
                course_slug="petit-cours",
                assignment_id="premier-carnet",
                points=4.0,
                max_points=4.0,
                derived_at=moment,
            )
            for name in ("owner", "former owner")
        )
    made: dict[str, object] = {"owner": owner.id}
    if "{overridden}" in template:
        session.query(ScoreOverride).update({"ended_at": moment})
        points = {"points": 1.0, "max_points": 4.0, "reason": "Oral", "set_at": moment}
        session.add(ScoreOverride(learner_id=owner.id, **here, **points))
        made["overridden"] = owner.id
    if "{import}" in template:
        brought = OutsideImport(
            promotion_id=world.promotion.id, filename="notes.csv", imported_at=moment
        )
        session.add(brought)
        session.flush()
        made["import"] = brought.id
    for state in ("open", "applied"):
        if f"{{{state} regrade}}" in template:
            regrade = Regrade(
                **here,
                version_id=version.id,
                scope="all",
                never_lower=False,
                notify=False,
                state=state,
                started_at=moment,
            )
            session.add(regrade)
            session.flush()
            made[f"{state} regrade"] = regrade.id
    if template.endswith("/recorrections/"):
        session.query(Regrade).update({"state": "dropped"})
        session.query(GradingRun).update({"version_id": make_version(session).id})
    if "/contestations/" in template:
        session.query(Contest).update({"state": "explained"})
    if "{contest}" in template:
        contest = Contest(
            submission_id=world.submissions["owner"],
            promotion_id=world.promotion.id,
            exercise_id="",
            text="Non",
            state="open",
            made_at=moment,
        )
        session.add(contest)
        session.flush()
        made["contest"] = contest.id
    return {name: str(found) for name, found in made.items()}


def files_of(world: Any, name: str, person: str) -> dict[str, Any]:
    """Return what the routes of marks from elsewhere get beside their token."""
    marks = f"email;Oral (/20)\n{world.people['owner'].email};12\n".encode()
    if name == "POST outside.try_file":
        return {"fichier": (io.BytesIO(marks), "notes.csv")}
    if name == "POST outside.bring_in":
        asks = world.people.get(person)
        tried = {
            "person": asks.id if asks else None,
            "use": f"marks of {world.promotion.slug}",
            "file": world.site.blobs.put(marks),
            "name": "notes.csv",
        }
        signer = URLSafeTimedSerializer(world.app.secret_key, salt=SALT)
        return {"jeton": signer.dumps(tried)}
    return {}
