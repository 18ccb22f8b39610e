"""The mails that the site sends: texts with links made from the settings."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.domain.access import Role
from lms.domain.people import ROLE_LABELS
from lms.hookspecs import Mail
from lms.models import Promotion, User
from lms.web.context import public_link, site


def reset_mail(user: User, token: str) -> Mail:
    """Return the mail with the link that lets a person choose a new password."""
    with force_locale(user.locale or "fr"):
        return Mail(
            to=user.email,
            subject=_("Choisir un nouveau mot de passe"),
            text=render_template(
                "mails/reset.txt",
                name=user.name,
                site_name=site().config.site_name,
                link=public_link("passwords.renew", token=token),
                minutes=site().config.reset_link_s // 60,
            ),
        )


def invitation_mail(
    *, email: str, name: str, promotion: Promotion, role: Role, token: str
) -> Mail:
    """Return the mail with the link by which a person joins a promotion."""
    with force_locale("fr"):
        return Mail(
            to=email,
            subject=_("Invitation à rejoindre %(promotion)s", promotion=promotion.name),
            text=render_template(
                "mails/invitation.txt",
                name=name,
                site_name=site().config.site_name,
                promotion=promotion.name,
                role=_(ROLE_LABELS[role]),
                link=public_link("invitations.show", token=token),
                days=site().config.invitation_s // 86400,
            ),
        )
