"""`python -m graders`: the engine alone, without the platform."""

from __future__ import annotations

import json

import pytest

from graders.__main__ import main
from tests.graders.making import SQUARE, notebook

pytestmark = pytest.mark.room


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "devoir").mkdir()
    (tmp_path / "devoir" / "carre.ipynb").write_bytes(notebook(*SQUARE, environment="base"))
    (tmp_path / "rendu.ipynb").write_bytes(notebook(*SQUARE))
    (tmp_path / "casse.ipynb").write_bytes(b"PK\x03\x04")
    return tmp_path


class TestMain:
    def test_prints_a_report_a_line(self, folder, capsys):
        code = main([str(folder / name) for name in ("devoir/carre.ipynb", "rendu.ipynb")])
        (report,) = map(json.loads, capsys.readouterr().out.splitlines())

        assert code == 0
        assert (report["submission"], report["points"]) == (str(folder / "rendu.ipynb"), 5)

    def test_says_by_its_code_that_something_was_not_graded(self, folder, capsys):
        names = ("devoir/carre.ipynb", "casse.ipynb", "rendu.ipynb")

        assert main([str(folder / name) for name in names]) == 1
        assert len(capsys.readouterr().out.splitlines()) == 2

    @pytest.mark.parametrize("words", [[], ["casse.ipynb", "rendu.ipynb"], ["absent", "b"]])
    def test_refuses_what_it_cannot_use(self, folder, words, capsys):
        assert main([str(folder / word) for word in words]) == 2
        assert capsys.readouterr().err
