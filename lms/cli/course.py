"""`garrigue course`: lists, checks and publishes courses."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from lms.catalogue import CourseProblem
from lms.catalogue.assignments import ID
from lms.catalogue.library import course_folders
from lms.catalogue.read import is_course, read_course
from lms.cli.settings import settings, transaction
from lms.config import Config
from lms.course_check import check_course
from lms.database import Session, Sessions, open_engine, session_factory
from lms.domain.course import Course
from lms.domain.pulls import Outcome, Source, hook_secret, shown_url
from lms.models import CoursePull, CourseRemote
from lms.plugins import activity_reader, installed_plugins, score_rules
from lms.publication import Publication, prepare, publish_courses
from lms.pulling import check_notebooks, pull_waiting
from lms.services import pulls
from lms.transactions import in_transaction

OUTCOMES = {
    Outcome.PUBLISHED: "publié",
    Outcome.UNCHANGED: "déjà servi",
    Outcome.REFUSED: "refusé",
    Outcome.FAILED: "n’a pas pu être repris",
}


@click.group()
def course() -> None:
    """Vérifie et publie des cours."""


@course.command("list")
def list_courses() -> None:
    """Liste les cours du site, avec leurs erreurs."""
    folders = course_folders(settings().courses)
    if not folders:
        click.echo(f"Aucun cours dans {settings().courses}.")
    plugins = installed_plugins()
    read_activity, rules = activity_reader(plugins), score_rules(plugins)
    for slug, folder in folders.items():
        found = read_course(folder, read_activity=read_activity, score_rules=rules)
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
    found, problems = check_course(folder, installed_plugins())
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
    sessions = session_factory(engine)
    try:
        followed = set(_followed(sessions))
        for slug in sorted(followed & set(slugs or known)):
            click.echo(f"{slug} : suit un dépôt ; « garrigue course pull {slug} » le publie.")
        chosen = [slug for slug in slugs or known if slug not in followed]
        published = (
            publish_courses(config, sessions, now=datetime.now(UTC), slugs=chosen)
            if chosen
            else ()
        )
    finally:
        engine.dispose()
    for publication in published:
        _tell(publication)
        if publication.course is not None:
            prepare(config, publication.course)
    raise SystemExit(0 if all(publication.course for publication in published) else 1)


@course.command()
@click.argument("slug", metavar="COURS")
@click.argument("url", metavar="[DÉPÔT]", required=False)
@click.option("--branch", default="main", show_default=True, help="Branche suivie.")
@click.option("--folder", default="", help="Dossier du cours dans le dépôt.")
@click.option("--new-secret", is_flag=True, help="Change le secret du crochet.")
@click.option("--remove", is_flag=True, help="Ne suit plus aucun dépôt.")
def remote(
    slug: str, url: str | None, branch: str, folder: str, new_secret: bool, remove: bool
) -> None:
    """Relie un cours à un dépôt git, ou montre celui qu’il suit et son crochet."""
    config, now = settings(), datetime.now(UTC)
    if not ID.match(slug):
        raise click.UsageError(f"« {slug} » n’est pas un nom de cours.")
    with transaction(config) as session:
        if remove:
            pulls.remove_remote(session, slug, now=now)
            click.echo(f"{slug} : ne suit plus de dépôt ; ce qui est servi le reste.")
            return
        known = session.get(CourseRemote, slug)
        salt = known.salt if known is not None and not new_secret else secrets.token_hex(16)
        if url is None:
            found = pulls.remote_of(session, slug)
            found.salt = salt
        else:
            found = pulls.set_remote(
                session, slug, url=url, branch=branch, folder=folder, salt=salt, now=now
            )
        _tell_remote(config, found)


@course.command()
@click.argument("slugs", metavar="[COURS]...", nargs=-1)
@click.option("--waiting", is_flag=True, hidden=True)
def pull(slugs: tuple[str, ...], waiting: bool) -> None:
    """Reprend des cours de leur dépôt git, les vérifie en entier et les publie.

    Sans nom, tous ceux qui suivent un dépôt. Un cours qui a une erreur ne remplace jamais
    celui qui est servi. Code de sortie : 0 si tout est servi dans sa dernière version, 1 sinon.
    """
    config = settings()
    engine = open_engine(config.database)
    sessions = session_factory(engine)
    try:
        if waiting:
            os.nice(10)
            while pull_waiting(config, sessions, check_notebooks):
                pass
            return
        done = [_pull_now(config, sessions, slug) for slug in slugs or _followed(sessions)]
    finally:
        engine.dispose()
    if not done:
        click.echo("Aucun cours ne suit de dépôt (garrigue course remote).")
    raise SystemExit(0 if all(done) else 1)


def _followed(sessions: Sessions) -> list[str]:
    return in_transaction(
        sessions, lambda session: [found.slug for found in pulls.remotes(session)]
    )


def _pull_now(config: Config, sessions: Sessions, slug: str) -> bool:
    """Pull one course and say what became of it; False unless its newest form is served."""

    def ask(session: Session) -> int:
        now = datetime.now(UTC)
        return pulls.ask(session, slug, Source.COMMAND, actor_id=None, now=now).id

    asked = in_transaction(sessions, ask)
    if not pull_waiting(config, sessions, check_notebooks, pull_id=asked):
        click.echo(f"{slug} : un autre rechargement est en cours ; celui-ci suivra.", err=True)
        return False
    found = in_transaction(sessions, lambda session: session.get_one(CoursePull, asked))
    for problem in found.problems:
        kind = "avertissement" if problem["is_warning"] else "erreur"
        click.echo(f"{problem['place']}: {kind} : {problem['message']}", err=True)
    commit = found.commit[:12] or "–"
    is_served = found.outcome in (Outcome.PUBLISHED, Outcome.UNCHANGED)
    click.echo(f"{slug} : {OUTCOMES[Outcome(found.outcome or '')]} ({commit}). {found.message}")
    return is_served


def _tell_remote(config: Config, found: CourseRemote) -> None:
    secret = hook_secret(config.secret_key, found.slug, found.salt)
    address = f"{config.public_url.rstrip('/')}/cours/{found.slug}/publication/crochet"
    folder = f", dossier {found.folder}" if found.folder else ""
    click.echo(f"{found.slug} : {shown_url(found.url)}, branche {found.branch}{folder}")
    click.echo(f"  Crochet (webhook)  {address}")
    click.echo(f"  Secret             {secret}")
    click.echo(f"Reprendre maintenant : garrigue course pull {found.slug}")


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
