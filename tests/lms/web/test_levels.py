"""« Compétences » of a promotion, deciding, the sheet and the PDF, as people see them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import event, select

from lms.domain.access import Role
from lms.domain.referentials import (
    Block,
    Competence,
    CompetenceKey,
    Edition,
    Referential,
    Shelf,
)
from lms.hookspecs import hookimpl
from lms.models import AuditEvent, Evidence, LevelDecision
from lms.services import evidence, levels
from tests.factories import (
    make_membership,
    make_promotion,
    make_submission,
    make_user,
    write_referential,
)
from tests.lms.conftest import new_browser
from tests.lms.services.test_progress import make_run

KEY = CompetenceKey(edition=Edition(referential="socle", version="1"), code="S1")
NOW = datetime.now(UTC)
TODAY = NOW.date()
HOSTILE = '<img src="file:///etc/passwd"><script>alert(1)</script>'


@pytest.fixture
def courses(config):
    """The folder of the courses, with a referential that the small course follows."""
    write_referential(config.courses)
    return config.courses


@pytest.fixture
def promotion(courses, app, session):
    return make_promotion(session, name="Castelnau 2026")


@pytest.fixture
def ada(session, promotion):
    """A learner."""
    person = make_membership(session, make_user(session, name="Ada"), promotion).user
    session.commit()
    return person


@pytest.fixture
def enter(app, session, promotion, sign_in):
    """Open a browser as a new member of the promotion with that role."""

    def enter(role, name="Nadia"):
        person = make_membership(session, make_user(session, name=name), promotion, role).user
        session.commit()
        client = new_browser(app)
        sign_in(client, person)
        client.person = person
        return client

    return enter


@pytest.fixture
def nadia(enter):
    return enter(Role.TRAINER)


def home(promotion, *parts):
    return "/".join([f"/promotions/{promotion.slug}/competences", *map(str, parts), ""])


def decide(client, promotion, *people, **fields):
    given = {"niveau": "2", "raison": "Vu en projet.", "le": TODAY.isoformat()} | fields
    return client.submit(
        home(promotion, "decider/socle/1/S1"),
        personne=[str(person.id) for person in people],
        **given,
    )


def prove(session, promotion, user, *, level):
    member = next(each for each in user.memberships if each.promotion_id == promotion.id)
    submission = make_submission(session, membership=member)
    submission.version.exercises = [
        {"id": "exercice-0", "title": "Doubler", "competence": "S1", "level": level}
    ]
    run = make_run(session, submission)
    evidence.propose(session, run, submission.version, learner_id=user.id, now=NOW)
    session.commit()


def cell(page, name):
    """Return the words of the first competence in a learner's row."""
    row = re.search(rf"<tr[^>]*>\s*<th[^>]*><a[^>]*>{name}</a></th>(.*?)</tr>", page, re.S)
    first = re.search(r"<td.*?</td>", row[1], re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", first).split())


class TestExport:
    def test_writes_levels_and_proofs_as_text_and_numbers(self, session, nadia, promotion, ada):
        ada.name = "=1+1"
        prove(session, promotion, ada, level=1)
        decide(nadia, promotion, ada)
        assert f"{home(promotion)}export/xlsx?bloc=" in nadia.get(home(promotion)).text
        sent = nadia.get(f"{home(promotion)}export/xlsx?bloc=socle")
        [header, line] = load_workbook(io.BytesIO(sent.data)).active.iter_rows()
        assert header[1].value.startswith("socle S1")
        assert header[1].value.endswith("– niveau décidé")
        assert [each.value for each in line[:4]] == ["=1+1", "adapter", "imiter", 1]
        assert line[0].data_type == "s"
        assert f"competences-{promotion.slug}.xlsx" in sent.headers["Content-Disposition"]

        rows = nadia.get(f"{home(promotion)}export/csv").text.splitlines()
        assert rows[1].startswith("'=1+1;adapter;imiter;1")

    def test_knows_no_other_form(self, nadia, promotion):
        assert nadia.get(f"{home(promotion)}export/docx").status_code == 404


class TestMatrix:
    def test_what_is_proposed_and_what_is_decided_are_told_apart_in_words(
        self, session, nadia, promotion, ada
    ):
        prove(session, promotion, ada, level=3)
        assert cell(nadia.get(home(promotion)).text, "Ada") == (
            "S1 proposé : transposer 1 preuve"
        )
        decide(nadia, promotion, ada)
        assert cell(nadia.get(home(promotion)).text, "Ada") == (
            "S1 adapter proposé : transposer 1 preuve"
        )

    def test_a_cell_leads_to_the_sheet_and_a_column_to_the_form(
        self, session, nadia, promotion, ada
    ):
        prove(session, promotion, ada, level=1)
        page = nadia.get(home(promotion)).text
        assert f'href="{home(promotion, ada.id)}#socle-S1"' in page
        assert f'href="{home(promotion, "decider/socle/1/S1")}"' in page

    def test_filters_show_one_learner(self, session, nadia, promotion, ada):
        other = make_membership(session, make_user(session, name="Zoé"), promotion).user
        session.commit()
        page = nadia.get(home(promotion), query_string={"personne": ada.id}).text
        assert home(promotion, ada.id) in page
        assert home(promotion, other.id) not in page
        assert "Zoé" in page  # in the list to choose from

    def test_the_number_of_queries_does_not_grow(
        self, session, app, nadia, promotion, ada, site
    ):
        nadia.get(home(promotion))

        def queries():
            asked = []

            def count(*given):
                asked.append(given[2])

            event.listen(site.engine, "before_cursor_execute", count)
            assert nadia.get(home(promotion)).status_code == 200
            event.remove(site.engine, "before_cursor_execute", count)
            return len(asked)

        few = queries()
        for number in range(12):
            person = make_user(session, name=f"Personne {number}")
            make_membership(session, person, promotion)
            session.flush()
            session.refresh(person)
            prove(session, promotion, person, level=1)
            levels.decide(
                session,
                promotion,
                [person.id],
                levels.Wish(key=KEY, level=1, on=TODAY, reason="Vu."),
                actor_id=nadia.person.id,
                now=NOW,
            )
        session.commit()
        assert queries() == few <= 14

    def test_without_a_referential_it_says_what_to_do(self, session, nadia, promotion, courses):
        settings = courses / "petit-cours" / "course.yml"
        text = settings.read_text(encoding="utf-8").replace("[socle]", "[absent]")
        settings.write_text(text, encoding="utf-8")
        assert "course.yml" in nadia.get(home(promotion)).text

    def test_the_jury_finds_its_way_and_decides(self, enter, promotion, ada):
        jury = enter(Role.JURY, name="Jean Jury")
        assert home(promotion) in jury.get("/").text
        page = jury.get(home(promotion))
        assert "Décider" in page.text
        assert f'href="/promotions/{promotion.slug}/"' not in page.text
        assert decide(jury, promotion, ada).status_code == 303

    def test_the_cohort_manager_sees_and_does_not_decide(self, enter, promotion, ada):
        manager = enter(Role.COHORT_MANAGER)
        page = manager.get(home(promotion)).text
        assert "Ada" in page
        assert "/decider/" not in page


class TestDeciding:
    def test_one_is_decided_at_once_and_can_be_undone(self, session, nadia, promotion, ada):
        done = decide(nadia, promotion, ada)
        assert done.location.startswith(home(promotion, ada.id))
        page = nadia.get(done.location).text
        assert "Niveau décidé\N{NO-BREAK SPACE}: adapter" in page
        assert "par Nadia, le" in page
        address = re.search(r'action="([^"]+/annuler)"', page)[1]
        undone = nadia.submit(address, page=home(promotion))
        assert "1 décision annulée" in nadia.get(undone.location).text
        assert "Rien de décidé" in nadia.get(home(promotion, ada.id)).text

    def test_several_are_shown_before_and_decided_with_one_reason(
        self, session, nadia, promotion, ada
    ):
        zoe = make_membership(session, make_user(session, name="Zoé"), promotion).user
        session.commit()
        shown = decide(nadia, promotion, ada, zoe)
        assert "Décider pour 2 personnes" in shown.text
        assert session.scalars(select(LevelDecision)).all() == []
        back = decide(nadia, promotion, ada, zoe, revenir="1").text
        assert "Vu en projet." in back
        assert back.count("checked") == 3
        done = decide(nadia, promotion, ada, zoe, confirme="1")
        page = nadia.get(done.location).text
        assert "2 niveaux décidés" in page
        assert {row.reason for row in session.scalars(select(LevelDecision))} == {
            "Vu en projet."
        }

    def test_what_is_missing_is_said_and_nothing_typed_is_lost(self, nadia, promotion, ada):
        page = decide(nadia, promotion, ada, niveau="").text
        assert "Choisissez un niveau." in page
        assert "Vu en projet." in page
        assert re.search(rf'value="{ada.id}"\s+checked', page)
        assert "au moins une personne" in decide(nadia, promotion).text
        assert "avenir" in decide(nadia, promotion, ada, le="2999-01-01").text
        assert "Donnez une date" in decide(nadia, promotion, ada, le="hier").text

    def test_nobody_decides_for_oneself(self, session, nadia, promotion, ada):
        make_membership(session, nadia.person, promotion, Role.LEARNER)
        session.commit()
        assert "propre niveau" in decide(nadia, promotion, nadia.person).text

    def test_a_decision_is_withdrawn_with_a_reason(self, session, nadia, promotion, ada):
        decide(nadia, promotion, ada)
        decision = session.scalars(select(LevelDecision)).one()
        address = home(promotion, "decisions", decision.id) + "retirer"
        sheet = home(promotion, ada.id)
        refused = nadia.submit(address, page=sheet, raison="")
        assert refused.status_code == 400
        assert "raison" in refused.text
        nadia.submit(address, page=sheet, raison="Erreur de ligne.")
        page = nadia.get(sheet).text
        assert "Erreur de ligne." in page
        assert "Rien de décidé" in page


class TestSheet:
    def test_a_trainer_notes_an_observation_and_takes_it_back(self, nadia, promotion, ada):
        sheet = home(promotion, ada.id)
        sent = {"competence": "socle/1/S2", "le": TODAY.isoformat()}
        wrong = nadia.submit(f"{sheet}observations", page=sheet, texte="", **sent).text
        assert "Ce champ est à remplir." in wrong
        done = nadia.submit(
            f"{sheet}observations", page=sheet, texte="Relit les autres.", **sent
        )
        assert done.location.endswith("#socle-S2")
        page = nadia.get(sheet).text
        assert "Relit les autres." in page
        assert "observé par Nadia" in page
        address = re.search(r'action="([^"]+/observations/\d+/retirer)"', page)[1]
        nadia.submit(address, page=sheet)
        assert "Relit les autres." not in nadia.get(sheet).text

    def test_learners_read_who_decided_and_why_on_their_own_pages(
        self, app, nadia, promotion, ada, sign_in
    ):
        decide(nadia, promotion, ada)
        client = new_browser(app)
        sign_in(client, ada)
        mine = client.get("/cours/petit-cours/competences/").text
        for page in (mine, client.get(home(promotion, ada.id)).text):
            assert "Niveau décidé\N{NO-BREAK SPACE}: adapter" in page
            assert "Nadia" in page
            assert "Vu en projet." in page
        assert home(promotion, ada.id) + "fiche.pdf" in mine
        own = client.get(home(promotion, ada.id)).text
        assert "/decider/" not in own
        assert "/observations" not in own

    def test_hostile_words_are_shown_as_words(self, session, nadia, promotion, ada):
        ada.name = HOSTILE
        session.commit()
        decide(nadia, promotion, ada, raison=HOSTILE)
        for address in (home(promotion), home(promotion, ada.id)):
            page = nadia.get(address).text
            assert "<img" not in page.partition("<main")[2]
            assert "alert(1)</script>" not in page

    def test_somebody_else_s_learner_has_no_sheet_here(self, session, nadia, promotion):
        other = make_membership(session).user
        session.commit()
        assert nadia.get(home(promotion, other.id)).status_code == 404


class TestPdf:
    def read(self, client, promotion, user):
        response = client.get(home(promotion, user.id) + "fiche.pdf")
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/pdf"
        return PdfReader(io.BytesIO(response.data))

    def test_it_is_tagged_in_french_with_a_title_bookmarks_and_page_numbers(
        self, session, nadia, promotion, ada
    ):
        prove(session, promotion, ada, level=3)
        decide(nadia, promotion, ada, raison=f"Très bien ! {HOSTILE}")
        found = self.read(nadia, promotion, ada)
        root = found.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/StructTreeRoot"]["/K"]
        assert root["/Lang"] == "fr"
        assert found.metadata.title == "Fiche de compétences de Ada"
        assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
        titles = [mark.title for mark in found.outline if not isinstance(mark, list)]
        assert titles == ["Fiche de compétences de Ada"]
        nested = [mark.title for mark in found.outline[1] if not isinstance(mark, list)]
        assert nested == ["Socle"]
        text = "\n".join(page.extract_text() for page in found.pages)
        for said in (
            "Castelnau 2026",
            "Niveau décidé\N{NO-BREAK SPACE}: adapter",
            "par Nadia, le",
            "Les exercices proposent\N{NO-BREAK SPACE}: transposer",
            "1 sur 1 point,",
            "Version 1.",
            "Le référentiel des tests.",
            "Un entretien.",
            "Fiche établie le",
            HOSTILE[:20],
        ):
            assert said in text, said
        assert f"Page\N{NO-BREAK SPACE}1 sur {len(found.pages)}" in text
        assert "root:" not in text
        assert not found.attachments

    def test_its_fingerprint_is_the_page_s_and_is_kept_with_who_asked(
        self, session, nadia, promotion, ada
    ):
        decide(nadia, promotion, ada)
        shown = re.search(r"[0-9a-f]{64}", nadia.get(home(promotion, ada.id)).text)[0]
        found = self.read(nadia, promotion, ada)
        text = "".join(found.pages[0].extract_text().split())
        assert shown[:32] in text
        issued = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "sheet.issued")
        ).one()
        assert (issued.actor_id, issued.person_id) == (nadia.person.id, ada.id)
        assert issued.details["fingerprint"] == shown
        decide(nadia, promotion, ada, niveau="3")
        assert shown not in nadia.get(home(promotion, ada.id)).text

    def test_in_english_it_says_so(self, session, nadia, promotion, ada):
        nadia.person.locale = "en"
        session.commit()
        found = self.read(nadia, promotion, ada)
        assert found.trailer["/Root"]["/Lang"] == "en"


