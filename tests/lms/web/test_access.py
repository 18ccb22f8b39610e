"""Every route, asked by everybody: what each may do and what each may know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lms.web.person import OPEN
from tests.access.people import ANYBODY, ASSIGNMENT, NOBODY, SIGNED_IN, Route
from tests.access.routes import FRAMED, ROUTES
from tests.access.world import World, opened

#: Signing out leads to the form, as does a POST of somebody who is not signed in.
LEADS_TO_FORM = {"POST accounts.sign_out", "POST accounts.sign_out_everywhere"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A school of its own for this module: no test here depends on what another one did."""
    with opened(tmp_path_factory.mktemp("school")) as made:
        yield made


def expected(route: Route, person: str) -> str:
    if person in route.allowed:
        return "answered"
    if person in NOBODY:
        return "sent to sign in"
    return "refused" if person in route.known else "unknown"


def outcome(response: Any) -> str:
    location = response.headers.get("Location", "")
    if response.status_code == 303 and location.startswith("/connexion?suite="):
        return "sent to sign in"
    if response.status_code == 303 and location == "/connexion":
        return "led to the form"
    return {403: "refused", 404: "unknown"}.get(
        response.status_code,
        "answered" if response.status_code < 400 else str(response.status_code),
    )


def test_every_route_of_the_site_is_in_the_table(world: World) -> None:
    found = {
        f"{method} {rule.endpoint}"
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint != "static"  # public files, served before any of this
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == ROUTES.keys()


def test_what_is_open_to_all_is_what_the_site_says_is_open(world: World) -> None:
    to_all = {name.split()[1] for name, route in ROUTES.items() if route.allowed == ANYBODY}
    assert to_all == OPEN - {"static"}


@pytest.mark.parametrize("person", sorted(ANYBODY))
@pytest.mark.parametrize("name", ROUTES)
def test_63_each_gets_what_is_theirs(world: World, name: str, person: str) -> None:
    response = world.ask(name, person)
    route = ROUTES[name]
    wanted, got = expected(route, person), outcome(response)
    response.close()
    if got == "led to the form":
        assert name in LEADS_TO_FORM or person in NOBODY
        got = "answered" if name in LEADS_TO_FORM and person in SIGNED_IN else "sent to sign in"
    assert got == wanted
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    is_framed = name in FRAMED and wanted == "answered"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"] or (
        is_framed or (name == "GET learn.file" and wanted == "answered")
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == ("SAMEORIGIN" if is_framed else "DENY")


@pytest.mark.parametrize("address", ["/rendus/999999/", "/cours/nul/", "/promotions/nul/"])
def test_63_who_is_not_signed_in_learns_nothing_from_addresses(
    world: World, address: str
) -> None:
    assert outcome(world.browser("anonymous").get(address)) == "sent to sign in"


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("/rendus/{submission}/", "/rendus/999999/"),
        ("/rendus/{submission}/suivi", "/rendus/999999/suivi"),
        ("/aide/{submission}/", "/aide/999999/"),
        ("/promotions/{promotion}/", "/promotions/nulle-part/"),
        ("/cours/petit-cours/", "/cours/nul/"),
        ("/cours/petit-cours/debut/lire/", "/cours/nul/debut/lire/"),
        (f"{ASSIGNMENT}/", "/cours/nul/exercices/premier-carnet/"),
    ],
)
def test_63_what_is_hidden_looks_like_what_does_not_exist(
    world: World, hidden: str, missing: str
) -> None:
    client = world.browser("stranger")
    values = {"submission": world.submissions["owner"], "promotion": world.promotion.slug}
    first, second = client.get(hidden.format(**values)), client.get(missing)
    main = re.compile(r"<main.*?</main>", re.S)
    assert first.status_code == second.status_code == 404
    assert main.search(first.text)[0] == main.search(second.text)[0]


def test_a_learner_does_not_see_the_address_of_the_staff_pages(world: World) -> None:
    assert "/promotions/" not in world.browser("owner").get("/").text
    assert "/promotions/" in world.browser("trainer").get("/").text
