"""The workbench that is served is built from the sources beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_what_is_served_was_built_from_these_sources() -> None:
    frontend = ROOT / "frontend"
    names = sorted(path.name for path in (frontend / "src").iterdir())
    digest = hashlib.sha256()
    for name in ("package-lock.json", *(f"src/{name}" for name in names)):
        digest.update(f"{name}\0".encode())
        digest.update((frontend / name).read_bytes())
    recorded = (ROOT / "lms/static/workbench/sources.sha256").read_text().strip()
    assert recorded == digest.hexdigest(), "run `npm run build` in frontend/"


def test_the_lock_names_no_registry() -> None:
    assert "://" not in (ROOT / "frontend/package-lock.json").read_text().replace(
        "https://opencollective.com/", ""
    ).replace("https://github.com/", "")
