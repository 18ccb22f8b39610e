"""Heavy pages go out compressed, to browsers that take that."""

from __future__ import annotations

import gzip

from flask import Flask, Response

from lms.web.compression import compressed

PAGE = "<p>Bonjour</p>" * 100


def test_is_for_those_who_ask_for_it() -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: compressed(Response(PAGE)))
    client = app.test_client()

    packed = client.get("/", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get("/", headers={"Accept-Encoding": "gzip;q=0"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data).decode() == plain.text == PAGE
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert {packed.headers["Vary"], plain.headers["Vary"]} == {"Accept-Encoding"}
