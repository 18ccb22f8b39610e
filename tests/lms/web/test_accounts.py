"""Signing in and out, and the page of one's own account."""

from tests.factories import make_user


class TestSignIn:
    def test_leads_to_the_page_that_was_asked_for(self, client, session, sign_in):
        user = make_user(session)
        session.commit()
        assert client.get("/compte").headers["Location"] == "/connexion?suite=/compte"
        response = sign_in(client, user)
        assert response.status_code == 303
        assert user.email in client.get("/compte").text
