"""Levels: what runs propose, what people decided, what is taken over from older versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.domain.competences import (
    Decision,
    Dossier,
    Observation,
    Proof,
    Withdrawal,
    chapters_of,
    effective,
)
from lms.domain.referentials import (
    Block,
    Competence,
    CompetenceKey,
    Correspondence,
    Edition,
    Passage,
    Referential,
    origins_of,
)

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
SOCLE = Referential(
    id="socle",
    title="Socle",
    version="2",
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
S1, S2 = SOCLE.key("S1"), SOCLE.key("S2")
BEFORE = Edition(referential="socle", version="1")
A, B = CompetenceKey(edition=BEFORE, code="A"), CompetenceKey(edition=BEFORE, code="B")


def proof(level: int) -> Proof:
    return Proof(level=level, title="Carnet", submission_id=1, at=NOON)


def decision(level: int, *, days: int = 0, is_withdrawn: bool = False) -> Decision:
    at = NOON + timedelta(days=days)
    withdrawal = Withdrawal(by="Nadia", at=at, reason="Erreur.") if is_withdrawn else None
    return Decision(
        level=level, by="Nadia", at=at, on=at.date(), reason="Vu.", withdrawal=withdrawal
    )


def leading(*passages: Passage, source: Edition = BEFORE, target: Edition = SOCLE.edition):
    return Correspondence(source=source, target=target, note="Par la fiche.", passages=passages)


def first(dossier: Dossier, *correspondences: Correspondence):
    (chapter,) = chapters_of((SOCLE,), dossier, origins_of(correspondences))
    return next(chapter.standings)


def test_runs_propose_the_highest_level_and_decide_nothing() -> None:
    (chapter,) = chapters_of((SOCLE,), Dossier(proofs={S1: (proof(1), proof(2))}), {})
    one, two = chapter.standings
    assert (one.proposed, one.decision, one.is_begun, one.evidence) == (2, None, True, 2)
    assert (two.proposed, two.is_begun) == (0, False)
    assert (chapter.begun, chapter.decided) == (1, 0)


def test_a_decision_stands_whatever_runs_propose() -> None:
    decided = decision(3)
    found = first(Dossier(proofs={S1: (proof(1),)}, decisions={S1: (decided,)}))
    assert (found.proposed, found.decision) == (1, decided)


def test_an_observation_is_evidence_and_proposes_no_level() -> None:
    seen = Observation(id=1, text="Relit les autres.", on=date(2030, 1, 2), by="Nadia", by_id=7)
    found = first(Dossier(observations={S1: (seen,)}))
    assert (found.evidence, found.proposed, found.is_begun) == (1, 0, True)


def test_the_last_decision_that_was_not_withdrawn_holds() -> None:
    old, new = decision(1), decision(2, days=1)
    taken_back = decision(3, days=2, is_withdrawn=True)
    found = first(Dossier(decisions={S1: (old, new, taken_back)}))
    assert found.decision == new
    assert found.history == (taken_back, old)


def test_what_an_older_version_knew_is_taken_over_and_says_so() -> None:
    dossier = Dossier(
        proofs={A: (proof(2),)},
        decisions={A: (decision(2),)},
        observations={
            A: (Observation(id=1, text="Vu.", on=date(2030, 1, 2), by="Nadia", by_id=7),)
        },
    )
    found = first(dossier, leading(Passage(code="A", to=("S1", "S2"), note="Coupée en deux.")))
    assert found.decision is not None
    assert (found.decision.level, found.proposed) == (2, 2)
    for taken in (found.decision, *found.proofs, *found.observations):
        assert taken.origin is not None
        assert (taken.origin.key, taken.origin.note) == (A, "Coupée en deux.")
    assert first(dossier).is_begun is False


def test_two_that_became_one_are_both_asked_for_and_the_lower_level_counts() -> None:
    ways = leading(Passage(code="A", to=("S1",)), Passage(code="B", to=("S1",)))
    assert first(Dossier(decisions={A: (decision(3),)}), ways).decision is None
    both = Dossier(decisions={A: (decision(3),), B: (decision(1, days=1),)})
    found = first(both, ways).decision
    assert found is not None
    assert (found.level, found.origin.key, found.origin.note) == (1, B, "Par la fiche.")  # type: ignore[union-attr]


def test_a_new_decision_goes_before_what_was_taken_over() -> None:
    ways = leading(Passage(code="A", to=("S1",)))
    dossier = Dossier(decisions={A: (decision(3),), S1: (decision(1, days=1),)})
    found = first(dossier, ways).decision
    assert found is not None
    assert (found.level, found.origin) == (1, None)


def test_it_goes_through_two_versions_and_names_the_one_where_it_was_decided() -> None:
    oldest = Edition(referential="socle", version="0")
    key = CompetenceKey(edition=oldest, code="X")
    ways = (
        leading(Passage(code="X", to=("A",)), source=oldest, target=BEFORE),
        leading(Passage(code="A", to=("S1",))),
    )
    dossier = Dossier(decisions={key: (decision(2),)}, proofs={key: (proof(1),)})
    found = first(dossier, *ways)
    assert found.decision is not None
    assert found.decision.origin is not None
    assert found.decision.origin.key == key
    assert found.proofs[0].origin.key == key  # type: ignore[union-attr]


EDITIONS = st.sampled_from(["0", "1", "2"]).map(
    lambda version: Edition(referential="r", version=version)
)
CODES = st.sampled_from(["A", "B", "C"])
KEYS = st.builds(CompetenceKey, edition=EDITIONS, code=CODES)
WAYS = st.lists(
    st.builds(
        Correspondence,
        source=EDITIONS,
        target=EDITIONS,
        passages=st.lists(
            st.builds(Passage, code=CODES, to=st.lists(CODES, max_size=3).map(tuple)),
            max_size=3,
        ).map(tuple),
    ),
    max_size=4,
)


@given(
    ways=WAYS,
    key=KEYS,
    decided=st.dictionaries(KEYS, st.integers(1, 3).map(lambda n: (decision(n),))),
)
def test_any_correspondence_ends_and_invents_no_level(ways, key, decided) -> None:
    found = effective(key, Dossier(decisions=decided), origins_of(ways))
    if key in decided:
        assert found == decided[key][-1]
    elif found is not None:
        assert found.origin is not None
        assert replace(found, origin=None) == decided[found.origin.key][-1]
