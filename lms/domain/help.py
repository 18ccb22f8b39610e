"""Questions to the trainers: where one stands, who may read it, what may be written."""

from __future__ import annotations

from enum import StrEnum

from lms.domain.words import mark
from lms.errors import Invalid, TooLarge

MAX_CHARACTERS = 5000

#: Beyond, the mails would drown the trainers.
MAX_PER_HOUR = 10


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"  # the trainers' turn
    ANSWERED = "answered"  # the learner's turn
    CLOSED = "closed"  # the learner has what was needed


class Sharing(StrEnum):
    """Who may read a question beside its learner and the trainers."""

    PRIVATE = "private"
    ANONYMOUS = "anonymous"  # the promotion, without a name
    FIRST_NAME = "first-name"  # the promotion, with the first name


STATE_LABELS = {
    QuestionState.OPEN: mark("En attente de réponse"),
    QuestionState.ANSWERED: mark("Répondue"),
    QuestionState.CLOSED: mark("Close"),
}

SHARING_LABELS = {
    Sharing.PRIVATE: mark("Non : entre l’équipe pédagogique et moi"),
    Sharing.ANONYMOUS: mark("Oui, sans mon nom"),
    Sharing.FIRST_NAME: mark("Oui, avec mon prénom"),
}


def read_text(text: str) -> str:
    """Return a message without the space around it.

    :raises Invalid: if nothing is left.
    :raises TooLarge: if it is too long.
    """
    bare = text.strip().replace("\r\n", "\n")
    if not bare:
        raise Invalid("Écrivez d’abord votre message.")
    if len(bare) > MAX_CHARACTERS:
        raise TooLarge(
            "Ce message dépasse %(most)s caractères. Gardez l’essentiel : le code "
            "de la cellule est déjà joint.",
            most=MAX_CHARACTERS,
        )
    return bare
