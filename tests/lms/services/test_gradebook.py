"""The gradebook: scores set by hand, weights, exports and marks from elsewhere."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lms.errors import Conflict, Invalid, Several
from lms.models import AuditEvent, PromotionDate, Score
from lms.services import exports, gradebook, grading, outside, overrides, scores, weighing
from lms.services.exports import Words
from lms.services.overrides import Place
from lms.services.reasons import reason_of
from lms.services.weighing import TypedWeights
from tests.factories import NOON, make_membership
from tests.handing_in import Desk, finished, open_desk

LATER = NOON + timedelta(hours=1)
#: A sheet that says of itself that it is as wide and as long as sheets may be.
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<dimension ref="A1:XFD1048576"/><sheetData>%s</sheetData></worksheet>'
)
ROWS = range(1, 401)
WORDS = Words(language="fr", name="Nom", email="Adresse électronique", total="Total")


@pytest.fixture
def desk(session, tmp_path: Path) -> Desk:
    """A learner who has 3 of 4 points, in a promotion."""
    desk = open_desk(session, tmp_path)
    desk.submission()
    grading.record(session, desk.claimed(), finished(3.0, assignment=desk.assignment))
    return desk


def place(desk: Desk, assignment_id: str = "premier-carnet") -> Place:
    return Place(
        promotion=desk.member.promotion,
        course=desk.course,
        learner_id=desk.member.user_id,
        assignment_id=assignment_id,
        max_points=4.0,
    )


def table(desk: Desk, **given: Any) -> gradebook.Table:
    return gradebook.table(
        desk.session, desk.member.promotion, desk.course, reader_id=0, now=LATER, **given
    )


def points(desk: Desk, assignment_id: str = "premier-carnet") -> float | None:
    found = scores.score_of(desk.session, desk.member.user_id, desk.course.slug, assignment_id)
    return found.points if found else None


def set_weights(desk: Desk, **given: Any) -> None:
    values = {"categories": [], "items": {}, "missing": "ignored"}
    weighing.save_weights(
        desk.session,
        desk.member.promotion,
        TypedWeights(**values | given),
        actor_id=desk.member.user_id,
        now=LATER,
    )


def bring_in(desk: Desk, data: bytes) -> Any:
    return outside.bring_in(
        desk.session,
        desk.member.promotion,
        desk.course,
        data,
        filename="notes.csv",
        actor_id=desk.member.user_id,
        now=LATER,
    )


def marks(desk: Desk, title: str = "Oral (/20)", written: str = "12,5") -> bytes:
    return f"email;{title}\r\n{desk.member.user.email};{written}\r\n".encode()


class TestSetByHand:
    def test_stands_with_its_reason_until_it_is_taken_back(self, desk: Desk) -> None:
        who = {"actor_id": desk.member.user_id, "now": LATER}
        overrides.set_score(desk.session, place(desk), "1,5", "Oral", **who)
        overrides.set_score(desk.session, place(desk), "4", "Relu", **who)
        reason = reason_of(desk.session, desk.member.user, desk.course.slug, desk.assignment.id)
        assert (points(desk), reason.overrides[0].reason) == (4.0, "Relu")
        assert [change.cause for change in reason.changes] == ["override", "override", "run"]
        assert [each.ended_at for each in reason.overrides] == [None, LATER]

        overrides.take_back(desk.session, place(desk), **who)
        assert points(desk) == 3.0
        with pytest.raises(Conflict, match="rien à annuler"):
            overrides.take_back(desk.session, place(desk), **who)

    def test_two_that_were_set_at_once_are_taken_back_together(self, desk: Desk) -> None:
        who = {"actor_id": desk.member.user_id, "now": LATER}
        first = overrides.set_score(desk.session, place(desk), "1", "Oral", **who)
        overrides.set_score(desk.session, place(desk), "2", "Relu", **who)
        first.ended_at = None  # the other transaction did not see it yet
        desk.session.flush()
        overrides.take_back(desk.session, place(desk), **who)
        assert points(desk) == 3.0

    @pytest.mark.parametrize(
        ("typed", "why", "said"),
        [("5", "x", "entre 0 et 4"), ("deux", "x", "nombre"), ("2", " ", "pourquoi")],
    )
    def test_refuses_what_cannot_be_explained(
        self, desk: Desk, typed: str, why: str, said: str
    ) -> None:
        with pytest.raises(Invalid, match=said):
            overrides.set_score(desk.session, place(desk), typed, why, actor_id=1, now=LATER)
        assert points(desk) == 3.0


class TestTable:
    def test_totals_follow_the_weights(self, desk: Desk) -> None:
        bring_in(desk, marks(desk))
        assert table(desk).rows[0].total == pytest.approx(100 * (0.75 + 0.625) / 2)
        set_weights(
            desk,
            categories=[("Oral", "3"), ("", "")],
            items={"outside:oral": ("Oral", "1"), "premier-carnet": ("", "")},
        )

        assert table(desk).rows[0].total == pytest.approx(100 * (0.75 + 3 * 0.625) / 4)
        noted = desk.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "score.weights-changed")
        ).one()
        assert '"Oral"' in noted.details["after"]

    def test_what_is_missing_counts_only_where_that_was_chosen(self, desk: Desk) -> None:
        desk = desk.with_rules(due="semaine-1")
        promotion = desk.member.promotion
        desk.session.add(PromotionDate(promotion_id=promotion.id, symbol="semaine-1", at=NOON))
        make_membership(desk.session, promotion=promotion)
        late = {row.total for row in table(desk).rows}
        set_weights(desk, missing="zero")

        assert (late, {row.total for row in table(desk).rows}) == ({75.0, None}, {75.0, 0.0})

    def test_refuses_weights_that_make_no_sense(self, desk: Desk) -> None:
        with pytest.raises(Several, match="Deux") as refused:
            set_weights(
                desk,
                categories=[("A", "1"), ("A", "-1")],
                items={"premier-carnet": ("", "beaucoup")},
            )
        assert "beaucoup" in str(refused.value)
        assert len(refused.value.problems) == 3

    @pytest.mark.parametrize("missing", ["ignored", "zero"])
    def test_asks_the_database_as_often_whatever_the_size(
        self, desk: Desk, missing: str
    ) -> None:
        set_weights(desk, missing=missing)
        few = queries(desk.session, lambda: table(desk))
        for number in range(5):
            member = make_membership(desk.session, promotion=desk.member.promotion)
            desk.session.add(
                Score(
                    learner_id=member.user_id,
                    promotion_id=member.promotion_id,
                    course_slug="petit-cours",
                    assignment_id=f"exercice-{number}",
                    points=1.0,
                    max_points=4.0,
                    derived_at=NOON,
                )
            )
        bring_in(desk, marks(desk))
        desk.session.flush()

        assert queries(desk.session, lambda: table(desk)) == few <= 9


class TestOutside:
    def test_a_file_is_tried_brought_in_and_taken_out(self, desk: Desk) -> None:
        data = marks(desk, "Premier carnet", "1,5")
        tried = outside.try_file(
            desk.session, desk.member.promotion, desk.course, data, now=LATER
        )
        assert (len(tried.marks), points(desk)) == (1, 3.0)

        made = bring_in(desk, data)
        assert points(desk) == 1.5
        where = (desk.session, desk.member.promotion, desk.course, made.id)
        outside.take_out(*where, actor_id=desk.member.user_id, now=LATER)
        assert points(desk) == 3.0
        with pytest.raises(Conflict, match="déjà annulé"):
            outside.take_out(*where, actor_id=desk.member.user_id, now=LATER)

    def test_what_was_marked_elsewhere_leaves_no_column_when_undone(self, desk: Desk) -> None:
        made = bring_in(desk, marks(desk))
        assert [column.title for column in table(desk).columns] == ["Premier carnet", "Oral"]
        where = (desk.session, desk.member.promotion, desk.course, made.id)
        outside.take_out(*where, actor_id=desk.member.user_id, now=LATER)

        assert [column.title for column in table(desk).columns] == ["Premier carnet"]
        assert points(desk, "outside:oral") is None

    def test_reads_workbooks(self, desk: Desk) -> None:
        book, file = Workbook(), io.BytesIO()
        book.active.append(["email", "Oral /20"])
        book.active.append([desk.member.user.email, 12.5])
        book.save(file)
        bring_in(desk, file.getvalue())

        assert points(desk, "outside:oral") == 12.5

    def test_66_a_workbook_is_no_wider_in_memory_than_marks_are(self, desk: Desk) -> None:
        book, file, wide = Workbook(), io.BytesIO(), io.BytesIO()
        book.save(file)
        cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in ROWS)
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(wide, "w") as target:
            for name in source.namelist():
                is_sheet = name.endswith("sheet1.xml")
                target.writestr(name, SHEET % cells if is_sheet else source.read(name))
        tracemalloc.start()
        try:
            with pytest.raises(Invalid):
                bring_in(desk, wide.getvalue())
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 20 * 2**20

    @pytest.mark.parametrize(
        "data",
        [
            b"PK\x03\x04 broken",
            "é;à".encode("latin-1"),
            b"x" * (5 * 2**20 + 1),
            b"email;Oral (/20)\n" + b"x" * 200_000 + b";1",
        ],
    )
    def test_refuses_files_that_it_cannot_read(self, desk: Desk, data: bytes) -> None:
        with pytest.raises(Invalid):
            bring_in(desk, data)


def test_an_export_has_one_scale_a_column(desk: Desk) -> None:
    desk.session.scalars(select(Score)).one().max_points = 8.0
    bring_in(desk, marks(desk))
    sheet = exports.sheet_of(
        desk.session, desk.member.promotion, desk.course, WORDS, reader_id=0, now=LATER
    )

    assert sheet.header[2:] == ("Premier carnet (/4)", "Oral (/20)", "Total")
    assert next(iter(sheet.rows))[2:] == (1.5, 12.5, 50.0)


def queries(session: Session, work: Any) -> int:
    """Count the statements that the work sends."""
    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(told[2])

    work()  # what the session holds already is not read again
    event.listen(session.get_bind(), "before_cursor_execute", note)
    work()
    event.remove(session.get_bind(), "before_cursor_execute", note)
    return len(sent)
