"""French typography of prose in Markdown: what breaks a rule, and how it should stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NBSP = "\u00a0"
THIN = "\u202f"  # narrow no-break space
HELD = "\ue000"  # stands for one protected piece while the rules run
END_OF_TITLE = "\ue001"  # stands for the quote that ends an admonition's title
TITLE = re.compile(r'^([ \t]*(?:!!!|===)[^"\n]*"[^\n]*)"[ \t]*$', re.MULTILINE)

PROTECTED = re.compile(
    r"""
    ^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[\s\S]*?^[ \t>]*(?P=fence)[ \t]*$  # code block
    | ^[ \t]*(?:!!!|===)[^"\n]*"             # head of an admonition or of a tab
    | ^:{3,}(?:\{[\w-]+\})? | ^:(?:class|name):.*$  # head, end and options of a directive
    | (?P<ticks>`+)(?!`)[\s\S]*?(?<!`)(?P=ticks)(?!`)  # inline code
    | \$\$[\s\S]*?\$\$ | \$[^$\n]+\$ | \\\([\s\S]*?\\\) | \\\[[\s\S]*?\\\]
    | \]\([^)\n]*\)                          # target of a link or of an image
    | !(?=\[)                                # start of an image
    | \[\^[^\]\n]+\]:?                       # footnote
    | \{[:.#][^}\n]*\}                       # attribute list
    | <[^>\n]+>                              # HTML tag or autolink
    | https?://[^\s)]+
    | ^[ \t]*\|?[ \t:|-]+\|?[ \t]*$          # ruler of a table
    """,
    re.VERBOSE | re.MULTILINE,
)

BEFORE = rf"(?<=[\w»)\]’'%€*_…{HELD}])"
SPACES = rf"[ {NBSP}{THIN}]*"

RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("l’apostrophe est ’ (U+2019)", re.compile("'"), "’"),
    ("les guillemets sont « et »", re.compile(r'"([^"\n]*)"'), "« \\1 »"),
    ("espace insécable après «", re.compile(rf"«{SPACES}"), f"«{NBSP}"),
    ("espace insécable avant »", re.compile(rf"{SPACES}»"), f"{NBSP}»"),
    (
        "espace fine insécable avant ; ! ?",
        re.compile(rf"{BEFORE}{SPACES}([;!?])"),
        f"{THIN}\\1",
    ),
    (
        "espace insécable avant :",
        re.compile(rf"{BEFORE}{SPACES}:(?=[\s*_]|$)", re.MULTILINE),
        f"{NBSP}:",
    ),
    (
        "espace fine insécable entre les milliers",
        re.compile(rf"(?<=\d)[ {NBSP}](?=\d{{3}}(?!\d))"),
        THIN,
    ),
    (
        "espace insécable avant une unité",
        re.compile(rf"(?<=\d)[ {THIN}]?(?=[%€])|(?<=\d)[ {THIN}](?=(?:h|min|s|km|Mo|ko)\b)"),
        NBSP,
    ),
    (
        "espace insécable entre « semaine » et son numéro",
        re.compile(r"(?<=\bsemaine)[ ](?=\d)", re.IGNORECASE),
        NBSP,
    ),
    ("les points de suspension sont …", re.compile(r"\.\.\."), "…"),
    ("le tiret d’incise est –", re.compile(r"(?<=\S) - (?=\S)"), " – "),
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One place where the text breaks a rule.

    :param line: counted from 1.
    :param rule: the rule, in French, for the author.
    :param excerpt: the text around the place.
    """

    line: int
    rule: str
    excerpt: str


def faults(text: str) -> Iterator[Fault]:
    """Yield every place of the prose that breaks a rule, rule by rule."""
    prose = PROTECTED.sub(_held, TITLE.sub(rf"\1{END_OF_TITLE}", text))
    for rule, pattern, replacement in RULES:
        for match in pattern.finditer(prose):
            if match.expand(replacement) != match.group():
                yield Fault(
                    line=prose.count("\n", 0, match.start()) + 1,
                    rule=rule,
                    excerpt=prose[max(0, match.start() - 20) : match.end() + 20].strip(),
                )


def corrected(text: str) -> str:
    """Return the text with its prose set by the rules; code, links and formulas stay."""
    marked = TITLE.sub(rf"\1{END_OF_TITLE}", text)
    pieces = iter([match.group() for match in PROTECTED.finditer(marked)])
    prose = PROTECTED.sub(HELD, marked)
    for _, pattern, replacement in RULES:
        prose = pattern.sub(replacement, prose)
    return re.sub(HELD, lambda _: next(pieces), prose).replace(END_OF_TITLE, '"')


def _held(match: re.Match[str]) -> str:
    """Return a stand-in with the same number of lines."""
    return HELD + "\n" * match.group().count("\n")
