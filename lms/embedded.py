"""The embedded form put together: which programs run, with which settings, and what is said."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from lms.catalogue.library import PUBLISHED, course_folders
from lms.catalogue.publishing import published_folders
from lms.config import Config
from lms.database import open_engine, session_factory
from lms.migrations import upgrade
from lms.publication import Publication, publish_courses
from lms.supervisor import Program, inherited_environment, python_command
from lms.tickets import key_of
from lms.workshop import Capacity

ANY_ADDRESS = {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not listened on


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One site with the processes that serve it.

    :param gateway: where the gateway of live kernels listens.
    :param logs: folder of the processes' logs; None sends them to the terminal.
    """

    config: Config
    listener: socket.socket
    gateway: socket.socket
    workers: int
    capacity: Capacity
    logs: Path | None = None


def address_of(listener: socket.socket) -> str:
    """Return the address that a browser on this machine uses."""
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ANY_ADDRESS else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def complete(config: Config, *, public_url: str, gateway_port: int) -> Config:
    """Return the settings with the addresses at which site and gateway listen."""
    address = urlsplit(public_url)
    host = address.hostname or ""
    host = f"[{host}]" if ":" in host else host
    gateway_url = config.gateway_url or f"{address.scheme}://{host}:{gateway_port}"
    return replace(config, public_url=public_url, gateway_url=gateway_url)


def prepare(config: Config) -> tuple[Publication, ...]:
    """Bring the database up to date, and publish the courses that never were."""
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = open_engine(config.database)
    try:
        upgrade(engine)
        new = course_folders(config.courses).keys() - published_folders(
            config.instance / PUBLISHED
        )
        if not new:
            return ()
        sessions = session_factory(engine)
        return publish_courses(config, sessions, now=datetime.now(UTC), slugs=sorted(new))
    finally:
        engine.dispose()


def programs(site: Installation) -> list[Program]:
    """Return what the supervisor runs."""
    descriptor = site.listener.fileno()
    web = Program(
        name="web",
        command=[
            *python_command("gunicorn", "--config", "python:lms.web_server"),
            *("--bind", f"fd://{descriptor}", "lms.wsgi:site()"),
        ],
        environment=_environment(site.config),
        descriptors=(descriptor,),
        log=_log(site, "web"),
    )
    workers = [_worker(site, number) for number in range(1, site.workers + 1)]
    return [web, _gateway(site), *workers]


def _gateway(site: Installation) -> Program:
    descriptor = site.gateway.fileno()
    words = ("gateway", "--with-parent", "--descriptor", str(descriptor))
    # It reads tickets and signs no session: it gets the key of tickets alone.
    config = replace(
        site.config, secret_key=secrets.token_urlsafe(), gateway_key=key_of(site.config)
    )
    return Program(
        name="noyaux",
        command=python_command("lms.cli", *words),
        environment=_environment(config),
        descriptors=(descriptor,),
        log=_log(site, "noyaux"),
    )


def _worker(site: Installation, number: int) -> Program:
    words = ("worker", "--with-parent", "--slots", str(site.capacity.slots))
    return Program(
        name=f"correction {number}",
        command=[
            *python_command("lms.cli", *words),
            *("--memory", str(site.capacity.budget_mib)),
        ],
        # A worker signs nothing: it does not get the secret that signs sessions.
        environment=_environment(
            replace(site.config, secret_key=secrets.token_urlsafe(), gateway_key="")
        ),
        log=_log(site, f"correction-{number}"),
    )


def _environment(config: Config) -> dict[str, str]:
    return inherited_environment(
        GARRIGUE_SECRET_KEY=config.secret_key,
        GARRIGUE_INSTANCE=str(config.instance),
        GARRIGUE_COURSES=str(config.courses),
        GARRIGUE_PUBLIC_URL=config.public_url,
        GARRIGUE_GATEWAY_URL=config.gateway_url,
        GARRIGUE_GATEWAY_KEY=config.gateway_key,
        GARRIGUE_IS_DEMO="true" if config.is_demo else "false",
        GARRIGUE_HAS_LIVE_RELOAD="true" if config.has_live_reload else "false",
    )


def _log(site: Installation, name: str) -> Path | None:
    if site.logs is None:
        return None
    site.logs.mkdir(parents=True, exist_ok=True)
    return site.logs / f"{name}.log"


def announcement(site: Installation) -> str:
    """Say what runs, where it is reached and where its data lie."""
    config, capacity = site.config, site.capacity
    together = site.workers * capacity.slots
    lines = [
        f"{config.site_name} est en ligne.",
        f"  Adresse     {config.public_url}",
        f"  Noyaux      {config.gateway_socket}",
        f"  Données     {config.instance.resolve()} (base, carnets déposés, secret)",
        f"  Cours       {', '.join(sorted(course_folders(config.courses))) or 'aucun'}"
        f" ({config.courses})",
        f"  Processus   web, noyaux et {site.workers} de correction ; "
        f"{together} {'carnet' if together == 1 else 'carnets'} à la fois, "
        f"{site.workers * capacity.budget_mib} Mio de mémoire au plus",
    ]
    if site.logs is not None:
        lines.append(f"  Journaux    {site.logs.resolve()}")
    return "\n".join(lines)
