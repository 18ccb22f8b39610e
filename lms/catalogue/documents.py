"""YAML files as values that remember their lines, guarded against bombs and doubled keys."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section

MAX_BYTES = 512 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000

#: What PyYAML says most often, in the words of an author.
_FRENCH = {
    "mapping values are not allowed here": (
        "un « : » n’est pas permis ici ; mettez le texte entre guillemets, "
        "ou vérifiez le retrait de la ligne"
    ),
    "could not find expected ':'": "il manque un « : » après une clé",
    "found character '\\t' that cannot start any token": (
        "une tabulation sert de retrait ; remplacez-la par des espaces"
    ),
    "expected <block end>, but found '<block mapping start>'": (
        "le retrait de cette ligne ne correspond pas à celui des lignes voisines"
    ),
    "expected <block end>, but found '-'": (
        "le retrait de cette liste ne correspond pas à celui des lignes voisines"
    ),
    "found unexpected end of stream": "un guillemet ou un crochet n’est pas fermé",
    "found unknown escape character": (
        "un « \\ » entre guillemets droits doit être doublé ; préférez des apostrophes"
    ),
}


class Unreadable(Exception):
    """The file is no YAML that can be read safely."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def read_document(path: Path, *, name: str, problems: list[CourseProblem]) -> Section | None:
    """Return the mapping that a YAML file holds, or None after noting why it cannot be had.

    :param name: the file's path in the course, for messages.
    """
    try:
        node = _compose(_text(path))
    except Unreadable as error:
        problems.append(CourseProblem(file=name, line=error.line, message=str(error)))
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.append(
            CourseProblem(
                file=name,
                line=1,
                message="le fichier doit contenir des lignes « clé: valeur ».",
            )
        )
        return None
    return Section(node, file=name, problems=problems)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"le fichier ne peut pas être lu ({error.strerror}).") from error
    if len(data) > MAX_BYTES:
        raise Unreadable(f"le fichier dépasse {MAX_BYTES // 1024} Kio.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable("le fichier n’est pas encodé en UTF-8.", line=line) from None


def _compose(text: str) -> yaml.Node | None:
    try:
        _refuse_bombs(yaml.parse(text, Loader=yaml.SafeLoader))
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = _FRENCH.get(error.problem or "", error.problem or "erreur de syntaxe")
        raise Unreadable(
            f"YAML illisible : {said}.", line=mark.line + 1 if mark else 0
        ) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Unreadable("le fichier contient un caractère interdit.", line=line) from None


def _refuse_bombs(events: Iterable[yaml.Event]) -> None:
    depth = nodes = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(
                f"les renvois YAML (« *{event.anchor} ») ne sont pas acceptés ; "
                "recopiez la valeur.",
                line=line,
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(f"plus de {MAX_DEPTH} niveaux imbriqués.", line=line)
        if nodes > MAX_NODES:
            raise Unreadable(f"plus de {MAX_NODES} valeurs.", line=line)
