"""What all rooms of a keeper have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graders.sandbox.ground import Ground
from graders.sandbox.limits import Holding


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where rooms are built, and by which rules."""

    ground: Ground
    holding: Holding
    filter: bytes
    settings: Mapping[str, str]
    first_uid: int
