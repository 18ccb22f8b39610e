"""The installation's secret: made once, for its owner alone."""

from __future__ import annotations

from pathlib import Path

from lms.instance import SECRET_FILE, secret_key


def test_makes_a_secret_that_only_its_owner_reads(tmp_path: Path) -> None:
    secret = secret_key(tmp_path / "new")

    assert len(secret) >= 40
    assert (tmp_path / "new" / SECRET_FILE).stat().st_mode & 0o777 == 0o600


def test_keeps_it_and_makes_another_for_another_installation(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") == secret_key(tmp_path / "a")
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")
