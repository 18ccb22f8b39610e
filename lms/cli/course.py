"""`garrigue course`: lists, checks and publishes courses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from lms.catalogue import CourseProblem
from lms.catalogue.library import course_folders
from lms.catalogue.read import is_course, read_course
from lms.cli.settings import settings
from lms.course_check import check_course
from lms.database import open_engine, session_factory
from lms.domain.course import Course
from lms.plugins import installed_reader
from lms.publication import Publication, prepare, publish_courses


@click.group()
def course() -> None:
    """Vérifie et publie des cours."""


@course.command("list")
def list_courses() -> None:
    """Liste les cours du site, avec leurs erreurs."""
    folders = course_folders(settings().courses)
    if not folders:
        click.echo(f"Aucun cours dans {settings().courses}.")
    read_activity = installed_reader()
    for slug, folder in folders.items():
        found = read_course(folder, read_activity=read_activity)
        if found.course is None:
            errors = sum(not problem.is_warning for problem in found.problems)
            click.echo(f"{slug} : {_count(errors, 'erreur')} (garrigue course check {slug})")
        else:
            click.echo(f"{slug} : {_summary(found.course)}")


@course.command()
@click.argument("target", metavar="COURS")
@click.option("--strict", is_flag=True, help="Un avertissement compte comme une erreur.")
def check(target: str, strict: bool) -> None:
    """Vérifie la structure et les pages d’un cours, sans exécuter de carnet.

    COURS est un dossier, ou le nom d’un cours du site. Code de sortie : 0 si tout va bien, 1
    s’il y a une erreur, 2 si le cours n’existe pas. « garrigue check » exécute aussi les
    carnets.
    """
    folder = _folder(target)
    found, problems = check_course(folder, installed_reader())
    for problem in problems:
        click.echo(_line(problem))
    errors = sum(not problem.is_warning for problem in problems)
    warnings = len(problems) - errors
    if found.course:
        click.echo(f"{found.slug} : {_summary(found.course)}")
    click.echo(f"{_count(errors, 'erreur')}, {_count(warnings, 'avertissement')}.")
    raise SystemExit(1 if errors or (strict and warnings) else 0)


@course.command()
@click.argument("slugs", metavar="[COURS]...", nargs=-1)
def sync(slugs: tuple[str, ...]) -> None:
    """Publie les cours du site, ou ceux qui sont nommés.

    Un cours qui a une erreur reste servi dans sa dernière forme correcte. Code de sortie : 0
    si tout est publié, 1 si un cours a une erreur, 2 si un cours n’existe pas.
    """
    config = settings()
    known = course_folders(config.courses)
    for slug in slugs:
        if slug not in known:
            raise click.UsageError(f"Le cours « {slug} » n’est pas dans {config.courses}.")
    engine = open_engine(config.database)
    try:
        published = publish_courses(
            config, session_factory(engine), now=datetime.now(UTC), slugs=slugs
        )
    finally:
        engine.dispose()
    for publication in published:
        _tell(publication)
        if publication.course is not None:
            prepare(config, publication.course)
    raise SystemExit(0 if all(publication.course for publication in published) else 1)


def _tell(publication: Publication) -> None:
    errors = [problem for problem in publication.problems if not problem.is_warning]
    for problem in errors:
        click.echo(_line(problem), err=True)
    if publication.course is None:
        click.echo(
            f"{publication.slug} : non publié ({_count(len(errors), 'erreur')}) ; la dernière "
            "forme correcte, s’il y en a une, reste servie.",
            err=True,
        )
        return
    what = "publié" if publication.is_new else "déjà à jour"
    new = _count(publication.new_versions, "nouvelle version", "nouvelles versions")
    click.echo(f"{publication.slug} : {what}, {new} d’exercices.")


def _folder(target: str) -> Path:
    folder = Path(target)
    if folder.is_dir():
        return folder.resolve()
    if folder.name == target:
        found = settings().courses / target
        if found.is_dir() and is_course(found):
            return found
    raise click.UsageError(f"Le cours « {target} » n’existe pas.")


def _line(problem: CourseProblem) -> str:
    return f"{'avertissement' if problem.is_warning else 'erreur'} : {problem}"


def _summary(found: Course) -> str:
    parts = (
        _count(len(found.modules), "module"),
        _count(len(found.pages), "leçon"),
        _count(len(found.assignments), "exercice"),
    )
    return f"{found.title} ({', '.join(parts)})"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number < 2 else many or one + 's'}"
