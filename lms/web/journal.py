"""One log line a request: its route rather than its address, since addresses hold secrets."""

from __future__ import annotations

import secrets
import time

from flask import Flask, Response, g, request

from lms.web.context import site


def init_app(app: Flask) -> None:
    """Number each request and log how it ended."""
    app.before_request(_begin)
    app.after_request(_log)


def _begin() -> None:
    g.request_id = secrets.token_hex(8)  # never the client's: it could forge our lines
    g.began_s = time.monotonic()


def _log(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    actor = g.get("actor")
    site().log.info(
        "request",
        request_id=g.request_id,
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        user_id=actor.user_id if actor else None,
        duration_ms=round((time.monotonic() - g.began_s) * 1000, 1),
    )
    return response
