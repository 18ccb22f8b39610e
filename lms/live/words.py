"""What the gateway says to a learner, in plain French."""

from __future__ import annotations

from graders.kernel import CellOutcome

AGAIN = "Exécutez à nouveau vos cellules, de haut en bas."

ENDS = {
    CellOutcome.DIED: (
        f"Python s’est arrêté : ce que vos cellules avaient défini est perdu. {AGAIN}"
    ),
    CellOutcome.OUT_OF_MEMORY: (
        "Votre code a demandé plus de mémoire que permis : Python a été arrêté. "
        f"Travaillez sur moins de données à la fois. {AGAIN}"
    ),
    CellOutcome.TIMED_OUT: (
        f"Python a utilisé tout son temps de calcul : il a été arrêté. {AGAIN}"
    ),
}
STARTING = "Python démarre."
RESTARTING = "Python redémarre : ce que vos cellules avaient défini est effacé."
CULLED = (
    "Sans activité, Python s’est mis en veille : votre travail est gardé, mais ce que vos "
    f"cellules avaient défini est effacé. {AGAIN}"
)
RECLAIMED = (
    "Vous aviez quitté ce carnet : Python y a laissé sa place à quelqu’un d’autre. Votre "
    f"travail est gardé. {AGAIN}"
)
STUBBORN = "La cellule n’obéit pas à l’arrêt demandé : si elle continue, Python va redémarrer."
STUBBORN_RESTART = (
    "La cellule ne s’arrêtait pas : Python a redémarré, et ce que vos cellules avaient "
    f"défini est effacé. {AGAIN}"
)
ROOMS_FAIL = (
    "Python n’a pas pu démarrer, par notre faute. Votre travail est gardé : réessayez dans "
    "une minute, et prévenez votre formatrice ou formateur si cela continue."
)
CHECK_FAILED = "La vérification s’est interrompue de notre côté : réessayez dans un moment."
STOPPING = "Le site redémarre : Python va s’arrêter. Votre page se reconnectera d’elle-même."
LOST_OUTPUTS = (
    "Une partie des sorties n’a pas pu vous parvenir : exécutez la cellule à nouveau."
)
TOO_MUCH = "Trop de cellules attendent : laissez finir celles qui sont en cours."
NOT_UNDERSTOOD = "La page a envoyé un message que le site ne comprend pas : rechargez-la."
NO_VISIBLE_TEST = (
    "Cet exercice n’a pas de test visible : il sera vérifié quand vous déposerez le carnet."
)
UNKNOWN_EXERCISE = "Cet exercice n’est pas dans ce carnet : rechargez la page."


def waiting(position: int) -> str:
    """Say how many wait before a place is free."""
    if position == 1:
        return "Toutes les places sont prises : la prochaine est pour vous."
    before = "une personne attend" if position == 2 else f"{position - 1} personnes attendent"
    return f"Toutes les places sont prises : {before} avant vous."


def about_to_cull(left_s: float) -> str:
    """Say that an unused kernel is about to end."""
    left = f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s"
    return (
        f"Sans activité, Python va se mettre en veille dans {left}. Votre travail est gardé ; "
        "exécutez une cellule pour garder vos variables."
    )


def too_long(cell_s: float) -> str:
    """Say why a cell was interrupted."""
    lasts = f"{cell_s / 60:.0f} minutes" if cell_s >= 120 else f"{cell_s:.0f} s"
    return (
        f"La cellule a dépassé {lasts} : elle est arrêtée. Cherchez une boucle qui ne se "
        "termine pas."
    )


def ran_first(count: int) -> str:
    """Say that cells were run before their tests."""
    if count == 0:
        return ""
    if count == 1:
        return "Une cellule qui n’était pas à jour a d’abord été exécutée."
    return f"{count} cellules qui n’étaient pas à jour ont d’abord été exécutées."
