"""Every route of the site by method and endpoint. One that is not here fails the tests."""

from __future__ import annotations

from tests.access import (
    accounts,
    assignments,
    learning,
    levels,
    promotions,
    scores,
    works,
)

SUBJECTS = (accounts, learning, assignments, works, scores, levels, promotions)

ROUTES = {name: route for subject in SUBJECTS for name, route in subject.ROUTES.items()}

POSTS = [
    name for name, route in ROUTES.items() if not name.startswith("GET") and not route.is_signed
]
STREAMS = {"GET submissions.follow", "GET teach.follow", "GET regrades.follow"}

#: What a page of ours shows in a frame.
FRAMED = {"GET drafts.output"}
