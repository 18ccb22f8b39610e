"""Who may do what: one table of rights, asked by (roles, action), denied by default."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is in one promotion."""

    LEARNER = "apprenant"
    TRAINER = "formateur"
    COHORT_MANAGER = "charge-de-promotion"
    TUTOR = "tuteur"
    FUNDER = "financeur"
    JURY = "jury"
