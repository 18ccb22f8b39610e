"""Looks around in a room from the inside; the self-test runs it there."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

#: Names that a process of a room may have in its environment, besides those we give it.
HARMLESS_NAMES = {"PWD", "LC_CTYPE", "SHLVL", "_", "OLDPWD"}


def look(given_names: list[str]) -> dict[str, bool]:
    """Return what holds, by name; a check that fails in a way of its own does not hold."""
    checks: dict[str, Callable[[], bool]] = {
        "user": lambda: os.getuid() not in (0, 65534) and os.geteuid() == os.getuid(),
        "privileges": _has_no_privileges,
        "filter": _is_filtered,
        "files": _sees_no_host,
        "writing": _cannot_write,
        "network": _has_no_network,
        "namespaces": _cannot_unshare,
        "environment": lambda: _environment_is_clean({*given_names, *HARMLESS_NAMES}),
    }
    return {name: _holds(check) for name, check in checks.items()}


def tell(given_names: list[str]) -> None:
    """Print what holds as one line of JSON."""
    print("PROBE", json.dumps(look(given_names)))  # noqa: T201


def echo(channel: socket.socket) -> None:
    """Say what is heard until nothing more comes; shows that a program's channel works."""
    while word := channel.recv(1024):
        channel.sendall(word)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False


def _is_filtered() -> bool:
    """Whether every process of the room is: who can write to another's memory acts as it."""
    return all(
        _status("Seccomp", folder.name) == "2" for folder in Path("/proc").glob("[0-9]*")
    )


def _status(name: str, process: str = "self") -> str:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)[name].strip()


def _has_no_privileges() -> bool:
    sets = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    return _status("NoNewPrivs") == "1" and all(int(_status(s), 16) == 0 for s in sets)


def _sees_no_host() -> bool:
    hidden = ("/root", "/etc/passwd", "/etc/shadow", "/media", "/srv", "/sys", "/run")
    packages = {path.name for path in Path("/opt/garrigue").iterdir()}
    return not any(Path(path).exists() for path in hidden) and packages == {"graders"}


def _cannot_write() -> bool:
    for folder in ("/", "/usr", "/opt/kernels", "/opt/garrigue/graders", "/dev", "/etc"):
        with suppress(OSError):
            Path(folder, "probe").write_text("x")
            return False
    return True


def _has_no_network() -> bool:
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
        with suppress(OSError), closing(socket.socket(family, socket.SOCK_DGRAM)):
            return False
    return Path("/proc/net/dev").read_text().count(":") <= 1


def _cannot_unshare() -> bool:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(0x10000000) < 0)


def _environment_is_clean(allowed: set[str]) -> bool:
    for folder in Path("/proc").glob("[0-9]*"):
        raw = b""
        with suppress(OSError):
            raw = (folder / "environ").read_bytes()
        names = {pair.split(b"=", 1)[0].decode() for pair in raw.split(b"\0") if pair}
        if not names <= allowed:
            return False
    return True
