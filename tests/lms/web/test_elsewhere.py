"""Numbers of another promotion, asked for through one's own: none of them is found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.domain.access import Role
from lms.models import PeerReview, Promotion, User
from lms.services import referentials, rubrics
from tests.access.people import NOW
from tests.access.routes import ROUTES
from tests.access.school import submission_of
from tests.access.world import World
from tests.factories import make_membership, make_promotion
from tests.lms.web.test_access import world as world  # the same school, made for this module
from tests.marking import GRID

PROMOTION = "/promotions/{promotion}/"

#: What names nothing of the promotion: files of its course, or the promotion itself.
COMMON = {"promotion", "opened", "closed"}

#: Routes below a promotion whose address has the number of one of its rows.
NUMBERED = [
    name
    for name, route in ROUTES.items()
    if route.address.startswith(PROMOTION)
    and (
        set(re.findall(r"{([^}]+)}", route.address)) - COMMON or "/grilles/1/" in route.address
    )
]

#: Routes below a promotion whose form names one of its learners.
NAMING = [
    name
    for name, route in ROUTES.items()
    if route.address.startswith(PROMOTION)
    and any("{learner}" in str(field) for field in route.fields.values())
]


@pytest.fixture(scope="module")
def elsewhere(world: World) -> tuple[World, str]:
    """The other promotion with rows of its own, and the rubric that its school has."""
    with world.site.sessions.begin() as session:
        here = session.get(Promotion, world.promotion.id)
        there = make_promotion(session, ends_on=date(2999, 1, 1))
        course = world.site.library.course("petit-cours")
        referentials.bind_missing(session, there.programme, course.referentials, now=NOW)
        learner = make_membership(session, promotion=there)
        fellow = make_membership(session, promotion=there)
        submissions = {
            "owner": submission_of(session, world.site, learner).id,
            "former owner": submission_of(session, world.site, fellow).id,
        }
        number = submissions["owner"]
        session.add(
            PeerReview(
                id=number, submission_id=number, reviewer_id=fellow.user_id, assigned_at=NOW
            )
        )
        trainer = trainer_of_both(session, here, there)
        rubric = rubrics.make(
            session,
            there.programme.organisation_id,
            "Écrire",
            GRID,
            actor_id=trainer.id,
            now=NOW,
        )
        people = {
            **world.people,
            "owner": learner.user,
            "former owner": fellow.user,
            "trainer": trainer,
        }
    there_seen = replace(world, people=people, submissions=submissions, promotion=there)
    return there_seen, str(rubric.id)


def trainer_of_both(session: Session, here: Promotion, there: Promotion) -> User:
    """Somebody with every role here, who left the other promotion after making its rows."""
    trainer = make_membership(session, promotion=here, role=Role.TRAINER).user
    for role in (Role.COHORT_MANAGER, Role.JURY):
        make_membership(session, user=trainer, promotion=here, role=role)
    make_membership(session, trainer, there, Role.TRAINER, ended_at=NOW)
    return trainer


def asked_through(world: World, elsewhere: tuple[World, str], name: str) -> Any:
    """Ask for the rows of the other promotion below the address of one's own."""
    there, rubric = elsewhere
    address = there.address(name, "trainer")
    address = address.replace(f"/{there.promotion.slug}/", f"/{world.promotion.slug}/")
    address = address.replace("/grilles/1/", f"/grilles/{rubric}/")
    client = there.browser("trainer")
    if name.startswith("GET"):
        return client.get(address)
    fields = {
        key: text.replace("{learner}", str(there.people["owner"].id))
        for key, text in ROUTES[name].fields.items()
    }
    return client.post(address, data={"csrf_token": client.token("/compte"), **fields})


@pytest.mark.parametrize("name", NUMBERED)
def test_63_a_number_of_another_promotion_is_not_found(
    world: World, elsewhere: tuple[World, str], name: str
) -> None:
    response = asked_through(world, elsewhere, name)
    assert response.status_code == 404


@pytest.mark.parametrize("name", NAMING)
def test_63_a_form_takes_no_learner_of_another_promotion(
    world: World, elsewhere: tuple[World, str], name: str
) -> None:
    response = asked_through(world, elsewhere, name)
    assert response.status_code in {400, 404}


@pytest.mark.parametrize(
    "address",
    [
        "/rendus/99999999999999999999999/",
        "/promotions/{slug}/groupes/99999999999999999999999/",
        "/promotions/{slug}/journal/?au=9999-12-31",
    ],
)
def test_a_number_beyond_measure_is_no_fault_of_ours(world: World, address: str) -> None:
    client = world.browser("trainer")
    answer = client.get(address.format(slug=world.promotion.slug))
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("reglages/exercices/premier-carnet/", {"retard": "propre", "tolerance": "1e308"}),
        ("amenagements/", {"qui": f"groupe:{'9' * 5000}", "jours": "1", "motif": "Panne"}),
        ("calendrier/dates/semaine-1/", {"jour": "9999-12-31", "heure": "12:00-23:00"}),
    ],
)
def test_what_is_typed_beyond_measure_is_no_fault_of_ours(
    world: World, address: str, fields: dict[str, str]
) -> None:
    client = world.browser("trainer")
    data = {"csrf_token": client.token("/compte"), **fields}
    answer = client.post(f"/promotions/{world.promotion.slug}/{address}", data=data)
    assert answer.status_code < 500
