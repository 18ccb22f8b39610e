"""The executed notebook of a run as HTML: kept by the worker, or made when somebody looks."""

from __future__ import annotations

from lms.content.kept import keep
from lms.content.lessons import RENDERER, annotated_elsewhere
from lms.models import GradingRun
from lms.web.context import site
from lms.web.reading import cache


def annotated_html(run: GradingRun) -> str | None:
    """Return clean HTML, or None when nothing ran.

    :raises Unavailable: if it cannot be made for the moment.
    """
    if run.feedback_hash is not None:
        return site().blobs.get(run.feedback_hash).decode()
    if run.executed_hash is None:
        return None
    path = cache() / "annotated" / f"{run.executed_hash}-{RENDERER}.html"
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        html = annotated_elsewhere(site().blobs.get(run.executed_hash))
        keep(path, html.encode())
        return html
