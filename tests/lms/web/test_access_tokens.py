"""No form is taken without the token that its page gave to the same person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.access.people import NOBODY
from tests.access.routes import POSTS, ROUTES
from tests.access.world import World, opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A school of its own for this module: no test here depends on what another one did."""
    with opened(tmp_path_factory.mktemp("school")) as made:
        yield made


@pytest.mark.parametrize("token", ["", "forged", "somebody else's"])
@pytest.mark.parametrize("name", POSTS)
def test_62_no_form_is_taken_without_its_token(world: World, name: str, token: str) -> None:
    person = min(ROUTES[name].allowed - NOBODY)
    if token == "somebody else's":
        token = world.token(world.browser("fellow"), "fellow")
    response = world.ask(name, person, token=token)
    assert response.status_code == 400
    assert "Formulaire à renvoyer" in response.text
