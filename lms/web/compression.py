"""Pages sent compressed: for those that weigh much on a thin connection."""

from __future__ import annotations

import gzip

from flask import Response, request


def compressed(response: Response) -> Response:
    """Return the page compressed, if the browser takes that.

    Only for a page that shows nothing of its address and nothing that a stranger wrote:
    elsewhere, its size would tell the stranger about the secrets beside it (BREACH).
    """
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
