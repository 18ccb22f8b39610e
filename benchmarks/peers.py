"""The environment of the graders that ours is compared with: made once, from its own lock."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-peers"
LOCK = Path(__file__).with_name("peers.lock")


def peers_python() -> Path:
    """Return the peers' interpreter, after installing them where they are not yet."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / ".installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"Installing the peers from {LOCK.name} into {FOLDER.name} (once)…", file=sys.stderr)
    venv.create(FOLDER, clear=True, with_pip=True)
    install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*install, "--require-hashes", "-r", LOCK], check=True)
    stamp.write_text(wanted)
    return python
