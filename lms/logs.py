"""Log lines: one JSON object each, without secrets, with what people typed cut short."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger

#: Longest text of one field: what people type must not fill the disk.
MAX_CHARACTERS = 200
MAX_TRACEBACK_CHARACTERS = 8000


def json_log(stream: TextIO | None = None) -> FilteringBoundLogger:
    """Return a log that writes to the stream, or to standard error."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                _cut,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            context_class=dict,
        ),
    )


def _cut(_log: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        limit = MAX_TRACEBACK_CHARACTERS if key == "exception" else MAX_CHARACTERS
        if isinstance(value, str) and len(value) > limit:
            line[key] = value[:limit] + "…"
    return line
