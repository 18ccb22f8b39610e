"""Marks in a table from elsewhere: its columns, its lines, and what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.domain.gradebook import OUTSIDE
from lms.domain.people import sort_key

MAX_LINES = 5000
MAX_COLUMNS = 200
TITLE_LENGTH = 100

#: « Soutenance (/20) », « Soutenance /20 ».
SCALE = re.compile(r"\s*[\s(]/\s*(\d+(?:[.,]\d+)?)\s*\)?\s*\Z")
EMAIL_TITLES = frozenset({"email", "e-mail", "courriel", "adresse electronique", "mail"})
IGNORED_TITLES = frozenset({"nom", "name", "prenom", "first name", "last name"})
NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Known:
    """An assignment that a column may name."""

    assignment_id: str
    title: str
    max_points: float


@dataclass(frozen=True, kw_only=True)
class MarkColumn:
    """One column of marks.

    :param position: from 0.
    """

    position: int
    assignment_id: str
    title: str
    max_points: float


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What cannot be used.

    :param line: from 1, the titles' line included.
    :param column: its title; empty for the whole line.
    """

    line: int
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ReadMark:
    """One mark of one person."""

    learner_id: int
    column: MarkColumn
    points: float


@dataclass(frozen=True, kw_only=True)
class ReadSheet:
    """What a table says; it is usable when there is no problem."""

    columns: tuple[MarkColumn, ...]
    marks: tuple[ReadMark, ...]
    problems: tuple[Problem, ...]

    @property
    def learners(self) -> int:
        """How many people have a mark in it."""
        return len({mark.learner_id for mark in self.marks})


def read_sheet(
    rows: Iterable[Sequence[object]],
    known: Sequence[Known],
    learners: Mapping[str, int],
) -> ReadSheet:
    """Return what a table says, or all that keeps it from being used.

    The first line has titles: one is the address, each other one names an assignment by its
    title or id, or something marked elsewhere with its most points, « Soutenance (/20) ».
    An empty cell is no mark.

    :param learners: ids of the promotion's learners, by their address in lower case.
    """
    lines = iter(rows)
    titles = [_text(cell) for cell in next(lines, ())]
    problems: list[Problem] = []
    email = next((i for i, title in enumerate(titles) if _plain(title) in EMAIL_TITLES), None)
    if email is None:
        message = "il manque une colonne « Adresse électronique » (ou « email »)."
        return ReadSheet(
            columns=(), marks=(), problems=(Problem(line=1, column="", message=message),)
        )
    columns = _columns(titles, email, known, problems)
    marks: list[ReadMark] = []
    seen: set[int] = set()
    for number, row in enumerate(lines, start=2):
        if number > MAX_LINES:
            message = f"le fichier dépasse {MAX_LINES} lignes : partagez-le."
            problems.append(Problem(line=number, column="", message=message))
            break
        cells = [_text(cell) for cell in row]
        if any(cells):
            marks += _line(number, cells, email, columns, learners, seen, problems)
    if not marks and not problems:
        message = "aucune note n’est lisible : vérifiez les colonnes."
        problems.append(Problem(line=1, column="", message=message))
    return ReadSheet(columns=tuple(columns), marks=tuple(marks), problems=tuple(problems))


def _columns(
    titles: Sequence[str], email: int, known: Sequence[Known], problems: list[Problem]
) -> list[MarkColumn]:
    if any(titles[MAX_COLUMNS:]):
        message = f"il y a plus de {MAX_COLUMNS} colonnes."
        problems.append(Problem(line=1, column="", message=message))
    named = {_plain(each.title): each for each in known}
    named |= {each.assignment_id: each for each in known}
    found: dict[str, MarkColumn] = {}
    for position, title in enumerate(titles[:MAX_COLUMNS]):
        if position == email or not title or _is_ignored(title):
            continue
        column = _column(position, title, named)
        if isinstance(column, str):
            problems.append(Problem(line=1, column=title[:TITLE_LENGTH], message=column))
        elif column.assignment_id in found:
            message = "cette colonne est là deux fois."
            problems.append(Problem(line=1, column=column.title, message=message))
        else:
            found[column.assignment_id] = column
    return list(found.values())


def _column(position: int, title: str, named: Mapping[str, Known]) -> MarkColumn | str:
    scale = SCALE.search(title)
    bare = title[: scale.start()].strip() if scale else title
    most = float(scale[1].replace(",", ".")) if scale else None
    target = named.get(_plain(bare)) or named.get(bare)
    if most is None and target is None:
        return "ajoutez le total des points au titre, tel que « Soutenance (/20) »."
    if most == 0:
        return "le total des points doit dépasser 0."
    slug = NOT_IN_SLUGS.sub("-", _plain(bare)).strip("-")
    return MarkColumn(
        position=position,
        assignment_id=target.assignment_id if target else f"{OUTSIDE}{slug or position}",
        title=(target.title if target else bare)[:TITLE_LENGTH],
        max_points=most if most is not None else target.max_points if target else 0.0,
    )


def _line(
    number: int,
    cells: Sequence[str],
    email: int,
    columns: Sequence[MarkColumn],
    learners: Mapping[str, int],
    seen: set[int],
    problems: list[Problem],
) -> list[ReadMark]:
    address = cells[email].lower() if email < len(cells) else ""
    learner_id = learners.get(address)
    if learner_id is None or learner_id in seen:
        message = (
            f"« {address[:80]} » n’apprend pas dans cette promotion."
            if learner_id is None
            else f"« {address[:80]} » est là deux fois."
        )
        problems.append(Problem(line=number, column="", message=message))
        return []
    seen.add(learner_id)
    marks = []
    for column in columns:
        written = cells[column.position] if column.position < len(cells) else ""
        if not written:
            continue
        points = _number(written)
        if points is None or not 0 <= points <= column.max_points:
            message = (
                f"un nombre entre 0 et {column.max_points:g} est attendu ; "
                f"« {written[:40]} » a été lu."
            )
            problems.append(Problem(line=number, column=column.title, message=message))
        else:
            marks.append(ReadMark(learner_id=learner_id, column=column, points=points))
    return marks


def _number(written: str) -> float | None:
    try:
        found = float(written.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _plain(title: str) -> str:
    return str(sort_key(title))


def _is_ignored(title: str) -> bool:
    plain = _plain(title)
    return plain in IGNORED_TITLES or plain.startswith("total")
