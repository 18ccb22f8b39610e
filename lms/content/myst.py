"""The MyST that authors of Jupyter Books use, written as the Markdown that we render."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from lms.content import glossary
from lms.content.fences import CODE, Code, Directive, Prose, split
from lms.content.place import Place

MAX_NESTING = 12

TITLES = {
    "attention": "Attention",
    "caution": "Prudence",
    "danger": "Danger",
    "error": "Erreur",
    "example": "Exemple",
    "hint": "Indice",
    "important": "Important",
    "info": "Pour information",
    "note": "Note",
    "question": "Question",
    "quote": "Citation",
    "seealso": "Voir aussi",
    "success": "Réussi",
    "tip": "Conseil",
    "warning": "Attention",
}
DROPPED = {"contents", "tableofcontents", "toctree", "bibliography"}
UNWRAPPED = {"tab-set", "div", "grid", "margin", "sidebar"}
LANGUAGES = {"ipython": "python", "ipython3": "python", "python3": "python", "": "text"}

_UNTITLED = re.compile(r"^(\s*(?:!!!|\?\?\?\+?)[ \t]+)(\w+)[ \t]*$")
_TAB = re.compile(r'^(\s*)===[!+]?[ \t]+"(.*)"[ \t]*$')
_LABEL = re.compile(r"^\(([\w:.-]+)\)=\s*$")
_ROLE = re.compile(r"\{(?P<name>[a-z][\w:-]*)\}(?P<ticks>`+)(?P<text>.+?)(?P=ticks)")
_TARGETED = re.compile(r"^(?P<words>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
_WORDLESS = re.compile(r"(?<!!)\[\]\(([^()\s]+)\)")
_EXPANDED = re.compile(r"^(?P<short>.*?)\s*\((?P<long>.*)\)$")

Report = Callable[[str, int], None]


def to_markdown(text: str, *, place: Place, report: Report, depth: int = 0) -> str:
    """Return the text with its directives, roles and labels as Python-Markdown reads them.

    :param report: called with a message and the line, for each directive that we cannot show.
    """
    if depth > MAX_NESTING:
        report("directives trop imbriquées.", 0)
        return text
    parts: list[str] = []
    for part in split(text):
        if isinstance(part, Prose):
            parts.append(_prose(part, place, report))
        elif isinstance(part, Code):
            parts.append("\n".join(part.lines))
        else:
            parts.append(f"\n{_directive(part, place, report, depth)}\n")
    return "\n".join(parts)


def _directive(found: Directive, place: Place, report: Report, depth: int) -> str:
    def inner(lines: tuple[str, ...]) -> str:
        body = "\n".join(lines)
        return to_markdown(body, place=place, report=report, depth=depth + 1)

    name = found.name.removesuffix(":")
    if name in DROPPED or name in UNWRAPPED:
        return inner(found.body) if name in UNWRAPPED else ""
    if name in TITLES or name == "admonition":
        return _admonition(found, name, inner(found.body))
    if name in ("dropdown", "tab-item"):
        kind = "tab" if name == "tab-item" else found.options.get("class", "note")
        return _block("???", kind, found.argument or "Détails", inner(found.body))
    if name in ("image", "figure"):
        return _figure(found, inner(found.body) if name == "figure" else "")
    return _text(found, name, place, report)


def _text(found: Directive, name: str, place: Place, report: Report) -> str:
    """Return a directive that holds formulas, definitions or code."""
    if name == glossary.DIRECTIVE:
        return _prose(
            Prose(lines=tuple(glossary.to_definitions(found).split("\n"))), place, report
        )
    if name == "math":
        latex = "\n".join((found.argument, *found.body)).strip()
        return f"$$\n{latex}\n$$"
    if name not in CODE:
        report(f"la directive « {found.name} » n’est pas reconnue.", found.line)
    return _code(found, name)


def _admonition(found: Directive, name: str, body: str) -> str:
    classes = found.options.get("class", "").split()
    kind = next((said for said in classes if said in TITLES), "note")
    if name != "admonition":
        kind = name
    title = found.argument if name == "admonition" else ""
    if found.argument and not title:
        # MyST reads words after the name as the beginning of the text.
        body = f"{found.argument}\n\n{body}"
    mark = "???" if "dropdown" in classes else "!!!"
    return _block(mark, kind, title or TITLES[kind], body)


def _block(mark: str, kind: str, title: str, body: str) -> str:
    quoted = title.replace('"', "″")
    indented = "\n".join(f"    {line}" if line.strip() else "" for line in body.split("\n"))
    return f'{mark} {kind} "{quoted}"\n\n{indented}'


def _figure(found: Directive, caption: str) -> str:
    alt = escape(found.options.get("alt", ""), quote=True)
    has_alt = f' alt="{alt}"' if "alt" in found.options else ""
    width = found.options.get("width", "").removesuffix("px")
    size = f' width="{width}"' if width.isdigit() else ""
    image = f'<img src="{escape(found.argument, quote=True)}"{has_alt}{size}>'
    if not caption.strip():
        return f"<p>{image}</p>"
    return (
        f'<figure markdown="1">\n{image}\n'
        f'<figcaption markdown="span">{" ".join(caption.split())}</figcaption>\n</figure>'
    )


def _code(found: Directive, name: str) -> str:
    language = LANGUAGES.get(found.argument, found.argument) if name in CODE else "text"
    longest = max(
        (len(run) for line in found.body for run in re.findall("`+", line)), default=0
    )
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{language}", *found.body, fence))


def _prose(part: Prose, place: Place, report: Report) -> str:
    lines = (_line(line) for line in part.lines)
    text = "\n".join(line for line in lines if line is not None)
    text = _ROLE.sub(lambda role: _role(role, place, report), text)
    return _WORDLESS.sub(lambda link: f"[{place.title(link[1])}]({link[1]})", text)


def _line(line: str) -> str | None:
    if line.startswith("% ") or line.strip() == "+++":
        return None
    label = _LABEL.match(line)
    if label:
        return f'<span id="{label[1]}"></span>\n'
    untitled = _UNTITLED.match(line)
    if untitled:
        return (
            f'{untitled[1]}{untitled[2]} "{TITLES.get(untitled[2], untitled[2].capitalize())}"'
        )
    tab = _TAB.match(line)
    if tab:
        # A disclosure needs neither script nor style to be used with a keyboard.
        return f'{tab[1]}??? tab "{tab[2]}"'
    return line


def _role(role: re.Match[str], place: Place, report: Report) -> str:
    name, text = role["name"], role["text"]
    targeted = _TARGETED.match(text)
    words, target = (targeted["words"], targeted["target"]) if targeted else ("", text)
    if name in ("doc", "download"):
        return f"[{words or place.title(target)}]({target})"
    if name == "ref":
        return f"[{words or target}](#{target})"
    if name == "math":
        return f"${text}$"
    if name == "abbr" and (long := _EXPANDED.match(text)):
        return f'<abbr title="{escape(long["long"])}">{escape(long["short"])}</abbr>'
    if name in ("kbd", "sub", "sup"):
        return f"<{name}>{escape(text)}</{name}>"
    if name == "term":
        return _term(words or text, target, place, report)
    if name in ("eq", "numref"):
        return words or text
    return role[0]


def _term(words: str, target: str, place: Place, report: Report) -> str:
    """Return a link to a term's definition; only the words when the glossary has it not."""
    slug = glossary.slug_among(target, place.terms)
    if not place.glossary:
        return words
    if not slug:
        report(f"« {target} » n’est pas dans le glossaire du cours.", 0)
        return words
    return f'<a class="term" href="/{place.glossary}#{glossary.ANCHOR}{slug}">{words}</a>'
