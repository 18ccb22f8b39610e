"""The site signs tickets for those who work on an assignment."""

from __future__ import annotations

from datetime import UTC, date, datetime

from lms import tickets
from lms.services import versions
from tests.factories import make_membership, make_promotion

ADDRESS = "/cours/petit-cours/exercices/premier-carnet/atelier/ticket"


def test_a_learner_gets_a_ticket_for_the_current_version(session, client, sign_in, site):
    promotion = make_promotion(session, ends_on=date(2999, 1, 1))
    member = make_membership(session, promotion=promotion)
    course = site.library.course("petit-cours")
    [version] = versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
    session.commit()
    sign_in(client, member.user)

    token = client.token("/compte")
    offered = client.post(ADDRESS, headers={"X-CSRFToken": token}).json

    assert offered["url"] == site.config.gateway_socket
    assert offered["expires_s"] == 60
    assert tickets.read(site.config, offered["ticket"]) == tickets.Ticket(
        user_id=member.user_id, version_id=version.id, promotion_id=promotion.id
    )


def test_a_ticket_speaks_the_language_of_the_page(session, client, sign_in, site):
    promotion = make_promotion(session, ends_on=date(2999, 1, 1))
    member = make_membership(session, promotion=promotion)
    course = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))
    session.commit()
    sign_in(client, member.user)
    client.submit("/affichage", "/compte", langue="en")

    token = client.token("/compte")
    offered = client.post(ADDRESS, headers={"X-CSRFToken": token}).json

    assert tickets.read(site.config, offered["ticket"]).language == "en"


def test_a_ticket_takes_the_token_of_a_page(session, client, sign_in, site):
    member = make_membership(session)
    session.commit()
    sign_in(client, member.user)

    assert client.post(ADDRESS).status_code == 400
