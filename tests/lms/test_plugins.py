"""Finding plugins, refusing misspelt hooks, and living with those that fail."""

from __future__ import annotations

import dataclasses
import inspect
import io
import json
import re
import sys
from pathlib import Path

import pytest
from pluggy import PluginValidationError

from lms import hookspecs
from lms.content.rendered import Rendered
from lms.errors import Invalid
from lms.failures import FailureLog
from lms.hookspecs import Mail, hookimpl
from lms.logs import json_log
from lms.plugins import FAILURES, Plugins, load_plugins
from tests.factories import make_membership, make_user
from tests.lms.conftest import new_browser

DOCUMENT = Path(__file__).parents[2] / "docs" / "plugins.md"
MAIL = Mail(to="ada@ecole.example", subject="Bonjour", text="Bonjour.")


class Letterbox:
    """A plugin that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    @hookimpl
    def send_mail(self, mail: Mail) -> bool:
        self.mails.append(mail)
        return True


class Broken:
    """A plugin that fails."""

    @hookimpl
    def send_mail(self, mail: Mail) -> bool:
        raise RuntimeError(f"cannot send {mail.subject}")


class Silent:
    """A plugin that leaves it to the next one."""

    @hookimpl
    def send_mail(self) -> None:
        return None


class Misspelt:
    """A plugin for a hook that does not exist."""

    @hookimpl
    def send_mails(self) -> None:
        return None


@pytest.fixture
def log():
    return io.StringIO()


def loaded(log, *extra) -> Plugins:
    return load_plugins(json_log(log), extra=extra)


def test_the_last_plugin_is_asked_first(log):
    first, last = Letterbox(), Letterbox()
    assert loaded(log, first, last).ask("send_mail", mail=MAIL, config=None)
    assert (first.mails, last.mails) == ([], [MAIL])


def test_none_leaves_it_to_the_next_one(log):
    box = Letterbox()
    loaded(log, box, Silent()).ask("send_mail", mail=MAIL, config=None)
    assert box.mails == [MAIL]


def test_a_failing_plugin_is_named_in_the_log_and_the_next_one_is_asked(log):
    box, plugins = Letterbox(), loaded(log)
    plugins.add(box)
    plugins.add(Broken(), "school-mail")
    assert plugins.ask("send_mail", mail=MAIL, config=None)
    assert box.mails == [MAIL]
    line = json.loads(log.getvalue())
    assert (line["plugin"], line["level"]) == ("school-mail", "error")
    assert "cannot send Bonjour" in line["exception"]


class Renderer:
    """A plugin that shows lessons in its own way."""

    @hookimpl
    def render_page(self, data: bytes) -> Rendered:
        return Rendered(html=f"<p>{len(data)}</p>")


def test_what_other_plugins_rendered_is_told_apart(log):
    assert loaded(log).fingerprint("render_page") == ""
    assert loaded(log, Renderer()).fingerprint("render_page") == "Renderer=="
    assert loaded(log, Letterbox()).fingerprint("render_page") == ""


def test_a_plugin_may_show_lessons_in_its_own_way(make_app, config, sign_in):
    app = make_app(config, plugins=[Renderer()])
    with app.extensions["garrigue"].sessions.begin() as session:
        learner = make_membership(session).user
    client = new_browser(app)
    sign_in(client, learner)
    lesson = config.courses / "petit-cours" / "debut" / "lire.md"
    size = len(lesson.read_bytes())
    assert f"<p>{size}</p>" in client.get("/cours/petit-cours/debut/lire/").text


class Cruel:
    """A plugin that refuses with a sentence for the person."""

    @hookimpl
    def send_mail(self) -> None:
        raise Invalid("Pas ce mail.")


def test_a_refusal_is_said_and_is_no_failure(log, tmp_path):
    failures = FailureLog(tmp_path / FAILURES)
    plugins = load_plugins(json_log(log), extra=[Cruel()], failures=failures)
    with pytest.raises(Invalid, match="Pas ce mail"):
        plugins.ask("send_mail", mail=MAIL, config=None)
    assert failures.latest() == ()


def test_every_hook_has_a_default_plugin_that_answers_it(log):
    hooks = {name for name, value in vars(hookspecs).items() if _is_hook(value)}
    assert {hook for shown in loaded(log).shown() for hook in shown.hooks} == hooks


def test_two_plugins_of_one_class_have_names_of_their_own(log):
    names = [shown.name for shown in loaded(log, Letterbox(), Letterbox()).shown()]
    assert names[:2] == ["Letterbox-2", "Letterbox"]


def test_a_misspelt_hook_is_refused(log):
    with pytest.raises(PluginValidationError, match="send_mails"):
        loaded(log, Misspelt())


class TestInstalled:
    @pytest.fixture
    def install(self, tmp_path, monkeypatch):
        """Install a package with one module, whose entry point is named after it."""

        def put(name: str, code: str) -> None:
            (tmp_path / f"{name}.py").write_text(code)
            about = tmp_path / f"{name}-1.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
            )
            (about / "entry_points.txt").write_text(f"[garrigue]\n{name} = {name}\n")

        monkeypatch.syspath_prepend(str(tmp_path))
        before = set(sys.modules)
        yield put
        for name in set(sys.modules) - before:
            del sys.modules[name]

    def test_is_found_by_its_entry_point(self, install, log):
        install(
            "letters_one",
            "from lms.hookspecs import hookimpl\n"
            "@hookimpl\ndef send_mail(mail):\n    return mail.subject\n",
        )
        plugins = loaded(log)
        said = plugins.ask("send_mail", mail=MAIL, config=None)
        assert said == "Bonjour"

    def test_one_that_cannot_be_imported_is_named_and_left_out(self, install, log):
        install("letters_two", "import a_package_that_is_not_there\n")
        plugins = loaded(log)
        assert not plugins.has("letters_two")
        assert plugins.has("lms.default_plugins.mail_folder")
        assert json.loads(log.getvalue())["plugin"] == "letters_two"

    def test_a_site_starts_without_them_when_it_is_told_to(
        self, install, make_app, config, log
    ):
        install("letters_three", "raise SystemExit\n")
        app = make_app(dataclasses.replace(config, has_plugins=False))
        assert new_browser(app).get("/connexion").status_code == 200


def test_mails_of_the_site_go_through_the_plugins(make_app, config):
    box = Letterbox()
    app = make_app(config, plugins=[box])
    with app.extensions["garrigue"].sessions.begin() as session:
        address = make_user(session).email
    new_browser(app).submit("/mot-de-passe/oublie", email=address)
    assert [mail.to for mail in box.mails] == [address]
    assert not (config.instance / "mails").exists()


def test_a_page_is_answered_even_when_no_plugin_sends(make_app, config, log):
    app = make_app(config, plugins=[Broken()], log_to=log)
    (config.instance / "mails").write_text("in the way of the folder")
    with app.extensions["garrigue"].sessions.begin() as session:
        address = make_user(session).email
    response = new_browser(app).submit("/mot-de-passe/oublie", email=address)
    assert response.status_code == 200
    events = [json.loads(line)["event"] for line in log.getvalue().splitlines()]
    assert "mail not sent" in events
    assert address not in log.getvalue()


def test_every_hook_is_documented_with_its_arguments():
    hooks = {
        name: str(inspect.signature(value)).partition(")")[0]
        for name, value in vars(hookspecs).items()
        if _is_hook(value)
    }
    described = dict(re.findall(r"^### `(\w+)\((.*?)\)`$", DOCUMENT.read_text(), re.M))
    assert described.keys() == hooks.keys()
    for name, arguments in described.items():
        signature = inspect.signature(getattr(hookspecs, name))
        assert arguments == ", ".join(signature.parameters)
        assert getattr(hookspecs, name).__doc__


def _is_hook(value: object) -> bool:
    return hasattr(value, f"{hookspecs.PROJECT}_spec")
