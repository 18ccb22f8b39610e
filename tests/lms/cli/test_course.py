"""`garrigue course`: what authors and operators are told, and the exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.cli import main
from lms.config import Config
from lms.models import AssignmentVersion
from lms.web.context import Site
from tests.factories import write_course

Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, site: Site) -> Run:
    """Run `garrigue course …` with the settings of a site whose tables exist."""

    def invoke(*words: str) -> Result:
        environment = {
            "GARRIGUE_SECRET_KEY": config.secret_key,
            "GARRIGUE_INSTANCE": str(config.instance),
            "GARRIGUE_COURSES": str(config.courses),
        }
        return CliRunner().invoke(main, ["course", *words], env=environment)

    return invoke


def declaration(config: Config) -> Path:
    return config.courses / "petit-cours" / "course.yml"


class TestCheck:
    def test_a_good_course_is_summed_up(self, run: Run, config: Config) -> None:
        done = run("check", "petit-cours")

        assert done.exit_code == 0
        assert "Petit cours (1 module, 1 leçon, 1 exercice)" in done.output
        assert "0 erreur, 0 avertissement." in done.output

    def test_a_folder_needs_no_site(self, config: Config) -> None:
        folder = config.courses / "petit-cours"

        assert CliRunner().invoke(main, ["course", "check", str(folder)], env={}).exit_code == 0

    def test_errors_are_told_with_their_place(self, run: Run, config: Config) -> None:
        path = declaration(config)
        path.write_text(path.read_text().replace("title: Début", "titre: Début"))

        done = run("check", "petit-cours")

        assert done.exit_code == 1
        assert (
            "erreur : course.yml, ligne 4, « modules.debut.titre » : clé inconnue ; "
            "vouliez-vous dire « title » ?" in done.output
        )

    def test_what_pages_show_wrongly_is_a_warning(self, run: Run, config: Config) -> None:
        lesson = config.courses / "petit-cours" / "debut" / "lire.md"
        lesson.write_text("# Lire\n\n[x](absent.md)\n")

        done = run("check", "petit-cours")

        assert done.exit_code == 0
        assert "avertissement : debut/lire.md, ligne 3 : « absent.md » ne mène" in done.output
        assert run("check", "petit-cours", "--strict").exit_code == 1

    def test_a_referential_that_is_not_there_is_a_warning(
        self, run: Run, config: Config
    ) -> None:
        path = declaration(config)
        path.write_text(f"{path.read_text()}referentials: [absent]\n")

        done = run("check", "petit-cours")

        assert done.exit_code == 0
        assert "avertissement : referentiels/absent.yml : ce référentiel n’existe pas" in (
            done.output
        )

    @pytest.mark.parametrize("name", ["absent", "../petit-cours", "/nulle/part"])
    def test_a_course_that_is_not_there(self, run: Run, name: str) -> None:
        done = run("check", name)

        assert done.exit_code == 2
        assert "n’existe pas" in done.output


class TestList:
    def test_shows_courses_and_their_errors(self, run: Run, config: Config) -> None:
        (write_course(config.courses, "autre") / "course.yml").write_text("titel: x\n")

        done = run("list")

        assert "petit-cours : Petit cours (1 module" in done.output
        assert "autre : 1 erreur (garrigue course check autre)" in done.output

    def test_says_when_there_is_none(self, run: Run, config: Config) -> None:
        (config.courses / "petit-cours").rename(config.instance / "away")

        assert "Aucun cours" in run("list").output


class TestSync:
    def test_publishes_and_keeps_the_versions(self, run: Run, session: Session) -> None:
        done = run("sync")

        assert done.exit_code == 0
        assert "petit-cours : publié, 1 nouvelle version d’exercices." in done.output
        assert len(session.scalars(select(AssignmentVersion)).all()) == 1
        assert "déjà à jour, 0 nouvelle version" in run("sync").output

    def test_no_reader_waits_for_the_index_of_the_text(self, run: Run, config: Config) -> None:
        run("sync")
        (index,) = (config.instance / "cache" / "search").iterdir()
        assert "Une leçon." in index.read_text(encoding="utf-8")

    def test_the_web_shows_the_new_form_at_once(
        self, run: Run, config: Config, site: Site
    ) -> None:
        run("sync")
        assert site.library.course("petit-cours").title == "Petit cours"
        path = declaration(config)
        path.write_text(path.read_text().replace("Petit cours", "Grand cours"))
        assert site.library.course("petit-cours").title == "Petit cours"

        run("sync", "petit-cours")

        assert site.library.course("petit-cours").title == "Grand cours"

    def test_a_course_with_an_error_stays_as_it_was_and_others_are_published(
        self, run: Run, config: Config, site: Site
    ) -> None:
        run("sync")
        write_course(config.courses, "autre")
        declaration(config).write_text("title: [")

        done = run("sync")

        assert done.exit_code == 1
        assert "petit-cours : non publié (1 erreur)" in done.output
        assert "autre : publié" in done.output
        assert site.library.course("petit-cours").title == "Petit cours"
        assert site.library.course("autre").title == "Petit cours"

    def test_a_course_that_is_not_there(self, run: Run) -> None:
        assert run("sync", "absent").exit_code == 2
