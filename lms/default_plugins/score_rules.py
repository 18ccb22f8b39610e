"""The ways from several attempts to points that courses may name: best, last, mean."""

from __future__ import annotations

from collections.abc import Sequence

from lms.domain.marks import BEST, LAST, MEAN, ScoreRule
from lms.hookspecs import hookimpl


@hookimpl
def score_rules() -> Sequence[ScoreRule]:
    """Offer `best`, which holds where a course names none, `last` and `mean`."""
    return [BEST, LAST, MEAN]
