"""The order of the tests, and pytest-playwright's own `browser`, started our way."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.dealing import Dealing, turn

#: Chromium without its own windows, which no test looks at and which cost as much as pages;
#: the one with them does as well where it is what is installed.
PROGRAMS = ("chromium-headless-shell", "chromium")

CHROMIUM = {
    "executable_path": next(filter(None, map(shutil.which, PROGRAMS)), "/usr/bin/chromium"),
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ],
}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, without what it would fetch by itself."""
    return CHROMIUM


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealing | None:
    """Deal scopes out our way."""
    return Dealing(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what lasts long."""
    items.sort(key=lambda item: turn(item.nodeid))
