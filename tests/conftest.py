"""The one Chromium of a test process: pytest-playwright's own `browser`, started our way."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

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
