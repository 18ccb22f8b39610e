"""Names, addresses and roles as people type them, made uniform or refused."""

from __future__ import annotations

import re
import unicodedata

from lms.domain.access import Role
from lms.domain.words import mark
from lms.errors import Invalid

MAX_EMAIL_CHARACTERS = 254
MAX_NAME_CHARACTERS = 120

#: As loose as mail itself: whether an address works is known once a mail came through.
EMAIL = re.compile(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+")

#: How a role is named in lists, without accents, dots and case.
ROLE_NAMES = {
    "apprenant": Role.LEARNER,
    "apprenante": Role.LEARNER,
    "stagiaire": Role.LEARNER,
    "formateur": Role.TRAINER,
    "formatrice": Role.TRAINER,
    "charge de promotion": Role.COHORT_MANAGER,
    "chargee de promotion": Role.COHORT_MANAGER,
    "tuteur": Role.TUTOR,
    "tutrice": Role.TUTOR,
    "financeur": Role.FUNDER,
    "financeuse": Role.FUNDER,
    "jury": Role.JURY,
}

#: How roles are shown; the web translates them.
ROLE_LABELS = {
    Role.LEARNER: mark("apprenant·e"),
    Role.TRAINER: mark("formateur·rice"),
    Role.COHORT_MANAGER: mark("chargé·e de promotion"),
    Role.TUTOR: mark("tuteur·rice"),
    Role.FUNDER: mark("financeur·se"),
    Role.JURY: mark("jury"),
}


def read_email(text: str) -> str:
    """Return the address in lower case.

    :raises Invalid: if it is no mail address.

    >>> read_email(" Camille@Demo.example ")
    'camille@demo.example'
    """
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if len(email) > MAX_EMAIL_CHARACTERS or not EMAIL.fullmatch(email):
        raise Invalid("« %(email)s » n’est pas une adresse électronique.", email=email[:60])
    return email


def read_name(text: str) -> str:
    """Return the name without spaces around it or doubled in it.

    :raises Invalid: if it is empty, too long or has signs that cannot be seen.

    >>> read_name("  Camille   Martin ")
    'Camille Martin'
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise Invalid("Le nom manque.")
    if len(name) > MAX_NAME_CHARACTERS:
        raise Invalid(
            "Le nom est trop long : %(most)s caractères au plus.", most=MAX_NAME_CHARACTERS
        )
    if not name.isprintable():
        raise Invalid("Le nom contient des caractères invisibles : retapez-le.")
    return name


def read_role(text: str) -> Role:
    """Return the role that the text names, in any of its usual forms.

    :raises Invalid: if it names none.

    >>> read_role("Formateur·rice"), read_role("chargée de promotion")
    (<Role.TRAINER: 'formateur'>, <Role.COHORT_MANAGER: 'charge-de-promotion'>)
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = " ".join(re.sub(r"[-_]", " ", plain).split())
    compact = {_compact(label): role for role, label in ROLE_LABELS.items()} | ROLE_NAMES
    if words not in compact:
        raise Invalid(
            "« %(text)s » n’est pas un rôle. Rôles : %(role)s.",
            text=text.strip()[:60],
            role=", ".join(role.value for role in Role),
        )
    return compact[words]


def sort_key(name: str) -> str:
    """Return what names are sorted by: neither case nor accents change the order.

    >>> sorted(["Zoé", "élodie", "Emma"], key=sort_key)
    ['élodie', 'Emma', 'Zoé']
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _compact(label: str) -> str:
    return unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
