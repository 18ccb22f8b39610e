"""The executed notebook of a work, taken apart for the reading page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from markupsafe import Markup

from lms.content.annotated_cells import AnnotatedCell, cells_of, spans_of
from lms.models import Submission
from lms.services import feedback, marking_reading
from lms.web.annotated import annotated_html


@dataclass(frozen=True, kw_only=True)
class CellShown:
    """One cell, ready for a template."""

    key: str
    html: Markup


def cells_by_exercise(
    submission: Submission, *, has_tests: bool = True
) -> dict[str, tuple[CellShown, ...]]:
    """Return the cells of a work by exercise; with an empty id, those after the last one.

    Nothing while there is no executed notebook.

    :param has_tests: whether the cells of tests are among them, with what each gave.
    """
    run = feedback.run_of(g.session, submission.id)
    executed = annotated_html(run) if run else None
    if run is None or executed is None:
        return {}
    cells = cells_of(executed)
    exercises = [
        (result.exercise_id, [test["id"] for test in result.tests]) for result in run.exercises
    ]
    tests = marking_reading.names_of_tests(run)
    return {
        span.exercise_id: tuple(
            _shown(cell) for cell in span.cells if has_tests or cell.key not in tests
        )
        for span in spans_of(cells, exercises)
    }


def _shown(cell: AnnotatedCell) -> CellShown:
    html = Markup(cell.html)  # noqa: S704 - cleaned when it was made
    return CellShown(key=cell.key, html=html)
