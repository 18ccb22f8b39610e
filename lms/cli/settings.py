"""What the commands that use a site share: its settings, its application, one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lms.config import Config, MissingSetting, from_environment
from lms.database import Session, open_engine, session_factory
from lms.instance import secret_key

PACKAGE = Path(__file__).parents[1]


def settings() -> Config:
    """Return the settings of the environment, or stop with what is wrong with them.

    Without an operator's word, data lie in `instance`, courses are those at hand, and the
    secret is the one that the instance keeps.
    """
    environment = dict(os.environ)
    instance = Path(environment.setdefault("GARRIGUE_INSTANCE", "instance"))
    environment.setdefault("GARRIGUE_COURSES", str(_courses_at_hand()))
    if "GARRIGUE_SECRET_KEY" not in environment:
        environment["GARRIGUE_SECRET_KEY"] = secret_key(instance)
    try:
        return from_environment(environment)
    except MissingSetting as error:
        raise click.ClickException(
            f"{error}\nLes réglages du site sont des variables d’environnement : "
            "voyez docs/exploitation.md."
        ) from error


def _courses_at_hand() -> Path:
    """Return the courses of the working directory, else those of the package."""
    here, installed = Path("courses"), PACKAGE / "_share" / "courses"
    if here.is_dir():
        return here
    return installed if installed.is_dir() else PACKAGE.parent / "courses"


@contextmanager
def transaction(config: Config) -> Iterator[Session]:
    """Give a session; what was done in it is kept if nothing was refused."""
    engine = open_engine(config.database)
    try:
        with session_factory(engine).begin() as session:
            yield session
    finally:
        engine.dispose()
