"""Typed access to a YAML mapping; each wrong value is noted with its line and its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import yaml

from lms.catalogue.problems import CourseProblem

_KINDS = {
    "str": "un texte",
    "int": "un nombre",
    "float": "un nombre",
    "bool": "vrai ou faux",
    "null": "rien",
    "timestamp": "une date",
    "map": "une suite de « clé: valeur »",
    "seq": "une liste",
}


@dataclass(frozen=True, kw_only=True)
class Located:
    """One text, and the line where it stands."""

    text: str
    line: int


class Section:
    """A mapping of a YAML file.

    :param key: dotted path of the mapping in its file, empty at the top.
    """

    def __init__(
        self,
        node: yaml.MappingNode,
        *,
        file: str,
        problems: list[CourseProblem],
        key: str = "",
    ) -> None:
        self.file = file
        self.key = key
        self.line = node.start_mark.line + 1
        self._problems = problems
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            self._take(key_node, value_node)

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def line_of(self, name: str) -> int:
        """Return the line of a key, or the section's own when it is absent."""
        return self._lines.get(name, self.line)

    def note(
        self, message: str, *, name: str = "", line: int = 0, is_warning: bool = False
    ) -> None:
        """Note a problem with one key of this section, or with the section itself."""
        self._problems.append(
            CourseProblem(
                file=self.file,
                line=line or self.line_of(name),
                key=".".join(part for part in (self.key, name) if part),
                message=message,
                is_warning=is_warning,
            )
        )

    def only(self, *known: str) -> None:
        """Note every key that is not one of the known ones."""
        for name in self:
            if name not in known:
                close = get_close_matches(name, known, n=1, cutoff=0.6)
                hint = (
                    f"vouliez-vous dire « {close[0]} » ?"
                    if close
                    else f"clés possibles : {', '.join(known)}."
                )
                self.note(f"clé inconnue ; {hint}", name=name)

    def text(self, name: str, *, is_required: bool = False) -> str:
        """Return a text, empty when it is absent."""
        node = self._get(name, is_required=is_required)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or _kind(node) in ("null", "bool"):
            self._unexpected(name, "un texte", node)
            return ""
        if is_required and not node.value.strip():
            self.note("un texte est attendu ; il est vide.", name=name)
        return str(node.value).strip()

    def choice(self, name: str, *choices: str) -> str:
        """Return one of the choices; the first one when it is absent or wrong."""
        found = self.text(name)
        if not found:
            return choices[0]
        if found not in choices:
            self._refuse_choice(name, found, choices)
            return choices[0]
        return found

    def number(
        self, name: str, default: float, *, least: float, most: float, is_whole: bool = False
    ) -> float:
        """Return a number between two others; the default when it is absent or wrong."""
        node = self._get(name)
        if node is None:
            return default
        expected = f"un nombre {'entier ' if is_whole else ''}entre {least:g} et {most:g}"
        if _kind(node) != "int" and (is_whole or _kind(node) != "float"):
            self._unexpected(name, expected, node)
            return default
        found = _number(node)
        if found is None or not least <= found <= most:
            self.note(f"{expected} est attendu ; « {node.value} » a été lu.", name=name)
            return default
        return found

    def texts(self, name: str) -> tuple[Located, ...]:
        """Return a list of texts, empty when it is absent."""
        node = self._get(name)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._unexpected(name, "une liste (une ligne « - … » par élément)", node)
            return ()
        return tuple(
            Located(text=str(item.value), line=item.start_mark.line + 1)
            for item in node.value
            if self._is_text(name, item)
        )

    def section(self, name: str, *, is_required: bool = False) -> Section | None:
        """Return a mapping inside this one, or None when it is absent or something else."""
        node = self._get(name, is_required=is_required)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            self._unexpected(name, _KINDS["map"], node)
            return None
        return self._inner(node, name)

    def sections(self, name: str) -> tuple[Section, ...]:
        """Return a list of mappings, empty when it is absent."""
        node = self._get(name)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._unexpected(name, "une liste", node)
            return ()
        found: list[Section] = []
        for position, item in enumerate(node.value, 1):
            if isinstance(item, yaml.MappingNode):
                found.append(self._inner(item, f"{name}[{position}]"))
            else:
                self._unexpected(name, _KINDS["map"], item)
        return tuple(found)

    def _take(self, key_node: yaml.Node, value_node: yaml.Node) -> None:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            self.note("une clé doit être un texte.", line=line)
        elif key_node.value in self._nodes:
            first = self._lines[key_node.value]
            self.note(
                f"clé écrite deux fois (déjà à la ligne {first}).",
                name=key_node.value,
                line=line,
            )
        else:
            self._nodes[key_node.value] = value_node
            self._lines[key_node.value] = line

    def _inner(self, node: yaml.MappingNode, name: str) -> Section:
        key = ".".join(part for part in (self.key, name) if part)
        return Section(node, file=self.file, problems=self._problems, key=key)

    def _get(self, name: str, *, is_required: bool = False) -> yaml.Node | None:
        node = self._nodes.get(name)
        if node is not None and _kind(node) == "null" and node.value in ("", "~", "null"):
            node = None
        if node is None and is_required:
            self.note(f"il manque la clé « {name} ».", name=name)
        return node

    def _is_text(self, name: str, item: yaml.Node) -> bool:
        if isinstance(item, yaml.ScalarNode) and _kind(item) not in ("null", "bool"):
            return True
        self._unexpected(name, "un texte", item)
        return False

    def _refuse_choice(self, name: str, found: str, choices: tuple[str, ...]) -> None:
        close = get_close_matches(found, choices, n=1, cutoff=0.6)
        hint = f" ; vouliez-vous dire « {close[0]} » ?" if close else "."
        self.note(f"{' ou '.join(choices)} est attendu ; « {found} » a été lu{hint}", name=name)

    def _unexpected(self, name: str, expected: str, node: yaml.Node) -> None:
        self.note(
            f"{expected} est attendu ; {_KINDS.get(_kind(node), 'autre chose')} a été lu.",
            name=name,
            line=node.start_mark.line + 1,
        )


def _kind(node: yaml.Node) -> str:
    return str(node.tag).rpartition(":")[2]


def _number(node: yaml.Node) -> float | None:
    try:
        return float(str(node.value).replace("_", ""))
    except (ValueError, OverflowError):
        return None
