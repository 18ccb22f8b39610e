"""How a course's files are served: the types that are, and which of them a browser shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, kw_only=True)
class ServedType:
    """How files with one suffix are served.

    :param is_inline: the browser may show it; everything else is only downloaded.
    """

    mime: str
    is_inline: bool = False


_IMAGES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}

# HTML and XML among the data are given as plain bytes: they must never run on our origin.
_DATA = {
    ".csv": "text/csv; charset=utf-8",
    ".db": "application/vnd.sqlite3",
    ".geojson": "application/geo+json",
    ".gz": "application/gzip",
    ".html": "application/octet-stream",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".py": "text/plain; charset=utf-8",
    ".sql": "text/plain; charset=utf-8",
    ".sqlite": "application/vnd.sqlite3",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/octet-stream",
    ".zip": "application/zip",
}

TYPES = {
    **{suffix: ServedType(mime=mime, is_inline=True) for suffix, mime in _IMAGES.items()},
    **{suffix: ServedType(mime=mime) for suffix, mime in _DATA.items()},
}


def served_type(path: PurePath) -> ServedType | None:
    """Return how a file of that name is served, or None when it is not."""
    return TYPES.get(path.suffix.lower())


def is_image(path: PurePath) -> bool:
    """Return whether browsers show the file in a page."""
    return path.suffix.lower() in _IMAGES
