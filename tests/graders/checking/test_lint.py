"""Tests that look weak: which are named, and which are not."""

from __future__ import annotations

import pytest

from graders.checking.lint import weaknesses

WEAK = {
    "assert f(1)": "toute valeur vraie",
    "resultat = f(1)\nassert resultat": "toute valeur vraie",
    "assert True": "toujours vrai",
    "assert (f(1) == 2, 'message')": "toujours vrai",
    "x = f(1)": "ne vérifie rien",
}
SOUND = [
    "assert f(1) == 2",
    "assert not f(1)",
    "assert isinstance(f(1), int)",
    "assert np.allclose(f(1), 2)",
    "assert (df.a == df.b).all()",
    "np.testing.assert_allclose(f(1), 2)",
    "try:\n    f(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('…')",
    "points = 2 if f(1) == 1 else 0\npoints",
    "%matplotlib inline\nassert f(1)",
]


class TestWeaknesses:
    @pytest.mark.parametrize("source", WEAK)
    def test_names_what_is_weak(self, source):
        assert any(WEAK[source] in reason for _, reason in weaknesses(source))

    @pytest.mark.parametrize("source", SOUND)
    def test_says_nothing_of_what_is_sound(self, source):
        assert list(weaknesses(source)) == []

    def test_names_the_line(self):
        assert [line for line, _ in weaknesses("assert f(1) == 2\nassert f(2)")] == [2]
