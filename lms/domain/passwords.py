"""Which passwords are refused: short ones and common ones; no rule about what is in them."""

from __future__ import annotations

import unicodedata

from lms.errors import Invalid

MIN_CHARACTERS = 12

#: Hashing is work: nobody may ask for a megabyte of it.
MAX_CHARACTERS = 256

#: The commonest passwords of that length, as leaked lists have them, and the words that a
#: French school brings to mind.
COMMON = frozenset(
    """
    000000000000 111111111111 121212121212 123123123123 123454321123 1234567890123
    123456654321 123456781234 123456789000 123456789012 123456789123 1234567890az
    1234567890qw 123456azerty 123456qwerty 12345azertyui 1q2w3e4r5t6y 1qaz2wsx3edc
    abcdefghijkl abcdefghijklm administrateur administrator apprenant123 apprenante123
    azerty123456 azerty1234567 azertyazerty azertyuiop12 azertyuiop123 azertyuiopqs
    azertyuiopqsdfghjklm bonjour12345 bonjour123456 bonjourbonjour changeme1234
    changezmoi123 chouchou1234 contrasena123 doudoudoudou formateur123 formation123
    formation2025 formation2026 garrigue1234 iloveyou1234 jesuislaplusbelle jetaime12345
    jetaimejetaime leinadleinad letmein12345 loulouloulou marseille13000 marseille1234
    michelmichel mohamed12345 montpellier34 montpellier34000 motdepasse12 motdepasse123
    motdepasse1234 motdepassemotdepasse nicolas12345 occitanie2025 occitanie2026
    parisparis75 passw0rd1234 password1234 password12345 password123456 passwordpassword
    princesse123 q1w2e3r4t5y6 qazwsxedcrfv qwerty123456 qwertyqwerty qwertyuiop12
    qwertyuiop123 qwertyuiopas soleil123456 soleilsoleil toulouse31000 toulouse1234
    trustno1trustno1 welcome12345 zaq12wsxcde3
    """.split()  # noqa: SIM905 -- a list of a hundred quoted words is harder to read
)


class WeakPassword(Invalid):
    """A password that somebody would guess."""


def refuse_weak(password: str, *, email: str = "", name: str = "") -> None:
    """Return when the password may be used.

    :raises WeakPassword: if it is too short, too long, too common or the person's own name.

    >>> refuse_weak("quatre mots au hasard")
    """
    if len(password) < MIN_CHARACTERS:
        raise WeakPassword(
            "Ce mot de passe est trop court : au moins %(min_characters)s caractères. "
            "Quatre mots qui n’ont rien à voir entre eux font un bon mot de passe.",
            min_characters=MIN_CHARACTERS,
        )
    if len(password) > MAX_CHARACTERS:
        raise WeakPassword(
            "Ce mot de passe est trop long : %(most)s caractères au plus.", most=MAX_CHARACTERS
        )
    plain = _plain(password)
    own = {_plain(email), _plain(email.partition("@")[0]), _plain(name)} - {""}
    if plain in COMMON or len(set(plain)) < 4 or plain in own:
        raise WeakPassword("Ce mot de passe est trop courant : choisissez-en un autre.")


def _plain(text: str) -> str:
    """Return the text without case, accents and spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if sign.isalnum())
