"""`garrigue grade`: what it prints, writes and returns, and what it does not import."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from lms.cli.grade import grade
from tests.graders.making import SQUARE, answer, checks, markdown, notebook

pytestmark = pytest.mark.room

RIGHT = notebook(answer("carre", "def carre(x): return x * x"))
WRONG = notebook(answer("carre", "def carre(x): return 9"))


@pytest.fixture
def folder(tmp_path, monkeypatch, tmp_path_factory):
    """A folder with submissions and an assignment that no other test has."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    (tmp_path / "devoir").mkdir()
    source = notebook(markdown(tmp_path.name), *SQUARE, environment="base")
    (tmp_path / "devoir" / "carre.ipynb").write_bytes(source)
    rendus = tmp_path / "rendus"
    (rendus / ".ipynb_checkpoints").mkdir(parents=True)
    (rendus / ".ipynb_checkpoints" / "vieux.ipynb").write_bytes(b"")
    (rendus / "aicha.ipynb").write_bytes(RIGHT)
    (rendus / "=boris.ipynb").write_bytes(WRONG)
    return tmp_path


def run(folder, *words: str, source: str = "devoir/carre.ipynb") -> Result:
    arguments = [str(folder / source), str(folder / "rendus"), "--jobs", "2", *words]
    return CliRunner().invoke(grade, arguments)


