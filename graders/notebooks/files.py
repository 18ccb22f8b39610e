"""Where a course's data file stands for the notebook that reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath


def room_path(notebook: PurePosixPath, data: PurePosixPath) -> str:
    """Return the path by which the notebook's code opens a data file.

    A file in the notebook's own folder is named from there; any other keeps its path from
    the course's folder, so `data/offres.csv` is the same for every notebook of the course
    and for the learner who downloads both.

    :param notebook: relative to the course's folder, like `data`.

    >>> room_path(PurePosixPath("pandas/p.ipynb"), PurePosixPath("data/offres.csv"))
    'data/offres.csv'
    >>> room_path(PurePosixPath("pandas/p.ipynb"), PurePosixPath("pandas/villes.csv"))
    'villes.csv'
    """
    if data.is_relative_to(notebook.parent):
        return str(data.relative_to(notebook.parent))
    return str(data)


def content_key(notebook_hash: str, files: Mapping[str, str]) -> str:
    """Return one hash for an author's notebook with its data files.

    :param files: hash of each, by the path under which the notebook's code opens it.
    """
    said = {"notebook": notebook_hash, "files": dict(files)}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
