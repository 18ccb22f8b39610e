from __future__ import annotations

from datetime import timedelta

import pytest

from lms.errors import TooLarge
from lms.services import notes
from lms.services.notes import ChangedElsewhere, Where
from tests.factories import NOON, make_user

HERE = Where(course_slug="petit-cours", module_id="debut", page_slug="lire")


def write(session, user, text, *, base=0, now=NOON):
    return notes.write(session, user.id, HERE, text=text, base=base, now=now)


class TestWrite:
    def test_each_change_is_a_revision(self, session):
        user = make_user(session)
        assert write(session, user, "Un") == 1
        assert write(session, user, "Un, deux", base=1) == 2
        assert notes.note_of(session, user.id, HERE).text == "Un, deux"

    def test_the_same_text_again_changes_nothing(self, session):
        user = make_user(session)
        write(session, user, "Un")
        assert write(session, user, "Un\r\n", base=0, now=NOON + timedelta(hours=1)) == 1
        assert notes.note_of(session, user.id, HERE).updated_at == NOON

    def test_a_text_from_another_window_is_never_lost_silently(self, session):
        user = make_user(session)
        write(session, user, "Un")
        write(session, user, "Un, deux", base=1)
        with pytest.raises(ChangedElsewhere) as refused:
            write(session, user, "Un, trois", base=1)
        assert refused.value.kept.text == "Un, deux"

    def test_an_empty_text_removes_the_note(self, session):
        user = make_user(session)
        write(session, user, "Un")
        assert write(session, user, "  \n", base=1) == 0
        session.flush()
        assert notes.note_of(session, user.id, HERE) is None
        assert write(session, user, "") == 0

    def test_too_long_a_text_is_refused(self, session):
        with pytest.raises(TooLarge):
            write(session, make_user(session), "a" * (notes.MAX_CHARACTERS + 1))


class TestNotesOf:
    def test_each_person_finds_their_own_with_the_lesson_s_title(self, session, site):
        user, other = make_user(session), make_user(session)
        write(session, user, "À moi")
        write(session, other, "À l’autre")

        (found,) = notes.notes_of(session, site.library, user.id)

        assert (found.note.text, found.page_title, found.is_served) == ("À moi", "Lire", True)

    def test_a_note_survives_its_lesson_and_its_course(self, session, site):
        user = make_user(session)
        for gone in (
            Where(course_slug="petit-cours", module_id="debut", page_slug="absente"),
            Where(course_slug="parti", module_id="debut", page_slug="lire"),
        ):
            notes.write(session, user.id, gone, text="Gardée", base=0, now=NOON)

        found = notes.notes_of(session, site.library, user.id)

        assert [shown.is_served for shown in found] == [False, False]

    def test_they_can_be_taken_away_as_one_text(self, session, site):
        user = make_user(session)
        write(session, user, "Un")
        text = notes.as_markdown(notes.notes_of(session, site.library, user.id))
        assert text == "# Petit cours\n\n## Début – Lire\n\nUn\n"
