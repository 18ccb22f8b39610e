"""Regrades: nothing changes before one is applied, people's marks stay, all can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from lms.database import session_factory
from lms.domain.jobs import JobState
from lms.domain.regrades import Scope
from lms.domain.rubrics import Criterion, Grid, Level, RubricKind
from lms.domain.scores import StepKey
from lms.errors import Conflict, Invalid
from lms.models import (
    AssignmentVersion,
    AuditEvent,
    Evidence,
    GradingRun,
    Job,
    ManualMark,
    ManualMarkPart,
    Regrade,
    Submission,
)
from lms.services import (
    feedback,
    grading,
    marking,
    regrade_decisions,
    regrades,
    rubrics,
    scores,
)
from lms.services.blind import NO_VEIL
from lms.services.dossiers import dossiers_of
from lms.services.marking_input import Markable, TypedMark, TypedPart
from lms.services.marking_plans import Plan
from lms.services.reasons import reason_of
from lms.services.regrade_differences import differences
from lms.services.regrades import Choice
from tests.factories import NOON, make_membership, make_user
from tests.handing_in import RIGHT, WRONG, Desk, answered, finished, open_desk, publish

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(session, tmp_path: Path) -> Desk:
    """A learner with two attempts, graded 2 and 3 of 4, whose assignment has newer tests."""
    desk = open_desk(session, tmp_path)
    for code, points in ((WRONG, 2.0), (RIGHT, 3.0)):
        desk.submission(answered(code))
        grade(desk, points)
    version = publish(session, desk.blobs, content_hash="b" * 64)
    return desk.with_rules(content_hash=version.content_hash)


def grade(desk: Desk, points: float) -> GradingRun:
    run = finished(points, assignment=desk.assignment)
    return grading.record(desk.session, desk.claimed(now=LATER), replace(run))


def start(desk: Desk, **choice: Any) -> regrades.Regrade:
    return regrades.start(
        desk.session,
        desk.member.promotion,
        desk.course,
        desk.assignment,
        Choice(**choice),
        actor_id=desk.member.user_id,
        now=NOON,
    )


def decide(desk: Desk, what: Any, regrade: regrades.Regrade) -> frozenset[int]:
    return what(desk.session, regrade, desk.assignment, actor_id=desk.member.user_id, now=LATER)


def points(desk: Desk) -> float | None:
    score = scores.score_of(
        desk.session, desk.member.user_id, desk.course.slug, desk.assignment.id
    )
    return score.points if score else None


def mark_by_hand(desk: Desk, submission: Submission, given: float) -> None:
    part = ManualMarkPart(exercise_id="double", points=given, max_points=4.0)
    desk.session.add(
        ManualMark(
            submission=submission,
            marker_id=make_user(desk.session).id,
            slot="only",
            state="final",
            begun_at=NOON,
            changed_at=NOON,
            parts=[part],
        )
    )


def test_the_old_scores_stand_until_it_is_applied_and_come_back_when_undone(desk: Desk) -> None:
    regrade = start(desk)
    for reached in (4.0, 1.0):
        run = grade(desk, reached)
        assert (run.version.content_hash, run.is_counting) == ("b" * 64, False)
    assert (points(desk), desk.session.query(Evidence).count()) == (3.0, 0)

    assert decide(desk, regrade_decisions.apply, regrade) == {desk.member.user_id}
    assert (points(desk), desk.session.query(Evidence).count()) == (4.0, 1)

    assert decide(desk, regrade_decisions.undo, regrade) == {desk.member.user_id}
    assert (points(desk), desk.session.query(Evidence).count()) == (3.0, 0)
    actions = desk.session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.startswith("regrade."))
    ).all()
    assert sorted(actions) == ["regrade.applied", "regrade.started", "regrade.undone"]


def test_of_two_who_decide_at_once_the_second_is_told(desk: Desk) -> None:
    regrade = start(desk)
    desk.session.execute(
        update(Regrade).values(state="dropped").execution_options(synchronize_session=False)
    )
    assert regrade.state == "open"  # as it was read before the other one decided
    with pytest.raises(Conflict, match="déjà décidée"):
        regrade_decisions.drop(desk.session, regrade, actor_id=desk.member.user_id, now=LATER)


def test_runs_after_what_learners_wait_for(desk: Desk) -> None:
    start(desk)
    waited_for = desk.submission(answered("double = 7"))

    assert desk.claimed(now=LATER).submission_id == waited_for.id


def test_never_lowers_when_that_is_asked(desk: Desk) -> None:
    regrade = start(desk, never_lower=True)
    for reached in (3.0, 1.0):
        grade(desk, reached)
    kept = [one.is_kept for one in differences(desk.session, regrade, NO_VEIL).changed]
    decide(desk, regrade_decisions.apply, regrade)

    results = [
        run.points for run in desk.session.scalars(select(GradingRun)) if run.is_counting
    ]
    assert (kept, sorted(results)) == ([False, True], [3.0, 3.0])


def test_never_erases_a_persons_mark(desk: Desk) -> None:
    submission = (
        desk.session.scalars(select(GradingRun).where(GradingRun.points == 3.0))
        .one()
        .submission
    )
    mark_by_hand(desk, submission, 3.5)
    regrade = start(desk)
    for reached in (1.0, 1.0):
        grade(desk, reached)
    decide(desk, regrade_decisions.apply, regrade)

    assert points(desk) == 3.5


def test_shows_what_changes_by_learner_and_exercise(desk: Desk) -> None:
    regrade = start(desk)
    for reached in (4.0, 3.0):
        grade(desk, reached)
    found = differences(desk.session, regrade, NO_VEIL)

    one = found.changed[0]
    assert (found.raised, found.lowered, found.equal) == (1, 0, 1)
    assert (one.attempt, one.before, one.after) == (1, 2.0, 4.0)
    assert [(each.before, each.after) for each in one.exercises] == [(2.0, 4.0)]
    decide(desk, regrade_decisions.apply, regrade)
    assert differences(desk.session, regrade, NO_VEIL) == found


@pytest.mark.parametrize(("scope", "count"), [(Scope.ALL, 3), (Scope.FAILED, 2)])
def test_the_scope_decides_what_runs(desk: Desk, scope: Scope, count: int) -> None:
    desk.session.scalars(select(GradingRun)).first().points = 4.0
    other = open_other(desk)
    start(desk, scope=scope)

    queued = desk.session.query(Job).filter_by(state=JobState.WAITING.value).count()
    assert (queued, other.member.user_id != desk.member.user_id) == (count, True)


def test_one_learner_is_regraded_alone(desk: Desk) -> None:
    other = open_other(desk)
    with pytest.raises(Invalid, match="Choisissez la personne"):
        start(desk, scope=Scope.LEARNER)
    start(desk, scope=Scope.LEARNER, learner_id=other.member.user_id)

    assert regrades.progress(desk.session, 1).total == 1


def test_refuses_what_makes_no_sense(desk: Desk) -> None:
    regrade = start(desk)
    with pytest.raises(Conflict, match="déjà ouverte"):
        start(desk)
    with pytest.raises(Conflict, match="en cours"):
        decide(desk, regrade_decisions.apply, regrade)
    regrade_decisions.drop(desk.session, regrade, actor_id=desk.member.user_id, now=LATER)
    with pytest.raises(Conflict, match="n’est pas appliquée"):
        decide(desk, regrade_decisions.undo, regrade)
    assert (points(desk), regrades.progress(desk.session, regrade.id).total) == (3.0, 0)


def test_refuses_to_run_what_ran_with_these_tests(desk: Desk) -> None:
    regrade = start(desk)
    for reached in (4.0, 4.0):
        grade(desk, reached)
    decide(desk, regrade_decisions.apply, regrade)

    with pytest.raises(Conflict, match="rien à recorriger"):
        start(desk)


def test_an_older_regrade_is_undone_after_the_newer(desk: Desk) -> None:
    first = start(desk)
    for reached in (4.0, 4.0):
        grade(desk, reached)
    decide(desk, regrade_decisions.apply, first)
    newer = publish(desk.session, desk.blobs, content_hash="c" * 64)
    desk = desk.with_rules(content_hash=newer.content_hash)
    second = start(desk)
    for reached in (1.0, 1.0):
        grade(desk, reached)
    decide(desk, regrade_decisions.apply, second)

    with pytest.raises(Conflict, match="annulez-la d’abord"):
        decide(desk, regrade_decisions.undo, first)
    decide(desk, regrade_decisions.undo, second)
    decide(desk, regrade_decisions.undo, first)
    assert points(desk) == 3.0
    submission = desk.session.scalars(select(GradingRun)).first().submission_id
    assert feedback.run_of(desk.session, submission).regrade_id is None


def open_other(desk: Desk) -> Desk:
    """Another learner of the promotion, with one graded attempt on the first tests."""
    member = make_membership(desk.session, promotion=desk.member.promotion)
    first = replace(desk, member=member).with_rules(content_hash=desk.version.content_hash)
    first.submission(answered("double = 1"))
    grade(first, 1.0)
    return first


def test_of_two_who_start_at_once_the_second_is_told(desk: Desk) -> None:
    desk.session.commit()
    start(desk)  # and not committed yet
    refused: list[str] = []

    def start_too() -> None:
        with session_factory(desk.session.get_bind())() as session:  # type: ignore[arg-type]
            try:
                start(replace(desk, session=session))
                session.commit()
            except Conflict as refusal:
                refused.append(str(refusal))

    other = Thread(target=start_too)
    other.start()
    other.join(0.3)  # it waits
    desk.session.commit()
    other.join()

    assert (len(refused), desk.session.query(Regrade).count()) == (1, 1)
    assert "déjà ouverte" in refused[0]


def test_a_mark_of_an_exercise_that_is_dropped_counts_no_more(desk: Desk) -> None:
    best = desk.session.scalars(select(GradingRun).where(GradingRun.points == 3.0)).one()
    mark_by_hand(desk, best.submission, 3.5)
    newest = desk.session.scalars(
        select(AssignmentVersion).where(AssignmentVersion.content_hash == "b" * 64)
    ).one()
    newest.exercises = [{"id": "triple", "title": "Tripler"}]
    regrade = start(desk)
    for reached in (0.5, 1.0):
        run = grade(desk, reached)
        run.exercises[0].exercise_id = "triple"
    decide(desk, regrade_decisions.apply, regrade)

    assert points(desk) == 1.0
    reason = reason_of(desk.session, desk.member.user, desk.course.slug, desk.assignment.id)
    gone = next(step for step in reason.steps if step.key is StepKey.GONE)
    assert (gone.values["title"], gone.values["points"]) == ("Premier carnet", 3.5)
    change = reason.changes[0]
    assert (change.points_before, change.points) == (3.0, 1.0)

    decide(desk, regrade_decisions.undo, regrade)
    assert points(desk) == 3.5


def mark_with_levels(desk: Desk, submission: Submission) -> None:
    """A person read « double » and saw S4 adapted."""
    trainer = make_user(desk.session)
    names = ("Pas encore", "Imiter", "Adapter")
    levels = tuple(Level(title=name, value=value) for value, name in enumerate(names))
    grid = Grid(
        kind=RubricKind.LEVELS,
        criteria=(Criterion(title="Expliquer", competence="S4", levels=levels),),
    )
    school = desk.member.promotion.programme.organisation_id
    rubric = rubrics.make(desk.session, school, "Lire", grid, actor_id=trainer.id, now=NOON)
    able = {
        "double": Markable(
            id="double",
            title="Double",
            max_points=4.0,
            is_manual=False,
            version=rubric.versions[-1],
        )
    }
    marking.save(
        desk.session,
        submission,
        Plan(),
        able,
        TypedMark(parts={"double": TypedPart(choices={0: 2})}, is_final=True),
        marker_id=trainer.id,
        now=NOON,
    )


def proven(desk: Desk) -> list[tuple[str, int]]:
    """The competences that the learner's dossier has proofs of, with their levels."""
    dossier = dossiers_of(
        desk.session,
        [desk.member.user_id],
        desk.member.promotion.programme_id,
        veil=NO_VEIL,
    )[desk.member.user_id]
    return sorted(
        (key.code, proof.level) for key, proofs in dossier.proofs.items() for proof in proofs
    )


