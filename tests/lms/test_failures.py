"""The file in which the failures of plugins stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lms.failures import MAX_BYTES, SHOWN, FailureLog

NOW = datetime(2030, 1, 15, 12, tzinfo=UTC)


def test_the_newest_comes_first_and_the_message_is_short(tmp_path: Path) -> None:
    log = FailureLog(tmp_path / "new" / "failures.jsonl")
    assert log.latest() == ()
    log.note(plugin="one", hook="send_mail", error=ValueError("é" * 1000), at=NOW)
    log.note(plugin="two", hook="", error=KeyError("x"), at=NOW + timedelta(hours=1))
    second, first = log.latest()
    assert (second.plugin, second.hook, second.message) == ("two", "", "KeyError: 'x'")
    assert (first.at, len(first.message)) == (NOW, 300)


def test_it_stays_small_and_a_line_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "failures.jsonl"
    log = FailureLog(path)
    path.write_text('{"at": "2030-01-1' + "\n" + "x" * MAX_BYTES + "\n" + "y\n")
    for number in range(SHOWN + 10):
        log.note(plugin=str(number), hook="h", error=ValueError("no"), at=NOW)
    assert path.stat().st_size < MAX_BYTES
    assert [found.plugin for found in log.latest()][:2] == [str(SHOWN + 9), str(SHOWN + 8)]
    assert len(log.latest()) == SHOWN


def test_a_place_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    log = FailureLog(tmp_path / "file" / "failures.jsonl")
    log.note(plugin="one", hook="h", error=ValueError("no"), at=NOW)
    assert log.latest() == ()
