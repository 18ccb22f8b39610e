"""Answers to questions: which attempts are kept, what trainers learn, and what they do not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.content.quiz import read_quiz
from lms.domain.access import Role
from lms.domain.activities import Activity, PageText
from lms.domain.course import Course, Module, Page
from lms.domain.quiz import mark_items
from lms.errors import Invalid
from lms.models import ActivityAnswer, ActivityAttempt, Promotion, User
from lms.services import activities, activity_counts
from lms.services.activities import PageKey
from tests.factories import NOON, make_membership, make_promotion

WHERE = PageKey(course_slug="petit-cours", module_id="debut", page_slug="lire")
TEXT = """
## Calcul

:::{admonition} Combien font 2 + 2 ?
:class: quiz
:name: somme
Réponse : 4
> Quatre.
:::

:::{admonition} Lesquels sont pairs ?
:class: quiz
:name: pairs
- [x] deux
- [x] quatre
- [ ] trois
> Deux et quatre.
:::

## Lecture

:::{admonition} Quelle lettre suit a ?
:class: quiz
:name: lettre
- [x] b
- [ ] c
> b.
:::
"""


@pytest.fixture
def activity() -> Activity:
    found = read_quiz(PageText(path="lire.md", text=TEXT))
    assert found is not None
    return found


@pytest.fixture
def promotion(session: Session) -> Promotion:
    return make_promotion(session)


@pytest.fixture
def learner(session: Session, promotion: Promotion) -> User:
    return make_membership(session, promotion=promotion).user


@pytest.fixture
def answer(session: Session, activity: Activity):
    """Answer as somebody, a minute later each time: `answer(user, pairs=["deux"])`."""
    moments = (NOON + timedelta(minutes=number) for number in range(1000))
    keys = {choice.text: choice.key for item in activity.items for choice in item.choices}

    def put(user: User, **said: str | list[str]) -> None:
        given = {
            name: tuple(
                keys.get(text, text) for text in ([texts] if isinstance(texts, str) else texts)
            )
            for name, texts in said.items()
        }
        marks = mark_items(activity.items, given)
        activities.keep(session, user.id, WHERE, activity, given, marks, now=next(moments))
        session.flush()

    return put


def numbers(session: Session, user: User) -> list[int]:
    found = select(ActivityAttempt.number).where(ActivityAttempt.user_id == user.id)
    return sorted(session.scalars(found))


class TestKeeping:
    def test_the_first_the_best_and_the_latest_attempts_are_kept(
        self, session, learner, answer
    ):
        answer(learner, somme="1")
        answer(learner, somme="4", lettre="b")
        answer(learner, somme="4")
        answer(learner, somme="5")
        assert numbers(session, learner) == [1, 2, 4]
        assert activities.latest(session, learner.id, WHERE).points == 0
        best = activities.best(session, learner.id, WHERE)
        assert (best.number, best.points, best.max_points) == (2, 2, 3)
        answers = session.scalar(select(func.count(ActivityAnswer.id)))
        assert answers == 9  # those of the attempt between are gone with it

    def test_the_same_answers_again_are_no_attempt(self, session, learner, answer):
        for _ in range(3):
            answer(learner, somme="4")
        assert numbers(session, learner) == [1]

    def test_nothing_answered_is_refused(self, session, learner, answer):
        with pytest.raises(Invalid, match="une question au moins"):
            answer(learner, somme=" ")
        assert numbers(session, learner) == []

    def test_parts_of_a_point_add_up(self, session, learner, answer):
        answer(learner, pairs=["deux"], lettre="b")
        assert activities.latest(session, learner.id, WHERE).points == 1.5

    def test_the_best_attempt_at_each_page_is_found_at_once(self, session, learner, answer):
        answer(learner, lettre="b")
        answer(learner, lettre="c")
        states = activities.states(session, learner.id, "petit-cours")
        assert states["debut", "lire"].points == 1
        assert not states["debut", "lire"].is_all_right
        assert activities.states(session, learner.id, "autre") == {}


class TestCounting:
    def test_first_answers_and_latest_ones_are_counted_apart(
        self, session, promotion, learner, answer, activity
    ):
        other = make_membership(session, promotion=promotion).user
        answer(learner, somme="5", pairs=["deux", "trois"])
        answer(learner, somme="4")
        answer(other, somme="4", pairs=["deux", "trois"])
        somme, pairs, lettre = activity_counts.counts_of(
            session, promotion, WHERE, activity, now=NOON
        )
        assert (somme.answered, somme.right_first, somme.right_now) == (2, 1, 2)
        assert [(wrong.text, wrong.count) for wrong in somme.wrong] == [("5", 1)]
        assert [(wrong.text, wrong.count) for wrong in pairs.wrong] == [("deux + trois", 2)]
        assert (lettre.answered, lettre.wrong) == (0, ())

    def test_only_the_learners_of_the_promotion_count(
        self, session, promotion, answer, activity
    ):
        trainer = make_membership(session, promotion=promotion, role=Role.TRAINER).user
        gone = make_membership(session, promotion=promotion, ended_at=NOON - timedelta(days=1))
        for someone in (trainer, gone.user, make_membership(session).user):
            answer(someone, somme="4")
        counts = activity_counts.counts_of(session, promotion, WHERE, activity, now=NOON)
        assert [count.answered for count in counts] == [0, 0, 0]

    def test_themes_stand_by_name_whatever_the_points(
        self, session, promotion, learner, answer, activity
    ):
        learner.name = "Zoé"
        first = make_membership(session, promotion=promotion).user
        first.name = "Ana"
        answer(learner, somme="4", pairs=["deux", "quatre"])
        found = activity_counts.themes_of(session, promotion, WHERE, activity, now=NOON)
        assert [(row.name, bool(row.answered_at)) for row in found] == [
            ("Ana", False),
            ("Zoé", True),
        ]
        calcul, lecture = found[1].themes
        assert (calcul.theme, calcul.points, calcul.is_at_ease) == ("Calcul", 2, True)
        assert (lecture.answered, lecture.is_at_ease) == (0, False)

    def test_pages_with_questions_are_listed_with_who_answered(
        self, session, promotion, learner, answer
    ):
        pages = (
            Page(path=PurePosixPath("a.md"), slug="sans", title="Sans"),
            Page(path=PurePosixPath("b.md"), slug="lire", title="Lire", questions=3),
        )
        module = Module(id="debut", title="Début", pages=pages)
        course = Course(
            slug="petit-cours", title="Petit cours", content_hash="0", modules=(module,)
        )
        answer(learner, somme="4", pairs=["deux", "quatre"], lettre="b")
        answer(learner, somme="5")
        (count,) = activity_counts.pages_of(session, promotion, course, now=NOON)
        assert (count.page.slug, count.answered, count.all_right) == ("lire", 1, 1)