class Broken:
    """A plugin whose referentials cannot be had."""

    @hookimpl
    def referentials(self):
        raise RuntimeError("no network")


class School:
    """A plugin that brings a referential."""

    @hookimpl
    def referentials(self):
        block = Block(id="b", title="B", competences=(Competence(code="E1", title="Écouter"),))
        return Shelf(
            referentials=(
                Referential(id="ecole", title="École", version="9", blocks=(block,)),
                Referential(id="socle", title="Le nôtre", version="1", blocks=(block,)),
            )
        )


def test_plugins_bring_referentials_and_one_that_fails_harms_nobody(
    make_app, config, courses, sign_in
):
    settings = courses / "petit-cours" / "course.yml"
    text = settings.read_text(encoding="utf-8").replace("[socle]", "[socle, ecole]")
    settings.write_text(text, encoding="utf-8")
    app = make_app(config, plugins=[School(), Broken()])
    site = app.extensions["garrigue"]
    with site.sessions.begin() as session:
        trainer = make_membership(session, role=Role.TRAINER)
        person, slug = trainer.user, trainer.promotion.slug
    client = new_browser(app)
    sign_in(client, person)
    page = client.get(f"/promotions/{slug}/competences/").text
    assert "Personne à suivre" in page
    with site.sessions.begin() as session:
        make_membership(session, promotion=session.merge(trainer).promotion)
    page = client.get(f"/promotions/{slug}/competences/?bloc=tout").text
    assert "Écouter" in page
    assert "Le nôtre" in page  # the plugin's version goes before the file's
    assert "no network" in (config.instance / "extensions.jsonl").read_text(encoding="utf-8")


