"""What the gateway says to a learner: a `Voice` says it in the learner's language."""

from __future__ import annotations

from graders.kernel import CellOutcome
from lms.domain.words import mark
from lms.live.voice import Voice

ENDS = {
    CellOutcome.DIED: mark(
        "Python s’est arrêté : ce que vos cellules avaient défini est perdu. "
        "Exécutez à nouveau vos cellules, de haut en bas."
    ),
    CellOutcome.OUT_OF_MEMORY: mark(
        "Votre code a demandé plus de mémoire que permis : Python a été arrêté. "
        "Travaillez sur moins de données à la fois. "
        "Exécutez à nouveau vos cellules, de haut en bas."
    ),
    CellOutcome.TIMED_OUT: mark(
        "Python a utilisé tout son temps de calcul : il a été arrêté. "
        "Exécutez à nouveau vos cellules, de haut en bas."
    ),
}
STARTING = mark("Python démarre.")
RESTARTING = mark("Python redémarre : ce que vos cellules avaient défini est effacé.")
CULLED = mark(
    "Sans activité, Python s’est mis en veille : votre travail est gardé, mais ce que vos "
    "cellules avaient défini est effacé. Exécutez à nouveau vos cellules, de haut en bas."
)
RECLAIMED = mark(
    "Vous aviez quitté ce carnet : Python y a laissé sa place à quelqu’un d’autre. Votre "
    "travail est gardé. Exécutez à nouveau vos cellules, de haut en bas."
)
STUBBORN = mark(
    "La cellule n’obéit pas à l’arrêt demandé : si elle continue, Python va redémarrer."
)
STUBBORN_RESTART = mark(
    "La cellule ne s’arrêtait pas : Python a redémarré, et ce que vos cellules avaient "
    "défini est effacé. Exécutez à nouveau vos cellules, de haut en bas."
)
ROOMS_FAIL = mark(
    "Python n’a pas pu démarrer, par notre faute. Votre travail est gardé : réessayez dans "
    "une minute, et prévenez votre formatrice ou formateur si cela continue."
)
CHECK_FAILED = mark(
    "La vérification s’est interrompue de notre côté : réessayez dans un moment."
)
STOPPING = mark(
    "Le site redémarre : Python va s’arrêter. Votre page se reconnectera d’elle-même."
)
LOST_OUTPUTS = mark(
    "Une partie des sorties n’a pas pu vous parvenir : exécutez la cellule à nouveau."
)
TOO_MUCH = mark("Trop de cellules attendent : laissez finir celles qui sont en cours.")
NOT_UNDERSTOOD = mark("La page a envoyé un message que le site ne comprend pas : rechargez-la.")
NO_VISIBLE_TEST = mark(
    "Cet exercice n’a pas de test visible : il sera vérifié quand vous déposerez le carnet."
)
UNKNOWN_EXERCISE = mark("Cet exercice n’est pas dans ce carnet : rechargez la page.")
MORE_IS_HIDDEN = mark("La suite de la sortie est cachée : « Afficher plus » la montre.")


def waiting(voice: Voice, position: int) -> str:
    """Say how many wait before a place is free."""
    if position == 1:
        return voice.gettext("Toutes les places sont prises : la prochaine est pour vous.")
    return voice.ngettext(
        "Toutes les places sont prises : %(num)s personne attend avant vous.",
        "Toutes les places sont prises : %(num)s personnes attendent avant vous.",
        position - 1,
    )


def about_to_cull(voice: Voice, left_s: float) -> str:
    """Say that an unused kernel is about to end."""
    return voice.gettext(
        "Sans activité, Python va se mettre en veille dans %(left)s. Votre travail est "
        "gardé ; exécutez une cellule pour garder vos variables.",
        left=f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s",
    )


def too_long(voice: Voice, cell_s: float) -> str:
    """Say why a cell was interrupted."""
    return voice.gettext(
        "La cellule a dépassé %(lasts)s : elle est arrêtée. Cherchez une boucle qui ne se "
        "termine pas.",
        lasts=f"{cell_s / 60:.0f} minutes" if cell_s >= 120 else f"{cell_s:.0f} s",
    )


def ran_first(voice: Voice, count: int) -> str:
    """Say that cells were run before their tests; nothing when none was."""
    if not count:
        return ""
    return voice.ngettext(
        "%(num)s cellule qui n’était pas à jour a d’abord été exécutée.",
        "%(num)s cellules qui n’étaient pas à jour ont d’abord été exécutées.",
        count,
    )


def cut_beyond(voice: Voice, size: str) -> str:
    """Say that a cell showed too much.

    :param size: in mebibytes, with a decimal point.
    """
    written = size if voice.language == "en" else size.replace(".", ",")
    return voice.gettext(
        "Sortie coupée : cette cellule en a produit plus de %(size)s Mio.", size=written
    )
