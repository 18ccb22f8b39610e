"""Taking in a list of people."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from lms.domain.access import Role
from lms.domain.roster import BadRoster, read_roster
from lms.models import AuditEvent, Membership, User
from lms.services.roster import take_in
from tests.factories import NOON, make_promotion, make_user

HEAD = "nom;courriel;promotion;role\n"


@pytest.fixture
def promotion(session):
    return make_promotion(session, slug="castelnau-2026")


def taken(session, text):
    return take_in(session, read_roster((HEAD + text).encode()), now=NOON)


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_opens_accounts_and_begins_memberships(session, promotion):
    result = taken(
        session,
        "Ada;ada@e.fr;castelnau-2026;apprenante\n"
        "Ada;ada@e.fr;castelnau-2026;jury\n"
        "Bob;bob@e.fr;castelnau-2026;formateur\n",
    )
    assert (result.accounts, result.memberships, result.unchanged) == (2, 3, 0)
    assert {newcomer.user.email for newcomer in result.newcomers} == {"ada@e.fr", "bob@e.fr"}
    assert count(session, AuditEvent) == 5


def test_the_second_time_changes_nothing(session, promotion):
    text = "Ada;ada@e.fr;castelnau-2026;apprenante\n"
    taken(session, text)
    again = taken(session, text)
    assert (again.accounts, again.memberships, again.unchanged) == (0, 0, 1)
    assert again.newcomers == ()
    assert count(session, Membership) == 1


def test_keeps_the_name_that_the_person_has(session, promotion):
    user = make_user(session, name="Ada Lovelace", email="ada@e.fr")
    result = taken(session, "A. Byron;ADA@e.fr;castelnau-2026;jury\n")
    assert user.name == "Ada Lovelace"
    assert result.newcomers == ()


def test_begins_an_ended_role_again(session, promotion):
    taken(session, "Ada;ada@e.fr;castelnau-2026;jury\n")
    membership = session.scalars(select(Membership)).one()
    membership.ended_at = NOON
    result = taken(session, "Ada;ada@e.fr;castelnau-2026;jury\n")
    assert result.memberships == 1
    assert membership.ended_at is None
    assert membership.role == Role.JURY


def test_does_nothing_at_all_when_something_is_wrong(session, promotion):
    make_user(session, email="partie@e.fr", is_active=False)
    with pytest.raises(BadRoster) as caught:
        taken(
            session,
            "Ada;ada@e.fr;castelnau-2026;jury\n"
            "Bob;bob@e.fr;nulle-part;jury\n"
            "Eva;partie@e.fr;castelnau-2026;jury\n",
        )
    first, second = caught.value.mistakes
    assert first.startswith("Ligne 3")
    assert "Promotions connues\N{NO-BREAK SPACE}: castelnau-2026" in first
    assert second.startswith("Ligne 4")
    assert count(session, User) == 1
    assert count(session, Membership) == 0
