"""« Membres »: inviting, leaving, coming back, other roles, and taking each of them back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import AuditEvent, Invitation, Membership
from lms.services import invitations
from tests.factories import make_membership, make_promotion, make_user


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026")


@pytest.fixture
def as_staff(client, session, promotion, sign_in):
    """Sign a member of staff in and return the browser."""

    def enter(role=Role.COHORT_MANAGER):
        user = make_user(session, name="Équipe")
        member = make_membership(session, user, promotion, role=role)
        session.commit()
        sign_in(client, member.user)
        return client

    return enter


def address(promotion):
    return f"/promotions/{promotion.slug}/membres/"


def held(session, member):
    session.expire_all()
    return session.scalars(
        select(Membership.role).where(
            Membership.user_id == member.user_id, Membership.ended_at.is_(None)
        )
    ).all()


def undo_address(page):
    return re.search(r'action="([^"]+/annuler)" class="undo"', page)[1]


def field(page, name):
    """The value of a hidden field beside the button that takes something back."""
    form = page.partition('class="undo"')[2].partition("</form>")[0]
    return re.search(rf'name="{name}" value="([^"]*)"', form)[1]


class TestInvite:
    def test_sends_an_invitation(self, as_staff, session, promotion, config):
        client = as_staff()
        response = client.submit(
            f"{address(promotion)}invitations",
            page=address(promotion),
            name="Nina",
            email="nina@ecole.example",
            role="apprenant",
        )
        assert response.status_code == 303
        assert "Invitation envoyée à nina@ecole.example" in client.get(address(promotion)).text
        [mail] = (config.instance / "mails").glob("*.eml")
        link = re.search(r"http://localhost/invitation/(\S+)", mail.read_text("utf-8"))[1]
        found = invitations.find_invitation(session, link, now=datetime.now(UTC))
        assert (found.email, found.role) == ("nina@ecole.example", "apprenant")
        assert found.invited_by_id is not None

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"email": "pas une adresse"}, "n’est pas une adresse électronique"),
            ({"email": "a@b.fr\r\nBcc: tous@b.fr"}, "n’est pas une adresse électronique"),
            ({"name": ""}, "Ce champ est à remplir"),
            ({"role": "reine"}, "pas un choix valide"),
        ],
    )
    def test_refuses_what_cannot_be_used(
        self, as_staff, session, promotion, config, fields, said
    ):
        client = as_staff()
        values = {"name": "Nina", "email": "nina@ecole.example", "role": "apprenant"}
        response = client.submit(
            f"{address(promotion)}invitations", page=address(promotion), **values | fields
        )
        assert re.search(said, response.text)
        assert session.scalars(select(Invitation)).all() == []
        assert not (config.instance / "mails").exists()

    def test_a_trainer_finds_no_form(self, as_staff, promotion):
        page = as_staff(Role.TRAINER).get(address(promotion)).text
        assert "Inviter une personne" not in page


class TestInvitations:
    def test_are_sent_again_with_a_new_link(self, as_staff, session, promotion, config):
        client = as_staff()
        values = {"name": "Nina", "email": "nina@ecole.example", "role": "apprenant"}
        where = address(promotion)
        client.submit(f"{where}invitations", page=where, **values)
        first = session.scalars(select(Invitation)).one()
        assert "nina@ecole.example" in client.get(where).text
        client.submit(f"{where}invitations/{first.id}/renvoi", page=where)
        mails = sorted((config.instance / "mails").glob("*.eml"))
        links = [re.search(r"/invitation/(\S+)", mail.read_text("utf-8"))[1] for mail in mails]
        assert len(set(links)) == 2
        assert client.get(f"/invitation/{links[0]}").status_code == 404
        assert client.get(f"/invitation/{links[1]}").status_code == 200

    def test_are_withdrawn(self, as_staff, session, promotion):
        client, where = as_staff(), address(promotion)
        token = invitations.invite(
            session,
            email="nina@ecole.example",
            name="Nina",
            promotion=promotion,
            role=Role.LEARNER,
            lifetime_s=60,
            now=datetime.now(UTC) - timedelta(days=1),
        )
        session.commit()
        page = client.get(where).text
        assert "a expiré le" in page
        found = session.scalars(select(Invitation)).one()
        client.submit(f"{where}invitations/{found.id}/retrait", page=where)
        assert "Invitations en attente" not in client.get(where).text
        assert "a été retirée" in client.get(f"/invitation/{token}").text
        gone = client.submit(f"{where}invitations/{found.id}/renvoi", page=where)
        assert gone.status_code == 404


class TestLeaving:
    def test_keeps_the_work_and_can_be_taken_back_at_once(self, as_staff, session, promotion):
        member = make_membership(session, make_user(session, name="Ada"), promotion)
        client, where = as_staff(), address(promotion)
        left = client.submit(f"{where}{member.id}/depart", page=where, follow_redirects=True)
        assert left.status_code == 303
        page = client.get(where).text
        assert "Ada a quitté la promotion. Son travail est gardé." in page
        assert held(session, member) == []
        back = field(page, "retour")
        undone = client.submit(undo_address(page), page=where, retour=back)
        assert undone.location == back == where
        assert held(session, member) == ["apprenant"]
        last, before = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject == f"membership:{member.id}")
            .order_by(AuditEvent.id.desc())
        )
        assert (last.action, last.reverses_id) == ("membership.started", before.id)
        assert last.person_id == member.user_id

    def test_and_coming_back(self, as_staff, session, promotion):
        gone = make_membership(session, promotion=promotion, ended_at=datetime.now(UTC))
        client, where = as_staff(), address(promotion)
        assert "Personnes parties" in client.get(where).text
        client.submit(f"{where}{gone.id}/retour", page=where)
        assert held(session, gone) == ["apprenant"]
        twice = client.submit(f"{where}{gone.id}/retour", page=where)
        assert twice.status_code == 409
        assert "déjà revenue" in twice.text

    def test_the_last_cohort_manager_stays(self, as_staff, session, promotion):
        client, where = as_staff(), address(promotion)
        me = session.scalars(select(Membership)).one()
        for what, fields in (("depart", {}), ("role", {"role": "jury"})):
            refused = client.submit(f"{where}{me.id}/{what}", page=where, **fields)
            assert refused.status_code == 409
            assert "donnez d’abord ce rôle" in refused.text
        assert held(session, me) == ["charge-de-promotion"]


class TestRoles:
    def test_change_and_change_back(self, as_staff, session, promotion):
        member = make_membership(session, make_user(session, name="Ada"), promotion)
        client, where = as_staff(), address(promotion)
        client.submit(f"{where}{member.id}/role", page=f"{where}{member.id}/", role="tuteur")
        assert held(session, member) == ["tuteur"]
        page = client.get(where).text
        assert "Ada a maintenant le rôle" in page
        undone = client.submit(undo_address(page), page=where, retour="//ailleurs.example/")
        assert undone.location == f"/promotions/{promotion.slug}/journal/"
        assert held(session, member) == ["apprenant"]

    def test_a_role_held_before_is_held_again(self, as_staff, session, promotion):
        user = make_user(session)
        member = make_membership(session, user, promotion)
        make_membership(session, user, promotion, Role.JURY, ended_at=datetime.now(UTC))
        client, where = as_staff(), address(promotion)
        client.submit(f"{where}{member.id}/role", page=where, role="jury")
        assert held(session, member) == ["jury"]
        page = client.get(where).text
        client.submit(undo_address(page), page=where)
        assert held(session, member) == ["apprenant"]

    def test_one_that_is_held_already_is_refused(self, as_staff, session, promotion):
        user = make_user(session)
        member = make_membership(session, user, promotion)
        make_membership(session, user, promotion, Role.JURY)
        client, where = as_staff(), address(promotion)
        refused = client.submit(f"{where}{member.id}/role", page=where, role="jury")
        assert "a déjà ce rôle" in refused.text
        assert client.submit(f"{where}{member.id}/role", page=where).status_code == 400


def test_somebody_of_another_promotion_is_not_found(as_staff, session, promotion):
    other = make_membership(session)
    client, where = as_staff(), address(promotion)
    assert client.get(f"{where}{other.id}/").status_code == 404
