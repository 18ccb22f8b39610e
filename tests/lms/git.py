"""Git repositories made for tests, with what no author would write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def run(folder: Path, *words: str, given: bytes | None = None) -> str:
    """Run git with nobody's settings."""
    who = {f"GIT_{part}_{what}": "a@b.example" for part in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    return (
        subprocess.run(
            [
                "git",
                "-c",
                "init.defaultBranch=main",
                "-c",
                "protocol.file.allow=always",
                *words,
            ],
            cwd=folder,
            input=given,
            capture_output=True,
            check=True,
            timeout=60,
            env={**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null"},
        )
        .stdout.decode()
        .strip()
    )


def repository(folder: Path) -> str:
    """Make a repository of a folder's files; return its address."""
    run(folder, "init", "--quiet")
    commit(folder)
    return f"file://{folder}"


def commit(folder: Path) -> str:
    """Commit all that stands in the folder; return the commit."""
    run(folder, "add", "--all", "--force")
    run(folder, "commit", "--quiet", "--allow-empty", "-m", "un envoi")
    return run(folder, "rev-parse", "HEAD")


def commit_entry(folder: Path, mode: str, kind: str, content: str, path: str) -> str:
    """Commit a tree with one entry more, such as no working tree could hold."""
    blob = content
    if kind == "blob":
        blob = run(folder, "hash-object", "-w", "--stdin", given=content.encode())
    listed = run(folder, "ls-tree", "-z", "HEAD")
    entry = f"{mode} {kind} {blob}\t{path}\0"
    tree = run(folder, "mktree", "-z", "--missing", given=f"{listed}{entry}".encode())
    made = run(folder, "commit-tree", tree, "-p", "HEAD", "-m", "autre")
    run(folder, "update-ref", "refs/heads/main", made)
    return made
