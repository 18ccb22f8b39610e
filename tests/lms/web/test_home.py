"""The home page as each kind of person finds it."""

from __future__ import annotations

from lms.domain.access import Role
from lms.domain.jobs import JobState
from tests.factories import make_membership, make_promotion, make_submission, make_user
from tests.lms.services.test_home import make_job
from tests.lms.services.test_progress import make_run


class TestHome:
    def test_asks_strangers_to_sign_in(self, client):
        assert client.get("/").headers["Location"] == "/connexion"

    def test_leads_a_new_learner_to_the_first_lesson(self, client, session, sign_in):
        member = make_membership(session)
        session.commit()
        sign_in(client, member.user)
        page = client.get("/").text

        assert "Commencer" in page
        assert 'href="/cours/petit-cours/debut/lire/"' in page
        assert "Rien à rendre pour le moment" in page
        assert "Pas encore de retour" in page

    def test_leads_back_to_the_lesson_that_was_open(self, client, session, sign_in):
        member = make_membership(session)
        session.commit()
        sign_in(client, member.user)
        client.get("/cours/petit-cours/debut/lire/")
        page = client.get("/").text

        assert "Reprendre la leçon" in page
        assert "1 leçon lue sur 1" in page

    def test_shows_the_latest_feedback_with_its_points(self, client, session, sign_in):
        member = make_membership(session)
        submission = make_submission(session, membership=member)
        make_run(session, submission, exercises=("failed",))
        session.commit()
        sign_in(client, member.user)
        page = client.get("/").text

        assert f'href="/rendus/{submission.id}/"' in page
        assert "<strong>1</strong> / 2 points" in page
        assert "Reprendre l’exercice" in page

    def test_shows_a_trainer_promotions_and_what_waits(self, client, session, sign_in):
        promotion = make_promotion(session, name="Castelnau 2026")
        learner = make_membership(session, make_user(session, name="Lina Roux"), promotion)
        make_job(session, make_submission(session, membership=learner), JobState.QUARANTINED)
        trainer = make_user(session)
        make_membership(session, trainer, promotion, Role.TRAINER)
        session.commit()
        sign_in(client, trainer)
        page = client.get("/").text

        assert f'href="/promotions/{promotion.slug}/"' in page
        assert "Lina Roux" in page
        assert "1 rendu est mis de côté" in page

    def test_tells_somebody_without_promotion_what_to_do(self, client, session, sign_in):
        user = make_user(session)
        session.commit()
        sign_in(client, user)

        assert "Vous n’êtes dans aucune promotion" in client.get("/").text

    def test_tells_an_operator_where_the_site_is_run(self, client, session, sign_in):
        user = make_user(session, is_operator=True)
        session.commit()
        sign_in(client, user)
        page = client.get("/").text

        assert "par la commande « garrigue »" in page.replace("\N{NO-BREAK SPACE}", " ")
        assert "Vous n’êtes dans aucune promotion" not in page

    def test_goes_on_when_the_course_has_gone(self, client, session, sign_in):
        promotion = make_promotion(session, course_slug="disparu")
        member = make_membership(session, promotion=promotion)
        session.commit()
        sign_in(client, member.user)
        response = client.get("/")

        assert response.status_code == 200
        assert "Vos rendus sont en sûreté" in response.text
