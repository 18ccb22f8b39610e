"""Reading works on screen: the queue, a draft, a final mark, and what the learner sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.config import Config
from lms.domain.rubrics import Criterion, Grid, Level, RubricKind
from lms.models import AuditEvent, Evidence, ManualMark, Promotion
from lms.services.manual_marks import final_points
from tests.crowds import counted_queries
from tests.factories import make_membership
from tests.marking import (
    ASSIGNMENT,
    MarkingSchool,
    course_with_essay,
    make_work,
    open_marking_school,
)

FULL = {"e1-c0": "2", "e1-c1": "0", "definitive": "1"}


@pytest.fixture
def school(make_app: Callable[..., Flask], config: Config) -> MarkingSchool:
    """Three works that wait for a person."""
    course_with_essay(config.courses)
    return open_marking_school(make_app(config))


def points(school: MarkingSchool, person: str) -> dict[str, float]:
    with school.site.sessions() as session:
        found = final_points(session, [school.works[person]]).get(school.works[person], {})
    return {key: each.points for key, each in found.items()}


def marks(school: MarkingSchool) -> list[ManualMark]:
    with school.site.sessions() as session:
        return list(session.scalars(select(ManualMark).order_by(ManualMark.id)))


class TestOneMarker:
    def test_goes_from_the_oldest_work_to_a_mark_that_the_learner_reads(
        self, school: MarkingSchool
    ) -> None:
        school.rubric()
        listed = school.trainer.get(school.queue).text
        assert "3 rendus attendent" in listed
        assert listed.index("Camille Fabre") < listed.index("Sami Benali")

        page = school.trainer.get(school.address("camille")).text
        assert "la médiane dit mieux" in page
        assert "Tout ce qui est dit est vrai." in page

        draft = school.mark("trainer", "camille", **{"e1-c0": "2", "e1-commentaire": "Bien vu"})
        assert draft.status_code == 303
        assert points(school, "camille") == {}
        own = f"/rendus/{school.works['camille']}/"
        assert "Bien vu" not in school.camille.get(own).text
        assert "Brouillon à finir" in school.trainer.get(school.queue).text

        final = school.mark(
            "trainer",
            "camille",
            **FULL,
            **{
                "revision": "1",
                "action": "suivant",
                "e1-commentaire": "Bien vu",
                "e1-cellule-essai": "Citez la source.",
                "commentaire": "Un travail soigné.",
            },
        )
        assert final.location == school.address("sami")
        assert points(school, "camille") == {"essai": 4.0}
        told = school.camille.get(own).text
        for words in (
            "Bien vu",
            "Citez la source.",
            "Un travail soigné.",
            "Tout ce qui est dit est vrai.",
            "Inès Roumégas",
        ):
            assert words in told
        assert "Camille Fabre" not in school.trainer.get(school.queue).text

    def test_refuses_what_is_not_whole_and_keeps_what_was_typed(
        self, school: MarkingSchool
    ) -> None:
        school.rubric()
        refused = school.mark(
            "trainer", "camille", **FULL | {"e1-c1": "", "e1-commentaire": "À garder"}
        )
        assert refused.status_code == 422
        assert "Choisissez un niveau pour : Clarté." in refused.text.replace("\xa0", " ")
        assert "À garder</textarea>" in refused.text
        assert marks(school) == []

    def test_gives_points_where_there_is_no_rubric(self, school: MarkingSchool) -> None:
        for chosen in ({}, {"definitive": "1"}):
            refused = school.mark("trainer", "camille", **{"e1-points": "7"} | chosen)
            assert refused.status_code == 422
            assert 'value="7"' in refused.text
        school.mark("trainer", "camille", **{"e1-points": "4,5", "definitive": "1"})
        assert points(school, "camille") == {"essai": 4.5}

    def test_sends_twice_without_harm(self, school: MarkingSchool) -> None:
        fields = {"e1-points": "3", "e1-commentaire": "Oui", "revision": "0"}
        for _time in range(2):
            assert school.mark("trainer", "camille", **fields).status_code == 303
        assert [mark.revision for mark in marks(school)] == [1]

    def test_shows_what_another_marker_kept_in_between(self, school: MarkingSchool) -> None:
        school.mark("trainer", "camille", **{"e1-commentaire": "La mienne"})
        late = school.mark(
            "second", "camille", **{"e1-commentaire": "La vôtre", "revision": "0"}
        )
        assert late.status_code == 409
        assert "Inès Roumégas a enregistré" in late.text
        assert "La mienne" in late.text
        assert "La vôtre</textarea>" in late.text
        kept = school.mark(
            "second", "camille", **{"e1-commentaire": "La vôtre", "revision": "1"}
        )
        assert kept.status_code == 303
        assert [mark.marker_id for mark in marks(school)] == [school.people["second"].id]

    def test_takes_a_mark_back_and_writes_all_of_its_life_down(
        self, school: MarkingSchool
    ) -> None:
        school.mark("trainer", "camille", **{"e1-points": "3", "definitive": "1"})
        page = school.address("camille")
        mark_id = str(marks(school)[0].id)
        again = school.mark("trainer", "camille", **{"e1-points": "5", "revision": "1"})
        assert again.status_code == 409
        school.trainer.submit(f"{page}reprise", page=page, note=mark_id)
        assert points(school, "camille") == {}
        school.mark(
            "trainer", "camille", **{"e1-points": "5", "definitive": "1", "revision": "2"}
        )
        assert points(school, "camille") == {"essai": 5.0}
        with school.site.sessions() as session:
            events = session.scalars(
                select(AuditEvent).where(AuditEvent.action.startswith("mark."))
            ).all()
        assert [(event.action, event.details.get("points_before")) for event in events] == [
            ("mark.finished", None),
            ("mark.withdrawn", "essai 3/6"),
            ("mark.finished", "essai 3/6"),
        ]

    def test_of_competences_proposes_evidence_until_it_is_taken_back(
        self, school: MarkingSchool
    ) -> None:
        names = ("Pas encore", "Imiter", "Adapter", "Transposer")
        steps = tuple(Level(title=name, value=value) for value, name in enumerate(names))
        said = (
            Criterion(title="Expliquer", competence="S4", levels=steps),
            Criterion(title="Citer", competence="S5", levels=steps),
        )
        school.rubric(grid=Grid(kind=RubricKind.LEVELS, criteria=said))
        final = {"e1-c0": "2", "e1-c1": "0", "e1-points": "6", "definitive": "1"}
        school.mark("trainer", "camille", **final)

        def evidence() -> list[tuple[str, str, int]]:
            with school.site.sessions() as session:
                return [
                    (each.exercise_id, each.competence, each.level)
                    for each in session.scalars(select(Evidence))
                ]

        assert evidence() == [("essai", "S4", 2)]
        assert points(school, "camille") == {"essai": 6.0}
        page = school.address("camille")
        school.trainer.submit(f"{page}reprise", page=page, note=str(marks(school)[0].id))
        assert evidence() == []

    def test_inserts_a_sentence_of_ones_own_without_a_script(
        self, school: MarkingSchool
    ) -> None:
        school.trainer.submit("/phrases/", texte="Nommez vos variables.")
        page = school.mark(
            "trainer",
            "camille",
            **{"action": "inserer-e1", "phrase-e1": "1", "e1-commentaire": "Bien."},
        )
        assert "Bien.\nNommez vos variables.</textarea>" in page.text
        assert marks(school) == []

    def test_asks_for_the_latest_attempt_alone(self, school: MarkingSchool) -> None:
        with school.site.sessions.begin() as session:
            promotion = session.get_one(Promotion, school.promotion.id)
            make_work(
                session,
                school.site,
                school.people["camille"],
                promotion,
                attempt=2,
                essay="Mieux",
            )
        listed = school.trainer.get(school.queue).text
        assert listed.count("Camille Fabre") == 1
        assert "3 rendus attendent" in listed

    def test_filters_by_state(self, school: MarkingSchool) -> None:
        school.mark("trainer", "camille", **{"e1-points": "3", "definitive": "1"})
        read = school.trainer.get(f"{school.queue}?etat=read").text
        assert "Camille Fabre" in read
        assert "Sami Benali" not in read
        assert "Sami Benali" in school.trainer.get(f"{school.queue}?etat=tous").text
        empty = school.trainer.get(f"{school.queue}?etat=begun").text
        assert "Aucun rendu ne correspond" in empty

    def test_lists_works_in_as_many_queries_whatever_their_number(
        self, school: MarkingSchool
    ) -> None:
        sent = []
        for more in (0, 6):
            with school.site.sessions.begin() as session:
                promotion = session.get_one(Promotion, school.promotion.id)
                for _time in range(more):
                    member = make_membership(session, promotion=promotion)
                    make_work(session, school.site, member.user, promotion)
            with counted_queries(school.site.engine) as queries:
                school.trainer.get(school.queue)
            sent.append(len(queries))
        assert sent[0] == sent[1]

    def test_lets_the_cohort_manager_read_and_not_write(self, school: MarkingSchool) -> None:
        page = school.manager.get(school.address("camille")).text
        assert "la médiane dit mieux" in page
        assert 'value="suivant"' not in page
        assert school.mark("manager", "camille", **{"e1-points": "1"}).status_code == 403


class TestTwoMarkers:
    def test_do_not_see_each_other_before_both_are_final(self, school: MarkingSchool) -> None:
        school.plan(is_double=True)
        school.mark("trainer", "camille", **{"e1-points": "2", "e1-commentaire": "Un"})
        page = school.second.get(school.address("camille")).text
        assert ">Un<" not in page
        assert "Inès Roumégas" not in page.split("<main", 1)[1]
        final = {"definitive": "1"}
        school.mark(
            "second", "camille", **{"e1-points": "6", "e1-commentaire": "Deux", **final}
        )
        assert "Deux" not in school.trainer.get(school.address("camille")).text
        assert "Deux" not in school.manager.get(school.address("camille")).text
        third = school.mark("third", "camille", **{"e1-points": "1"})
        assert third.status_code == 409
        school.mark(
            "trainer",
            "camille",
            **{"e1-points": "2", "e1-commentaire": "Un", "revision": "1", **final},
        )
        page = school.third.get(school.address("camille")).text
        assert "Un" in page
        assert "Deux" in page
        assert points(school, "camille") == {}
        assert "À concilier" in school.third.get(school.queue).text

        without = school.mark("third", "camille", **{"e1-points": "4", **final})
        assert "Dites pourquoi" in without.text
        school.mark(
            "third", "camille", **{"e1-points": "4", "raison": "Entre les deux", **final}
        )
        assert points(school, "camille") == {"essai": 4.0}
        told = school.camille.get(f"/rendus/{school.works['camille']}/").text
        assert "Deux" not in told
        assert "Entre les deux" not in told

    def test_cannot_be_asked_for_once_reading_began(self, school: MarkingSchool) -> None:
        school.mark("trainer", "camille", **{"e1-points": "2"})
        address = f"/promotions/{school.promotion.slug}/lecture/{ASSIGNMENT}/"
        refused = school.trainer.submit(address, double="1", anonyme="1")
        assert refused.status_code == 422
        assert "a commencé" in refused.text
        kept = school.trainer.submit(address, anonyme="1")
        assert kept.status_code == 303


class TestWithoutNames:
    def test_hides_them_everywhere_until_the_mark_is_final(self, school: MarkingSchool) -> None:
        school.plan(is_blind=True)
        page = school.address("camille")
        number = page.rstrip("/").rpartition("/")[2]
        listed = school.trainer.get(school.queue).text
        reading = school.trainer.get(page)
        file = school.trainer.get(f"{page}carnet.ipynb")
        assert f"Rendu nº\xa0{number}" in listed or f"Rendu nº {number}" in listed
        assert "Camille" not in listed + reading.text + file.headers["Content-Disposition"]
        assert number in file.headers["Content-Disposition"]
        assert f"/rendus/{school.works['camille']}/" not in reading.text
        kept_under = f"{school.promotion.slug}-{ASSIGNMENT}-{number}-0"
        assert f'data-keep="{kept_under}"' in reading.text

        school.mark("trainer", "camille", **{"e1-points": "3", "definitive": "1"})
        assert "Camille Fabre" in school.trainer.get(page).text
        assert "Sami" not in school.trainer.get(f"{school.queue}?etat=tous").text
