"""How much a request may send and ask for: little for a form, more for a notebook."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.routing import IntegerConverter, Map

from lms.config import MIB, Config

#: What a form may hold beside a file.
FORM_BYTES = 64 * 1024

#: Where files are sent.
UPLOADS = frozenset({"assignments.hand_in", "drafts.save", "publication.hook"})

#: How much of a file that is too large is read and thrown away: a browser shows no answer
#: to what it could not finish sending.
DRAIN_BYTES = 64 * MIB
CHUNK_BYTES = 64 * 1024

#: The largest number that a row of a database can have.
MAX_ID = 2**63 - 1


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have is an unknown address."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MAX_ID)


def init_app(app: Flask, config: Config) -> None:
    """Limit what is read of a request before anything parses it.

    Called before the blueprints are registered: their addresses use the converter.
    """
    app.url_map.converters["int"] = RowNumber
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FORM_BYTES)

    @app.before_request
    def allow_files() -> None:
        if request.endpoint in UPLOADS:
            request.max_content_length = config.max_upload_bytes + FORM_BYTES

    @app.after_request
    def let_it_finish(response: Response) -> Response:
        if response.status_code == 413 and request.endpoint in UPLOADS:
            _drain(min(request.content_length or 0, DRAIN_BYTES))
        return response


def _drain(left_bytes: int) -> None:
    stream = request.environ["wsgi.input"]
    while left_bytes > 0 and (chunk := stream.read(min(CHUNK_BYTES, left_bytes))):
        left_bytes -= len(chunk)
