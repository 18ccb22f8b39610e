"""Gradebooks as CSV and as XLSX, row by row, in the form that each language expects."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from lms.domain.sheets import Sheet, Value, inert
from lms.hookspecs import Exporter, hookimpl

BLOCK_BYTES = 64 * 1024
#: Rows that are sent together.
ROWS = 200
#: Longest name of a sheet in a workbook, and what it may not contain.
SHEET_NAME_LENGTH = 31
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@hookimpl
def gradebook_exporters() -> Sequence[Exporter]:
    """Offer CSV and XLSX."""
    return [
        Exporter(
            key="csv",
            labels={"fr": "CSV", "en": "CSV"},
            suffix=".csv",
            content_type="text/csv; charset=utf-8",
            write=write_csv,
        ),
        Exporter(
            key="xlsx",
            labels={"fr": "XLSX (Excel, LibreOffice)", "en": "XLSX (Excel, LibreOffice)"},
            suffix=".xlsx",
            content_type=XLSX_TYPE,
            write=write_xlsx,
        ),
    ]


def write_csv(sheet: Sheet) -> Iterator[bytes]:
    """Give UTF-8 with its mark: « ; » and decimal comma in French, « , » and point otherwise.

    Spreadsheets take a file apart by these, and accents by the mark.
    """
    is_french = sheet.language == "fr"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if is_french else ",", lineterminator="\r\n")
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow([inert(title) for title in sheet.header])
    for number, row in enumerate(sheet.rows, start=1):
        writer.writerow([_written(value, is_french) for value in row])
        if number % ROWS == 0:
            yield _taken(text)
    yield _taken(text)


def write_xlsx(sheet: Sheet) -> Iterator[bytes]:
    """Give a workbook; texts are texts in it, never formulas or links."""
    from xlsxwriter import Workbook  # commands load the plugins too, and want no workbook

    with TemporaryFile() as file:
        options = {"constant_memory": True, "in_memory": False}
        with Workbook(file, options) as book:
            page = book.add_worksheet(_sheet_name(sheet.name))
            bold = book.add_format({"bold": True})
            for column, title in enumerate(sheet.header):
                page.write_string(0, column, title, bold)
            for line, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        page.write_string(line, column, value)
                    elif value is not None:
                        page.write_number(line, column, value)
            page.freeze_panes(1, 1)
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            yield block


def _written(value: Value, is_french: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return inert(value)
    written = f"{value:.4f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if is_french else written


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken


def _sheet_name(name: str) -> str:
    return name.translate(NOT_IN_NAMES).strip()[:SHEET_NAME_LENGTH] or "Notes"
