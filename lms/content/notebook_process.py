"""A process that renders one notebook.

A lesson: place and notebook on stdin, JSON on stdout. With the word `annotated`, what a
learner's notebook became: notebook on stdin, HTML on stdout.
"""

from __future__ import annotations

import json
import sys

from lms.content.lessons import ANNOTATED
from lms.content.notebooks import annotated, render_notebook
from lms.content.place import Place


def main() -> None:
    """Render what stdin holds; of a lesson, 8 bytes of length and the place as JSON first."""
    said = sys.stdin.buffer.read()
    if sys.argv[1:] == [ANNOTATED]:
        sys.stdout.buffer.write(annotated(said).encode())
        return
    start = 8 + int.from_bytes(said[:8], "big")
    place = Place.from_json(json.loads(said[8:start]))
    rendered = render_notebook(said[start:], place=place)
    sys.stdout.buffer.write(json.dumps(rendered.to_json()).encode())


if __name__ == "__main__":
    main()
