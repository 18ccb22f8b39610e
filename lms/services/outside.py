"""Marks from elsewhere: a file is tried, then brought in, and can be taken out again."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import HIDDEN
from lms.domain.course import Course
from lms.domain.mark_sheets import MAX_COLUMNS, MAX_LINES, Known, ReadSheet, read_sheet
from lms.errors import Conflict, Invalid, NotFound, TooLarge
from lms.models import OutsideImport, OutsideMark, Promotion
from lms.services import audit, gradebook, scores
from lms.services.scores import Cause

MAX_BYTES = 5 * 1024 * 1024
#: What a workbook may weigh once its parts are unpacked.
MAX_UNPACKED_BYTES = 50 * 1024 * 1024

#: What reading a workbook raises that is damaged, encrypted or none.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LookupError,
    ValueError,
    SyntaxError,
    TypeError,
    AttributeError,
    OverflowError,
    EOFError,
    RuntimeError,
)


def try_file(
    session: Session, promotion: Promotion, course: Course | None, data: bytes, *, now: datetime
) -> ReadSheet:
    """Return what a file of marks would bring in; nothing is written.

    :raises Invalid: if it is neither a CSV file in UTF-8 nor a workbook, or is too large.
    """
    known = [
        Known(
            assignment_id=column.assignment_id,
            title=column.title,
            max_points=column.max_points,
        )
        for column in gradebook.columns(session, promotion, course)
    ]
    learners = {
        learner.email.lower(): learner.id
        for learner in gradebook.learners(session, promotion, now=now)
    }
    try:
        return read_sheet(_rows(data), known, learners)
    except csv.Error:
        raise Invalid(
            "Une cellule de ce fichier est trop longue : vérifiez ses guillemets, ou "
            "enregistrez-le en XLSX."
        ) from None


def bring_in(
    session: Session,
    promotion: Promotion,
    course: Course | None,
    data: bytes,
    *,
    filename: str,
    actor_id: int,
    now: datetime,
) -> OutsideImport:
    """Keep the marks of a file, and derive the scores that they decide.

    :raises Invalid: if the file has a problem.
    """
    found = try_file(session, promotion, course, data, now=now)
    if found.problems:
        raise Invalid(
            "Ce fichier contient une erreur : corrigez-le, puis essayez-le à nouveau."
        )
    made = OutsideImport(
        promotion_id=promotion.id,
        filename=filename[-200:] or "notes",
        imported_by_id=actor_id,
        imported_at=now,
    )
    session.add(made)
    session.flush()
    session.add_all(
        OutsideMark(
            import_id=made.id,
            learner_id=mark.learner_id,
            course_slug=promotion.programme.course_slug,
            assignment_id=mark.column.assignment_id,
            title=mark.column.title,
            points=mark.points,
            max_points=mark.column.max_points,
        )
        for mark in found.marks
    )
    _note(session, made, "outside-mark.imported", actor_id, now, marks=len(found.marks))
    _rederive(session, made, promotion, course, actor_id, now)
    return made


def take_out(
    session: Session,
    promotion: Promotion,
    course: Course | None,
    import_id: int,
    *,
    actor_id: int,
    now: datetime,
) -> OutsideImport:
    """Undo an import: the scores are again what they would be without it.

    :raises NotFound: if the promotion has no such import.
    :raises Conflict: if it was undone already.
    """
    found = session.get(OutsideImport, import_id)
    if found is None or found.promotion_id != promotion.id:
        raise NotFound(HIDDEN)
    if found.undone_at is not None:
        raise Conflict("Cet import est déjà annulé.")
    found.undone_at, found.undone_by_id = now, actor_id
    _note(session, found, "outside-mark.undone", actor_id, now)
    _rederive(session, found, promotion, course, actor_id, now)
    return found


def imports_of(session: Session, promotion: Promotion) -> Sequence[OutsideImport]:
    """Return the imports of a promotion, the latest first."""
    return session.scalars(
        select(OutsideImport)
        .options(joinedload(OutsideImport.imported_by))
        .where(OutsideImport.promotion_id == promotion.id)
        .order_by(OutsideImport.id.desc())
    ).all()


def _rederive(
    session: Session,
    made: OutsideImport,
    promotion: Promotion,
    course: Course | None,
    actor_id: int,
    now: datetime,
) -> None:
    session.flush()
    rows = session.execute(
        select(OutsideMark.assignment_id, OutsideMark.learner_id).where(
            OutsideMark.import_id == made.id
        )
    )
    concerned: dict[str, set[int]] = {}
    for assignment_id, learner_id in rows:
        concerned.setdefault(assignment_id, set()).add(learner_id)
    for assignment_id, learner_ids in concerned.items():
        cause = Cause(
            course_slug=promotion.programme.course_slug,
            assignment_id=assignment_id,
            assignment=course.assignment(assignment_id) if course else None,
            what="outside",
            now=now,
            actor_id=actor_id,
        )
        scores.rederive(session, cause, learner_ids)


def _rows(data: bytes) -> Iterable[Sequence[object]]:
    if len(data) > MAX_BYTES:
        raise TooLarge("Ce fichier dépasse 5 Mo : partagez-le en plusieurs.")
    return _workbook_rows(data) if data.startswith(b"PK") else _csv_rows(data)


def _csv_rows(data: bytes) -> Iterable[Sequence[object]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            "Ce fichier n’est pas en UTF-8 : enregistrez-le en « CSV UTF-8 », ou en XLSX."
        ) from None
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    return csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)


def _workbook_rows(data: bytes) -> Iterator[Sequence[object]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise TooLarge("Ce classeur est trop grand une fois décompressé : partagez-le.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        # A workbook says itself how wide it is, and each row would be filled up to there.
        rows = book.worksheets[0].iter_rows(
            values_only=True, max_row=MAX_LINES + 1, max_col=MAX_COLUMNS + 1
        )
        return iter(list(rows))
    except UNREADABLE:
        raise Invalid(
            "Ce classeur ne peut pas être lu : enregistrez-le en XLSX, ou en CSV."
        ) from None


def _note(
    session: Session,
    made: OutsideImport,
    action: str,
    actor_id: int,
    now: datetime,
    **details: int,
) -> None:
    audit.record(
        session,
        action,
        f"outside-import:{made.id}",
        actor_id=actor_id,
        now=now,
        promotion_id=made.promotion_id,
        **details,
    )
