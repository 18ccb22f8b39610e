"""Bytes to a notebook: what is refused, how it is said, and that nothing else escapes."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.notebooks.cells import write_notebook
from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.read import ReadLimits, read_notebook
from tests.graders.making import SQUARE, code, notebook


def a_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("carnet.ipynb", notebook(*SQUARE))
    return packed.getvalue()


def changed(**keys: object) -> bytes:
    return json.dumps(json.loads(notebook(*SQUARE)) | keys).encode()


REFUSED = {
    "zip": (a_zip(), "archive ZIP"),
    "html": (b"\n <!DOCTYPE html><html></html>", "page web"),
    "empty": (b"", "vide"),
    "blank": (b" \n\t ", "vide"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "utf-16": (notebook(*SQUARE).decode().encode("utf-16"), "UTF-8"),
    "latin-1": ('{"nbformat": 4, "x": "é"}'.encode("latin-1"), "UTF-8"),
    "python": (b"print('bonjour')", "pas un carnet"),
    "list": (b"[]", "pas un carnet"),
    "truncated": (notebook(*SQUARE)[:-30], "abîmé"),
    "plain json": (b'{"a": 1}', "pas un carnet"),
    "nbformat 3": (changed(nbformat=3), "ancien format"),
    "nbformat 5": (changed(nbformat=5), "plus récent"),
    "nbformat true": (changed(nbformat=True), "pas un carnet"),
    "no cells": (changed(cells=None), "liste de cellules"),
    "cell is a text": (changed(cells=["x"]), "cellule 1"),
    "unknown cell type": (changed(cells=[{"cell_type": "heading"}]), "cellule 1"),
    "source is a number": (changed(cells=[code("") | {"source": 7}]), "cellule 1"),
    "source holds a number": (changed(cells=[code("") | {"source": ["a", 7]}]), "cellule 1"),
    "metadata is a list": (changed(cells=[code("") | {"metadata": []}]), "cellule 1"),
    "notebook metadata is a list": (changed(metadata=[]), "métadonnées"),
    "deep lists": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "imbriqué"),
    "nested metadata": (changed(metadata={"a": json.loads("[" * 90 + "]" * 90)}), "imbriqué"),
    "huge integer": (b'{"nbformat": ' + b"9" * 5000 + b"}", "abîmé"),
    "ten MiB line": (b'{"cells": "' + b"x" * 10 * 2**20 + b'"}', "le maximum est 10"),
    "many empty lists": (b'{"a": [' + b"[]," * 300_000 + b"[]]}", "trop complexe"),
    "many cells": (changed(cells=[code("1")] * 2001), "2001 cellules"),
    "a long cell": (changed(cells=[code("x" * (2**20 + 1))]), "cellule 1 est trop long"),
    "many outputs": (changed(cells=[code("") | {"outputs": [{}] * 20_001}]), "trop de sorties"),
}


class TestReadNotebook:
    @pytest.mark.parametrize("name", REFUSED)
    def test_refuses_with_a_sentence_for_the_person(self, name):
        data, said = REFUSED[name]

        with pytest.raises(UnreadableNotebook) as refusal:
            read_notebook(data)

        assert said in str(refusal.value)
        assert str(refusal.value).endswith(".")

    def test_brackets_in_texts_are_no_containers(self):
        cell = code("x = 1\n# " + "[{" * 150_000)

        assert len(read_notebook(notebook(cell)).cells) == 1

    def test_reads_what_jupyter_writes(self):
        data = b"\xef\xbb\xbf" + changed(cells=[code("") | {"source": ["a\r\n", "b"]}])

        assert read_notebook(data).cells[0].source == "a\nb"

    def test_nan_of_an_output_is_no_reason_to_refuse(self):
        data = notebook(code("1")).replace(b'"outputs": []', b'"outputs": [{"data": NaN}]')

        assert read_notebook(data).cells[0].source == "1"

    def test_half_a_surrogate_pair_can_still_be_written(self):
        read = read_notebook(notebook(code("x = '\ud800'")))

        assert read_notebook(write_notebook(read)).cells[0].source == "x = '?'"

    @settings(deadline=None)
    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, data):
        try:
            read_notebook(b"{" + data)
        except UnreadableNotebook:
            return
        pytest.fail("no random bytes make a notebook")

    @settings(deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        ["cells", "cell_type", "source", "metadata", "id", "outputs"]
                    )
                    | st.text(),
                    inner,
                )
            ),
            max_leaves=20,
        )
    )
    def test_any_cells_are_read_or_refused(self, cells):
        data = json.dumps({"nbformat": 4, "metadata": {}, "cells": [cells]}).encode()

        try:
            read = read_notebook(data, limits=ReadLimits(nesting=8))
        except UnreadableNotebook:
            return
        assert len(read.cells) == 1

    @settings(deadline=None)
    @given(st.lists(st.text(), max_size=5))
    def test_written_notebooks_read_back_the_same(self, sources):
        read = read_notebook(notebook(*map(code, sources)))

        assert read_notebook(write_notebook(read)) == read
