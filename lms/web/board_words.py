"""What stands in the cells of a board: short, and each text made once."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import get_timezone

from lms.domain.board import CellState
from lms.web.display import decimal, short_date

#: Classes of the cells, one letter each: a board has a thousand of them.
CLASSES = {
    CellState.PASSED: "p",
    CellState.TO_REDO: "r",
    CellState.WAITING: "w",
    CellState.HELD: "h",
    CellState.BLIND: "b",
    CellState.DRAFT: "d",
}


class BoardWords:
    """The texts of one board, in the language of the page."""

    classes = CLASSES

    def __init__(self) -> None:
        self._zone = get_timezone()
        self._points: dict[float, str] = {}
        self._days: dict[date, str] = {}

    def points(self, points: float) -> str:
        """Write points with at most two decimals."""
        if points not in self._points:
            self._points[points] = decimal(points)
        return self._points[points]

    def day(self, moment: datetime) -> str:
        """Write a day as short as it can be read: « 12 nov. »."""
        day = moment.astimezone(self._zone).date()
        if day not in self._days:
            self._days[day] = short_date(day, has_year=False)
        return self._days[day]

    def date(self, moment: datetime) -> str:
        """Write a day with its year: « 12 nov. 2026 »."""
        return short_date(moment.astimezone(self._zone).date())
