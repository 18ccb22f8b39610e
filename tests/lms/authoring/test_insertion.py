"""Entries are added to an author's YAML, and nothing else of it changes."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.authoring.insertion import add_entry, add_item
from lms.errors import Conflict, Invalid

NAMES = st.text("abcdefghij", min_size=1, max_size=6)
VALUES = st.recursive(
    st.one_of(
        st.integers(),
        st.booleans(),
        st.text("xyz é:#'\"\n|-", max_size=12),
        st.lists(st.text("xyz", max_size=3), max_size=3),
    ),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=4,
)


def leaves(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


class TestAddEntry:
    @settings(deadline=None, max_examples=60)
    @given(
        given=st.dictionaries(
            NAMES,
            st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
            min_size=1,
            max_size=3,
        ),
        data=st.data(),
    )
    def test_adds_what_is_asked_and_keeps_every_line(self, given, data):
        text = yaml.safe_dump(given, allow_unicode=True, default_flow_style=False)
        text = text.replace("\n", "  # un mot de l’auteur\n", 1) if "'" not in text else text
        key = data.draw(st.sampled_from(sorted(given)))

        changed = add_entry(text, [key], "NOUVEAU", ["title: x", "# dit", "pages: [a]"])

        given[key]["NOUVEAU"] = {"title": "x", "pages": ["a"]}
        assert yaml.safe_load(changed) == given
        kept = iter(leaves(changed))
        assert all(line in kept for line in leaves(text))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("title: t\n", {"title": "t", "modules": {"m": {"a": 1}}}),
            ("title: t\nmodules:\n", {"title": "t", "modules": {"m": {"a": 1}}}),
            ("modules:\n    x:\n        a: 0", {"modules": {"x": {"a": 0}, "m": {"a": 1}}}),
            ("modules:\n  x:\n\n# fin\n", {"modules": {"x": None, "m": {"a": 1}}}),
        ],
    )
    def test_makes_what_is_missing(self, text, expected):
        assert yaml.safe_load(add_entry(text, ["modules"], "m", ["a: 1"])) == expected

    def test_refuses_what_is_there(self):
        with pytest.raises(Conflict, match="autre identifiant"):
            add_entry("modules:\n  m: {}\n", ["modules"], "m", ["a: 1"])

    @pytest.mark.parametrize("text", ["modules: {m: {}}\n", "modules: [a]\n", "- a\n", ""])
    def test_says_what_to_do_where_nothing_can_be_added(self, text):
        with pytest.raises(Invalid, match="récrivez cette partie"):
            add_entry(text, ["modules"], "n", ["a: 1"])


class TestAddItem:
    def test_adds_at_the_end_of_a_list(self):
        text = "project:\n  toc:\n    - file: a.md\n    # fin\n"
        changed = add_item(text, ["project", "toc"], ["- title: B", "  children: []"])
        assert yaml.safe_load(changed)["project"]["toc"] == [
            {"file": "a.md"},
            {"title": "B", "children": []},
        ]

    @pytest.mark.parametrize("text", ["project:\n  toc: []\n", "project: {}\n", "project: 3\n"])
    def test_says_what_to_do_where_there_is_no_list(self, text):
        with pytest.raises(Invalid, match="récrivez cette partie"):
            add_item(text, ["project", "toc"], ["- file: a.md"])
