"""LaTeX to MathML on the server; what cannot be is shown as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from latex2mathml.converter import convert

MAX_CHARS = 4000
MAX_NESTING = 60

#: They lead out of the formula, or set attributes in the page.
_FORBIDDEN = re.compile(
    r"\\(?:href|url|includegraphics|html\w*|class|cssId|style|unicode|require|def|"
    r"newcommand|renewcommand|let|input|include)(?![A-Za-z])"
)
_MARKED = re.compile(r'<(span|div) class="arithmatex">\\[(\[]([^<]*)\\[)\]]</\1>')
_UNKNOWN = re.compile(r"<m[io]>(\\[^<]*)</m[io]>")


class BadMaths(ValueError):
    """The formula cannot be shown; the message, in French, says why."""


def mathml(latex: str, *, is_block: bool) -> str:
    """Return a formula as MathML, which still has to be cleaned.

    :raises BadMaths: when it uses what we do not know, or do not allow.
    """
    forbidden = _FORBIDDEN.search(latex)
    if forbidden:
        raise BadMaths(f"la commande LaTeX « {forbidden[0]} » n’est pas permise.")
    if len(latex) > MAX_CHARS or _nesting(latex) > MAX_NESTING:
        raise BadMaths("la formule est trop longue ou trop imbriquée.")
    try:
        found: str = convert(latex.strip(), display="block" if is_block else "inline")
    except (Exception, RecursionError) as error:
        # latex2mathml raises errors of many kinds, StopIteration among them.
        raise BadMaths(f"la formule « {latex[:60].strip()} » est mal formée.") from error
    unknown = _UNKNOWN.search(found)
    if unknown:
        raise BadMaths(f"la commande LaTeX « {unescape(unknown[1])} » n’est pas connue.")
    return found


def replace_marked(html: str, report: Callable[[str, str], None]) -> str:
    """Replace the formulas that Arithmatex marked.

    :param report: called with a message and the formula, for each that cannot be shown.
    """

    def one(found: re.Match[str]) -> str:
        latex = unescape(found[2])
        is_block = found[1] == "div"
        try:
            return mathml(latex, is_block=is_block)
        except BadMaths as error:
            report(str(error), latex.strip())
            source = f'<code class="math-source">{escape(latex.strip())}</code>'
            return f"<p>{source}</p>" if is_block else source

    return _MARKED.sub(one, html)


def _nesting(latex: str) -> int:
    depth = deepest = 0
    for sign in latex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest
