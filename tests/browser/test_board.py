"""The board of a promotion: by keyboard, kept up to date in place, on a phone, faultless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from lms.models import AssignmentVersion, Membership, User
from tests.browser.conftest import ASSIGNMENT, COURSE, School
from tests.browser.looks import MAX_FIRST_LOAD_BYTES, faults, first_load_bytes, overflow_px
from tests.factories import make_submission

pytestmark = pytest.mark.browser


def hand_in(school: School, email: str) -> int:
    """Have a learner hand something in, as another browser would; nothing grades it."""
    with school.session() as session:
        member = session.scalars(
            select(Membership).join(Membership.user).where(User.email == email)
        ).one()
        version = session.scalars(
            select(AssignmentVersion).where(
                AssignmentVersion.course_slug == COURSE,
                AssignmentVersion.assignment_id == ASSIGNMENT,
            )
        ).first()
        assert version is not None
        made = make_submission(
            session, membership=member, version=version, handed_in_at=datetime.now(UTC)
        )
        number: int = made.id
    return number


def test_the_board_follows_the_work_while_somebody_reads_it_by_keyboard(
    school: School, open_browser: Callable[..., Page], newcomer: Callable[[str], str]
) -> None:
    email = newcomer("Zoé Tableau")
    newcomer("Zoé Autre")
    page = open_browser(email=school.trainer)
    held: list[Route] = []
    page.route("**/suivi", lambda route: held.append(route))
    page.goto(f"/promotions/{school.promotion}/?nom=zoe+")
    page.wait_for_load_state("load")
    rows = page.locator(".board tbody tr")
    expect(rows).to_have_count(2)

    rows.first.get_by_role("link", name="Zoé Autre").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    focused = rows.first.locator("td").first
    expect(focused).to_be_focused()

    # Between the page and its first news, which tell nothing but that.
    number = hand_in(school, email)
    held[0].continue_()
    mine = rows.nth(1).locator(f'a[href="/rendus/{number}/"]')
    expect(mine).to_be_visible()
    expect(focused).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(mine).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{school.url}/rendus/{number}/")


def test_what_trainers_follow_fits_a_phone_and_has_no_fault(
    school: School, open_browser: Callable[..., Page], newcomer: Callable[[str], str]
) -> None:
    newcomer("Ana Fiche")
    page = open_browser(email=school.trainer)
    board = f"/promotions/{school.promotion}/"
    assert first_load_bytes(page, board) <= MAX_FIRST_LOAD_BYTES
    assert not faults(page, ("light", "dark", "contrast"))
    for where in ("alertes/", "alertes/regles", f"exercices/{ASSIGNMENT}/"):
        page.goto(f"{board}{where}")
        assert not faults(page, ("light", "dark"))

    phone = open_browser(width=320, email=school.trainer)
    for where in ("alertes/", "alertes/regles", f"exercices/{ASSIGNMENT}/", ""):
        phone.goto(f"{board}{where}")
        assert overflow_px(phone) == 0, where
    expect(phone.locator(".board-scroll")).to_be_hidden()
    phone.get_by_role("link", name="Ana Fiche").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ana Fiche")
    assert overflow_px(phone) == 0
    assert not faults(phone)


def test_a_learner_reads_the_rules_that_apply(
    school: School, open_browser: Callable[..., Page]
) -> None:
    page = open_browser(width=320, email=school.visitor)
    page.goto("/suivi/")
    expect(page.get_by_text("Ces règles ne vous notent pas")).to_be_visible()
    assert overflow_px(page) == 0
    assert not faults(page)
