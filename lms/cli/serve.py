"""`garrigue serve`: the site and its corrections under one parent."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from lms.cli.settings import settings
from lms.config import Config
from lms.embedded import (
    Installation,
    address_of,
    announcement,
    complete,
    prepare,
    programs,
)
from lms.listening import DEFAULT_PORT, listen, listen_after
from lms.publication import Publication
from lms.supervisor import Supervisor, stopped_by_signals
from lms.workshop import capacity

PORT = click.IntRange(1, 65535)
WORKERS = click.IntRange(1, 64)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--port", type=PORT, help="Port ; sans lui, le premier libre à partir de 8000.")
@click.option("--workers", type=WORKERS, default=1, help="Processus de correction.")
@click.option("--gateway-port", type=PORT, help="Port des noyaux ; sans lui, le suivant.")
def serve(host: str, port: int | None, workers: int, gateway_port: int | None) -> None:
    """Sert le site et corrige les rendus, jusqu’à Ctrl-C.

    Les réglages sont des variables d’environnement (docs/exploitation.md). Par défaut, les
    données vont dans « instance » et les cours sont lus dans « courses ».
    """
    run_site(settings(), host=host, port=port, workers=workers, gateway_port=gateway_port)


def provide_defaults(instance: Path) -> None:
    """Say where the data go, unless the operator has."""
    os.environ.setdefault("GARRIGUE_INSTANCE", str(instance))


def run_site(
    config: Config,
    *,
    host: str,
    port: int | None,
    workers: int,
    gateway_port: int | None = None,
    logs: Path | None = None,
    also_say: str = "",
) -> None:
    """Serve the site until it is told to stop."""
    stop = threading.Event()
    with ExitStack() as sockets:
        listener = sockets.enter_context(listen(host, port))
        got = listener.getsockname()[1]
        _say_other_port(port, got)
        kernels = sockets.enter_context(
            listen_after(host, got) if gateway_port is None else listen(host, gateway_port)
        )
        public_url = os.environ.get("GARRIGUE_PUBLIC_URL") or address_of(listener)
        config = complete(config, public_url=public_url, gateway_port=kernels.getsockname()[1])
        for publication in prepare(config):
            say_publication(publication)
        site = Installation(
            config=config,
            listener=listener,
            gateway=kernels,
            workers=workers,
            capacity=capacity(workers),
            logs=logs,
        )
        click.echo(announcement(site))
        click.echo(f"{also_say}Ctrl-C arrête tout.")
        with stopped_by_signals(stop):
            Supervisor(programs=programs(site), say=click.echo).run(stop)
    click.echo("Arrêté.")


def say_publication(publication: Publication) -> None:
    """Say what became of a course; its errors stand with file and line."""
    errors = [problem for problem in publication.problems if not problem.is_warning]
    if publication.course is not None:
        click.echo(f"Cours « {publication.slug} » publié.")
        return
    click.echo(f"Le cours « {publication.slug} » a une erreur : il n’est pas servi.", err=True)
    for problem in errors:
        click.echo(f"  {problem}", err=True)


def _say_other_port(asked: int | None, got: int) -> None:
    if asked is None and got != DEFAULT_PORT:
        click.echo(f"Le port {DEFAULT_PORT} est pris : le site utilise le port {got}.")
