from __future__ import annotations

from datetime import UTC, datetime

from lms.domain.competences import (
    Block,
    Competence,
    Decision,
    Proof,
    Referential,
    chapters_of,
    with_unnamed,
)

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
SOCLE = Referential(
    id="socle",
    title="Socle",
    version="1",
    blocks=(
        Block(
            id="socle",
            title="Programmer",
            competences=(
                Competence(code="S1", title="Python"),
                Competence(code="S2", title="Git"),
            ),
        ),
    ),
)


def proof(level: int) -> Proof:
    return Proof(level=level, title="Carnet", submission_id=1, at=NOON)


def test_runs_propose_the_highest_level_and_decide_nothing() -> None:
    (chapter,) = chapters_of((SOCLE,), {"S1": (proof(1), proof(2))}, {})
    first, second = chapter.standings
    assert (first.proposed, first.decision, first.is_begun) == (2, None, True)
    assert (second.proposed, second.is_begun) == (0, False)
    assert (chapter.begun, chapter.decided) == (1, 0)


def test_a_decision_stands_whatever_runs_propose() -> None:
    decided = Decision(level=3, by="Nadia", at=NOON, reason="")
    (chapter,) = chapters_of((SOCLE,), {"S1": (proof(1),)}, {"S1": decided})
    first = next(chapter.standings)
    assert (first.proposed, first.decision) == (1, decided)
    assert chapter.decided == 1


def test_a_code_that_no_referential_names_is_shown_all_the_same() -> None:
    known, unnamed = with_unnamed((SOCLE,), frozenset({"S1", "X9"}), title="Autres")
    assert known is SOCLE
    assert [found.code for found in unnamed.competences] == ["X9"]
    assert with_unnamed((SOCLE,), frozenset({"S1"}), title="Autres") == (SOCLE,)
