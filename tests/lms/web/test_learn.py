"""Courses as people read them, and what their files may and may not give out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue.addresses import place_of
from lms.config import Config
from lms.domain.access import Role
from lms.models import PageVisit, Promotion, PromotionDate, User
from lms.web.context import Site
from tests.factories import make_membership, make_promotion, make_user, write_course
from tests.lms.conftest import Browser

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
COURSE = """\
title: Petit cours
modules:
  debut:
    title: Début
    weeks: 2
    pages: [debut/lire.md, debut/suite.md]
    assignments:
      premier-carnet:
        notebook: debut/premier.ipynb
        due: semaine-1
        data: [data/notes.csv]
      second-carnet:
        notebook: debut/second.ipynb
        opens: {after: premier-carnet, score: 50}
  vide:
    title: Plus tard
"""
LESSON = """\
# Lire

Voir [la suite](suite.md#plus-loin) et ![un graphe](../images/graphe.png), le
[dessin](../images/dessin.svg), la [page](../data/page.html).

## Premier point

Du texte.

## Second point

```python
def double(x):
    return 2 * x
```
"""


#: Paths that must give nothing, however they are written.
SECRETS = (
    "course.yml",
    "myst.yml",
    ".env",
    "images/secret.png",  # named by no page
    "debut/premier.ipynb",
    "debut/premier.wrong.yml",
    "debut/lire.md",
    "../petit-cours/images/graphe.png",
    "images/../images/graphe.png",
    "images//graphe.png",
    "images/./graphe.png",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2fetc%2fpasswd",
    "images%5cgraphe.png",
    "images/graphe.png%00",
    "images/graphe.png%00.txt",
    "images",
)


@pytest.fixture
def folder(config: Config) -> Path:
    """The course's folder, with two lessons and what they name."""
    course = config.courses / "petit-cours"
    (course / "course.yml").write_text(COURSE, encoding="utf-8")
    (course / "debut" / "lire.md").write_text(LESSON, encoding="utf-8")
    (course / "debut" / "suite.md").write_text("# La suite\n\n## Plus loin\n", encoding="utf-8")
    source = (course / "debut" / "premier.ipynb").read_text(encoding="utf-8")
    (course / "debut" / "second.ipynb").write_text(source, encoding="utf-8")
    (course / "images").mkdir()
    (course / "images" / "graphe.png").write_bytes(PNG)
    (course / "images" / "secret.png").write_bytes(PNG)
    (course / "images" / "dessin.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (course / "data" / "page.html").write_text("<script>alert(1)</script>")
    (course / "debut" / "premier.wrong.yml").write_text("secret: 1")
    (course / ".env").write_text("SECRET=1")
    return course


@pytest.fixture
def promotion(session: Session) -> Promotion:
    return make_promotion(session)


@pytest.fixture
def learner(
    folder: Path,
    client: Browser,
    session: Session,
    promotion: Promotion,
    sign_in: Callable[..., object],
) -> User:
    """A learner of the course, signed in."""
    user = make_membership(session, promotion=promotion).user
    session.commit()
    sign_in(client, user)
    return user


class TestCourses:
    def test_a_learner_finds_the_courses_of_the_promotion(
        self, client: Browser, learner: User, promotion: Promotion, config: Config
    ) -> None:
        write_course(config.courses, "autre-cours")

        page = client.get("/cours/").text

        assert 'href="/cours/petit-cours/"' in page
        assert promotion.name in page
        assert "autre-cours" not in page

    def test_a_course_with_an_error_is_listed_as_unavailable(
        self, client: Browser, learner: User, folder: Path
    ) -> None:
        (folder / "course.yml").write_text("title: [")

        page = client.get("/cours/").text

        assert "ne peut pas être affiché" in page
        assert "garrigue course check petit-cours" in page
        assert 'href="/cours/petit-cours/"' not in page
        assert client.get("/cours/petit-cours/").status_code == 503

    def test_operators_are_told_what_is_wrong_with_it(
        self,
        client: Browser,
        session: Session,
        folder: Path,
        log: io.StringIO,
        sign_in: Callable[..., object],
    ) -> None:
        operator = make_user(session, is_operator=True)
        session.commit()
        (folder / "course.yml").write_text("title: [")
        sign_in(client, operator)

        assert "course.yml, ligne 1" in client.get("/cours/").text
        lines = map(json.loads, log.getvalue().splitlines())
        (told,) = (line for line in lines if line["event"] == "course unreadable")
        assert "course.yml, ligne 1" in told["problems"][0]

    def test_people_without_a_course_are_told_what_to_do(
        self,
        client: Browser,
        session: Session,
        folder: Path,
        sign_in: Callable[..., object],
    ) -> None:
        user = make_user(session)
        session.commit()
        sign_in(client, user)

        assert "Aucun cours pour l’instant" in client.get("/cours/").text
        assert client.get("/cours/petit-cours/").status_code == 404
        assert client.get("/cours/petit-cours/fichiers/images/graphe.png").status_code == 404

    def test_a_course_shows_its_modules_and_how_far_one_is(
        self, client: Browser, learner: User
    ) -> None:
        client.get("/cours/petit-cours/debut/lire/")

        page = client.get("/cours/petit-cours/").text

        assert page.index("Début") < page.index("Plus tard")
        assert "1 leçon lue sur 2" in page
        assert "2 semaines, 2 leçons, 2 exercices" in page
        assert "Ce module n’a pas encore de contenu." in page

    @pytest.mark.parametrize(
        "address",
        ["/cours/absent/", "/cours/petit-cours/absent/", "/cours/petit-cours/debut/absent/"],
    )
    def test_what_does_not_exist_is_not_found(
        self, client: Browser, learner: User, address: str
    ) -> None:
        assert client.get(address).status_code == 404


class TestModule:
    def test_shows_lessons_assignments_and_the_promotion_s_date(
        self, client: Browser, learner: User, session: Session, promotion: Promotion
    ) -> None:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        session.add(PromotionDate(promotion_id=promotion.id, symbol="semaine-1", at=tomorrow))
        session.commit()
        client.get("/cours/petit-cours/debut/suite/")

        page = client.get("/cours/petit-cours/debut/").text

        assert 'href="/cours/petit-cours/debut/lire/"' in page
        assert page.count("Lue") == 1
        assert "À rendre" in page
        assert "À faire" in page

    def test_says_what_opens_a_locked_assignment(self, client: Browser, learner: User) -> None:
        page = client.get("/cours/petit-cours/debut/").text

        assert "Pas encore ouvert" in page
        assert "50 % des points" in page.replace("\N{NO-BREAK SPACE}", " ")

    def test_an_empty_module_says_so(self, client: Browser, learner: User) -> None:
        page = client.get("/cours/petit-cours/vide/").text

        assert "Pas encore de leçon" in page
        assert "Pas d’exercice dans ce module" in page

    def test_staff_see_no_state_of_their_own(
        self,
        client: Browser,
        session: Session,
        folder: Path,
        promotion: Promotion,
        sign_in: Callable[..., object],
    ) -> None:
        trainer = make_membership(session, promotion=promotion, role=Role.TRAINER).user
        session.commit()
        sign_in(client, trainer)

        page = client.get("/cours/petit-cours/debut/").text

        assert "Premier carnet" in page
        assert "À faire" not in page
        assert "Pas encore ouvert" not in page


class TestLesson:
    def test_shows_the_text_with_its_contents_and_neighbours(
        self, client: Browser, learner: User
    ) -> None:
        page = client.get("/cours/petit-cours/debut/lire/").text

        assert page.count("<h1") == 1
        assert '<a href="#s-premier-point">Premier point</a>' in page
        assert '<h2 id="s-premier-point">' in page
        assert 'href="/cours/petit-cours/debut/suite/#s-plus-loin"' in page
        assert 'src="/cours/petit-cours/fichiers/images/graphe.png"' in page
        assert re.search(r'rel="next" href="/cours/petit-cours/debut/suite/"', page)
        assert 'rel="prev"' not in page

    def test_the_last_lesson_leads_to_the_assignment(
        self, client: Browser, learner: User
    ) -> None:
        page = client.get("/cours/petit-cours/debut/suite/").text

        assert re.search(
            r'rel="next" href="/cours/petit-cours/exercices/premier-carnet/"', page
        )
        assert re.search(r'rel="prev" href="/cours/petit-cours/debut/lire/"', page)

    def test_opening_it_is_remembered(
        self, client: Browser, learner: User, session: Session
    ) -> None:
        client.get("/cours/petit-cours/debut/lire/")

        visit = session.scalars(select(PageVisit)).one()
        assert (visit.user_id, visit.page_slug) == (learner.id, "lire")

    def test_it_follows_the_file_with_live_reload(
        self,
        config: Config,
        make_app: Callable[..., Flask],
        session: Session,
        learner: User,
        folder: Path,
        sign_in: Callable[..., object],
    ) -> None:
        live = make_app(Config(**{**vars(config), "has_live_reload": True}))
        browser = live.test_client()
        sign_in(browser, learner)
        browser.get("/cours/petit-cours/debut/suite/")
        (folder / "debut" / "suite.md").write_text("# La suite, revue\n")

        assert "La suite, revue" in browser.get("/cours/petit-cours/debut/suite/").text

    def test_an_edited_assignment_can_be_worked_on_at_once_with_live_reload(
        self,
        config: Config,
        make_app: Callable[..., Flask],
        learner: User,
        folder: Path,
        sign_in: Callable[..., object],
    ) -> None:
        live = make_app(Config(**{**vars(config), "has_live_reload": True}))
        browser = live.test_client()
        sign_in(browser, learner)
        address = "/cours/petit-cours/exercices/premier-carnet/carnet.ipynb"
        assert "Triplez" not in browser.get(address).text
        path = folder / "debut" / "premier.ipynb"
        path.write_text(path.read_text().replace("Doublez", "Triplez"))

        assert "Triplez" in browser.get(address).text

    def test_addresses_are_those_of_the_routes(
        self, app: Flask, site: Site, folder: Path
    ) -> None:
        course = site.library.course("petit-cours")
        (module, page), *_ = course.pages
        addresses = place_of(course, page.path).addresses

        with app.test_request_context():
            assert addresses["debut/lire.md"] == url_for(
                "learn.page",
                course_slug=course.slug,
                module_id=module.id,
                page_slug=page.slug,
            )
            assert addresses["images/graphe.png"] == url_for(
                "learn.file", course_slug=course.slug, path="images/graphe.png"
            )
            assert addresses["debut/premier.ipynb"] == url_for(
                "assignments.show", course_slug=course.slug, assignment_id="premier-carnet"
            )


class TestFiles:
    def test_an_image_is_shown_and_can_do_nothing(self, client: Browser, learner: User) -> None:
        answer = client.get("/cours/petit-cours/fichiers/images/graphe.png")

        assert answer.data == PNG
        assert answer.mimetype == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert not answer.headers.get("Content-Disposition", "").startswith("attachment")

    def test_a_known_image_is_not_sent_again(self, client: Browser, learner: User) -> None:
        address = "/cours/petit-cours/fichiers/images/graphe.png"
        etag = client.get(address).headers["ETag"]

        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    @pytest.mark.parametrize(
        ("path", "kind"),
        [("data/notes.csv", "text/csv"), ("data/page.html", "application/octet-stream")],
    )
    def test_data_are_only_downloaded(
        self, client: Browser, learner: User, path: str, kind: str
    ) -> None:
        answer = client.get(f"/cours/petit-cours/fichiers/{path}")

        assert answer.status_code == 200
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_an_svg_opened_by_itself_is_in_a_sandbox(
        self, client: Browser, learner: User
    ) -> None:
        answer = client.get("/cours/petit-cours/fichiers/images/dessin.svg")

        assert answer.mimetype == "image/svg+xml"
        assert "sandbox;" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]

    def test_65_nothing_else_is_given(self, client: Browser, learner: User) -> None:
        answers = {
            path: client.get(f"/cours/petit-cours/fichiers/{path}", follow_redirects=True)
            for path in SECRETS
        }

        given = {path for path, answer in answers.items() if answer.status_code != 404}
        assert given == set()

    def test_65_a_link_out_of_the_course_is_not_followed(
        self, client: Browser, learner: User, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "outside.png").write_bytes(PNG)
        (folder / "images" / "graphe.png").unlink()
        (folder / "images" / "graphe.png").symlink_to(tmp_path / "outside.png")

        assert client.get("/cours/petit-cours/fichiers/images/graphe.png").status_code == 404

    def test_65_a_link_made_after_the_course_was_read_is_not_followed(
        self, client: Browser, learner: User, folder: Path, tmp_path: Path
    ) -> None:
        client.get("/cours/petit-cours/")
        (tmp_path / "outside.png").write_bytes(b"elsewhere")
        (folder / "images" / "graphe.png").unlink()
        (folder / "images" / "graphe.png").symlink_to(tmp_path / "outside.png")

        assert client.get("/cours/petit-cours/fichiers/images/graphe.png").status_code == 404
