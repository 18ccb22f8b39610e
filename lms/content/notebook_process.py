"""A process that renders one notebook: place and notebook on stdin, JSON on stdout."""

from __future__ import annotations

import json
import sys

from lms.content.notebooks import render_notebook
from lms.content.place import Place


def main() -> None:
    """Render what stdin holds: 8 bytes of length, the place as JSON, then the notebook."""
    said = sys.stdin.buffer.read()
    start = 8 + int.from_bytes(said[:8], "big")
    place = Place.from_json(json.loads(said[8:start]))
    rendered = render_notebook(said[start:], place=place)
    sys.stdout.buffer.write(json.dumps(rendered.to_json()).encode())


if __name__ == "__main__":
    main()
