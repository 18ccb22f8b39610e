"""What is written down of learners' competences: evidence, observations, decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from lms.domain.competences import Decision, Dossier, Observation, Proof, Withdrawal
from lms.domain.referentials import CompetenceKey, Edition
from lms.models import (
    AssignmentVersion,
    Evidence,
    ExerciseResult,
    GradingRun,
    LevelDecision,
    LevelWithdrawal,
    Promotion,
    Submission,
    User,
)
from lms.models import Observation as ObservationRow
from lms.services.blind import Veil

_Proofs = dict[CompetenceKey, dict[tuple[str, str, int], Proof]]


def dossiers_of(
    session: Session,
    learner_ids: Collection[int],
    programme_id: int,
    *,
    veil: Veil,
    withheld: frozenset[str] = frozenset(),
) -> Mapping[int, Dossier]:
    """Return the dossier of each of these learners, in three queries.

    It holds what was written down in the promotions of one programme.

    :param veil: what has no name for the reader.
    :param withheld: assignments of which the reader may not know yet what they gave.
    """
    proofs = _proofs(session, learner_ids, programme_id, veil, withheld)
    decisions = _decisions(session, learner_ids, programme_id)
    observations = _observations(session, learner_ids, programme_id)
    return {
        learner_id: Dossier(
            proofs={
                key: tuple(found.values()) for key, found in proofs.get(learner_id, {}).items()
            },
            decisions={
                key: tuple(found) for key, found in decisions.get(learner_id, {}).items()
            },
            observations={
                key: tuple(found) for key, found in observations.get(learner_id, {}).items()
            },
        )
        for learner_id in learner_ids
    }


def _proofs(
    session: Session,
    learner_ids: Collection[int],
    programme_id: int,
    veil: Veil,
    withheld: frozenset[str],
) -> dict[int, _Proofs]:
    """Return one proof for each exercise and level, the latest first."""
    rows = session.execute(
        select(
            Evidence,
            AssignmentVersion.title,
            Submission.id.label("submission_id"),
            Submission.assignment_id,
            Submission.course_slug,
            ExerciseResult.title.label("exercise"),
            ExerciseResult.points,
            ExerciseResult.max_points,
            ExerciseResult.is_forgeable,
        )
        .join(GradingRun, Evidence.run_id == GradingRun.id)
        .join(Submission, GradingRun.submission_id == Submission.id)
        .join(Promotion, Submission.promotion_id == Promotion.id)
        .join(AssignmentVersion, GradingRun.version_id == AssignmentVersion.id)
        .outerjoin(
            ExerciseResult,
            and_(
                ExerciseResult.run_id == GradingRun.id,
                ExerciseResult.exercise_id == Evidence.exercise_id,
            ),
        )
        .where(
            Evidence.learner_id.in_(learner_ids),
            GradingRun.is_counting,
            Promotion.programme_id == programme_id,
            Submission.assignment_id.not_in(withheld),
        )
        .order_by(Evidence.proposed_at.desc(), Evidence.id.desc())
    )
    found: dict[int, _Proofs] = {}
    for row in rows:
        evidence: Evidence = row.Evidence
        if veil.hides(evidence.learner_id, row.course_slug, row.assignment_id):
            continue
        kept = found.setdefault(evidence.learner_id, {}).setdefault(_key(evidence), {})
        kept.setdefault(
            (row.assignment_id, evidence.exercise_id, evidence.level),
            Proof(
                level=evidence.level,
                title=row.title,
                submission_id=row.submission_id,
                at=evidence.proposed_at,
                exercise=row.exercise or "",
                points=row.points,
                max_points=row.max_points,
                is_forgeable=bool(row.is_forgeable),
            ),
        )
    return found


def _decisions(
    session: Session, learner_ids: Collection[int], programme_id: int
) -> dict[int, dict[CompetenceKey, list[Decision]]]:
    decider, withdrawer = aliased(User), aliased(User)
    rows = session.execute(
        select(LevelDecision, decider.name, LevelWithdrawal, withdrawer.name)
        .join(decider, LevelDecision.decided_by_id == decider.id)
        .outerjoin(LevelWithdrawal, LevelWithdrawal.decision_id == LevelDecision.id)
        .outerjoin(withdrawer, LevelWithdrawal.withdrawn_by_id == withdrawer.id)
        .outerjoin(Promotion, LevelDecision.promotion_id == Promotion.id)
        .where(
            LevelDecision.learner_id.in_(learner_ids),
            or_(Promotion.id.is_(None), Promotion.programme_id == programme_id),
        )
        .order_by(LevelDecision.decided_at, LevelDecision.id)
    )
    found: dict[int, dict[CompetenceKey, list[Decision]]] = {}
    for row, name, withdrawn, withdrawn_by in rows:
        decision = Decision(
            id=row.id,
            level=row.level,
            by=name,
            by_id=row.decided_by_id,
            on=row.decided_on or row.decided_at.date(),
            at=row.decided_at,
            reason=row.reason,
            withdrawal=Withdrawal(
                by=withdrawn_by, at=withdrawn.withdrawn_at, reason=withdrawn.reason
            )
            if withdrawn
            else None,
        )
        found.setdefault(row.learner_id, {}).setdefault(_key(row), []).append(decision)
    return found


def _observations(
    session: Session, learner_ids: Collection[int], programme_id: int
) -> dict[int, dict[CompetenceKey, list[Observation]]]:
    rows = session.execute(
        select(ObservationRow, User.name)
        .join(User, ObservationRow.author_id == User.id)
        .join(Promotion, ObservationRow.promotion_id == Promotion.id)
        .where(
            ObservationRow.learner_id.in_(learner_ids),
            ObservationRow.withdrawn_at.is_(None),
            Promotion.programme_id == programme_id,
        )
        .order_by(ObservationRow.observed_on.desc(), ObservationRow.id.desc())
    )
    found: dict[int, dict[CompetenceKey, list[Observation]]] = {}
    for row, name in rows:
        observation = Observation(
            id=row.id, text=row.text, on=row.observed_on, by=name, by_id=row.author_id
        )
        found.setdefault(row.learner_id, {}).setdefault(_key(row), []).append(observation)
    return found


def _key(row: Evidence | LevelDecision | ObservationRow) -> CompetenceKey:
    edition = Edition(referential=row.referential, version=row.version)
    return CompetenceKey(edition=edition, code=row.competence)
