"""What kernels answer is counted as pages count, and believed in nothing."""

from __future__ import annotations

import pytest

from lms.live import replies


@pytest.mark.parametrize("place", range(5))
def test_places_survive_the_way_to_a_page_and_back(place: int) -> None:
    source = "a😀é\nb"

    assert replies.place_of(source, replies.units(source, place)) == place


def test_the_line_is_the_cells_own_and_the_deepest() -> None:
    reply = {
        "execution_count": 3,
        "traceback": [
            "\x1b[36mCell\x1b[39m \x1b[32mIn[3]\x1b[39m\x1b[32m, line 4\x1b[39m",
            "Cell In[3], line 2, in f()",
            "Cell In[1], line 9, in g()",
        ],
    }

    assert replies.error_line(reply) == 2


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"execution_count": "3", "traceback": ["Cell In[3], line 4"]},
        {"execution_count": 3, "traceback": 7},
        {"execution_count": 3, "traceback": [7, None, "Cell In[3], line " + "9" * 400]},
        {"execution_count": 3, "traceback": "Cell In[3], line 4"},
    ],
)
def test_a_forged_traceback_names_no_line(reply: dict[str, object]) -> None:
    assert replies.error_line(reply) is None


@pytest.mark.parametrize(
    "reply",
    [
        {"matches": "abc", "cursor_start": -5, "cursor_end": 10**30},
        {"matches": [1, None, {}], "cursor_start": "1", "cursor_end": None},
        {"matches": {"a": 1}},
    ],
)
def test_forged_completions_propose_nothing(reply: dict[str, object]) -> None:
    found = replies.completions(reply, "abc")

    assert not any(found["matches"])
    assert 0 <= found["start"] <= found["end"] <= 3