class TestFollowing:
    def test_another_version_is_followed_and_left_again(
        self, session, enter, promotion, courses, ada
    ):
        manager = enter(Role.COHORT_MANAGER)
        manager.get(home(promotion))
        prove(session, promotion, ada, level=2)
        folder = courses / "referentiels"
        now = (folder / "socle.yml").read_text(encoding="utf-8")
        (folder / "socle@2.yml").write_text(
            now.replace('version: "1"', 'version: "2"').replace("S1", "P1"), encoding="utf-8"
        )
        (folder / "correspondances").mkdir()
        (folder / "correspondances" / "socle.yml").write_text(
            'from: {id: socle, version: "1"}\nto: {id: socle, version: "2"}\n'
            "note: Même texte.\ncompetences:\n  S1: {to: [P1]}\n",
            encoding="utf-8",
        )
        address = home(promotion, "referentiels")
        assert "Suivre la version 2" in manager.get(address).text
        done = manager.submit(address, referentiel="socle", version="2")
        said = manager.get(done.location).text
        assert "suit maintenant socle 2" in said
        assert "Suivre la version 1" in said
        sheet = manager.get(home(promotion, ada.id)).text
        assert "repris de socle 1, S1" in sheet
        assert "Même texte." in sheet
        assert {row.version for row in session.scalars(select(Evidence))} == {"1"}
        refused = manager.submit(address, referentiel="socle", version="7")
        assert refused.status_code == 404
