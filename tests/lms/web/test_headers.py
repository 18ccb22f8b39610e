"""Headers and cookies of every answer, and the requests that come from other sites."""

from __future__ import annotations

import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, render_template_string, url_for

from lms.web import static
from tests.factories import make_user
from tests.lms.conftest import new_browser

PAGES = ["/connexion", "/mot-de-passe/oublie", "/nulle-part", "/sante", "/"]


def static_address(client):
    return re.search(r'href="(/static/[^"]+\.css)"', client.get("/connexion").text)[1]


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_has_the_headers(client, address):
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_74_no_page_can_be_framed(client):
    headers = client.get("/connexion").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_the_nonce_changes_with_each_answer(client):
    nonces = {
        re.search(r"'nonce-([^']+)'", client.get("/sante").headers["Content-Security-Policy"])[
            1
        ]
        for _ in range(3)
    }
    assert len(nonces) == 3


def test_a_page_that_needs_an_inline_script_names_the_nonce_of_its_policy(app):
    with app.test_request_context("/connexion"):
        app.preprocess_request()
        first, second = render_template_string("{{ csp_nonce() }} {{ csp_nonce() }}").split()
        answer = app.process_response(app.make_response(""))
    assert first == second
    assert f"'nonce-{first}'" in answer.headers["Content-Security-Policy"]


def test_the_policy_allows_no_inline_code_and_no_other_origin(client):
    policy = client.get("/connexion").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy


def test_no_page_has_inline_code_without_the_nonce(client, session, sign_in):
    user = make_user(session)
    session.commit()
    sign_in(client, user)
    for address in ("/", "/compte", "/cours/"):
        page = client.get(address).text
        assert not re.search(r"<(script|style)(?![^>]*(src|nonce)=)", page), address
        assert not re.search(r"<[^>]+ (on\w+|style)=", page), address


class TestHttps:
    @pytest.fixture
    def https(self, make_app, config):
        secure = dataclasses.replace(config, public_url="https://ecole.example")
        return new_browser(make_app(secure))

    def test_the_cookie_is_bound_to_the_host(self, https):
        response = https.get("/connexion", base_url="https://ecole.example")
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-garrigue=")
        for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert attribute in cookie
        assert "Domain" not in cookie

    def test_browsers_come_back_by_https_only(self, https):
        response = https.get("/connexion", base_url="https://ecole.example")
        assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")

    def test_only_the_public_name_is_answered(self, https):
        assert https.get("/connexion", base_url="https://ecole.example").status_code == 200
        refused = https.get("/connexion", base_url="https://localhost")
        assert refused.status_code == 400
        assert "https://ecole.example" in refused.text

    def test_health_is_answered_by_any_name(self, https):
        assert https.get("/sante", base_url="http://10.0.0.7").status_code == 200


def test_without_https_no_promise_is_made_of_it(client):
    assert "Strict-Transport-Security" not in client.get("/connexion").headers


class TestOtherSites:
    @pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
    @pytest.mark.parametrize("mode", ["navigate", "no-cors", "cors"])
    def test_62_a_form_sent_by_another_site_is_refused(self, client, site, mode):
        response = client.post(
            "/affichage",
            data={"csrf_token": client.token(), "theme": "dark"},
            headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode},
        )
        assert response.status_code == 403

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_our_own_forms_are_taken(self, client, site):
        response = client.post(
            "/affichage",
            data={"csrf_token": client.token(), "theme": "dark"},
            headers={"Sec-Fetch-Site": site},
        )
        assert response.status_code == 303

    def test_a_link_from_another_site_is_followed(self, client):
        response = client.get("/connexion", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 200


class TestStatic:
    def test_is_served_for_ever_under_a_hashed_address(self, client):
        response = client.get(static_address(client))
        assert response.status_code == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_is_compressed(self, client):
        packed = client.get(static_address(client), headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.data) < len(client.get(static_address(client)).data) / 2

    def test_gets_a_new_address_when_a_file_changes(self, tmp_path, app):
        source = tmp_path / "static"
        source.mkdir()

        def address(text):
            (source / "a.css").write_text(text)
            site = Flask("site", static_folder=None)
            static.init_app(
                site,
                source=source,
                instance=tmp_path / "instance",
                add_headers=lambda headers: None,
            )
            with site.test_request_context():
                wanted = url_for("static", filename="a.css")
            assert site.test_client().get(wanted).text == text
            return wanted

        assert address("a{}") == address("a{}")
        assert address("a{}") != address("b{}")

    def test_several_processes_may_publish_at_once(self, tmp_path):
        source = tmp_path / "static"
        source.mkdir()
        for number in range(20):
            (source / f"{number}.css").write_text("a{}" * 5000)

        def publish(_number):
            static.init_app(
                Flask("site", static_folder=None),
                source=source,
                instance=tmp_path / "instance",
                add_headers=lambda headers: None,
            )

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(publish, range(8)))
        [published] = (tmp_path / "instance" / "static").iterdir()
        assert len(list(published.iterdir())) == 40

    @pytest.mark.parametrize(
        "path", ["../../app.py", "..%2f..%2fapp.py", "%2e%2e/%2e%2e/app.py", "a%00b"]
    )
    def test_65_leads_nowhere_else(self, client, path):
        folder = static_address(client).rsplit("/", 1)[0]
        response = client.get(f"{folder}/{path}")
        assert response.status_code == 404
        assert "create_app" not in response.text
