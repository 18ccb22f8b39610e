"""`garrigue database`: makes the tables and brings them up to date."""

from __future__ import annotations

import click

from lms.cli.settings import settings
from lms.database import open_engine
from lms.migrations import upgrade as bring_up_to_date


@click.group()
def database() -> None:
    """Crée et met à jour la base de données."""


@database.command()
def upgrade() -> None:
    """Crée les tables, ou les met à jour ; sans effet quand elles le sont."""
    config = settings()
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = open_engine(config.database)
    try:
        revision = bring_up_to_date(engine)
    finally:
        engine.dispose()
    click.echo(f"La base de données est à jour (révision {revision}).")
