"""The editor's form of a rubric: its fields by name, read and never refused."""

from __future__ import annotations

from collections.abc import Mapping

from lms.domain.rubric_form import (
    MAX_CRITERIA,
    MAX_LEVELS,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    TypedCriterion,
    TypedLevel,
    TypedRubric,
)
from lms.domain.rubrics import RubricKind


def read_rubric(form: Mapping[str, str], kind: RubricKind) -> TypedRubric:
    """Return what was typed: criteria `c0`, `c1`…, each with levels `c0-n0`, `c0-n1`…"""
    return TypedRubric(
        title=_title(form, "titre"),
        kind=kind,
        criteria=tuple(
            _criterion(form, f"c{place}")
            for place in range(MAX_CRITERIA)
            if f"c{place}-titre" in form
        ),
    )


def kind_named(text: str) -> RubricKind:
    """Return the kind of that name; points for anything else."""
    return RubricKind(text) if text in set(RubricKind) else RubricKind.POINTS


def _criterion(form: Mapping[str, str], name: str) -> TypedCriterion:
    return TypedCriterion(
        title=_title(form, f"{name}-titre"),
        text=_text(form, f"{name}-texte"),
        competence=_title(form, f"{name}-competence"),
        levels=tuple(
            TypedLevel(
                title=_title(form, f"{name}-n{place}-titre"),
                text=_text(form, f"{name}-n{place}-texte"),
                value=form.get(f"{name}-n{place}-points", "")[:20],
            )
            for place in range(MAX_LEVELS)
            if f"{name}-n{place}-titre" in form
        ),
    )


def _title(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "")[:MAX_TITLE_CHARACTERS]


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n")[:MAX_TEXT_CHARACTERS]
