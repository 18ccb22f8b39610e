"""How much a request may send: little for a form, more where a notebook is handed in."""

from __future__ import annotations

from flask import Flask, request

from lms.config import Config

#: What a form may hold beside a file.
FORM_BYTES = 64 * 1024

#: Where files are sent.
UPLOADS = frozenset({"assignments.hand_in"})


def init_app(app: Flask, config: Config) -> None:
    """Limit what is read of a request before anything parses it."""
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FORM_BYTES)

    @app.before_request
    def allow_files() -> None:
        if request.endpoint in UPLOADS:
            request.max_content_length = config.max_upload_bytes + FORM_BYTES
