"""Settings from the environment."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from lms.config import Config, MissingSetting, from_environment

DOCUMENT = Path(__file__).parents[2] / "docs" / "exploitation.md"
LEAST = {
    "GARRIGUE_SECRET_KEY": "a secret that is long enough",
    "GARRIGUE_INSTANCE": "/srv/garrigue",
    "GARRIGUE_COURSES": "/srv/courses",
}


def test_the_least_is_a_secret_and_two_folders():
    config = from_environment(LEAST | {"HOME": "/root", "GARRIGUE": "x"})
    assert config.instance == Path("/srv/garrigue")
    assert config.database == "sqlite:////srv/garrigue/garrigue.db"


@pytest.mark.parametrize("name", LEAST)
def test_what_has_no_default_must_be_set(name):
    with pytest.raises(MissingSetting, match=name):
        from_environment({key: value for key, value in LEAST.items() if key != name})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DATABASE_URL", "postgresql://db/garrigue", "postgresql://db/garrigue"),
        ("MAX_UPLOAD_BYTES", "1000", 1000),
        ("IS_DEMO", "true", True),
        ("HAS_LIVE_RELOAD", "0", False),
    ],
)
def test_each_setting_has_its_type(name, text, value):
    config = from_environment(LEAST | {f"GARRIGUE_{name}": text})
    assert getattr(config, name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_UPLOAD_BYTES", "10 MB"),
        ("IS_DEMO", "yes please"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "ecole.example"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("PUBLIC_URL", "https://"),
    ],
)
def test_what_cannot_be_read_or_is_not_safe_is_refused_by_its_name(name, text):
    with pytest.raises(MissingSetting, match=f"GARRIGUE_{name}"):
        from_environment(LEAST | {f"GARRIGUE_{name}": text})


def test_https_is_known_by_the_public_address():
    assert from_environment(LEAST | {"GARRIGUE_PUBLIC_URL": "https://e.example"}).is_https
    assert not from_environment(LEAST).is_https


def test_no_setting_can_be_changed():
    config = from_environment(LEAST)
    for setting in fields(Config):
        with pytest.raises(AttributeError):
            setattr(config, setting.name, None)


def test_every_setting_is_documented_with_its_default():
    rows = re.findall(
        r"^\| `GARRIGUE_(\w+)` \| (.*?) \| .+ \|$", DOCUMENT.read_text("utf-8"), re.M
    )
    said = {name.lower(): text for name, text in rows}
    settings = {setting.name: setting for setting in fields(Config)}
    assert said.keys() == settings.keys()
    for name, setting in settings.items():
        text = str(setting.default).lower() if setting.type == "bool" else str(setting.default)
        assert setting.default in (MISSING, "") or said[name] == f"`{text}`"
