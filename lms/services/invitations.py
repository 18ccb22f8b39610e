"""Invitations: links by which people join a promotion and choose their password."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from lms.domain.access import Role
from lms.domain.people import read_email, read_name
from lms.errors import Conflict, NotAllowed, NotFound
from lms.models import Invitation, Promotion, User
from lms.services import audit, passwords, people, roles


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    promotion: Promotion,
    role: Role,
    lifetime_s: int,
    now: datetime,
    invited_by_id: int | None = None,
) -> str:
    """Return the token of a new invitation; an earlier one to the same place ends.

    :raises Invalid: if the address or the name cannot be used.
    """
    email = read_email(email)
    session.execute(
        delete(Invitation).where(
            Invitation.email == email,
            Invitation.promotion_id == promotion.id,
            Invitation.role == role.value,
            Invitation.accepted_at.is_(None),
        )
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_hash=_hash(token),
        email=email,
        name=read_name(name),
        promotion_id=promotion.id,
        role=role.value,
        invited_by_id=invited_by_id,
        created_at=now,
        expires_at=now + timedelta(seconds=lifetime_s),
    )
    session.add(invitation)
    session.flush()
    audit.record(
        session,
        "invitation.sent",
        f"invitation:{invitation.id}",
        actor_id=invited_by_id,
        now=now,
        role=role.value,
    )
    return token


def find_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return the invitation that the link is for.

    :raises NotFound: if there is none.
    :raises Conflict: if it was used or is too old.
    """
    found = session.scalar(
        select(Invitation)
        .options(joinedload(Invitation.promotion))
        .where(Invitation.token_hash == _hash(token))
    )
    if found is None:
        raise NotFound(
            "Cette invitation n’existe pas ou a été remplacée : "
            "ouvrez le lien du dernier message reçu."
        )
    if found.accepted_at is not None:
        raise Conflict("Cette invitation a déjà servi : connectez-vous.")
    if found.revoked_at is not None:
        raise Conflict(
            "Cette invitation a été retirée : écrivez à votre chargé ou chargée de promotion "
            "si vous l’attendiez."
        )
    if found.expires_at <= now:
        raise Conflict(
            "Cette invitation a expiré : demandez-en une autre à votre chargé ou chargée "
            "de promotion."
        )
    return found


def pending(session: Session, promotion: Promotion) -> Sequence[Invitation]:
    """Return the invitations to a promotion that nobody accepted or withdrew, latest first."""
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.promotion_id == promotion.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    ).all()


def pending_one(session: Session, promotion: Promotion, invitation_id: int) -> Invitation:
    """Return one of the invitations to a promotion that wait for an answer.

    :raises NotFound: if there is none of that id, or none any more.
    """
    found = session.get(Invitation, invitation_id)
    if found is None or found not in pending(session, promotion):
        raise NotFound("Cette invitation n’attend plus de réponse : rechargez la page.")
    return found


def revoke(
    session: Session, invitation: Invitation, *, actor_id: int | None, now: datetime
) -> None:
    """Withdraw an invitation: its link opens nothing any more."""
    invitation.revoked_at = now
    audit.record(
        session,
        "invitation.revoked",
        f"invitation:{invitation.id}",
        actor_id=actor_id,
        now=now,
        role=invitation.role,
    )


def needs_sign_in(session: Session, invitation: Invitation, *, actor_id: int | None) -> bool:
    """Whether the address has an account with a password, and this is not its owner."""
    user = people.find_user(session, invitation.email)
    return user is not None and user.password_hash is not None and user.id != actor_id


def needs_password(session: Session, invitation: Invitation) -> bool:
    """Whether whoever accepts chooses a password."""
    user = people.find_user(session, invitation.email)
    return user is None or user.password_hash is None


def accept(
    session: Session,
    invitation: Invitation,
    *,
    actor_id: int | None,
    name: str = "",
    password: str = "",
    now: datetime,
) -> User:
    """Give the invited person the role, and an account if there is none.

    :param name: as the person writes it; only used with a new password.
    :raises NotAllowed: if the address has an account, and its owner is not signed in.
    :raises Invalid: if the name or the password cannot be used.
    """
    if needs_sign_in(session, invitation, actor_id=actor_id):
        raise NotAllowed("Cette adresse a déjà un compte : connectez-vous, puis rejoignez.")
    user = people.find_user(session, invitation.email)
    if user is not None and not user.is_active:
        raise NotAllowed("Ce compte est fermé : écrivez à l’équipe pédagogique.")
    if user is None:
        user = people.create_user(session, email=invitation.email, name=name, now=now)
    if user.password_hash is None:
        user.name = read_name(name)
        passwords.set_password(user, password)
    roles.join(session, user, invitation.promotion, Role(invitation.role), now=now)
    invitation.accepted_at = now
    audit.record(
        session,
        "invitation.accepted",
        f"invitation:{invitation.id}",
        actor_id=user.id,
        now=now,
    )
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
