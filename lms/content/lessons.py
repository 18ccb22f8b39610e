"""Rendered lessons, kept by the hash of what they were made from: on disk, and in memory."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lms.content.kept import keep
from lms.content.place import Place
from lms.content.rendered import Rendered
from lms.errors import Unavailable

#: Raise it when the same text is to give other HTML.
RENDERER = "2"
IN_MEMORY = 256
NOTEBOOK_WALL_S = 60

#: The word that asks the process for an executed notebook instead of a lesson.
ANNOTATED = "annotated"

Renderer = Callable[[bytes, Place], Rendered]


class Lessons:
    """The lessons of a site as clean HTML.

    :param folder: of the cache; it may be emptied at any time.
    :param notebook: renders a notebook; by default in another process, since nbconvert takes
        a second to import.
    :param render: renders any lesson, instead of what we do by default.
    :param version: of `render`: what another version made is not shown.
    """

    def __init__(
        self,
        folder: Path,
        *,
        notebook: Renderer | None = None,
        render: Renderer | None = None,
        version: str = "",
    ) -> None:
        self._folder = folder
        self._render = render or partial(render_lesson, notebook=notebook)
        self._version = version
        self._recent: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, data: bytes, place: Place) -> Rendered:
        """Return a page as clean HTML, rendering it only when it never was.

        :param data: the file of the page.
        """
        key = _key(data, place, self._version)
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        rendered = self._kept(key)
        if rendered is None:
            rendered = self._render(data, place)
            self._keep(key, rendered)
        with self._lock:
            self._recent[key] = rendered
            while len(self._recent) > IN_MEMORY:
                self._recent.popitem(last=False)
        return rendered

    def _kept(self, key: str) -> Rendered | None:
        try:
            return Rendered.from_json(json.loads(self._path(key).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, key: str, rendered: Rendered) -> None:
        data = json.dumps(rendered.to_json(), ensure_ascii=False).encode()
        keep(self._path(key), data)

    def _path(self, key: str) -> Path:
        return self._folder / "lessons" / key[:2] / f"{key}.json"


def render_lesson(data: bytes, place: Place, notebook: Renderer | None = None) -> Rendered:
    """Return a lesson as clean HTML.

    :param notebook: renders a notebook; by default in another process.
    """
    if place.page.suffix == ".ipynb":
        return (notebook or render_elsewhere)(data, place)
    # Only a page that was never seen costs this import.
    from lms.content.markdown import render_markdown

    return render_markdown(data.decode("utf-8-sig", "replace"), place=place)


def render_elsewhere(data: bytes, place: Place) -> Rendered:
    """Render a notebook in a process of its own.

    :raises Unavailable: if that takes too long, or fails.
    """
    head = json.dumps(place.to_json()).encode()
    said = _elsewhere(len(head).to_bytes(8, "big") + head + data)
    return Rendered.from_json(json.loads(said))


def annotated_elsewhere(data: bytes) -> str:
    """Return an executed notebook as clean HTML, made in a process of its own.

    :raises Unavailable: if that takes too long, or fails.
    """
    return _elsewhere(data, ANNOTATED).decode()


def _elsewhere(data: bytes, *words: str) -> bytes:
    try:
        return subprocess.run(
            [sys.executable, "-m", "lms.content.notebook_process", *words],
            input=data,
            capture_output=True,
            timeout=NOTEBOOK_WALL_S,
            check=True,
        ).stdout
    except subprocess.SubprocessError as error:
        raise Unavailable(
            "Ce carnet ne peut pas être affiché pour le moment. Réessayez dans un instant ; "
            "si cela continue, prévenez l’équipe pédagogique."
        ) from error


def _key(data: bytes, place: Place, version: str) -> str:
    digest = hashlib.sha256(f"{RENDERER}\0{version}\0{place.digest}\0".encode())
    digest.update(data)
    return digest.hexdigest()
