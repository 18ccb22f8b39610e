"""The one Chromium of a test process: pytest-playwright's own `browser`, started our way."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

CHROMIUM = {
    "executable_path": shutil.which("chromium") or "/usr/bin/chromium",
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
