"""Enrolling from a list: what would change, line by line, then the change itself."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import Invitation, Membership, User
from tests.factories import make_membership, make_promotion, make_user

HEAD = "nom;courriel;promotion;role\n"


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026", slug="castelnau")


@pytest.fixture
def manager(client, session, promotion, sign_in):
    member = make_membership(session, make_user(session), promotion, Role.COHORT_MANAGER)
    session.commit()
    sign_in(client, member.user)
    return client


WHERE = "/promotions/castelnau/membres/inscriptions/"


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def kept(response):
    return unescape(
        re.search(r'<textarea name="liste" hidden>(.*?)</textarea>', response.text, re.S)[1]
    )


@pytest.fixture
def people(session, promotion):
    """Somebody of each kind, by name."""
    there = make_user(session, name="Là", email="la@ecole.example")
    make_membership(session, there, promotion)
    gone = make_user(session, name="Partie", email="partie@ecole.example")
    make_membership(session, gone, promotion, ended_at=datetime.now(UTC))
    make_user(session, name="Connue", email="connue@ecole.example")
    make_user(session, name="Fermée", email="fermee@ecole.example", is_active=False)
    session.commit()


LIST = HEAD + "".join(
    f"{name};{email}@ecole.example;{slug};apprenant\n"
    for name, email, slug in (
        ("Neuve", "neuve", "castelnau"),
        ("Connue", "connue", "castelnau"),
        ("Partie", "partie", "castelnau"),
        ("Là", "la", "castelnau"),
        ("Fermée", "fermee", "castelnau"),
        ("Ailleurs", "ailleurs", "montpellier"),
    )
)


def test_each_line_is_told_before_anything_changes(manager, session, people, config):
    before = session.scalars(select(Membership.id)).all()
    shown = manager.submit(WHERE, fichier=(io.BytesIO(LIST.encode()), "liste.csv"))
    page = text_of(shown)
    assert "Rien n’a changé encore." in page
    for told in (
        "Neuve neuve@ecole.example apprenant·e Nouveau compte, et une invitation",
        "Connue connue@ecole.example apprenant·e A un compte : rejoint la promotion",
        "Partie partie@ecole.example apprenant·e Revient, et retrouve son travail",
        "Là la@ecole.example apprenant·e Déjà là : rien ne change",
        "Refusée Le compte de cette adresse est fermé.",
        "Refusée La ligne est pour la promotion « montpellier ».",
        "Inscrire 3 personnes",
    ):
        assert told.replace("\N{NO-BREAK SPACE}", " ") in page
    assert session.scalars(select(Membership.id)).all() == before
    assert not (config.instance / "mails").exists()


def test_what_was_shown_is_done_once_confirmed(manager, session, people, config):
    shown = manager.submit(WHERE, texte=LIST)
    manager.submit(f"{WHERE}confirmation", page=WHERE, liste=kept(shown))
    session.expire_all()
    present = session.scalars(
        select(User.email)
        .join(Membership)
        .where(Membership.ended_at.is_(None), Membership.role == "apprenant")
    ).all()
    names = ("connue", "la", "neuve", "partie")
    assert sorted(present) == [f"{name}@ecole.example" for name in names]
    assert session.scalars(select(Invitation.email)).all() == ["neuve@ecole.example"]
    [_mail] = (config.instance / "mails").glob("*.eml")
    told = text_of(manager.get("/promotions/castelnau/membres/"))
    assert "3 personnes inscrites. 1 invitation envoyée." in told
    again = manager.submit(WHERE, texte=LIST)
    assert "Rien ne changerait." in text_of(again)


@pytest.mark.parametrize(
    ("texte", "said"),
    [
        ("", "Choisissez un fichier, ou collez la liste."),
        ("nom;courriel\nAda;ada@ecole.example", "il manque la colonne"),
        (HEAD + "Ada;pas une adresse;castelnau;apprenant", "Ligne 2"),
        (HEAD + "Ada;ada@ecole.example;castelnau;reine", "n’est pas un rôle"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_lines(manager, session, texte, said):
    before = session.scalars(select(User.id)).all()
    refused = manager.submit(WHERE, texte=texte)
    assert refused.status_code == 400
    assert said in text_of(refused)
    assert unescape(refused.text).count(texte.strip()) >= 1  # what was pasted is still there
    assert session.scalars(select(User.id)).all() == before


def test_a_confirmation_is_checked_like_the_list(manager, session):
    forged = HEAD + "Ada;ada@ecole.example;ailleurs;apprenant\n"
    manager.submit(f"{WHERE}confirmation", page=WHERE, liste=forged)
    assert session.scalar(select(User).where(User.email == "ada@ecole.example")) is None


def test_long_lists_are_for_the_command_line(manager):
    many = HEAD + "".join(
        f"Personne;p{number}@ecole.example;castelnau;apprenant\n" for number in range(301)
    )
    refused = manager.submit(WHERE, texte=many)
    assert refused.status_code == 400
    assert "partagez-la en plusieurs" in refused.text


def test_a_list_that_other_software_left_is_proposed(manager, session, config):
    folder = config.instance / "inscriptions"
    folder.mkdir()
    (folder / "castelnau.csv").write_text(
        HEAD + "Ada;ada@ecole.example;castelnau;apprenant\n", encoding="utf-8"
    )
    assert "inscriptions/castelnau.csv" in manager.get(WHERE).text
    shown = manager.submit(WHERE, source="inscriptions/castelnau.csv")
    assert "ada@ecole.example" in shown.text
    gone = manager.submit(WHERE, source="ailleurs")
    assert "n’a plus de liste" in gone.text
