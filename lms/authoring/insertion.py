"""Entries added to YAML that a person wrote: every line of theirs stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from lms.errors import Conflict, Invalid


def add_entry(text: str, path: Sequence[str], name: str, lines: Sequence[str]) -> str:
    """Return the text with a mapping added at the end of the one that the path leads to.

    :param path: keys from the top; those that are missing are added too.
    :param lines: the new mapping, without indentation.
    :raises Conflict: if the entry is there already.
    :raises Invalid: if the text cannot be added to; the message says what to do by hand.
    """
    node = _mapping(text, yaml.compose(text, Loader=yaml.SafeLoader), "")
    block = [f"{name}:", *_indented(lines)]
    for depth, key in enumerate(path):
        found = _value(node, key)
        if found is None:
            rest = _nested(path[depth:], block)
            return _with_lines(text, _last_line(node), _column(node), rest)
        if _is_empty(found):
            rest = _nested(path[depth + 1 :], block)
            return _with_lines(text, found.start_mark.line, _column(node) + 2, rest)
        node = _mapping(text, found, key)
    if _value(node, name) is not None:
        raise Conflict("« %(name)s » existe déjà : choisissez un autre identifiant.", name=name)
    return _with_lines(text, _last_line(node), _column(node), block)


def add_item(text: str, path: Sequence[str], lines: Sequence[str]) -> str:
    """Return the text with an item added at the end of the list that the path leads to.

    :param lines: the item, without indentation; its first line begins with `- `.
    :raises Invalid: if there is no such list in the block style.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path:
        node = _value(_mapping(text, node, key), key)
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        raise Invalid(_by_hand(".".join(path), lines))
    return _with_lines(text, _last_line(node), node.start_mark.column, lines)


def _mapping(text: str, node: yaml.Node | None, key: str) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode) or (node.flow_style and text):
        raise Invalid(_by_hand(key, ()))
    return node


def _by_hand(key: str, lines: Sequence[str]) -> str:
    wanted = "".join(f"\n  {line}" for line in lines)
    return (
        f"« {key or 'le fichier'} » n’est pas écrit en lignes « clé: valeur » (ou « - … ») : "
        f"récrivez cette partie, une entrée par ligne, puis recommencez.{wanted}"
    )


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == "" and node.style is None


def _column(node: yaml.MappingNode) -> int:
    return int(node.start_mark.column)


def _last_line(node: yaml.Node) -> int:
    """Return the number, from 0, of the last line on which something of the node stands."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        key, value = node.value[-1]
        return int(key.end_mark.line if _is_empty(value) else _last_line(value))
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    mark = node.end_mark
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(mark.line if mark.column else mark.line - 1)
    return int(mark.line)


def _nested(path: Sequence[str], block: Sequence[str]) -> list[str]:
    lines = list(block)
    for key in reversed(path):
        lines = [f"{key}:", *_indented(lines)]
    return lines


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]


def _with_lines(text: str, after: int, column: int, lines: Sequence[str]) -> str:
    kept = text.split("\n")
    margin = " " * column
    added = [f"{margin}{line}" if line else line for line in lines]
    return "\n".join([*kept[: after + 1], *added, *kept[after + 1 :]])
