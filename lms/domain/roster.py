"""Lists of people in CSV, read line by line; what is wrong is said with its line."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.domain.access import Role
from lms.domain.people import read_email, read_name, read_role
from lms.errors import Invalid, TooLarge

MAX_BYTES = 1024 * 1024
MAX_LINES = 5000
COLUMNS = ("nom", "courriel", "promotion", "role")
SEPARATORS = ";,\t"


@dataclass(frozen=True, kw_only=True)
class RosterLine:
    """One person in one role in one promotion.

    :param number: of the line in the file, from 1, for messages.
    :param promotion: short name of the promotion.
    """

    number: int
    name: str
    email: str
    promotion: str
    role: Role


class BadRoster(Invalid):
    """A list with at least one mistake; nothing of it was used."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


def read_roster(content: bytes) -> list[RosterLine]:
    """Return the lines of a list in CSV, with `;`, `,` or tabs, with or without BOM.

    A cell that a spreadsheet would take for a formula is text like any other.

    :raises BadRoster: if anything is wrong, with all mistakes.
    :raises TooLarge: if it has more lines or bytes than a school has people.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge("La liste est trop longue : 1 Mio au plus. Partagez-la en plusieurs.")
    rows = list(_rows(_text(content)))
    if not rows:
        raise BadRoster([f"Ligne 1 : la liste est vide. Colonnes attendues : {_expected()}."])
    if len(rows) > MAX_LINES:
        raise TooLarge("La liste est trop longue : %(most)s lignes au plus.", most=MAX_LINES)
    columns = _columns(rows[0])
    lines: list[RosterLine] = []
    mistakes: list[str] = []
    for number, cells in rows[1:]:
        try:
            lines.append(_line(number, cells, columns))
        except Invalid as mistake:
            mistakes.append(f"Ligne {number} : {mistake}")
    mistakes += _contradictions(lines)
    if mistakes:
        raise BadRoster(mistakes)
    return lines


def write_roster(lines: Sequence[RosterLine]) -> str:
    """Return a list in CSV that `read_roster` reads as the same people."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=SEPARATORS[0], lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((line.name, line.email, line.promotion, line.role.value) for line in lines)
    return written.getvalue()


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise BadRoster(
            [
                f"Ligne {number} : le fichier n’est pas en UTF-8. "
                "Dans le tableur, enregistrez-le comme « CSV UTF-8 »."
            ]
        ) from error
    if "\0" in text:
        raise BadRoster(["Ligne 1 : ce n’est pas un fichier CSV."])
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the number and the cells of each row that is not empty."""
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadRoster([f"Ligne {number} : un guillemet n’est pas fermé."]) from error


def _columns(header: tuple[int, list[str]]) -> list[str]:
    number, cells = header
    names = [_plain(cell) for cell in cells]
    wrong = [f"il manque la colonne « {name} »" for name in COLUMNS if name not in names]
    wrong += [
        f"la colonne « {cell.strip()[:40]} » n’est pas attendue"
        for cell, name in zip(cells, names, strict=True)
        if name not in COLUMNS
    ]
    wrong += [
        f"la colonne « {name} » est en double" for name in COLUMNS if names.count(name) > 1
    ]
    if wrong:
        raise BadRoster(
            [f"Ligne {number} : {', '.join(wrong)}. Colonnes attendues : {_expected()}."]
        )
    return names


def _line(number: int, cells: list[str], columns: list[str]) -> RosterLine:
    if len(cells) != len(columns):
        raise Invalid(
            "%(count)s cellules au lieu de %(count_2)s.", count=len(cells), count_2=len(columns)
        )
    found = dict(zip(columns, cells, strict=True))
    promotion = found["promotion"].strip()
    if not promotion:
        raise Invalid("la promotion manque.")
    return RosterLine(
        number=number,
        name=read_name(found["nom"]),
        email=read_email(found["courriel"]),
        promotion=promotion,
        role=read_role(found["role"]),
    )


def _contradictions(lines: Sequence[RosterLine]) -> list[str]:
    """Return what lines say against one another."""
    mistakes = []
    seen: dict[tuple[str, str, Role], int] = {}
    names: dict[str, RosterLine] = {}
    for line in lines:
        first = seen.setdefault((line.email, line.promotion, line.role), line.number)
        named = names.setdefault(line.email, line)
        if first != line.number:
            mistakes.append(f"Ligne {line.number} : la même que la ligne {first}.")
        elif named.name != line.name:
            mistakes.append(
                f"Ligne {line.number} : {line.email} a un autre nom à la ligne {named.number}."
            )
    return mistakes


def _plain(cell: str) -> str:
    decomposed = unicodedata.normalize("NFKD", cell.strip().casefold())
    return decomposed.encode("ascii", "ignore").decode()


def _expected() -> str:
    return ", ".join(COLUMNS)
