"""Git repositories as sources of courses: fetched and written out so that nothing in them runs.

There is no checkout: no hook, no filter, no submodule and no link of the repository is ever
followed. Files are read out of git's own store one by one, and written under their names.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lms.catalogue.files import MAX_FILE_BYTES
from lms.catalogue.problems import CourseProblem
from lms.config import MIB
from lms.domain.pulls import transport_of
from lms.errors import Refusal

FETCH_S = 300
READ_S = 300
MAX_FILES = 20_000
MAX_TOTAL_BYTES = 1024 * MIB

#: No file that git writes itself may be larger.
MAX_PACK_BYTES = 2 * MAX_TOTAL_BYTES
MAX_NAME = 200
COURSE_REF = "refs/garrigue/course"

#: Nobody's settings but ours; a repository has none here that git would read.
SETTINGS: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.symlinks": "false",
    "fetch.fsckObjects": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.version": "2",
    "submodule.recurse": "false",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
}

#: What git writes in the tree instead of an ordinary file.
KINDS = {"120000": "un lien symbolique", "160000": "un sous-module"}
LFS = b"version https://git-lfs.github.com/spec/"


class RepositoryUnavailable(Refusal):
    """The repository could not be fetched; the message says what git said."""


class RepositoryRefused(Refusal):
    """The repository holds what no course may hold; `problems` says where."""

    def __init__(self, problems: Sequence[CourseProblem]) -> None:
        super().__init__("Le dépôt contient ce qu’un cours ne peut pas contenir.")
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One file of a commit."""

    mode: str
    blob: str
    size: int
    path: str


def fetch(url: str, branch: str, store: Path) -> str:
    """Bring the branch's newest commit into a bare repository; return its name.

    :param store: made when it is missing; holds objects, and no working tree.
    :raises RepositoryUnavailable: if git cannot get it.
    """
    if not (store / "HEAD").is_file():
        store.mkdir(parents=True, exist_ok=True)
        _git(store, "init", "--quiet", "--bare", ".")
    wanted = f"+refs/heads/{branch}:{COURSE_REF}"
    extra = {"remote.origin.url": url}  # by the environment: it may hold a token
    _git(
        store,
        *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"),
        *("--no-write-fetch-head", "--force", "origin", wanted),
        transport=transport_of(url),
        settings=extra,
        timeout_s=FETCH_S,
    )
    return _git(store, "rev-parse", "--verify", f"{COURSE_REF}^{{commit}}").decode().strip()


def write_out(store: Path, commit: str, folder: str, target: Path) -> None:
    """Write a commit's files under `target`, without those that are hidden.

    :param folder: the course's in the repository; empty for the whole of it.
    :raises RepositoryRefused: if there are links, submodules, or too much of anything.
    :raises RepositoryUnavailable: if the commit has no such folder.
    """
    tree = f"{commit}:{folder}" if folder else commit
    try:
        listed = _git(store, "ls-tree", "-r", "-l", "-z", "--full-tree", tree)
    except RepositoryUnavailable:
        raise RepositoryUnavailable(
            "Le dépôt n’a pas de dossier « %(folder)s » : voyez « garrigue course remote ».",
            folder=folder,
        ) from None
    entries = [found for found in map(_entry, listed.split(b"\0")[:-1]) if found is not None]
    problems = list(_problems(entries))
    if problems:
        raise RepositoryRefused(problems)
    pointers = _write_all(store, entries, target)
    if pointers:
        raise RepositoryRefused(
            [
                CourseProblem(
                    file=path,
                    message="ce fichier est dans Git LFS, qui n’est pas suivi : mettez-le dans "
                    "le dépôt lui-même.",
                )
                for path in pointers
            ]
        )


def _entry(line: bytes) -> _Entry | None:
    """Return one line of the tree; None for what is hidden."""
    said, _, name = line.partition(b"\t")
    mode, _kind, blob, size = said.decode("ascii").split()
    path = name.decode("utf-8", "replace")
    if any(part.startswith(".") and part != ".." for part in path.split("/")):
        return None
    return _Entry(mode=mode, blob=blob, size=int(size) if size != "-" else 0, path=path)


def _problems(entries: Sequence[_Entry]) -> Iterator[CourseProblem]:
    if len(entries) > MAX_FILES:
        yield CourseProblem(file=".", message=f"plus de {MAX_FILES} fichiers.")
    if sum(entry.size for entry in entries) > MAX_TOTAL_BYTES:
        yield CourseProblem(file=".", message=f"plus de {MAX_TOTAL_BYTES // MIB} Mio en tout.")
    for entry in entries:
        reason = _reason(entry)
        if reason:
            yield CourseProblem(file=entry.path[:MAX_NAME], message=reason)


def _reason(entry: _Entry) -> str:
    path = entry.path
    if entry.mode in KINDS:
        return f"{KINDS[entry.mode]} n’est pas accepté : mettez le fichier lui-même."
    parts = PurePosixPath(path).parts
    is_plain = path.isprintable() and "\\" not in path and "\ufffd" not in path
    if not is_plain or ".." in parts or path.startswith("/") or not parts:
        return "ce nom de fichier ne convient pas."
    if any(len(part.encode()) > MAX_NAME for part in parts):
        return "ce nom de fichier est trop long."
    if entry.size > MAX_FILE_BYTES:
        return f"ce fichier dépasse {MAX_FILE_BYTES // MIB} Mio."
    return ""


def _write_all(store: Path, entries: Sequence[_Entry], target: Path) -> list[str]:
    """Write the files; return those that are mere pointers to another store."""
    pointers: list[str] = []
    with subprocess.Popen(
        ["git", "cat-file", "--batch"],
        cwd=store,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for entry in entries:
            process.stdin.write(f"{entry.blob}\n".encode())
            process.stdin.flush()
            process.stdout.readline()
            data = process.stdout.read(entry.size)
            process.stdout.read(1)
            if data.startswith(LFS):
                pointers.append(entry.path)
            path = target / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        process.stdin.close()
    return pointers


def _git(
    store: Path,
    *words: str,
    transport: str = "",
    settings: Mapping[str, str] | None = None,
    timeout_s: float = READ_S,
) -> bytes:
    """Run git; what it writes cannot fill the disk.

    :raises RepositoryUnavailable: with the last thing that it said.
    """
    try:
        done = subprocess.run(
            ["prlimit", f"--fsize={MAX_PACK_BYTES}", "--", "git", *words],
            cwd=store,
            env=_environment(transport, settings or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError:
        raise RepositoryUnavailable("git n’est pas installé sur cette machine.") from None
    except subprocess.TimeoutExpired:
        raise RepositoryUnavailable(
            "Le dépôt n’a pas répondu en entier en %(timeout_s)s secondes.",
            timeout_s=f"{timeout_s:g}",
        ) from None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = lines[-1][:300] if lines else f"code {done.returncode}"
        raise RepositoryUnavailable("git n’a pas pu lire le dépôt : %(said)s", said=said)
    return done.stdout


def _environment(
    transport: str = "", settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what git is told: nothing of the machine's or the person's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    said = {**SETTINGS, **(settings or {})}
    numbered = {
        f"GIT_CONFIG_{part}_{number}": text
        for number, pair in enumerate(said.items())
        for part, text in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return {
        **kept,
        **numbered,
        "GIT_CONFIG_COUNT": str(len(said)),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": transport or "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C.UTF-8",
    }
