"""Log lines."""

from __future__ import annotations

import io
import json

from lms.logs import MAX_CHARACTERS, json_log


def lines(write):
    stream = io.StringIO()
    write(json_log(stream))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_moment_and_its_level():
    [line] = lines(lambda log: log.warning("disk nearly full", free_mib=12))
    assert line["event"] == "disk nearly full"
    assert (line["level"], line["free_mib"]) == ("warning", 12)
    assert line["timestamp"].endswith("Z")


def test_76_what_people_typed_is_cut_and_stays_on_its_line():
    [line] = lines(lambda log: log.info("x", typed="a\n{}\x1b[31m" + "b" * 10_000))
    assert len(line["typed"]) == MAX_CHARACTERS + 1


def test_an_exception_is_in_the_line():
    def fail(log):
        try:
            raise ValueError("broken")
        except ValueError:
            log.exception("failed")

    [line] = lines(fail)
    assert "ValueError: broken" in line["exception"]
