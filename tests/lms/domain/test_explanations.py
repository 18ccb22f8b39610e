"""Every entry of the catalogue, on what real kernels say of real mistakes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.kernel import Kernel
from graders.protocol import Limits
from graders.report import cell_error
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from lms.domain.explanations import explain, explain_traceback
from lms.domain.explanations.catalogue import LANGUAGES, entries

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("explanations.toml").read_text(encoding="utf-8")
)["case"]

#: What the learner's line cannot be told of: it is in no cell, or the kernel was stopped.
WITHOUT_LINE = {"arret"}


def test_every_entry_has_a_case() -> None:
    assert [case["id"] for case in CASES] == [entry.id for entry in entries()]
    assert len(CASES) >= 50


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """One kernel in which all the mistakes are made, one after another."""
    with (
        Nursery(find_environment("data")) as nursery,
        nursery.kernel(limits=Limits()) as kernel,
    ):
        yield kernel


@pytest.mark.room
class TestInARealKernel:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
    def test_the_error_is_explained(self, kernel: Kernel, case: dict[str, Any]) -> None:
        result = kernel.execute(case["source"], wall_s=case.get("wall_s", 30))
        told = cell_error("c", result.error_name, result.error_value, result.traceback)
        entry = next(entry for entry in entries() if entry.id == case["id"])

        for language in LANGUAGES:
            found = explain(
                told.name, told.message, told.traceback, case["source"], language=language
            )
            assert found is not None, (told.name, told.message)
            assert found.id == case["id"], (told.name, told.message)
            words = entry.words[language]
            expects = case.get("expects", {})
            assert entry.placeholders <= expects.keys()
            assert found.says == words.says.format_map(expects)
            assert found.means == words.means.format_map(expects)
            assert found.tries == words.tries.format_map(expects)
            if case["id"] not in WITHOUT_LINE:
                assert found.line in case["source"].replace("\xa0", " ")
                assert found.line
                assert found.line_number


class TestWithoutAKernel:
    def test_an_unknown_error_has_no_explanation(self) -> None:
        assert explain("WeirdError", "nothing we know") is None
        assert explain_traceback("Tout va bien.") is None

    def test_a_tests_own_rows_tell_the_line(self) -> None:
        told = (
            "Votre code, ligne 2, dans moyenne\xa0: return sum(notes) / len(notes)\n"
            "ZeroDivisionError: division by zero"
        )
        found = explain_traceback(told)

        assert found is not None
        assert (found.id, found.line_number) == ("division-par-zero", 2)
        assert found.line == "return sum(notes) / len(notes)"

    def test_messages_of_several_lines_are_read_to_their_end(self) -> None:
        found = explain_traceback(
            "pandas.errors.MergeError: Merge keys are not unique in left\na"
        )

        assert found is not None
        assert found.id == "fusion-doublons"

    def test_how_a_run_ended_is_explained_too(self) -> None:
        ends = [explain(name, "") for name in ("timed-out", "out-of-memory")]

        assert [found.id for found in ends if found] == ["arret", "memoire"]

    def test_becomes_plain_data(self) -> None:
        found = explain("NameError", "name 'x' is not defined", language="en")

        assert found is not None
        assert found.to_json()["says"] == "The name “x” is not defined."

    @given(
        st.sampled_from(sorted({name for entry in entries() for name in entry.names})),
        st.text(),
        st.text(),
        st.text(),
    )
    def test_hostile_texts_never_break_it(
        self, name: str, message: str, traceback: str, source: str
    ) -> None:
        for language in LANGUAGES:
            found = explain(name, message, traceback, source, language=language)
            assert found is None or len(found.says) < 500

    def test_french_texts_keep_the_typography_of_the_site(self) -> None:
        for entry in entries():
            for text in vars(entry.words["fr"]).values():
                plain = "".join(text.split("`")[::2])
                assert "'" not in plain, text
                assert not any(sign in plain for sign in (" :", " ;", " !", " ?", "« ", " »"))
