"""The instance folder: what an installation keeps, and the secret made at its first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_FILE = "secret_key"  # noqa: S105 - the name of the file, not the secret
SECRET_BYTES = 32


def secret_key(instance: Path) -> str:
    """Return the installation’s secret; the first call makes it, for its owner alone."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / SECRET_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text().strip()
