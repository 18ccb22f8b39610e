"""Fenced blocks of a Markdown text: ordinary code, and MyST's directives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Directives that hold code.
CODE = frozenset({"code", "code-block", "code-cell", "sourcecode"})

_OPENING = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>.*)$")
_DIRECTIVE = re.compile(r"^\s*\{(?P<name>[A-Za-z][\w:-]*)\}\s*(?P<argument>.*?)\s*$")
_OPTION = re.compile(r"^:(?P<name>[\w-]+):\s*(?P<value>.*?)\s*$")
_YAML_OPTION = re.compile(r"^(?P<name>[\w-]+):\s*(?P<value>.*?)\s*$")


@dataclass(frozen=True, kw_only=True)
class Prose:
    """Lines outside any fence."""

    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Code:
    """An ordinary fence with its lines, marks included."""

    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Directive:
    """One MyST directive.

    :param line: of its opening mark in the text, from 1.
    :param end: of its closing mark; of the last line when it was left open.
    """

    name: str
    argument: str
    body: tuple[str, ...]
    line: int
    end: int
    options: dict[str, str] = field(default_factory=dict)


def split(text: str) -> Iterator[Prose | Code | Directive]:
    """Yield the parts of a text in order; a fence left open runs to the end."""
    lines = text.split("\n")
    prose: list[str] = []
    number = 0
    while number < len(lines):
        opening = _OPENING.match(lines[number])
        directive = _DIRECTIVE.match(opening["info"]) if opening else None
        if opening is None or (opening["fence"][0] == ":" and directive is None):
            prose.append(lines[number])
            number += 1
            continue
        if prose:
            yield Prose(lines=tuple(prose))
            prose = []
        end = _closing(lines, number, opening["fence"])
        if directive is None:
            yield Code(lines=tuple(lines[number : end + 1]))
        else:
            yield _directive(directive, lines[number + 1 : end], line=number + 1, end=end + 1)
        number = end + 1
    if prose:
        yield Prose(lines=tuple(prose))


def _closing(lines: list[str], start: int, fence: str) -> int:
    closing = re.compile(rf"^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    after = range(start + 1, len(lines))
    return next((number for number in after if closing.match(lines[number])), len(lines))


def _directive(found: re.Match[str], body: list[str], *, line: int, end: int) -> Directive:
    options: dict[str, str] = {}
    if body and body[0].strip() == "---" and "---" in map(str.strip, body[1:]):
        end = [said.strip() for said in body].index("---", 1)
        pairs = (_YAML_OPTION.match(said) for said in body[1:end])
        options = {pair["name"]: pair["value"] for pair in pairs if pair}
        body = body[end + 1 :]
    while body and (option := _OPTION.match(body[0])):
        options[option["name"]] = option["value"]
        body = body[1:]
    return Directive(
        name=found["name"],
        argument=found["argument"],
        body=tuple(body),
        line=line,
        end=end,
        options=options,
    )
