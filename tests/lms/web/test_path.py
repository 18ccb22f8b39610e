"""The course as a path: what pages remember, what they find, what stays private."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.config import Config
from lms.domain.access import Role
from lms.models import Note, PageVisit, Promotion, StudyDay, User, WeeklyGoal
from tests.factories import make_membership, make_promotion
from tests.lms.conftest import Browser, new_browser

LESSON = """\
# Lire

Un {term}`carnet`, le [cours](https://exemple.fr/a), la [suite](suite.md),
![un point](../images/point.png) et [les notes](../data/notes.csv).

## Premier point

Du texte sur les Données.

## Second point

Encore.
"""
COURSE = """\
title: Petit cours
glossary: glossaire.md
modules:
  debut:
    title: Début
    pages: [debut/lire.md]
    assignments:
      premier-carnet:
        notebook: debut/premier.ipynb
        data: [data/notes.csv]
        competences: {S1: adapter}
  apres:
    title: Après
    pages: [debut/suite.md]
"""
HERE = "/cours/petit-cours/debut/lire/"


@pytest.fixture
def promotion(config: Config, session: Session) -> Promotion:
    folder = config.courses / "petit-cours"
    (folder / "course.yml").write_text(COURSE, encoding="utf-8")
    (folder / "glossaire.md").write_text(
        "# Glossaire\n\n:::{glossary}\ncarnet\n: Document de travail.\n:::\n", encoding="utf-8"
    )
    (folder / "debut" / "lire.md").write_text(LESSON, encoding="utf-8")
    (folder / "debut" / "suite.md").write_text("# La suite\n\nFin.\n", encoding="utf-8")
    (folder / "images").mkdir()
    (folder / "images" / "point.png").write_bytes(b"\x89PNG")
    return make_promotion(session)


@pytest.fixture
def learner(
    client: Browser, session: Session, promotion: Promotion, sign_in: Callable[..., object]
) -> User:
    """A learner of the course, signed in."""
    user = make_membership(session, promotion=promotion).user
    session.commit()
    sign_in(client, user)
    return user


class TestPlace:
    def test_goes_on_at_the_heading_where_reading_stopped(
        self, client: Browser, learner: User
    ) -> None:
        client.get(HERE)
        answer = client.submit(f"{HERE}place", page=HERE, partie="s-second-point")

        assert answer.status_code == 204
        for page in ("/", "/cours/petit-cours/", "/cours/petit-cours/debut/"):
            assert f'href="{HERE}#s-second-point"' in client.get(page).text, page
        assert "Second point" in client.get("/").text

    def test_what_is_no_heading_of_the_lesson_is_its_top(
        self, client: Browser, learner: User, session: Session
    ) -> None:
        client.get(HERE)
        client.submit(f"{HERE}place", page=HERE, partie='s-"><script>')

        assert session.scalars(select(PageVisit.heading_id)).all() == [None]
        assert f'href="{HERE}"' in client.get("/").text


class TestNotes:
    def test_a_note_is_kept_without_a_script_and_shown_under_its_lesson(
        self, client: Browser, learner: User
    ) -> None:
        answer = client.submit(f"{HERE}note", page=HERE, texte="<b>À revoir</b>", base="0")

        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{HERE}#ma-note"
        for page in (HERE, "/notes/"):
            assert "&lt;b&gt;À revoir&lt;/b&gt;" in client.get(page).text
        export = client.get("/notes/export")
        assert export.text == "# Petit cours\n\n## Début – Lire\n\n<b>À revoir</b>\n"
        assert "attachment" in export.headers["Content-Disposition"]

    def test_a_script_is_told_the_revision_and_a_conflict(
        self, client: Browser, learner: User
    ) -> None:
        def save(text: str, base: int) -> tuple[int, object]:
            data = {"csrf_token": client.token(HERE), "texte": text, "base": str(base)}
            answer = client.post(
                f"{HERE}note", data=data, headers={"Accept": "application/json"}
            )
            return answer.status_code, answer.get_json()

        assert save("Un", 0) == (200, {"revision": 1})
        assert save("Un, deux", 1) == (200, {"revision": 2})
        status, told = save("Autre", 1)
        assert status == 409
        assert isinstance(told, dict)
        assert "autre fenêtre" in told["message"]

    def test_two_texts_are_shown_to_choose_from(self, client: Browser, learner: User) -> None:
        client.submit(f"{HERE}note", page=HERE, texte="Le premier", base="0")
        page = client.submit(f"{HERE}note", page=HERE, texte="Le second", base="0")

        assert page.status_code == 409
        assert "Le premier" in page.text
        assert "Le second" in page.text
        assert 'name="base" value="1"' in page.text

    def test_nobody_else_reads_them(
        self,
        client: Browser,
        learner: User,
        session: Session,
        promotion: Promotion,
        sign_in: Callable[..., object],
    ) -> None:
        client.submit(f"{HERE}note", page=HERE, texte="Mon secret", base="0")
        for role in (Role.TRAINER, Role.COHORT_MANAGER, Role.LEARNER):
            other = make_membership(session, promotion=promotion, role=role).user
            session.commit()
            browser = new_browser(client.application)
            sign_in(browser, other)
            for page in (HERE, "/notes/", "/notes/export", f"/promotions/{promotion.slug}/"):
                assert "Mon secret" not in browser.get(page).text

    def test_a_form_without_its_revision_is_refused(
        self, client: Browser, learner: User, session: Session
    ) -> None:
        answer = client.submit(f"{HERE}note", page=HERE, texte="Un", base="x")
        assert answer.status_code == 400
        assert session.scalars(select(Note)).all() == []


class TestGoal:
    def test_it_is_set_shown_changed_and_removed(
        self, client: Browser, learner: User, session: Session
    ) -> None:
        assert "Me fixer un petit objectif" in client.get("/").text

        client.submit("/objectif/", quoi="days", combien="3")
        client.get(HERE)
        assert "1 jour de travail sur 3" in client.get("/").text
        client.submit("/objectif/", quoi="lessons", combien="2")
        assert "1 nouvelle leçon sur 2" in client.get("/").text
        client.submit("/objectif/retrait", page="/objectif/")

        assert "Me fixer un petit objectif" in client.get("/").text
        assert session.scalars(select(WeeklyGoal)).all() == []
        assert session.scalars(select(StudyDay)).all() == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"quoi": "days", "combien": "8"},
            {"quoi": "days", "combien": "-1"},
            {"quoi": "days", "combien": "trois"},
            {"quoi": "rank", "combien": "1"},
        ],
    )
    def test_what_cannot_be_is_said(
        self, client: Browser, learner: User, session: Session, fields: dict[str, str]
    ) -> None:
        page = client.submit("/objectif/", **fields)
        assert page.status_code == 400
        assert 'role="alert"' in page.text
        assert session.scalars(select(WeeklyGoal)).all() == []

    def test_nobody_else_sees_it(
        self,
        client: Browser,
        learner: User,
        session: Session,
        promotion: Promotion,
        sign_in: Callable[..., object],
    ) -> None:
        client.submit("/objectif/", quoi="exercises", combien="43")
        assert "43" in client.get("/objectif/").text
        for role in (Role.TRAINER, Role.COHORT_MANAGER, Role.TUTOR, Role.LEARNER):
            other = make_membership(session, promotion=promotion, role=role).user
            session.commit()
            browser = new_browser(client.application)
            sign_in(browser, other)
            for page in (
                "/",
                "/objectif/",
                f"/promotions/{promotion.slug}/",
                "/cours/petit-cours/competences/",
            ):
                text = browser.get(page).text
                assert not re.search(r"sur 43\b|value=\"43\"", text), (role, page)


class TestSearch:
    def test_finds_a_heading_without_accents_and_marks_it(
        self, client: Browser, learner: User
    ) -> None:
        page = client.get("/cours/petit-cours/recherche/?q=DONNEES").text
        assert f'href="{HERE}#s-premier-point"' in page
        assert "<mark>Données</mark>" in page

    def test_what_is_typed_is_only_text(self, client: Browser, learner: User) -> None:
        page = client.get("/cours/petit-cours/recherche/?q=<script>alert(1)</script>").text
        assert "<script>alert" not in page

    @pytest.mark.parametrize("query", ["", "zzzz"])
    def test_where_nothing_is_there_is_advice(
        self, client: Browser, learner: User, query: str
    ) -> None:
        page = client.get(f"/cours/petit-cours/recherche/?q={query}").text
        assert "Essayez un seul mot" in page
        assert 'href="/cours/petit-cours/glossaire/"' in page


class TestGlossary:
    def test_a_lesson_carries_the_definitions_of_its_terms(
        self, client: Browser, learner: User
    ) -> None:
        page = client.get(HERE).text
        assert 'class="term" href="/cours/petit-cours/glossaire/#s-terme-carnet"' in page
        assert 'id="mot-carnet"' in page
        assert "Document de travail." in page

    def test_all_terms_stand_on_one_page(self, client: Browser, learner: User) -> None:
        page = client.get("/cours/petit-cours/glossaire/").text
        assert 'id="s-terme-carnet"' in page
        assert "1 mot du cours" in page

    def test_a_course_without_a_glossary_has_no_such_page(
        self, client: Browser, learner: User, config: Config
    ) -> None:
        settings = config.courses / "petit-cours" / "course.yml"
        settings.write_text(COURSE.replace("glossary: glossaire.md\n", ""), encoding="utf-8")
        assert client.get("/cours/petit-cours/glossaire/").status_code == 404
        assert "Glossaire" not in client.get("/cours/petit-cours/").text


class TestPack:
    @pytest.fixture
    def pack(self, client: Browser, learner: User) -> zipfile.ZipFile:
        answer = client.get("/cours/petit-cours/debut/hors-ligne.zip")
        assert answer.mimetype == "application/zip"
        return zipfile.ZipFile(BytesIO(answer.data))

    def test_holds_what_the_module_needs(self, pack: zipfile.ZipFile) -> None:
        assert sorted(pack.namelist()) == [
            "exercices/premier-carnet/data/notes.csv",
            "exercices/premier-carnet/premier.ipynb",
            "fichiers/data/notes.csv",
            "fichiers/images/point.png",
            "glossaire.html",
            "index.html",
            "lire.html",
            "style/garrigue.css",
            "style/path.css",
            "style/pico.min.css",
            "style/print.css",
        ]

    def test_leads_nowhere_but_to_its_own_files(self, pack: zipfile.ZipFile) -> None:
        names = set(pack.namelist())
        for name in names:
            text = pack.read(name).decode(errors="replace")
            if name.endswith(".html"):
                targets = re.findall(r'(?:href|src)="([^"#]*)', text)
                assert {target for target in targets if target} <= names, name
                assert "<script" not in text
            if name.endswith(".css"):
                assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", text), name

    def test_has_no_solution(self, pack: zipfile.ZipFile) -> None:
        notebook = pack.read("exercices/premier-carnet/premier.ipynb").decode()
        assert "double" in notebook
        assert "return 2 * x" not in notebook
        assert "-6" not in notebook

    def test_is_made_once_and_its_size_is_told(
        self, pack: zipfile.ZipFile, client: Browser, config: Config
    ) -> None:
        (kept,) = (config.instance / "cache" / "packs").iterdir()
        made = kept.stat().st_mtime_ns

        page = client.get("/cours/petit-cours/debut/").text
        answer = client.get("/cours/petit-cours/debut/hors-ligne.zip")

        assert kept.stat().st_mtime_ns == made
        assert re.search(r"Télécharger le module \(\d+\sko\)", page)
        again = {"If-None-Match": answer.headers["ETag"]}
        assert (
            client.get("/cours/petit-cours/debut/hors-ligne.zip", headers=again).status_code
            == 304
        )


class TestCompetences:
    def test_says_where_each_is_worked_on_and_decides_nothing(
        self, client: Browser, learner: User
    ) -> None:
        page = client.get("/cours/petit-cours/competences/").text
        assert "S1" in page
        assert 'href="/cours/petit-cours/exercices/premier-carnet/"' in page
        assert "décidé par une personne" in page
        assert "Niveau décidé" not in page
