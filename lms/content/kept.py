"""Files of a cache: whole or not there at all."""

from __future__ import annotations

import tempfile
from pathlib import Path


def keep(path: Path, data: bytes) -> None:
    """Write a file of the cache; when that cannot be done, it is made again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)  # made by one user, perhaps shown by another
        Path(file.name).replace(path)
    except OSError:
        return  # a full disk costs time, not the page
