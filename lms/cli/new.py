"""`garrigue new`: begins a course, a module, an assignment, or what checks them in a forge."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from lms.authoring import beginning, forges
from lms.authoring.files import Named
from lms.catalogue.read import read_course
from lms.plugins import activity_reader, installed_plugins

FOLDER = click.Path(file_okay=False, path_type=Path)
COURSE = click.Path(exists=True, file_okay=False, path_type=Path)

#: How an assignment's notebook is kept, by the word on the command line.
FORMATS = {"ipynb": ".ipynb", "myst": ".md", "percent": ".py"}


@click.group()
def new() -> None:
    """Commence un cours, un module, un exercice, ou leur vérification dans une forge."""


@new.command()
@click.argument("name", metavar="NOM")
@click.option("--title", default="", help="Titre ; sans lui, le nom.")
@click.option("--in", "folder", type=FOLDER, help="Dossier des cours ; sans lui, « courses ».")
def course(name: str, title: str, folder: Path | None) -> None:
    """Commence le cours NOM : un module, une leçon, un carnet noté, tous valables.

    NOM devient son adresse : des minuscules sans accent, des chiffres, des tirets.
    """
    home = folder or (Path("courses") if Path("courses").is_dir() else Path())
    target = home / name
    _tell(beginning.begin_course(target, Named(id=name, title=title or _words(name))))
    _invite(target)


@new.command()
@click.argument("course", metavar="COURS", type=COURSE)
@click.argument("name", metavar="NOM")
@click.option("--title", default="", help="Titre ; sans lui, le nom.")
def module(course: Path, name: str, title: str) -> None:
    """Ajoute le module NOM, avec une leçon, au dossier COURS."""
    _tell(beginning.begin_module(course, Named(id=name, title=title or _words(name))))
    _invite(course)


@new.command()
@click.argument("course", metavar="COURS", type=COURSE)
@click.argument("module", metavar="MODULE")
@click.argument("name", metavar="NOM")
@click.option("--title", default="", help="Titre ; sans lui, le nom.")
@click.option("--format", "kept_as", type=click.Choice(list(FORMATS)), default="ipynb",
              show_default=True, help="Forme du carnet : Jupyter, MyST ou Python.")  # fmt: skip
def assignment(course: Path, module: str, name: str, title: str, kept_as: str) -> None:
    """Ajoute le carnet noté NOM à un MODULE du dossier COURS."""
    named = Named(id=name, title=title or _words(name))
    _tell(beginning.begin_assignment(course, module, named, suffix=FORMATS[kept_as]))
    _invite(course)


@new.command()
@click.option("--github", "forge", flag_value="github", help="Pour GitHub Actions.")
@click.option("--gitlab", "forge", flag_value="gitlab", help="Pour GitLab CI/CD.")
@click.option("--in", "folder", type=FOLDER, default=Path(), help="Racine du dépôt.")
@click.option("--force", is_flag=True, help="Remplace le fichier s’il existe.")
def ci(forge: str | None, folder: Path, force: bool) -> None:
    """Écrit le fichier qui vérifie les cours d’un dépôt à chaque envoi."""
    if forge is None:
        raise click.UsageError("Choisissez --github ou --gitlab.")
    _tell([forges.write(folder, forge, is_forced=force)])
    click.echo("Validez-le dans git : la prochaine vérification se fera d’elle-même.")


def _words(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _tell(paths: Iterable[Path]) -> None:
    for path in dict.fromkeys(paths):
        click.echo(f"écrit : {path}")


def _invite(folder: Path) -> None:
    """Say what to run next; what is wrong with the rest of the course is said at once."""
    read_activity = activity_reader(installed_plugins())
    for problem in read_course(folder.resolve(), read_activity=read_activity).problems:
        click.echo(f"{folder / problem.file}:{problem.line or 1}: {problem.message}", err=True)
    click.echo(f"Voir : garrigue preview {folder}")
    click.echo(f"Vérifier : garrigue check {folder}")
