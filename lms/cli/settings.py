"""What the commands that use a site share: its settings, its application, one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from lms.config import Config, MissingSetting, from_environment
from lms.database import Session, open_engine, session_factory


def settings() -> Config:
    """Return the settings of the environment, or stop with what is missing."""
    try:
        return from_environment(os.environ)
    except MissingSetting as error:
        raise click.ClickException(
            f"{error}\nLes réglages du site sont des variables d’environnement : "
            "voyez docs/exploitation.md."
        ) from error


@contextmanager
def transaction(config: Config) -> Iterator[Session]:
    """Give a session; what was done in it is kept if nothing was refused."""
    engine = open_engine(config.database)
    try:
        with session_factory(engine).begin() as session:
            yield session
    finally:
        engine.dispose()
