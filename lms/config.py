"""Every setting of the site, with its unit, its default and its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from lms.domain.public_days import is_known

MIB = 1024 * 1024
MIN_SECRET_CHARACTERS = 16


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings, read once at start-up and never changed.

    Each is read from the environment under `GARRIGUE_` and its name in capitals.
    """

    secret_key: str
    """Signs cookies and links. It has no default here; commands keep one in the instance."""

    instance: Path
    """Folder of the database, the blobs, the mail folder and the caches."""

    courses: Path
    """Folder that holds one folder for each course."""

    database_url: str = ""
    """SQLAlchemy address of the database; empty means `garrigue.db` in the instance."""

    site_name: str = "École IA Occitanie"
    """Shown in the header of every page."""

    public_url: str = "http://127.0.0.1:8000"
    """Address that people use; links in mails are made from it, never from a request."""

    timezone: str = "Europe/Paris"
    """Zone in which dates are shown."""

    holidays: str = "FR"
    """Country whose public holidays no date falls on, perhaps with a part of it, as `FR-57`;
    empty for none."""

    max_upload_bytes: int = 10 * MIB
    """Largest notebook that a learner may hand in."""

    session_idle_s: int = 12 * 3600
    """A session unused for that long ends."""

    session_absolute_s: int = 14 * 24 * 3600
    """A session ends after that long, used or not."""

    reset_link_s: int = 3600
    """How long a password reset link works."""

    sign_in_window_s: int = 15 * 60
    """How long a failed attempt to sign in counts against the next ones."""

    sign_in_attempts_account: int = 10
    """Failed attempts in that time after which an account must wait."""

    sign_in_attempts_host: int = 100
    """Failed attempts in that time after which a client address must wait: a whole school
    may share one."""

    trusted_proxies: int = 0
    """Reverse proxies in front of the site, whose `X-Forwarded-For` is believed."""

    invitation_s: int = 14 * 24 * 3600
    """How long an invitation link works."""

    lease_s: int = 60
    """How long a worker may go without renewing its lease on a job."""

    has_live_reload: bool = False
    """Read courses anew when their files change: for authors, not for production."""

    has_plugins: bool = True
    """Load the installed plugins; without them, a site that one of them breaks starts again."""

    is_demo: bool = False
    """Show the demo accounts on the sign-in page."""

    gateway_url: str = ""
    """Address of the gateway of live kernels, as `wss://cours.ecole.example`; empty means the
    public address with the next port."""

    gateway_key: str = ""
    """Signs the tickets that web and gateway share; empty makes one from the secret."""

    gateway_kernels: int = 0
    """Live kernels of the whole site; 0 counts them from the free memory."""

    gateway_kernels_each: int = 2
    """Live kernels of one person."""

    gateway_idle_s: int = 1800
    """A live kernel unused for that long is ended."""

    gateway_cell_s: int = 600
    """How long one cell may run in a live kernel."""

    @property
    def gateway_origin(self) -> str:
        """Where pages reach the gateway, without path: what their security policy allows."""
        address = urlsplit(self.gateway_url or self.public_url)
        is_secure = address.scheme in {"https", "wss"}
        host = address.hostname or ""
        host = f"[{host}]" if ":" in host else host
        port = address.port
        if not self.gateway_url:
            port = (port or (443 if is_secure else 80)) + 1
        return f"{'wss' if is_secure else 'ws'}://{host}{f':{port}' if port else ''}"

    @property
    def gateway_socket(self) -> str:
        """Address of the gateway's WebSocket."""
        path = urlsplit(self.gateway_url).path.rstrip("/") if self.gateway_url else ""
        return f"{self.gateway_origin}{path}/noyau"

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.instance / 'garrigue.db'}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by HTTPS, so that cookies are `Secure`."""
        return self.public_url.startswith("https://")


class MissingSetting(Exception):
    """A setting without default is not set, or one cannot be read."""


def from_environment(environment: Mapping[str, str]) -> Config:
    """Return the settings that `GARRIGUE_*` variables give.

    :raises MissingSetting: if one has no default and is not set, or has the wrong type.
    """
    values: dict[str, object] = {}
    for setting in fields(Config):
        variable = f"GARRIGUE_{setting.name.upper()}"
        if variable in environment:
            values[setting.name] = _read(variable, environment[variable], str(setting.type))
    try:
        config = Config(**values)  # type: ignore[arg-type]
    except TypeError as error:
        missing = [
            f"GARRIGUE_{name.upper()}"
            for name in ("secret_key", "instance", "courses")
            if name not in values
        ]
        raise MissingSetting(f"Set {', '.join(missing)}.") from error
    _refuse_unsafe(config)
    return config


def _refuse_unsafe(config: Config) -> None:
    if config.holidays not in {"", Config.holidays} and not is_known(config.holidays):
        raise MissingSetting(
            "GARRIGUE_HOLIDAYS is a country by its code, as FR or FR-57, or empty: "
            f"{config.holidays!r} is none."
        )
    if len(config.secret_key) < MIN_SECRET_CHARACTERS:
        raise MissingSetting(
            f"GARRIGUE_SECRET_KEY needs {MIN_SECRET_CHARACTERS} characters at least: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(32))' makes one."
        )
    address = urlsplit(config.public_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise MissingSetting(
            "GARRIGUE_PUBLIC_URL is the address that people use, as https://ecole.example: "
            f"{config.public_url!r} is none."
        )


def _read(variable: str, text: str, kind: str) -> object:
    try:
        if kind == "bool":
            return {"1": True, "true": True, "0": False, "false": False}[text.lower()]
        return {"str": str, "int": int, "Path": Path}[kind](text)
    except (KeyError, ValueError) as error:
        raise MissingSetting(f"{variable} is not a valid {kind}: {text!r}.") from error
