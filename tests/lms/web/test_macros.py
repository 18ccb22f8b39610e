"""The parts that pages are made of, rendered one by one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import render_template_string
from flask_babel import force_locale

from graders.protocol import TestOutcome
from lms.domain.jobs import JobState
from lms.domain.standing import Standing
from lms.web.forms import SignInForm

STATES = (
    *(outcome.value for outcome in TestOutcome),
    *(standing.value for standing in Standing),
    *(standing.label for standing in Standing),
    *(state.value for state in JobState),
)


@pytest.fixture
def render(app) -> Callable[..., str]:
    """Render one call of a macro: `render("mark(points, 3)", points=2)`."""

    def render_one(call: str, **given: object) -> str:
        name = call.partition("(")[0]
        text = f'{{% from "_macros.html" import {name} %}}{{{{ {call} }}}}'
        with app.test_request_context("/", base_url="http://localhost"), force_locale("fr"):
            return render_template_string(text, **given)

    return render_one


def test_every_state_has_a_picture_and_a_word(render) -> None:
    for name in STATES:
        html = render("state(name)", name=name)
        assert html.count("<svg") == 1
        assert html.rpartition("</svg>")[2].removesuffix("</span>").strip(), name


def test_a_mark_is_written_the_french_way(render) -> None:
    assert render("mark(2.5, 3)") == '<span class="mark"><strong>2,5</strong> / 3 points</span>'
    assert "1</strong> / 1 point<" in render("mark(1, 1)")


def test_a_mark_that_is_not_known_is_not_a_zero(render) -> None:
    html = render("mark(none, 3)")
    assert "0" not in html
    assert "Pas encore noté, sur 3 points" in html


def test_a_bar_is_as_long_as_what_is_done(render) -> None:
    for done, total, width in ((0, 4, 0), (1, 4, 25), (4, 4, 100), (9, 4, 100), (0, 0, 0)):
        html = render("progress(done, total, 'tant')", done=done, total=total)
        assert float(re.findall(r'done" width="([\d.]+)"', html)[0]) == width
        assert "tant" in html


def test_a_field_is_tied_to_its_help_and_its_errors(app, render) -> None:
    with app.test_request_context("/", base_url="http://localhost", method="POST"):
        form = SignInForm()
        form.email.description = "Celle de l’invitation."
        form.email.errors = ["Ce champ est à remplir."]
        html = render("form_field(field, autocomplete='username')", field=form.email)
    assert 'aria-describedby="email-aide email-erreur"' in html
    assert 'aria-invalid="true"' in html
    assert 'autocomplete="username"' in html
    assert '<label for="email">' in html
    assert 'id="email-aide"' in html
    assert 'id="email-erreur"' in html


def test_one_page_needs_no_links_to_pages(render) -> None:
    assert render("pagination(1, 1, '?page=')").strip() == ""
    middle = render("pagination(2, 3, '?page=')")
    assert 'rel="prev" href="?page=1"' in middle
    assert 'rel="next" href="?page=3"' in middle
    assert 'rel="next"' not in render("pagination(3, 3, '?page=')")


def test_what_people_wrote_is_escaped(render) -> None:
    hostile = "<script>alert(1)</script>"
    for call in ("empty(text, text)", "button(text)", "breadcrumb([(text, '/')], text)"):
        assert "<script>" not in render(call, text=hostile)
    assert "<script>" not in render("flashes([('danger', text)])", text=hostile)