class TestGrade:
    def test_prints_one_object_a_submission(self, folder):
        result = run(folder, "--json")
        found = {
            line["submission"]: line for line in map(json.loads, result.stdout.splitlines())
        }
        right = found[str(folder / "rendus" / "aicha.ipynb")]

        assert result.exit_code == 0
        assert len(found) == 2
        assert (right["outcome"], right["points"], right["max_points"]) == ("graded", 5, 5)
        assert {"id", "points", "max_points", "outcome", "forgeable", "messages"} <= set(
            right["exercises"][0]
        )
        assert set(right["durations_ms"]) == {"assemble", "room", "run", "check"}
        assert "cpu_ms" in right
        assert "peak_memory_bytes" in right

    def test_prints_a_report_for_people(self, folder):
        result = run(folder)

        assert "aicha.ipynb\u00a0: 5 / 5 (corrigé)" in result.stdout
        assert "Le carré\u00a0: 2 / 5" in result.stdout

    def test_writes_a_table_that_no_spreadsheet_runs(self, folder):
        run(folder, "--csv", str(folder / "notes.csv"))
        text = (folder / "notes.csv").read_bytes()
        rows = list(csv.reader(text.decode("utf-8-sig").splitlines(), delimiter=";"))

        assert text.startswith(b"\xef\xbb\xbf")
        assert rows[0] == ["rendu", "résultat", "points", "maximum", "carre"]
        assert [row[2] for row in rows[1:]] == ["2", "5"]

    def test_grades_the_assignment_itself_when_it_is_named(self, folder):
        source = str(folder / "devoir" / "carre.ipynb")
        result = CliRunner().invoke(grade, [source, source, "--json"])
        found = json.loads(result.stdout)
        assert (found["points"], found["max_points"]) == (5, 5)

    def test_goes_on_where_it_stopped(self, folder):
        first, again = run(folder), run(folder)
        anew = run(folder, "--again")

        assert "déjà corrigé" not in first.stdout
        assert again.stdout.count("déjà corrigé") == 2
        assert "déjà corrigé" not in anew.stdout

    def test_a_table_beside_the_assignment_changes_nothing(self, folder):
        run(folder, "--csv", str(folder / "devoir" / "notes.csv"))

        for words in (("--csv", str(folder / "devoir" / "notes.csv")), ()):
            assert run(folder, *words).stdout.count("déjà corrigé") == 2

    def test_submissions_beside_the_assignment_are_no_data_of_it(self, folder):
        spy = b"import os; print(sorted(os.listdir('.')), os.listdir('rendus'))"
        (folder / "rendus").rename(folder / "devoir" / "rendus")
        (folder / "devoir" / "rendus" / "secret.txt").write_text("d’une autre personne")
        (folder / "devoir" / "rendus" / "aicha.ipynb").write_bytes(
            notebook(answer("carre", spy.decode() + "\ndef carre(x): return x * x"))
        )
        place = str(folder / "devoir" / "carre.ipynb")

        result = CliRunner().invoke(grade, [place, str(folder / "devoir" / "rendus"), "--json"])

        error = json.loads(result.stdout.splitlines()[-1])["exercises"][0]["errors"]
        assert "secret" not in result.stdout
        assert not error or error[0]["name"] == "FileNotFoundError"

    def test_files_that_cannot_be_read_stop_no_other(self, folder):
        rendus = folder / "rendus"
        (rendus / "casse.ipynb").symlink_to(folder / "nulle-part")
        os.mkfifo(rendus / "tube.ipynb")
        (rendus / "dossier.ipynb").mkdir()
        (rendus / "dossier.ipynb" / "dedans.ipynb").write_bytes(RIGHT)
        strange = os.fsencode(rendus) + b"/\xff\nx.ipynb"
        with open(strange, "wb") as file:  # noqa: PTH123
            file.write(RIGHT)

        result = run(folder, "--json", "--csv", str(folder / "notes.csv"))

        found = [json.loads(line) for line in result.stdout_bytes.decode().splitlines()]
        outcomes = {row["submission"].rpartition("/")[2]: row["outcome"] for row in found}
        assert outcomes == {
            "=boris.ipynb": "graded",
            "aicha.ipynb": "graded",
            "casse.ipynb": "unreadable",
            "dedans.ipynb": "graded",
            "tube.ipynb": "unreadable",
            "\ufffd\nx.ipynb": "graded",
        }
        assert result.exit_code == 1
        assert (folder / "notes.csv").read_text(encoding="utf-8-sig").count("\n") == 7

    @pytest.mark.parametrize("place", ["nulle-part/notes.csv", "rendus"])
    def test_refuses_a_table_that_cannot_be_written(self, folder, place):
        result = run(folder, "--csv", str(folder / place))

        assert result.exit_code == 2
        assert result.stdout == ""

    def test_lists_what_could_not_be_graded(self, folder):
        (folder / "rendus" / "casse.ipynb").write_bytes(b"PK\x03\x04")
        result = run(folder, "--json")

        assert result.exit_code == 1
        assert "casse.ipynb" in result.stderr
        assert "ZIP" in result.stderr
        assert len(result.stdout.splitlines()) == 3

    @pytest.mark.parametrize(
        "source",
        [b"", notebook(answer("a", "x = 1")), notebook(*SQUARE, checks("carre", "x", -1))],
    )
    def test_refuses_an_unusable_assignment(self, folder, source):
        (folder / "devoir" / "carre.ipynb").write_bytes(source)
        result = run(folder)

        assert result.exit_code == 2
        assert "ne peut pas être corrigé" in result.stderr

    @pytest.mark.parametrize("words", [["--jobs", "0"], ["absent.ipynb"], ["--inconnu"]])
    def test_refuses_unusable_arguments(self, folder, words):
        result = run(folder, *words)

        assert result.exit_code == 2
        assert "Traceback" not in result.output

    def test_refuses_a_folder_without_notebooks(self, folder):
        for path in (folder / "rendus").glob("*.ipynb"):
            path.unlink()

        assert run(folder).exit_code == 2

    def test_imports_neither_flask_nor_a_database(self, folder):
        code = (
            "import sys\n"
            "from lms.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit as end: code = end.code\n"
            "print(code, sorted({'flask', 'sqlalchemy', 'celery'} & set(sys.modules)))"
        )
        words = ["grade", str(folder / "devoir/carre.ipynb"), str(folder / "rendus"), "--json"]
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            capture_output=True,
            text=True,
            env=dict(os.environ),
            check=True,
        )

        assert done.stdout.splitlines()[-1] == "0 []"
