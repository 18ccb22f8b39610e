"""Reading works with the keyboard alone: what is typed waits, sentences are put in."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from lms.app import create_app
from lms.config import Config
from lms.models import Base
from lms.web.context import EXTENSION
from tests.browser.looks import faults
from tests.factories import write_course
from tests.lms.conftest import Browser as Client
from tests.marking import MarkingSchool, course_with_essay, open_marking_school

pytestmark = pytest.mark.browser


@pytest.fixture
def school(tmp_path: Path) -> Iterator[MarkingSchool]:
    """Works that wait for a person, served to a real browser."""
    write_course(tmp_path / "courses")
    course_with_essay(tmp_path / "courses")
    (tmp_path / "instance").mkdir()
    config = Config(
        secret_key="secret of the tests, long enough",
        instance=tmp_path / "instance",
        courses=tmp_path / "courses",
        public_url="http://localhost",
    )
    app = create_app(config, log_to=io.StringIO())
    app.test_client_class = Client
    engine = app.extensions[EXTENSION].engine
    Base.metadata.create_all(engine)
    school = open_marking_school(app)
    school.rubric()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    school.browsers["address"] = f"http://127.0.0.1:{server.server_port}"  # type: ignore[assignment]
    yield school
    server.shutdown()
    thread.join()
    engine.dispose()


@pytest.fixture
def page(school: MarkingSchool, browser: Browser) -> Iterator[Page]:
    """A trainer's page."""
    address = str(school.browsers["address"])
    context = browser.new_context(base_url=address, locale="fr-FR", reduced_motion="reduce")
    cookie = next(iter(school.trainer._cookies.values()))
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    yield context.new_page()
    context.close()


def test_a_trainer_marks_by_keyboard_and_loses_nothing(
    school: MarkingSchool, page: Page
) -> None:
    school.trainer.submit("/phrases/", texte="Nommez vos variables.")
    page.goto(school.address("camille"))
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sami Benali")
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Camille Fabre")

    field = page.get_by_role("textbox", name="Commentaire sur cet exercice").last
    field.fill("Bien, n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Camille Fabre")
    page.get_by_label("Une de vos phrases").nth(1).select_option(label="Nommez vos variables.")
    page.get_by_role("button", name="Insérer").nth(1).click()
    expect(field).to_have_value("Bien, n\nNommez vos variables.")
    assert faults(page) == []

    page.goto(school.queue)
    page.goto(school.address("camille"))
    expect(page.get_by_text("Ce que vous aviez écrit")).to_be_visible()
    field = page.get_by_role("textbox", name="Commentaire sur cet exercice").last
    expect(field).to_have_value("Bien, n\nNommez vos variables.")

    page.get_by_label("Juste", exact=False).first.check()
    page.get_by_label("Clair", exact=False).last.check()
    page.get_by_label("Note définitive").check()
    field.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sami Benali")
    own = school.camille.get(f"/rendus/{school.works['camille']}/").text
    assert "Nommez vos variables." in own
