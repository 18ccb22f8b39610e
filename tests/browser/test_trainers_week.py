"""A trainer's week on the running site: from an empty folder to the marks in a sheet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from lms.domain.access import Role
from tests.browser.conftest import School
from tests.browser.looks import faults, overflow_px
from tests.factories import make_membership, make_promotion, make_user

pytestmark = pytest.mark.browser

GRADED_MS = 90_000
COURSE = "une-semaine"
EXERCISE = "premiers-pas-1"

#: Refuses an answer that is right: a whole number can be a mean.
TOO_STRICT = 'assert type(moyenne([10, 20])) is float, "la moyenne s’écrit avec une virgule"\n'

RIGHT = "def moyenne(notes):\n    return sum(notes) / len(notes) if notes else 0"
REFUSED = (
    "from statistics import mean\n\n\n"
    "def moyenne(notes):\n    return mean(notes) if notes else 0"
)


@dataclass
class Week:
    """What one trainer goes through, and what axe said on the way."""

    school: School
    page: Page
    promotion: str
    found: list[str] = field(default_factory=list)

    def open(self, where: str) -> None:
        """Open one of the promotion's pages and look at it."""
        self.page.goto(f"/promotions/{self.promotion}/{where}")
        self.look()

    def look(self) -> None:
        """Ask axe about the page on a small phone; `test_pages` looks at the wide ones."""
        self.page.set_viewport_size({"width": 320, "height": 800})
        if overflow_px(self.page) > 0:
            self.found.append(f"{self.page.url}: wider than 320 px")
        self.found += faults(self.page, ("light",))
        self.page.set_viewport_size({"width": 1280, "height": 800})

    def press(self, name: str) -> None:
        """Press a button of the page."""
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()

    def undo(self) -> None:
        """Take the last action back with the button that stands beside its message."""
        self.page.locator(".notice").get_by_role("button", name="Annuler").click()


@pytest.fixture
def week(school: School, open_browser: Callable[..., Page]) -> Week:
    """A new course with its trainer and an empty promotion: written, checked, published."""
    notebook = begin_course(school)
    write_test(notebook, TOO_STRICT)
    assert "1 carnet vérifié" in school.command("check", notebook.parents[1], "--mutants", "0")
    monday = date.today() - timedelta(days=date.today().weekday())
    with school.session() as session:
        promotion = make_promotion(
            session, course_slug=COURSE, name="Une semaine", slug=COURSE, starts_on=monday
        )
        trainer = make_user(session, name="Inès Roumégas")
        for role in (Role.TRAINER, Role.COHORT_MANAGER):
            make_membership(session, trainer, promotion, role)
        email = trainer.email
    assert "publié" in school.command("course", "sync", COURSE)
    return Week(school=school, page=open_browser(email=email), promotion=COURSE)


def begin_course(school: School) -> Path:
    """Begin a course by the command, and say in its file what a trainer would."""
    school.command("new", "course", COURSE, "--in", school.courses, "--title", "Une semaine")
    settings = school.courses / COURSE / "course.yml"
    text = settings.read_text(encoding="utf-8")
    for commented, meant in (
        ("# referentials: [rncp37827]", "referentials: [socle-data-ia]"),
        ("# due: semaine-1", "due: semaine-1"),
        ("# competences: {S1: imiter}", "competences: {S1: imiter}"),
    ):
        assert commented in text
        text = text.replace(commented, meant)
    settings.write_text(text, encoding="utf-8")
    return school.courses / COURSE / "premiers-pas" / f"{EXERCISE}.ipynb"


