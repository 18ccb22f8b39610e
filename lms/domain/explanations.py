"""What Python's errors mean, in French, for people who meet them for the first time."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: The last line of a traceback: the error's name, perhaps with its module, then its message.
LAST_LINE = re.compile(r"^(?:\w+\.)*(\w+)(?::.*)?$")

EXPLANATIONS: Mapping[str, str] = {
    "NotImplementedError": "Cette réponse n’est pas encore écrite : la ligne « raise "
    "NotImplementedError() » de l’énoncé y est toujours. Remplacez-la par votre code.",
    "NameError": "Python ne connaît pas ce nom : vérifiez son orthographe, et que la cellule "
    "qui le définit vient avant.",
    "SyntaxError": "Python n’arrive pas à lire cette ligne : cherchez un deux-points, une "
    "parenthèse ou un guillemet qui manque, parfois à la ligne d’avant.",
    "IndentationError": "Le décalage des lignes n’est pas régulier : ce qui est dans un bloc "
    "commence quatre espaces plus à droite.",
    "TypeError": "L’opération ne va pas avec ce type de valeur, ou la fonction n’a pas reçu le "
    "bon nombre d’arguments.",
    "ValueError": "Le type est le bon, mais pas la valeur : par exemple, un texte qui n’est "
    "pas un nombre.",
    "IndexError": "La position demandée dépasse la fin de la liste ou du texte ; la première "
    "est 0.",
    "KeyError": "Cette clé n’est pas dans le dictionnaire ou le tableau : vérifiez son "
    "orthographe, accents et majuscules compris.",
    "AttributeError": "Cette valeur n’a pas cet attribut ou cette méthode : vérifiez son type.",
    "ZeroDivisionError": "Une division par zéro : prévoyez ce cas avant de diviser.",
    "FileNotFoundError": "Le fichier n’est pas là où le code le cherche : vérifiez le chemin "
    "et le nom.",
    "ModuleNotFoundError": "Ce module n’est pas disponible à la correction : n’utilisez que "
    "ceux de l’énoncé.",
    "RecursionError": "La fonction s’appelle elle-même sans fin : il lui manque un cas "
    "d’arrêt.",
    "UnicodeDecodeError": "Ces octets ne sont pas du texte dans cet encodage.",
}


def explain(traceback: str) -> str:
    """Return what the error at the end of a traceback means; empty when nothing is known.

    >>> explain("ligne 2\\nKeyError: 'ville'")[:12]
    'Cette clé n’'
    >>> explain("json.decoder.JSONDecodeError: vide"), explain("")
    ('', '')
    """
    lines = traceback.strip().splitlines()
    found = LAST_LINE.match(lines[-1].strip()) if lines else None
    return EXPLANATIONS.get(found[1], "") if found else ""