def test_what_a_person_saw_of_a_competence_stays_with_the_result(desk: Desk) -> None:
    best = desk.session.scalars(select(GradingRun).where(GradingRun.points == 3.0)).one()
    mark_with_levels(desk, best.submission)
    assert proven(desk) == [("S4", 2)]
    regrade = start(desk)
    for reached in (0.5, 1.0):
        grade(desk, reached)
    assert proven(desk) == [("S4", 2)]
    decide(desk, regrade_decisions.apply, regrade)
    assert proven(desk) == [("S4", 2)]
    decide(desk, regrade_decisions.undo, regrade)
    assert proven(desk) == [("S4", 2)]


def test_what_was_seen_in_an_exercise_that_is_dropped_proves_nothing(desk: Desk) -> None:
    best = desk.session.scalars(select(GradingRun).where(GradingRun.points == 3.0)).one()
    mark_with_levels(desk, best.submission)
    regrade = start(desk)
    for reached in (0.5, 1.0):
        run = grade(desk, reached)
        run.exercises[0].exercise_id = "triple"
    decide(desk, regrade_decisions.apply, regrade)
    assert proven(desk) == []

    (mark,) = marking.marks_of(desk.session, best.submission_id).values()
    marking.withdraw(desk.session, best.submission, mark.id, actor_id=mark.marker_id, now=LATER)
    decide(desk, regrade_decisions.undo, regrade)
    assert proven(desk) == []  # the mark is a draft by now


def test_a_newer_version_of_the_course_changes_nothing_that_was_proven(desk: Desk) -> None:
    best = desk.session.scalars(select(GradingRun).where(GradingRun.points == 3.0)).one()
    mark_with_levels(desk, best.submission)
    newest = desk.session.scalars(
        select(AssignmentVersion).where(AssignmentVersion.content_hash == "b" * 64)
    ).one()
    newest.exercises = [{"id": "triple", "title": "Tripler"}]
    assert proven(desk) == [("S4", 2)]
