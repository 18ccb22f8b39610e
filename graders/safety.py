"""Rooms are tried before the first run; what held is believed until the machine restarts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from graders.engine import DEFAULT_ENVIRONMENT, engine_version
from graders.sandbox.environment import find_environment
from graders.sandbox.selftest import require, run_selftest
from graders.store import Store, digest

BOOT = Path("/proc/sys/kernel/random/boot_id")


def require_safe_rooms(store: Store, say: Callable[[str], None]) -> None:
    """Do nothing where rooms hold.

    :param store: keeps that they held, for this boot and these versions.
    :param say: told why it takes a few seconds, when it does.
    :raises SandboxError: if a required guarantee does not hold: nothing may be run here.
    """
    environment = find_environment(DEFAULT_ENVIRONMENT)
    boot = BOOT.read_text() if BOOT.exists() else ""
    key = digest("rooms", engine_version(), environment.digest, boot)
    if store.get(key) is not None:
        return
    say("Vérification des salles (une fois par démarrage de la machine)…")
    require(run_selftest(environment, is_loaded=False))
    store.put(key, {"holds": True})
