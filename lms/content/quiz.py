"""The questions of a page: admonitions of the class `quiz`, which every Jupyter Book shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lms.content.fences import Directive, Prose, split
from lms.content.slugs import slugify, unique
from lms.domain.activities import (
    Activity,
    ActivityProblem,
    Choice,
    FieldKind,
    Item,
    PageText,
    place,
)
from lms.domain.quiz import NumberSolution, TextSolution, read_number

KIND = "quiz"
ADVICE = "quiz-advice"
MAX_KEY = 60

#: What stands before an accepted answer.
_ANSWER = re.compile(r"^(?:Réponses?|Answers?)\s*:\s*(?P<answers>.+?)\s*$", re.IGNORECASE)
_CHOICE = re.compile(r"^[-*+] \[(?P<tick>[ xX])\]\s+(?P<text>.*)$")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_THEME = re.compile(r"^## +(?P<title>.+?)\s*#*\s*$")
_NUMBER = re.compile(
    r"(?P<value>[+\-−]?\d[\d\s]*(?:[.,]\d+)?)(?:\s*(?:±|\+/-)\s*(?P<tolerance>\d[\d\s.,]*))?"
    r"(?:\s*(?P<unit>[^\d\s±]{1,10}))?"
)


@dataclass
class _Reading:
    """What was found in a page so far."""

    lines: list[str]
    items: list[Item] = field(default_factory=list)
    advice: dict[str, str] = field(default_factory=dict)
    problems: list[ActivityProblem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    theme: str = ""

    def note(self, message: str, line: int, *, is_warning: bool = False) -> None:
        self.problems.append(ActivityProblem(message=message, line=line, is_warning=is_warning))


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The body of one question, cut into its parts."""

    body: str
    ticked: tuple[str, ...]
    choices: tuple[str, ...]
    answers: tuple[str, ...]
    explanation: str


def read_quiz(page: PageText) -> Activity | None:
    """Return the questions of a page, or None when it has none."""
    reading = _Reading(lines=page.text.replace("\r\n", "\n").split("\n"))
    for part in split("\n".join(reading.lines)):
        if isinstance(part, Prose):
            titles = [found["title"] for line in part.lines if (found := _THEME.match(line))]
            reading.theme = titles[-1] if titles else reading.theme
        elif isinstance(part, Directive):
            _read(part, reading)
    if not reading.items and not reading.problems:
        return None
    return Activity(
        kind=KIND,
        text="\n".join(reading.lines),
        items=tuple(reading.items),
        advice=reading.advice,
        problems=tuple(reading.problems),
    )


def _read(part: Directive, reading: _Reading) -> None:
    classes = part.options.get("class", "").split()
    if part.name != "admonition" or not {KIND, ADVICE} & set(classes):
        return
    if ADVICE in classes:
        reading.advice[reading.theme] = "\n".join(part.body).strip()
        _replace(reading, part, "")
        return
    item = _item(part, classes, reading)
    if item is not None:
        reading.items.append(item)
        _replace(reading, part, place(item.key))


def _replace(reading: _Reading, part: Directive, text: str) -> None:
    """Put a text in place of a directive, keeping the number of lines."""
    first, after = part.line - 1, min(part.end, len(reading.lines))
    reading.lines[first:after] = [text, *[""] * (after - first - 1)]


def _item(part: Directive, classes: list[str], reading: _Reading) -> Item | None:
    parts = _parts(part.body)
    before = len(reading.problems)
    _check(part, parts, classes, reading)
    key = _key(part, reading)
    if any(not found.is_warning for found in reading.problems[before:]):
        return None
    item = Item(
        key=key,
        kind=FieldKind.TEXT,
        prompt=part.argument,
        body=parts.body,
        explanation=parts.explanation,
        theme=reading.theme,
    )
    if not parts.choices:
        return _typed(item, parts.answers)
    is_several = len(parts.ticked) > 1 or "multiple" in classes
    return replace(
        item,
        kind=FieldKind.SEVERAL if is_several else FieldKind.ONE,
        choices=tuple(Choice(key=_choice_key(text), text=text) for text in parts.choices),
        has_random_order="shuffle" in classes,
        solution=frozenset(_choice_key(text) for text in parts.ticked),
    )


