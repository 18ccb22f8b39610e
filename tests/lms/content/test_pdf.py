"""PDF: made apart from the web, tagged, and blind to everything but the text it is given."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pypdf import PdfReader

from lms.content.pdf import pdf_elsewhere


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server that counts who asks it, and its address."""
    paths: list[str] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_and_no_file_is_read(
    tmp_path: Path, asked: tuple[str, list[str]]
) -> None:
    address, paths = asked
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'lu-sur-le-disque' }", encoding="utf-8")
    hostile = f"""<html lang="fr"><head><title>T</title>
        <link rel="attachment" href="{secret.as_uri()}">
        <link rel="stylesheet" href="{secret.as_uri()}">
        <link rel="stylesheet" href="{address}/style.css">
        <style>@import url("{secret.as_uri()}"); @font-face {{ font-family: x;
        src: url("{address}/font") }} p {{ background: url("{address}/fond") }}</style></head>
        <body><h1>Titre</h1><p>Texte</p><img alt="x" src="{secret.as_uri()}">
        <img alt="y" src="{address}/image"><object data="{secret.as_uri()}"></object>
        <a rel="attachment" href="{secret.as_uri()}">ici</a></body></html>"""
    found = PdfReader(io.BytesIO(pdf_elsewhere(hostile)))
    assert "Texte" in found.pages[0].extract_text()
    assert "lu-sur-le-disque" not in found.pages[0].extract_text()
    assert not found.attachments
    assert paths == []


def test_the_web_never_loads_what_makes_pdfs() -> None:
    code = "import lms.app, sys; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
