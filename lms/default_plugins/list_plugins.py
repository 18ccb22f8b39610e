"""`garrigue plugins`: lists the plugins and what they failed at."""

from __future__ import annotations

from collections.abc import Sequence

import click

from lms.hookspecs import hookimpl


@hookimpl
def commands() -> Sequence[click.Command]:
    """Add one command to `garrigue`."""
    return [plugins]


@click.command(short_help="Montre les extensions et leurs dernières défaillances.")
def plugins() -> None:
    """Montre les extensions installées, leurs points d’extension et leurs défaillances."""
    from lms.cli.settings import settings
    from lms.failures import FailureLog
    from lms.logs import json_log
    from lms.plugins import FAILURES, load_plugins

    config = settings()
    failures = FailureLog(config.instance / FAILURES)
    loaded = load_plugins(json_log(), has_installed=config.has_plugins, failures=failures)
    for shown in loaded.shown():
        click.echo(f"{shown.name} {shown.version}".rstrip() + f" : {', '.join(shown.hooks)}")
    for failure in failures.latest():
        what = failure.hook or "chargement"
        click.echo(f"{failure.at:%Y-%m-%d %H:%M} {failure.plugin} ({what}) : {failure.message}")
