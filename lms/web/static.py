"""Static files: published compressed under a hashed folder, cached by browsers for ever."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

#: Kinds of files that shrink.
COMPRESSED = {".css", ".js", ".mjs", ".svg", ".json", ".txt", ".map", ".wasm"}
DIGEST_CHARACTERS = 12
YEAR_S = 365 * 24 * 3600


def init_app(
    app: Flask, *, source: Path, instance: Path, add_headers: Callable[[Headers], None]
) -> None:
    """Serve the folder at `/static/<digest>/…`, where the digest is that of all its files.

    Scripts that import one another by relative addresses find one another there, and a new
    version of any of them is a new address for all.
    """
    digest = _digest(source)
    published = _publish(source, instance / "static" / digest)

    @app.url_defaults
    def hashed(endpoint: str, values: dict[str, str]) -> None:
        if endpoint == "static" and "filename" in values:
            values["filename"] = f"{digest}/{values['filename']}"

    app.add_url_rule("/static/<path:filename>", endpoint="static", build_only=True)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(published),
        prefix=f"static/{digest}/",
        max_age=YEAR_S,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=lambda headers, _path, _url: add_headers(headers),
        allow_all_origins=False,
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST_CHARACTERS]


def _publish(source: Path, target: Path) -> Path:
    """Copy the folder with a `.gz` beside what shrinks; whole or not at all."""
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copied = Path(folder) / "copied"
        shutil.copytree(source, copied)
        for path in [path for path in copied.rglob("*") if path.suffix in COMPRESSED]:
            packed = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)
        try:
            copied.rename(target)
        except OSError:  # another process has published it meanwhile
            if not target.is_dir():
                raise
    return target
