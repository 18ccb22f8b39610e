"""The web's database is the one that worker and command line open."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lms.app import create_app
from lms.config import Config
from lms.database import open_engine
from lms.migrations import upgrade


def test_a_relative_instance_is_found_where_the_commands_find_it(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = dataclasses.replace(config, instance=Path("ici"))
    Path("ici").mkdir()
    engine = open_engine(relative.database)
    upgrade(engine)
    engine.dispose()

    app = create_app(relative)

    assert app.test_client().get("/sante").status_code == 200
    app.extensions["garrigue"].engine.dispose()
