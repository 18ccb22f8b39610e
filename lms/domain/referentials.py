"""Referentials: versioned lists of competences, and what leads from one version to another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True, order=True)
class Edition:
    """One version of one referential, as evidence and decisions name it."""

    referential: str
    version: str

    def __str__(self) -> str:
        return f"{self.referential} {self.version}"


@dataclass(frozen=True, kw_only=True, order=True)
class CompetenceKey:
    """One competence of one version of a referential."""

    edition: Edition
    code: str

    def __str__(self) -> str:
        return f"{self.edition} {self.code}"


@dataclass(frozen=True, kw_only=True)
class Competence:
    """One competence, such as `S1`.

    :param code: unique among the referentials of a course.
    :param criteria: what shows that somebody has it.
    """

    code: str
    title: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Block:
    """Competences that are certified together.

    :param assessment: how the block is certified, in words; may be empty.
    """

    id: str
    title: str
    competences: tuple[Competence, ...]
    assessment: str = ""


@dataclass(frozen=True, kw_only=True)
class Referential:
    """One version of a list of competences.

    :param source: address of the text that counts; empty for the school's own.
    :param note: what its readers have to know.
    :param is_observed: people alone see these competences: no run speaks for them.
    :param valid_from: first day on which it counts; None when it is not known.
    :param valid_until: last day on which it counts; None when there is none.
    """

    id: str
    title: str
    version: str
    source: str = ""
    note: str = ""
    is_observed: bool = False
    blocks: tuple[Block, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def edition(self) -> Edition:
        """What names this version."""
        return Edition(referential=self.id, version=self.version)

    @property
    def competences(self) -> tuple[Competence, ...]:
        """All competences, in order."""
        return tuple(found for block in self.blocks for found in block.competences)

    def is_over(self, day: date) -> bool:
        """Whether its validity ended before that day."""
        return self.valid_until is not None and self.valid_until < day

    def key(self, code: str) -> CompetenceKey:
        """Return what names one of its competences."""
        return CompetenceKey(edition=self.edition, code=code)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Where one competence went in a later version.

    :param to: codes of the later version; none when it was dropped.
    :param note: what changed, for those who read what was taken over.
    """

    code: str
    to: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Correspondence:
    """How the competences of one version are found again in another.

    :param note: who says so, and why.
    """

    source: Edition
    target: Edition
    note: str = ""
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The referentials that one plugin brings, with what leads from one to another."""

    referentials: tuple[Referential, ...] = ()
    correspondences: tuple[Correspondence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The older competence that something was taken over from.

    :param note: of the correspondence.
    """

    key: CompetenceKey
    note: str = ""


#: By competence, the older ones that lead straight to it.
Origins = Mapping[CompetenceKey, tuple[Origin, ...]]


def origins_of(correspondences: Iterable[Correspondence]) -> Origins:
    """Return, by competence, the older ones that lead straight to it."""
    found: dict[CompetenceKey, list[Origin]] = {}
    for each in correspondences:
        for passage in each.passages:
            source = CompetenceKey(edition=each.source, code=passage.code)
            for code in passage.to:
                key = CompetenceKey(edition=each.target, code=code)
                found.setdefault(key, []).append(
                    Origin(key=source, note=passage.note or each.note)
                )
    return {key: tuple(origins) for key, origins in found.items()}


def in_force(
    referentials: Iterable[Referential], ids: Iterable[str], day: date
) -> tuple[Referential, ...]:
    """Return the version of each of these referentials that a new promotion follows.

    It is the one whose validity began last before that day; without such dates, the one
    whose version is last by name. Ids that no referential has are left out.
    """
    known = tuple(referentials)
    found = []
    for id in ids:
        versions = [each for each in known if each.id == id]
        begun = [each for each in versions if (each.valid_from or day) <= day]
        if versions:
            found.append(
                max(
                    begun or versions,
                    key=lambda each: (each.valid_from or date.min, each.version),
                )
            )
    return tuple(found)


def with_unnamed(
    referentials: tuple[Referential, ...], codes: frozenset[str], *, title: str
) -> tuple[Referential, ...]:
    """Return the referentials, then one of the codes that none of them names.

    :param codes: competences that the course aims at.
    :param title: of that last one.
    """
    known = {found.code for referential in referentials for found in referential.competences}
    unnamed = sorted(codes - known)
    if not unnamed:
        return referentials
    block = Block(
        id="",
        title="",
        competences=tuple(Competence(code=code, title=code) for code in unnamed),
    )
    return (*referentials, Referential(id="", title=title, version="", blocks=(block,)))


def as_content(value: Referential | Correspondence) -> dict[str, Any]:
    """Return a value as JSON has it, so that it equals what was kept."""
    content: dict[str, Any] = json.loads(json.dumps(asdict(value), default=date.isoformat))
    return content


def referential_from(content: Mapping[str, Any]) -> Referential:
    """Return a referential that `as_content` wrote."""
    blocks = tuple(
        Block(
            **block | {"competences": tuple(_competence(each) for each in block["competences"])}
        )
        for block in content["blocks"]
    )
    days = {name: _day(content.get(name)) for name in ("valid_from", "valid_until")}
    return Referential(**{**content, **days, "blocks": blocks})


def correspondence_from(content: Mapping[str, Any]) -> Correspondence:
    """Return a correspondence that `as_content` wrote."""
    return Correspondence(
        source=Edition(**content["source"]),
        target=Edition(**content["target"]),
        note=content["note"],
        passages=tuple(
            Passage(**each | {"to": tuple(each["to"])}) for each in content["passages"]
        ),
    )


def _competence(content: Mapping[str, Any]) -> Competence:
    return Competence(**{**content, "criteria": tuple(content["criteria"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
