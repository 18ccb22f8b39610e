"""The style sheets: their weight, and that their colours can be read in every theme."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "lms" / "static"
SHEETS = (STATIC / "vendor/pico/pico.min.css", STATIC / "css/garrigue.css")
MAX_PACKED_BYTES = 30_000

#: Text on grounds, as the parts of pages put them together.
TEXTS = {
    "text": (
        "ground",
        "surface",
        "sunken",
        "thyme-soft",
        "ochre-soft",
        "sky-soft",
        "brick-soft",
    ),
    "muted": ("ground", "surface", "sunken"),
    "thyme": ("ground", "surface", "sunken", "thyme-soft"),
    "thyme-deep": ("ground", "surface", "thyme-soft"),
    "on-thyme": ("thyme", "thyme-deep"),
    "ochre": ("ground", "surface", "ochre-soft"),
    "sky": ("ground", "surface", "sky-soft"),
    "brick": ("ground", "surface", "brick-soft"),
    "code-text": ("code-ground",),
    "code-comment": ("code-ground",),
    "code-keyword": ("code-ground",),
    "code-string": ("code-ground",),
    "code-number": ("code-ground",),
    "code-name": ("code-ground",),
}

#: What must be seen but not read: borders of fields, focus rings.
SIGNS = {"line-strong": ("ground", "surface"), "focus": ("ground", "surface", "sunken")}

THEMES = {
    "light": ":root {\n  color-scheme: light",
    "dark, asked for by the system": ":root:not([data-theme]) {",
    "dark, chosen": ':root[data-theme="dark"] {',
    "contrast": ':root[data-theme="contrast"] {',
}


def colours(theme: str) -> dict[str, str]:
    """Return the colours of a theme by their name."""
    sheet = SHEETS[1].read_text(encoding="utf-8")
    start = sheet.index(THEMES[theme])
    block = sheet[start : sheet.index("}", start)]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block))


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` or `#rgb`, as WCAG defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(theme: str, pairs: dict[str, tuple[str, ...]], least: float) -> dict[str, float]:
    named = colours(theme)
    ratios = {
        f"{front} on {ground}": round(ratio(named[front], named[ground]), 2)
        for front, grounds in pairs.items()
        for ground in grounds
    }
    return {pair: found for pair, found in ratios.items() if found < least}


def test_the_ratio_is_that_of_wcag() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme: str) -> None:
    assert too_faint(theme, TEXTS, 7 if theme == "contrast" else 4.5) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_borders_and_focus_can_be_seen(theme: str) -> None:
    assert too_faint(theme, SIGNS, 3) == {}


def test_dark_is_the_same_whoever_asks_for_it() -> None:
    assert colours("dark, chosen") == colours("dark, asked for by the system")


def test_every_theme_names_the_same_colours() -> None:
    assert {frozenset(colours(theme)) for theme in THEMES} == {frozenset(colours("light"))}


def test_the_style_sheets_are_light() -> None:
    packed = sum(len(gzip.compress(sheet.read_bytes())) for sheet in SHEETS)
    assert packed <= MAX_PACKED_BYTES


def test_nothing_is_fetched_from_elsewhere() -> None:
    for sheet in SHEETS:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(" not in text
