"""The fields of the reading page by name: what was chosen, typed and filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lms.domain.manual_marks import QueueState
from lms.domain.peers import PeerMode
from lms.services.marking_input import MAX_CHARACTERS, TypedMark, TypedPart
from lms.services.marking_plans import Plan
from lms.services.marking_queue import Filters

ALL = "tous"
ON_CELL = "-cellule-"


def read_mark(form: Mapping[str, str], exercise_ids: Sequence[str]) -> TypedMark:
    """Return what was typed: exercises are `e0`, `e1`… in the page's order."""
    revision = form.get("revision", "")
    return TypedMark(
        parts={
            exercise_id: read_part(form, f"e{place}")
            for place, exercise_id in enumerate(exercise_ids)
        },
        comment=_text(form, "commentaire"),
        reason=_text(form, "raison"),
        revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
        is_final="definitive" in form,
    )


def read_part(form: Mapping[str, str], name: str) -> TypedPart:
    """Return what was typed of one exercise: `e0-c1` is the choice of its second criterion."""
    on_cell = f"{name}{ON_CELL}"
    chosen = {key.removeprefix(f"{name}-c"): value for key, value in form.items()}
    return TypedPart(
        choices={
            int(criterion): int(level)
            for criterion, level in chosen.items()
            if criterion.isdecimal() and level.isdecimal() and len(criterion + level) < 6
        },
        points=form.get(f"{name}-points", "")[:20],
        comment=_text(form, f"{name}-commentaire"),
        cells={
            key.removeprefix(on_cell): _text(form, key)
            for key in form
            if key.startswith(on_cell)
        },
    )


def with_snippet(
    typed: TypedMark, place: str, exercise_ids: Sequence[str], text: str
) -> TypedMark:
    """Return what was typed with a sentence added to one of its comments.

    :param place: `e0`, `e1`… or `tout` for the whole work; any other changes nothing.
    """
    if place == "tout":
        return replace(typed, comment=_joined(typed.comment, text))
    places = {f"e{number}": exercise_id for number, exercise_id in enumerate(exercise_ids)}
    exercise_id = places.get(place)
    if exercise_id is None:
        return typed
    part = typed.parts[exercise_id]
    added = replace(part, comment=_joined(part.comment, text))
    return replace(typed, parts={**typed.parts, exercise_id: added})


def read_filters(said: Mapping[str, str]) -> Filters:
    """Return which works a list shows; what is not known filters nothing."""
    state = said.get("etat", "")
    return Filters(
        assignment_id=said.get("exercice", ""),
        state=QueueState(state) if state in set(QueueState) else None,
        has_all=state == ALL,
    )


def read_plan(form: Mapping[str, str]) -> Plan:
    """Return how an assignment is marked from the settings' form."""
    peers = form.get("pairs", "")
    mode = PeerMode(peers) if peers in set(PeerMode) else PeerMode.NONE
    is_on = mode is not PeerMode.NONE
    return Plan(
        is_double="double" in form,
        is_blind="anonyme" in form,
        peers=mode,
        has_peer_rubric=is_on and "grille-pairs" in form,
        peers_give_points=is_on and "points-pairs" in form,
    )


def _joined(text: str, added: str) -> str:
    return f"{text.rstrip()}\n{added}".lstrip()


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")[:MAX_CHARACTERS]