def write_test(notebook: Path, line: str) -> None:
    """Add a line to the hidden tests; the same line again takes it away."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))
    tests = cell_named(cells, "moyenne-caches")
    text = "".join(tests["source"])
    end = "### END HIDDEN TESTS"
    tests["source"] = text.replace(line, "") if line in text else text.replace(end, line + end)
    notebook.write_text(json.dumps(cells, ensure_ascii=False), encoding="utf-8")


def cell_named(notebook: Any, name: str) -> Any:
    """Return the cell of a notebook that nbgrader calls so."""
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def hand_in(page: Page, folder: Path, code: str) -> None:
    """Hand in the exercise with this answer and wait for its result."""
    page.goto(f"/cours/{COURSE}/exercices/{EXERCISE}/")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Télécharger le carnet").click()
    notebook = json.loads(saved(caught.value, folder / "carnet.ipynb").read_text("utf-8"))
    cell_named(notebook, "moyenne")["source"] = code
    answered = folder / "reponse.ipynb"
    answered.write_text(json.dumps(notebook), encoding="utf-8")
    page.get_by_label("Votre carnet").set_input_files(answered)
    page.get_by_role("button", name="Déposer le rendu").click()
    expect(page.locator(".verdict")).to_be_visible(timeout=GRADED_MS)


def saved(download: Download, target: Path) -> Path:
    """Keep what was downloaded under a name."""
    download.save_as(target)
    return target


def enrol(week: Week, camille: str, sami: str) -> None:
    """Paste a list with a mistake, see it named, mend it, see what would change, enrol."""
    page = week.page
    page.goto(f"/promotions/{week.promotion}/membres/")
    page.get_by_role("link", name="Inscrire une liste").click()
    week.look()
    people = (("Camille Fabre", camille), ("Sami Benali", sami), ("Zoé", "zoe@ecole.example"))
    lines = [f"{name};{email};{week.promotion};apprenant" for name, email in people]
    wanted = "\n".join(["nom;courriel;promotion;role", *lines])
    page.get_by_label("ou la liste, collée ici").fill(wanted.replace("apprenant", "élève", 1))
    week.press("Voir ce qui changerait")
    expect(page.get_by_role("alert")).to_contain_text("Rien n’a changé.")
    expect(page.get_by_label("ou la liste, collée ici")).to_have_value(re.compile("élève"))

    page.get_by_label("ou la liste, collée ici").fill(wanted)
    week.press("Voir ce qui changerait")
    expect(page.get_by_role("main")).to_contain_text("Rien n’a changé encore.")
    expect(page.get_by_text("A un compte : rejoint la promotion").first).to_be_visible()
    week.look()
    week.press("Inscrire 3 personnes")
    expect(page.get_by_text("3 personnes inscrites. 1 invitation envoyée.")).to_be_visible()
    week.look()


def plan(week: Week) -> None:
    """Set a date by hand, grant days to somebody, take them back."""
    page = week.page
    week.open("calendrier/")
    page.get_by_role("link", name=re.compile("Changer")).first.click()
    week.look()
    in_ten_days = datetime.now(UTC).date() + timedelta(days=10)
    page.get_by_label("Jour", exact=True).fill(in_ten_days.isoformat())
    week.press("Voir les effets")
    expect(page.get_by_text("Rien n’a changé encore.")).to_be_visible()
    week.look()
    week.press("Confirmer")
    expect(page.get_by_text("est fixée à la main.")).to_be_visible()

    week.open("amenagements/")
    page.get_by_label("Pour qui").select_option(label="Camille Fabre")
    page.get_by_label("Jours de plus").fill("3")
    page.get_by_label("Motif").fill("Ordinateur en panne")
    week.press("Accorder l’aménagement")
    granted = page.get_by_text("3 jours de plus")
    expect(granted).to_be_visible()
    week.look()
    week.undo()
    expect(page.get_by_text("Aucun aménagement")).to_be_visible()
    expect(page.get_by_role("heading", name="Retirés")).to_be_visible()
    week.look()
    week.open("journal/")


def watch(week: Week) -> None:
    """See on the board who did what, and from there why."""
    page = week.page
    week.open("")
    row = page.locator(".board tbody tr").filter(has_text="Camille Fabre")
    expect(row.locator("td").first).to_contain_text("1", timeout=GRADED_MS)
    week.open("alertes/")
    week.open(f"exercices/{EXERCISE}/")
    expect(page.get_by_role("main")).to_contain_text("la moyenne s’écrit avec une virgule")


def mark(week: Week) -> None:
    """Write a rubric, choose it, and read one of the works with it to the end."""
    page = week.page
    week.open("grilles/nouvelle")
    page.get_by_label("Titre de la grille").fill("Lisibilité")
    page.get_by_label("Ce qu’on regarde").fill("Les noms disent ce qu’ils portent")
    for number, level in enumerate(("Pas encore", "En partie", "Oui"), start=1):
        page.get_by_label(f"Niveau {number}").fill(level)
    week.press("Enregistrer la grille")
    expect(page.get_by_role("heading", name="Lisibilité")).to_be_visible()

    week.open(f"lecture/{EXERCISE}/")
    page.get_by_label(re.compile("Une moyenne")).select_option(label="Lisibilité, version 1")
    week.press("Enregistrer les réglages")
    week.open("a-lire/")
    page.get_by_role("link", name="Sami Benali").click()
    page.get_by_label("En partie").check()
    page.get_by_label("Commentaire sur cet exercice").fill("Le calcul est juste.")
    week.look()
    page.get_by_label(re.compile("Note définitive")).check()
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_text("Cette note est définitive")).to_be_visible()
    week.look()


def regrade(week: Week) -> None:
    """Mend the test, publish, run the works again, compare, apply."""
    page = week.page
    write_test(week.school.courses / COURSE / "premiers-pas" / f"{EXERCISE}.ipynb", TOO_STRICT)
    assert "publié" in week.school.command("course", "sync", COURSE)
    week.open("recorrections/")
    week.press("Relancer les rendus")
    expect(page.get_by_role("button", name="Appliquer aux notes")).to_be_visible(
        timeout=GRADED_MS
    )
    expect(
        page.get_by_role("row", name=re.compile("Camille Fabre.*1 devient 3"))
    ).to_be_visible()
    week.look()
    week.press("Appliquer aux notes")
    expect(page.get_by_text("1 note a changé.")).to_be_visible()


def decide(week: Week) -> None:
    """Decide the level that the exercises propose."""
    page = week.page
    week.open("competences/")
    page.get_by_role("link", name=re.compile("Décider pour S1")).first.click()
    page.get_by_label("Camille Fabre").check()
    page.get_by_role("radio", name="imiter").check()
    page.get_by_label("Raison").fill("Le calcul est juste et bien découpé.")
    week.look()
    week.press("Décider ce niveau")
    expect(page.get_by_text("1 niveau décidé.")).to_be_visible()


def export(week: Week, folder: Path) -> str:
    """Ask one mark for its reason, then take the gradebook along; return its text."""
    page = week.page
    week.open("notes/")
    page.get_by_role("row").filter(has_text="Camille Fabre").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Comment cette note est calculée")).to_be_visible()
    week.look()
    page.go_back()
    with page.expect_download() as caught:
        page.get_by_role("link", name=re.compile("CSV")).first.click()
    return saved(caught.value, folder / "notes.csv").read_text(encoding="utf-8-sig")


def test_a_week_from_a_new_course_to_its_marks(
    week: Week,
    newcomer: Callable[[str], str],
    open_browser: Callable[..., Page],
    tmp_path: Path,
) -> None:
    page = week.page
    page.goto(f"/cours/{COURSE}/publication/")
    expect(page.get_by_text("garrigue course sync")).to_be_visible()
    week.look()
    page.goto(f"/cours/{COURSE}/exercices/{EXERCISE}/auteur/")
    expect(page.get_by_text("la moyenne s’écrit avec une virgule")).to_be_visible()
    week.look()

    camille, sami = newcomer("Camille Fabre"), newcomer("Sami Benali")
    enrol(week, camille, sami)
    plan(week)
    hand_in(open_browser(email=camille), tmp_path, REFUSED)
    hand_in(open_browser(email=sami), tmp_path, RIGHT)
    watch(week)
    mark(week)
    regrade(week)
    decide(week)
    marks = export(week, tmp_path)
    assert re.search(r"Camille Fabre;[^\n]*;3(,0)?\b", marks)
    assert re.search(r"Sami Benali;[^\n]*;1,5\b", marks)
    assert not week.found
