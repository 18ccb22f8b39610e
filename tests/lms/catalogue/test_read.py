"""A course folder becomes a frozen course, or a list of all that is wrong with its place."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from lms.catalogue.problems import CourseProblem
from lms.catalogue.read import read_course
from lms.domain.course import Course, RunLimits, UnlockRule
from lms.domain.marks import LAST
from tests.factories import source_notebook, write_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_course(tmp_path)


def declare(folder: Path, text: str) -> None:
    (folder / "course.yml").write_text(text, encoding="utf-8")


def course_of(folder: Path) -> Course:
    reading = read_course(folder)
    assert reading.course is not None, [str(problem) for problem in reading.problems]
    return reading.course


def errors_of(folder: Path) -> list[CourseProblem]:
    reading = read_course(folder)
    assert reading.course is None
    return [problem for problem in reading.problems if not problem.is_warning]


def assignment(extra: str = "", *, name: str = "premier-carnet") -> str:
    return (
        "title: Petit cours\nmodules:\n  debut:\n    title: Début\n    assignments:\n"
        f"      {name}:\n        notebook: debut/premier.ipynb\n{extra}"
    )


class TestCourse:
    def test_everything_that_course_yml_says_is_read(self, folder: Path) -> None:
        declare(
            folder,
            "title: Cours entier\nreferentials: [rncp37827, socle]\nlanguage: en\n"
            "modules:\n  debut:\n    title: Début\n    weeks: 2\n    pages: [debut/lire.md]\n"
            "    assignments:\n      un:\n        notebook: debut/premier.ipynb\n      deux:\n"
            "        notebook: debut/premier.ipynb\n        title: Autre titre\n"
            "        due: semaine-13\n        opens: {after: un, score: 60}\n"
            "        attempts: 3\n"
            "        score: last\n        competences: {C3: adapter, S3: imiter}\n"
            "        data: [data/notes.csv]\n"
            "        run: {wall_s: 10, cpu_s: 5, memory_mib: 256}\n",
        )

        course = course_of(folder)

        assert (course.slug, course.title, course.language) == (
            "petit-cours",
            "Cours entier",
            "en",
        )
        assert course.referentials == ("rncp37827", "socle")
        (module,) = course.modules
        assert (module.id, module.title, module.weeks) == ("debut", "Début", 2)
        assert [(page.slug, page.title) for page in module.pages] == [("lire", "Lire")]
        first, second = module.assignments
        assert (first.title, first.attempts, first.opens) == ("Premier carnet", None, None)
        assert first.run == RunLimits()
        assert (second.title, second.due, second.attempts) == ("Autre titre", "semaine-13", 3)
        assert second.opens == UnlockRule(after="un", score=60)
        assert second.score is LAST
        assert second.competences == {"C3": 2, "S3": 1}
        assert second.room_files == {"data/notes.csv": PurePosixPath("data/notes.csv")}
        assert second.run == RunLimits(wall_s=10, cpu_s=5, memory_mib=256)
        assert second.max_points == 4.0

    def test_a_myst_toc_alone_is_a_course(self, folder: Path) -> None:
        (folder / "course.yml").unlink()
        (folder / "debut" / "suite.md").write_text("---\ntitle: Suite déclarée\n---\n# Autre\n")
        (folder / "myst.yml").write_text(
            "version: 1\nproject:\n  title: Un livre\n  toc:\n"
            "    - file: debut/lire.md\n"
            "    - title: Pour continuer\n      children:\n        - file: debut/suite\n"
            "        - url: https://exemple.fr\n",
            encoding="utf-8",
        )

        course = course_of(folder)

        assert course.title == "Un livre"
        assert [(module.id, module.title) for module in course.modules] == [
            ("lire", "Lire"),
            ("pour-continuer", "Pour continuer"),
        ]
        assert [page.title for _, page in course.pages] == ["Lire", "Suite déclarée"]

    def test_a_jupyter_book_1_toc_alone_is_a_course(self, folder: Path) -> None:
        (folder / "course.yml").unlink()
        (folder / "myst.yml").unlink()
        for name in ("intro", "a", "b"):
            (folder / f"{name}.md").write_text(f"# Page {name}\n")
        (folder / "_toc.yml").write_text(
            "format: jb-book\nroot: intro\nparts:\n  - caption: Première partie\n"
            "    chapters:\n      - file: a\n        sections:\n          - file: b\n"
        )

        course = course_of(folder)

        assert [module.title for module in course.modules] == ["Page intro", "Première partie"]
        assert [page.slug for page in course.modules[1].pages] == ["a", "b"]

    def test_a_graded_notebook_is_never_a_lesson(self, folder: Path) -> None:
        (folder / "course.yml").unlink()

        reading = read_course(folder)

        assert reading.course is not None
        assert [page.path.name for _, page in reading.course.pages] == ["lire.md"]
        assert "ses solutions seraient montrées" in str(reading.problems[0])

    def test_pages_of_a_module_may_come_from_the_toc(self, folder: Path) -> None:
        (folder / "myst.yml").write_text(
            "project:\n  toc:\n    - title: Début\n      children:\n"
            "        - {file: debut/lire.md, title: Autre titre}\n",
            encoding="utf-8",
        )
        declare(folder, "title: Cours\nmodules:\n  debut:\n    title: Début\n")

        assert [page.title for _, page in course_of(folder).pages] == ["Autre titre"]

    def test_a_page_that_no_module_has_is_a_warning(self, folder: Path) -> None:
        declare(folder, assignment())

        (problem,) = read_course(folder).problems

        assert problem.is_warning
        assert (problem.file, problem.line, problem.key) == ("myst.yml", 5, "debut/lire.md")

    def test_only_what_is_named_can_be_fetched(self, folder: Path) -> None:
        for name in ("vu.png", "lien.csv", "figure.svg", "muet.png", "code.png"):
            (folder / name).write_bytes(b"x")
        (folder / "debut" / "lire.md").write_text(
            "![vu](../vu.png) [d](/lien.csv) [n](premier.ipynb) [c](../course.yml)\n\n"
            "```{figure} ../figure.svg\n```\n\n```\n![x](../code.png)\n```\n"
        )

        assert course_of(folder).assets == {
            PurePosixPath(name)
            for name in ("vu.png", "lien.csv", "figure.svg", "data/notes.csv")
        }


class TestHash:
    def test_a_new_date_makes_no_new_version(self, folder: Path) -> None:
        before = course_of(folder)
        text = (folder / "course.yml").read_text()
        declare(folder, text + "        due: semaine-2\n")
        after = course_of(folder)

        assert before.assignments[0].content_hash == after.assignments[0].content_hash
        assert before.content_hash != after.content_hash

    @pytest.mark.parametrize("changed", ["notebook", "data", "run", "competences"])
    def test_what_decides_a_grade_makes_a_new_version(self, folder: Path, changed: str) -> None:
        before = course_of(folder).assignments[0].content_hash
        text = (folder / "course.yml").read_text()
        if changed == "notebook":
            notebook = source_notebook()
            notebook["cells"][0]["source"] += " Deux fois."
            (folder / "debut" / "premier.ipynb").write_text(json.dumps(notebook))
        elif changed == "data":
            (folder / "data" / "notes.csv").write_text("nom,note\n")
        elif changed == "run":
            declare(folder, text + "        run: {cpu_s: 7}\n")
        else:
            declare(folder, text + "        competences: {C1: imiter}\n")

        assert course_of(folder).assignments[0].content_hash != before


class TestProblems:
    @pytest.mark.parametrize(
        ("extra", "line", "key", "message"),
        [
            ("        scores: best\n", 8, "scores", "vouliez-vous dire « score » ?"),
            ("        score: bets\n", 8, "score", "vouliez-vous dire « best » ?"),
            ("        attempts: 0\n", 8, "attempts", "entre 1 et 1000"),
            ("        attempts: many\n", 8, "attempts", "un texte a été lu"),
            ("        due: [lundi]\n", 8, "due", "une liste a été lu"),
            ("        data: notes.csv\n", 8, "data", "une liste"),
            ("        data:\n          - absent.csv\n", 9, "data", "n’existe pas"),
            ("        data: [../../etc/passwd]\n", 8, "data", "sort du dossier du cours"),
            ("        data: [/etc/passwd]\n", 8, "data", "chemin relatif"),
            ("        data: [.git]\n", 8, "data", "fichier caché"),
            ("        competences: {C1: expert}\n", 8, "competences.C1", "imiter ou adapter"),
            ("        run: {wall: 3}\n", 8, "run.wall", "vouliez-vous dire « wall_s » ?"),
            ("        run: {wall_s: 1.5}\n", 8, "run.wall_s", "un nombre entier"),
            ("        opens: {score: 3}\n", 8, "opens.after", "il manque la clé « after »"),
            ("        opens: {after: x, score: 101}\n", 8, "opens.score", "entre 0 et 100"),
            ("        notebook: x.ipynb\n", 8, "notebook", "deux fois (déjà à la ligne 7)"),
        ],
    )
    def test_a_wrong_value_is_named_with_its_place(
        self, folder: Path, extra: str, line: int, key: str, message: str
    ) -> None:
        declare(folder, assignment(extra))

        problem = next(found for found in errors_of(folder) if found.key.endswith(key))

        assert (problem.file, problem.line) == ("course.yml", line)
        assert message in problem.message
        assert str(problem).startswith(f"course.yml, ligne {line}, « modules.debut.assignments")

    def test_all_problems_are_told_at_once(self, folder: Path) -> None:
        declare(
            folder,
            "titel: Cours\nmodules:\n  fichiers:\n    title: Un\n    pages: [absente.md]\n"
            "  Deux:\n    weeks: 0\n    assignments:\n      e_x:\n"
            "        notebook: absent.ipynb\n"
            "        opens: {after: personne}\n",
        )

        found = {
            (problem.line, problem.key.rpartition(".")[2]) for problem in errors_of(folder)
        }

        assert found >= {
            (1, "titel"),
            (4, "fichiers"),
            (5, "md"),
            (7, "Deux"),
            (7, "title"),
            (7, "weeks"),
            (10, "e_x"),
            (10, "notebook"),
        }

    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            ("title: a: b\n", 1, "un « : » n’est pas permis ici"),
            ("title: x\n\tmodules: 1\n", 2, "une tabulation"),
            ("title: [x\n", 2, "YAML illisible"),
            ("- x\n", 1, "« clé: valeur »"),
            ("", 1, "« clé: valeur »"),
            ("a: &x 1\nb: *x\n", 2, "les renvois YAML (« *x ») ne sont pas acceptés"),
            ("a: " + "[" * 30 + "]" * 30, 1, "niveaux imbriqués"),
            ("a: [" + "x, " * 30_000 + "]", 1, "plus de 20000 valeurs"),
            ("title: \x01\n", 1, "caractère interdit"),
            ("title: !!python/object/apply:os.system [id]\n", 1, "un texte est attendu"),
        ],
    )
    def test_yaml_that_cannot_be_read_is_named_with_its_line(
        self, folder: Path, text: str, line: int, message: str
    ) -> None:
        declare(folder, text)

        problem = errors_of(folder)[0]

        assert (problem.file, problem.line) == ("course.yml", line)
        assert message in problem.message

    def test_a_bomb_of_aliases_is_refused_before_it_goes_off(self, folder: Path) -> None:
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
        declare(folder, "\n".join(lines))

        assert "renvois YAML" in errors_of(folder)[0].message

    def test_a_file_that_is_not_utf_8_is_named_with_its_line(self, folder: Path) -> None:
        (folder / "course.yml").write_bytes("title: x\n# été\n".encode("latin-1"))

        problem = errors_of(folder)[0]

        assert problem.line == 2
        assert "UTF-8" in problem.message

    def test_a_ring_of_unlocking_is_refused(self, folder: Path) -> None:
        declare(
            folder,
            "title: Cours\nmodules:\n  debut:\n    title: Début\n    assignments:\n"
            "      un: {notebook: debut/premier.ipynb, opens: {after: deux}}\n"
            "      deux: {notebook: debut/premier.ipynb, opens: {after: un}}\n",
        )

        assert all("tournent en rond" in problem.message for problem in errors_of(folder))

    def test_an_id_that_is_taken_is_refused(self, folder: Path) -> None:
        part = "    assignments: {un: {notebook: debut/premier.ipynb}}\n"
        declare(
            folder,
            f"title: C\nmodules:\n  a:\n    title: A\n{part}  b:\n    title: B\n{part}",
        )

        assert "est déjà pris dans le module « a »" in errors_of(folder)[0].message

    def test_a_notebook_that_cannot_be_graded_is_named_with_its_cell(
        self, folder: Path
    ) -> None:
        notebook = source_notebook()
        notebook["cells"][2]["metadata"]["nbgrader"]["grade_id"] = "double"
        (folder / "debut" / "premier.ipynb").write_text(json.dumps(notebook))

        (problem,) = errors_of(folder)

        assert (problem.file, problem.key) == ("debut/premier.ipynb", "cellule 3")
        assert "déjà pris" in problem.message

    def test_a_notebook_that_is_none_is_named(self, folder: Path) -> None:
        (folder / "debut" / "premier.ipynb").write_text("{")

        assert errors_of(folder)[0].file == "debut/premier.ipynb"

    def test_a_link_out_of_the_folder_is_refused(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "outside.md").write_text("# Dehors\n")
        (folder / "debut" / "lire.md").unlink()
        (folder / "debut" / "lire.md").symlink_to(tmp_path / "outside.md")

        assert "hors du dossier du cours" in errors_of(folder)[0].message

    def test_a_folder_without_any_course_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "vide").mkdir()

        assert "ni « myst.yml »" in errors_of(tmp_path / "vide")[0].message