def _check(part: Directive, parts: _Parts, classes: list[str], reading: _Reading) -> None:
    line = part.line
    if not part.argument:
        reading.note("la question manque : écrivez-la après « {admonition} ».", line)
    if bool(parts.choices) == bool(parts.answers):
        reading.note(
            "une question a soit des choix (« - [ ] » et « - [x] »), soit une ligne "
            "« Réponse : … ».",
            line,
        )
    elif parts.choices and not parts.ticked:
        reading.note("aucun choix n’est coché : mettez « - [x] » devant le bon.", line)
    if len(parts.choices) == 1:
        reading.note("une question à choix a au moins deux choix.", line)
    if len(set(parts.choices)) < len(parts.choices):
        reading.note("deux choix ont le même texte.", line)
    if not parts.explanation:
        reading.note(
            "la question n’a pas d’explication : écrivez après les réponses un texte qui "
            "commence par « > ».",
            line,
            is_warning=True,
        )
    unknown = set(classes) - {KIND, "dropdown", "multiple", "shuffle"}
    if unknown:
        reading.note(
            f"classe inconnue : « {min(unknown)} » ; classes possibles : multiple, shuffle.",
            line,
            is_warning=True,
        )


def _key(part: Directive, reading: _Reading) -> str:
    """Return the question's name: the author's, or made from its words."""
    named = part.options.get("name", "")
    key = slugify(named or part.argument)[:MAX_KEY].strip("-")
    if key in reading.keys:
        said = "porte le même nom" if named else "commence par les mêmes mots"
        reading.note(
            f"une autre question de la page {said} : donnez à chacune un « :name: ».", part.line
        )
    reading.keys.add(key)
    return unique(key, reading.keys - {key})


def _parts(body: tuple[str, ...]) -> _Parts:
    before: list[str] = []
    after: list[str] = []
    choices: list[str] = []
    ticked: list[int] = []
    answers: list[str] = []
    for kind, line in _classified(body):
        if kind == "choice" and (found := _CHOICE.match(line)):
            if found["tick"] != " ":
                ticked.append(len(choices))
            choices.append(found["text"].strip())
        elif kind == "more" and choices and not after:
            choices[-1] += f" {line.strip()}"
        elif kind == "answer" and (found := _ANSWER.match(line)):
            answers += [text.strip() for text in re.split(r"\s\|\s", found["answers"])]
        else:
            (after if choices or answers else before).append(line)
    return _Parts(
        body="\n".join(before).strip(),
        choices=tuple(choices),
        ticked=tuple(choices[number] for number in ticked),
        answers=tuple(answers),
        explanation=_unquoted(after),
    )


def _classified(body: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield each line with what it is; what stands in a block of code is text."""
    fence = ""
    for line in body:
        mark = _FENCE.match(line)
        if fence or mark:
            yield "text", line
            if mark and not fence:
                fence = mark[1]
            elif mark and mark[1].startswith(fence):
                fence = ""
        elif _CHOICE.match(line):
            yield "choice", line
        elif _ANSWER.match(line):
            yield "answer", line
        else:
            yield "more" if line.startswith("  ") and line.strip() else "text", line


def _unquoted(lines: list[str]) -> str:
    """Return an explanation without the « > » before its lines."""
    return "\n".join(re.sub(r"^>[ ]?", "", line) for line in lines).strip()


def _typed(item: Item, answers: tuple[str, ...]) -> Item:
    numbers = [_NUMBER.fullmatch(text) for text in answers]
    if not all(numbers):
        return replace(item, solution=tuple(_text(answer) for answer in answers))
    found = [number for number in numbers if number is not None]
    return replace(
        item,
        kind=FieldKind.NUMBER,
        unit=next((number["unit"] for number in found if number["unit"]), ""),
        solution=tuple(_number(number) for number in found),
    )


def _number(found: re.Match[str]) -> NumberSolution:
    value, tolerance = read_number(found["value"]), read_number(found["tolerance"] or "0")
    assert value is not None  # the pattern lets nothing else through
    return NumberSolution(value=value, tolerance=tolerance or 0.0)


def _text(answer: str) -> TextSolution:
    if len(answer) > 2 and answer[0] == answer[-1] == "`":
        return TextSolution(text=answer.strip("`"), is_exact=True)
    return TextSolution(text=answer)


def _choice_key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
