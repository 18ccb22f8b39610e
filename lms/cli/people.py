"""`garrigue people`: accounts, promotions, roles, lists and invitations."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from lms.app import create_app
from lms.catalogue.library import course_folders, open_library
from lms.cli.settings import settings, transaction
from lms.config import Config
from lms.database import Session
from lms.domain.access import Role
from lms.domain.people import read_role
from lms.errors import Refusal
from lms.hookspecs import Mail
from lms.models import Promotion, User
from lms.services import dates, invitations, passwords, promotions, roles, roster
from lms.services import people as accounts
from lms.services.planning import Planning
from lms.services.roster import Newcomer
from lms.web.context import EXTENSION, Site
from lms.web.database import send_mails
from lms.web.mails import invitation_mail

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def people() -> None:
    """Crée, importe et invite des personnes."""


@people.command()
@click.argument("email")
@click.argument("name")
@click.option(
    "--operator", is_flag=True, help="Peut exploiter le site (aucun droit de notation)."
)
@click.option(
    "--password-stdin", is_flag=True, help="Lit le mot de passe sur l’entrée standard."
)
def create(email: str, name: str, operator: bool, password_stdin: bool) -> None:
    """Crée un compte ; le mot de passe est demandé."""
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Mot de passe", hide_input=True, confirmation_prompt=True)
    )
    with transaction(settings()) as session:
        user = accounts.create_user(
            session, email=email, name=name, is_operator=operator, now=_now()
        )
        passwords.set_password(user, password)
        click.echo(f"{user.email} peut se connecter.")


@people.command()
@click.argument("email")
def close(email: str) -> None:
    """Ferme un compte : la personne ne peut plus se connecter, son travail est gardé."""
    with transaction(settings()) as session:
        user = _user(session, email)
        accounts.close_account(session, user, actor_id=None, now=_now())
        click.echo(f"Le compte de {user.email} est fermé.")


@people.command()
@click.argument("slug")
@click.argument("name")
@click.option("--course", required=True, help="Dossier du cours.")
@click.option("--organisation", required=True, help="Nom de l’école.")
@click.option("--campus", required=True, help="Nom du lieu.")
@click.option("--starts", required=True, type=DAY, help="Premier jour, AAAA-MM-JJ.")
@click.option("--ends", required=True, type=DAY, help="Dernier jour, AAAA-MM-JJ.")
def promotion(
    slug: str,
    name: str,
    course: str,
    organisation: str,
    campus: str,
    starts: datetime,
    ends: datetime,
) -> None:
    """Ouvre une promotion."""
    config = settings()
    known = course_folders(config.courses)
    if course not in known:
        raise click.ClickException(
            f"Le cours « {course} » n’est pas dans {config.courses}. "
            f"Cours du site : {', '.join(known) or 'aucun'}."
        )
    with transaction(config) as session:
        opened = promotions.create_promotion(
            session,
            slug=slug,
            name=name,
            course_slug=course,
            organisation=organisation,
            campus=campus,
            starts_on=starts.date(),
            ends_on=ends.date(),
        )
        _place_dates(session, config, opened)
    click.echo(f"La promotion {slug} est ouverte.")


@people.command()
@click.argument("email")
@click.argument("slug")
@click.argument("role")
def add(email: str, slug: str, role: str) -> None:
    """Donne un rôle à une personne dans une promotion."""
    with transaction(settings()) as session:
        found = promotions.find_promotion(session, slug)
        roles.join(session, _user(session, email), found, read_role(role), now=_now())
    click.echo(f"{email} est {read_role(role).value} dans {slug}.")


@people.command()
@click.argument("email")
@click.argument("slug")
@click.argument("role")
def end(email: str, slug: str, role: str) -> None:
    """Met fin au rôle d’une personne dans une promotion."""
    with transaction(settings()) as session:
        found = promotions.find_promotion(session, slug)
        roles.leave(session, _user(session, email), found, read_role(role), now=_now())
    click.echo(f"{email} n’est plus {read_role(role).value} dans {slug}.")


@people.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Dit ce qui serait fait, sans rien faire.")
@click.option("--no-mail", is_flag=True, help="N’envoie pas d’invitation.")
def import_list(file: Path, dry_run: bool, no_mail: bool) -> None:
    """Importe une liste CSV : nom, courriel, promotion, role."""
    config = settings()
    mails: Sequence[Mail] = ()
    with _site(config) as site:
        lines = site.plugins.ask("read_roster", content=file.read_bytes(), filename=file.name)
        if lines is None:
            raise click.ClickException("Aucune extension ne sait lire cette liste.")
        with site.sessions.begin() as session:
            taken = roster.take_in(session, lines, now=_now())
            if not (dry_run or no_mail):
                mails = _invitations(config, session, taken.newcomers)
            if dry_run:
                session.rollback()
        send_mails(site, mails)
    click.echo("Essai, rien n’est enregistré :" if dry_run else "C’est fait :")
    click.echo(f"  comptes créés : {taken.accounts}")
    click.echo(f"  rôles donnés : {taken.memberships}")
    click.echo(f"  lignes sans changement : {taken.unchanged}")
    click.echo(f"  invitations envoyées : {len(mails)}")


@people.command()
@click.argument("email")
@click.argument("name")
@click.argument("slug")
@click.argument("role")
def invite(email: str, name: str, slug: str, role: str) -> None:
    """Invite une personne à rejoindre une promotion."""
    config = settings()
    with _site(config) as site:
        with site.sessions.begin() as session:
            found = promotions.find_promotion(session, slug)
            mail = _invitation(
                config, session, email=email, name=name, promotion=found, role=read_role(role)
            )
        send_mails(site, [mail])
    click.echo(f"Invitation envoyée à {email}.")


def _invitations(
    config: Config, session: Session, newcomers: Sequence[Newcomer]
) -> Sequence[Mail]:
    """Return one mail for each newcomer, whatever the number of roles."""
    first = {newcomer.user.id: newcomer for newcomer in reversed(newcomers)}
    return [
        _invitation(
            config,
            session,
            email=newcomer.user.email,
            name=newcomer.user.name,
            promotion=newcomer.promotion,
            role=newcomer.role,
        )
        for newcomer in first.values()
    ]


def _invitation(
    config: Config,
    session: Session,
    *,
    email: str,
    name: str,
    promotion: Promotion,
    role: Role,
) -> Mail:
    token = invitations.invite(
        session,
        email=email,
        name=name,
        promotion=promotion,
        role=role,
        lifetime_s=config.invitation_s,
        now=_now(),
    )
    return invitation_mail(email=email, name=name, promotion=promotion, role=role, token=token)


@contextmanager
def _site(config: Config) -> Iterator[Site]:
    """Give the site, as mails and plugins need it."""
    app = create_app(config)
    site: Site = app.extensions[EXTENSION]
    try:
        with app.test_request_context():
            yield site
    finally:
        site.engine.dispose()


def _user(session: Session, email: str) -> User:
    user = accounts.find_user(session, email)
    if user is None:
        raise click.ClickException(f"{email} n’a pas de compte.")
    return user


def _place_dates(session: Session, config: Config, promotion: Promotion) -> None:
    """Give the course's dates their days; trainers do it later when the course has mistakes."""
    try:
        course = open_library(config).course(promotion.programme.course_slug)
    except Refusal as refusal:
        click.echo(f"Les dates ne sont pas placées : {refusal}", err=True)
        return
    planning = Planning(
        promotion=promotion,
        course=course,
        zone=ZoneInfo(config.timezone),
        holidays=config.holidays,
        now=_now(),
    )
    dates.follow(session, planning)


def _now() -> datetime:
    return datetime.now(UTC)
