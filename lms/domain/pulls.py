"""Courses pulled from git: where from, what became of each pull, who may ask for one."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from lms.errors import Invalid

#: `git@forge.example:cours.git`, which git takes for SSH.
SCP = re.compile(r"(?P<user>[\w.-]+@)?(?P<host>[\w.-]+):(?!/)(?P<path>[\w./~-]+)\Z")
SCHEMES = frozenset({"https", "http", "ssh", "file"})
BRANCH = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock\Z))[\w][\w./-]{0,199}(?<![./])\Z")
FOLDER = re.compile(r"(?:[\w][\w.-]*)(?:/[\w][\w.-]*)*\Z")
MAX_URL = 500


class Source(StrEnum):
    """What asked for a pull."""

    COMMAND = "command"
    BUTTON = "button"
    WEBHOOK = "webhook"


class State(StrEnum):
    """How far a pull is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Outcome(StrEnum):
    """What became of a pull. Only the first changes what is served."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"  # the course has errors
    FAILED = "failed"  # the repository could not be had, or we could not check


def checked_url(url: str) -> str:
    """Return the address of a repository.

    :raises Invalid: unless git fetches it by HTTPS, HTTP, SSH, or from a folder here.
    """
    parts = urlsplit(url)
    is_plain = len(url) <= MAX_URL and url.isprintable() and " " not in url
    has_host = bool(parts.hostname) and not str(parts.hostname).startswith("-")
    is_web = parts.scheme in SCHEMES - {"file"} and has_host
    is_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not is_plain or "::" in url or not (is_web or is_folder or _is_scp(url)):
        raise Invalid(
            "Cette adresse de dépôt ne convient pas : donnez-la comme "
            "« https://forge.example/cours.git », « ssh://git@forge.example/cours.git », "
            "« git@forge.example:cours.git » ou « file:///srv/git/cours.git »."
        )
    return url


def checked_branch(branch: str) -> str:
    """Return the name of a branch.

    :raises Invalid: if git could take it for something else.
    """
    if not BRANCH.match(branch):
        raise Invalid("« %(branch)s » n’est pas un nom de branche.", branch=branch[:60])
    return branch


def checked_folder(folder: str) -> str:
    """Return the folder of the course in its repository; empty for the whole of it.

    :raises Invalid: if it is hidden, or leads out of the repository.
    """
    if folder and not FOLDER.match(folder):
        raise Invalid(
            "« %(folder)s » n’est pas un dossier du dépôt, comme « cours/python ».",
            folder=folder[:60],
        )
    return folder


def transport_of(url: str) -> str:
    """Return the one transport that git may use for an address."""
    return "ssh" if _is_scp(url) else urlsplit(url).scheme


def shown_url(url: str) -> str:
    """Return the address as people may see it: without password or token.

    >>> shown_url("https://robot:jeton@forge.example/cours.git")
    'https://forge.example/cours.git'
    """
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def hook_secret(secret_key: str, slug: str, salt: str) -> str:
    """Return the secret that a course shares with its forge.

    :param salt: drawn anew when the secret is to change.
    """
    said = f"course-webhook:{slug}:{salt}"
    return hmac.new(secret_key.encode(), said.encode(), hashlib.sha256).hexdigest()


def is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether a forge that knows the secret sent this: GitHub's signature or GitLab's token."""
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    github = headers.get("X-Hub-Signature-256", "")
    gitlab = headers.get("X-Gitlab-Token", "")
    return hmac.compare_digest(github.encode(), f"sha256={signed}".encode()) or (
        hmac.compare_digest(gitlab.encode(), secret.encode())
    )


def _is_scp(url: str) -> bool:
    found = SCP.match(url)
    return found is not None and not found["host"].startswith("-")
