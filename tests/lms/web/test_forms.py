"""Whatever is typed in a form, the answer is a page and never a fault of ours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.domain.access import Role
from tests.factories import make_membership

FORMS = {
    "/connexion": ("email", "password", "suite"),
    "/mot-de-passe/oublie": ("email",),
    "/compte": ("name", "locale"),
    "/compte/mot-de-passe": ("current", "password"),
    "/promotions/{slug}/membres/invitations": ("name", "email", "role"),
    "/affichage": ("theme", "langue", "retour"),
}
TYPED = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="\0\r\n\t\ud800\u202e'\"<>{{%é@.", max_size=20).map(
        lambda text: text.encode("utf-8", "replace").decode()
    ),
    st.sampled_from(["a@b.example", "apprenant", "fr", "/", "//x", "x" * 5000, "' OR 1=1 --"]),
)


@pytest.fixture
def member(session):
    member = make_membership(session, role=Role.COHORT_MANAGER)
    session.commit()
    return member


@pytest.fixture
def manager(client, sign_in, member):
    """A browser of somebody who may use every form."""
    sign_in(client, member.user)
    return client


@pytest.mark.parametrize("form", FORMS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_text_is_answered(form, manager, member, data):
    address = form.format(slug=member.promotion.slug)
    fields = {name: data.draw(TYPED, name) for name in FORMS[form]}
    response = manager.submit(address, page="/compte", **fields)
    assert response.status_code in {200, 303, 400, 429}
    assert not response.headers.get("Location", "/").startswith(("//", "/\\", "http"))
