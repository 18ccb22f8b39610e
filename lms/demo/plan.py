"""Who is in the demonstration school, and what each learner hands in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lms.domain.access import Role

PASSWORD = "garrigue-demo"  # noqa: S105 - shown on the sign-in page of the demonstration

SCHOOL = "École IA Occitanie"
CAMPUS = "Castelnau-le-Lez"
PROMOTION_SLUG = "castelnau-demo"
PROMOTION = "Castelnau – promotion de démonstration"

#: The promotion began on the Monday that many weeks before this week's.
WEEKS_SINCE_START = 2

ADMIN = ("admin@demo.example", "Alex Morel")
STAFF = (
    ("formatrice@demo.example", "Nadia Cherkaoui", Role.TRAINER),
    ("chargee@demo.example", "Hélène Pujol", Role.COHORT_MANAGER),
)


class Answer(StrEnum):
    """What stands in a notebook that is handed in."""

    RIGHT = "right"
    SOME_WRONG = "some-wrong"
    MANY_WRONG = "many-wrong"
    HALF_DONE = "half-done"
    ENDLESS = "endless"
    SYNTAX = "syntax"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One notebook to hand in.

    :param assignment: its place in the course, from 0.
    :param day: when it was handed in, in days since the promotion began; None for now.
    """

    assignment: int
    answer: Answer
    day: float | None


@dataclass(frozen=True, kw_only=True)
class Learner:
    """One learner with the work done so far; `waiting` is handed in last, for the worker."""

    email: str
    name: str
    works: tuple[Work, ...] = ()
    waiting: tuple[Work, ...] = ()


def _first(answer: Answer, day: float | None = None) -> Work:
    return Work(assignment=0, answer=answer, day=day)


def _second(answer: Answer, day: float | None = None) -> Work:
    return Work(assignment=1, answer=answer, day=day)


LEARNERS = (
    Learner(
        email="camille@demo.example",
        name="Camille Roux",
        works=(
            _first(Answer.HALF_DONE, 1.3),
            _first(Answer.RIGHT, 2.3),
            _second(Answer.SOME_WRONG, 12.3),
        ),
    ),
    Learner(
        email="amine@demo.example",
        name="Amine Belkacem",
        works=(_first(Answer.RIGHT, 1.3), _second(Answer.RIGHT, 12.2)),
    ),
    Learner(
        email="fatou@demo.example",
        name="Fatou Diallo",
        works=(_first(Answer.SOME_WRONG, 2.3), _first(Answer.RIGHT, 2.4)),
        waiting=(_second(Answer.RIGHT),),
    ),
    Learner(
        email="leo@demo.example",
        name="Léo Fabre",
        works=(_first(Answer.RIGHT, 2.3), _second(Answer.ENDLESS, 9.2)),
    ),
    Learner(
        email="mai@demo.example",
        name="Mai Nguyen",
        works=(_first(Answer.RIGHT, 1.2), _second(Answer.RIGHT, 11.0)),
    ),
    Learner(
        email="ines@demo.example",
        name="Inès Benali",
        works=(_first(Answer.SOME_WRONG, 4.0),),
    ),
    Learner(
        email="yanis@demo.example",
        name="Yanis Hamdi",
        works=(_first(Answer.MANY_WRONG, 3.4),),
        waiting=(_first(Answer.SOME_WRONG),),
    ),
    Learner(
        email="sofia@demo.example",
        name="Sofia Ferreira",
        works=(_first(Answer.RIGHT, 2.4), _second(Answer.HALF_DONE, 12.2)),
    ),
    Learner(
        email="kofi@demo.example",
        name="Kofi Mensah",
        works=(_first(Answer.SYNTAX, 4.3),),
    ),
    Learner(
        email="mathilde@demo.example",
        name="Mathilde Vidal",
        works=(_first(Answer.RIGHT, 1.3), _second(Answer.MANY_WRONG, 11.2)),
    ),
    Learner(
        email="elise@demo.example",
        name="Élise Garrigues",
        works=(_first(Answer.HALF_DONE, 5.3),),
    ),
    Learner(email="bastien@demo.example", name="Bastien Soler"),
)
