"""Works of one assignment compared, as a trainer sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lms.domain.access import Role
from lms.models import User
from lms.services import versions
from lms.services.submissions import Upload, hand_in
from lms.web.context import EXTENSION
from tests.factories import make_membership, make_promotion, make_user
from tests.handing_in import MAX_BYTES, answered

MINE = """
def double(nombre):
    total = 0
    for _ in range(2):
        total = total + nombre
    if total % 2 == 0 and total > 100:
        print("un grand nombre", total)
    return total
"""
DISGUISED = (
    MINE.replace("nombre", "x").replace("total", "t").replace("return", "# voilà\n    return")
)
OTHER = "double = lambda x: sum([x, x])"


@pytest.fixture
def promotion(session):
    return make_promotion(session, name="Castelnau 2026")


@pytest.fixture
def hand(app, session, promotion):
    """Hand an answer in as a learner of the promotion; return the submission's id."""
    site = app.extensions[EXTENSION]
    course = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, course, now=datetime.now(UTC))

    def hand(name, answer, where=None):
        learner = session.scalar(select(User).where(User.name == name))
        if learner is None:
            learner = make_user(session, name=name)
            make_membership(session, learner, where or promotion)
        handed = hand_in(
            session,
            site.blobs,
            learner_id=learner.id,
            course=course,
            assignment=course.assignments[0],
            upload=Upload(data=answered(answer), filename="carnet.ipynb"),
            max_bytes=MAX_BYTES,
            now=datetime.now(UTC),
        )
        session.commit()
        return handed.submission.id

    return hand


@pytest.fixture
def trainer(client, session, promotion, sign_in):
    """A browser in which the promotion's trainer is signed in."""
    member = make_membership(session, make_user(session), promotion, role=Role.TRAINER)
    session.commit()
    sign_in(client, member.user)
    return client


def address(promotion, *parts):
    return "/".join([f"/promotions/{promotion.slug}/ressemblances", *map(str, parts), ""])


class TestPairs:
    def test_a_disguised_copy_comes_first_and_leads_to_both_answers(
        self, trainer, hand, promotion
    ):
        ada, grace, _ = hand("Ada", MINE), hand("Grace", DISGUISED), hand("Alan", OTHER)
        page = trainer.get(address(promotion, "premier-carnet")).text

        found = re.findall(r'href="([^"]+/\d+/\d+/)">([^<]+)<', page)
        assert found == [(address(promotion, "premier-carnet", ada, grace), "Ada et Grace")]
        both = trainer.get(found[0][0]).text
        assert both.count("<mark>") >= 2
        assert "1 passage commun<" in both
        assert "<mark>def double(nombre)" in both.replace("\n", "")

    def test_works_without_anything_in_common_are_said_so(self, trainer, hand, promotion):
        hand("Ada", MINE)
        hand("Alan", OTHER)

        assert "Rien de marquant" in trainer.get(address(promotion, "premier-carnet")).text

    def test_another_promotion_of_the_trainer_is_compared_too(
        self, client, session, sign_in, hand, promotion
    ):
        before = make_promotion(session, name="Castelnau 2025")
        trainer = make_user(session)
        for each in (promotion, before):
            make_membership(session, trainer, each, role=Role.TRAINER)
        hand("Ada", MINE)
        hand("Grace", DISGUISED, before)
        sign_in(client, trainer)

        page = client.get(address(promotion, "premier-carnet")).text
        assert "Ada et Grace" in page
        assert "Castelnau 2026 · Castelnau 2025" in page

    def test_the_works_of_other_trainers_are_not(self, session, trainer, hand, promotion):
        mine = hand("Ada", MINE)
        theirs = hand("Grace", DISGUISED, make_promotion(session))

        assert "Grace" not in trainer.get(address(promotion, "premier-carnet")).text
        refused = trainer.get(address(promotion, "premier-carnet", mine, theirs))
        assert refused.status_code == 404

    def test_a_pair_stays_readable_when_somebody_hands_in_again(self, trainer, hand, promotion):
        ids = hand("Ada", MINE), hand("Grace", DISGUISED)
        again = hand("Ada", OTHER)

        both = trainer.get(address(promotion, "premier-carnet", *ids))
        assert both.text.count("<mark>") >= 2
        alone = trainer.get(address(promotion, "premier-carnet", ids[0], again))
        assert alone.status_code == 404
        assert "Rien de marquant" in trainer.get(address(promotion, "premier-carnet")).text

    def test_hostile_answers_are_shown_as_text(self, trainer, hand, promotion):
        hostile = MINE + '\n"</code></pre><script>alert(1)</script>"'
        ids = hand("Ada", hostile), hand("Grace", hostile + "\n# 2")

        page = trainer.get(address(promotion, "premier-carnet", *ids)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_counts_the_works_of_each_assignment(trainer, hand, promotion):
    hand("Ada", MINE)
    hand("Alan", OTHER)

    assert "2 rendus" in trainer.get(address(promotion)).text
