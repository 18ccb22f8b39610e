"""The marks of an nbgrader gradebook, as a table that the site imports."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lms.errors import Invalid

#: What spreadsheets would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MAX_BYTES = 512 * 1024 * 1024

MARKS = """
SELECT submitted_assignment.student_id, assignment.name, notebook.name,
       SUM(CASE WHEN grade.manual_score IS NOT NULL THEN grade.manual_score
                ELSE COALESCE(grade.auto_score, 0) END + COALESCE(grade.extra_credit, 0)),
       SUM(COALESCE(grade.needs_manual_grade, 0))
FROM grade
JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
JOIN notebook ON notebook.id = submitted_notebook.notebook_id
JOIN assignment ON assignment.id = submitted_assignment.assignment_id
GROUP BY submitted_notebook.id
"""
MAXIMA = """
SELECT assignment.name, notebook.name, SUM(grade_cells.max_score)
FROM grade_cells
JOIN base_cell ON base_cell.id = grade_cells.id
JOIN notebook ON notebook.id = base_cell.notebook_id
JOIN assignment ON assignment.id = notebook.assignment_id
GROUP BY notebook.id
"""
STUDENTS = "SELECT id, COALESCE(first_name, ''), COALESCE(last_name, ''), email FROM student"


@dataclass(frozen=True, kw_only=True)
class Student:
    """One person of the gradebook."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Gradebook:
    """What a gradebook says.

    :param max_points: by assignment and notebook.
    :param points: by student, assignment and notebook.
    :param waiting: marks that a person had still to give; they count as nbgrader counts them.
    """

    students: tuple[Student, ...]
    max_points: Mapping[tuple[str, str], float]
    points: Mapping[tuple[str, str, str], float]
    waiting: int

    @property
    def unreachable(self) -> tuple[Student, ...]:
        """Those with marks and without an address: their lines have to be completed."""
        marked = {student for student, _, _ in self.points}
        return tuple(
            student for student in self.students if student.id in marked and not student.email
        )


def read_gradebook(path: Path) -> Gradebook:
    """Return the marks of a `gradebook.db`; the file is not changed.

    :raises Invalid: if it is no gradebook of nbgrader.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Invalid("%(path)s dépasse %(most)s Mio.", path=path, most=MAX_BYTES // 2**20)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            students = [
                Student(id=id, name=f"{first} {last}".strip(), email=email or _email(id))
                for id, first, last, email in base.execute(STUDENTS)
            ]
            maxima = {(a, n): float(points or 0) for a, n, points in base.execute(MAXIMA)}
            rows = list(base.execute(MARKS))
    except sqlite3.Error as error:
        raise Invalid(
            "%(path)s n’est pas un carnet de notes de nbgrader (%(error)s).",
            path=path,
            error=error,
        ) from None
    return Gradebook(
        students=tuple(sorted(students, key=lambda student: student.id)),
        max_points=maxima,
        points={(s, a, n): float(points) for s, a, n, points, _ in rows},
        waiting=int(sum(needed for *_, needed in rows)),
    )


def marks_table(book: Gradebook, titles: Mapping[tuple[str, str], str]) -> str:
    """Return the marks as CSV, a line for each person and a column for each notebook.

    :param titles: of the columns, by assignment and notebook; others are left out.
    """
    columns = [key for key in titles if key in book.max_points]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    heads = [f"{titles[key]} (/{book.max_points[key]:g})" for key in columns]
    writer.writerow(["email", "nom", *heads])
    for student in book.students:
        marks = [_mark(book, student, key) for key in columns]
        if any(marks):
            writer.writerow(_plain([student.email, student.name, *marks]))
    return "\ufeff" + text.getvalue()


def _mark(book: Gradebook, student: Student, key: tuple[str, str]) -> str:
    points = book.points.get((student.id, *key))
    return "" if points is None else f"{points:g}".replace(".", ",")


def _email(id: str) -> str:
    return id if "@" in id else ""


def _plain(cells: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
