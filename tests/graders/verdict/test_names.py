"""Names are read from cells without running them, whatever the cells contain."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.verdict.names import (
    constants_of,
    imports_of,
    members_defined_by,
    names_defined_by,
    without_magics,
)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = 1\ny, (z, *w) = 1, (2, 3)\nv: int = 3\nu += 1", {*"xyzwvu"}),
        ("def f(a):\n    b = 1\nclass C:\n    d = 1\nasync def g(): pass", {"f", "C", "g"}),
        ("def f():\n    global counter\n    counter = 1", {"f", "counter"}),
        ("for i in range(3):\n    j = i\nwith open('a') as k: pass", {"i", "j", "k"}),
        ("if (n := 3) > 2: pass\n[m for m in 'ab' if (o := m)]", {"n", "o"}),
        ("df['total'] = 1\ndf.x = 2\ndel other['a']", {"df", "other"}),
        ("names.append(1)\nax.set_title('T')", {"names", "ax"}),
        ("import numpy as np\nfrom math import sqrt\nimport os.path", set()),
        ("import numpy as np\nnp = 3", {"np"}),
        ("match p:\n    case {'a': q, **r}: pass\n    case [s, *t] as u: pass", {*"qrstu"}),
        ("try: pass\nexcept ValueError as e: a = 1", {"a"}),
        ("x = 1\ndef broken(:\ny = 2", {"x", "y"}),
        ("%matplotlib inline\nx = 1\n!ls\nfiles = !ls\nx?", {"x"}),
        ("%%time\nx = 1", {"x"}),
        ("%%bash\nx=1", set()),
        ("lambda q: (q)", set()),
    ],
)
def test_global_names_are_found(source, names):
    assert names_defined_by([source]) == names


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(source):
    names_defined_by([source, "x = 1"])


def test_magics_keep_the_lines_where_they_were():
    source = "%load_ext a\nx = 1\nfor i in 'a':\n    %timeit i\ny = 2"

    plain = without_magics(source)

    ast.parse(plain)
    assert plain.split("\n")[1] == "x = 1"
    assert len(plain.split("\n")) == len(source.split("\n"))


def test_a_modulo_at_the_start_of_a_line_is_no_magic():
    assert names_defined_by(["x = (7\n  % 2)\ny = 1"]) == {"x", "y"}


def test_imports_are_found_at_the_top_level_only():
    source = (
        "import a\ntry:\n    from b import c\nexcept ImportError: pass\ndef f():\n    import d"
    )

    found = [ast.unparse(node) for node in imports_of(source)]

    assert found == ["import a", "from b import c"]


def test_only_literals_are_constants():
    assert set(constants_of("A = 1\nB = [1, 'x']\nC = f(2)\nD = A")) == {"A", "B"}


def test_members_of_classes_are_found():
    source = (
        "from dataclasses import dataclass\n"
        "@dataclass\nclass P:\n    x: int\n    def move(self): self.moved = True\n"
        "@dataclass\nclass Q:\n    def __eq__(self, other): return True"
    )

    members = members_defined_by([source])

    assert members.names["P"] == {"x", "move", "moved"}
    assert members.dataclasses == {"P"}
