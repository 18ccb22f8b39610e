"""Every sentence of the screens has its English, and what is compiled is what is written."""

from __future__ import annotations

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "lms" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
REFUSALS = (
    *("Refusal", "NotFound", "NotAllowed", "NotSignedIn", "Conflict", "TooMany", "Invalid"),
    *("TooLarge", "Unavailable", "WeakPassword", "BadResetLink", "BadTicket"),
    *("RepositoryUnavailable", "FaultIsNoScore"),
)
KEYWORDS = {
    **dict.fromkeys(("_", "mark", "gettext", "lazy_gettext", *REFUSALS)),
    "ngettext": (1, 2),
}


@pytest.fixture(scope="module")
def msgids() -> set[str | tuple[str, str]]:
    """What the templates and the code say, as a translator is given it."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)
    found: set[str | tuple[str, str]] = set()
    for folder in ("lms", "templates"):
        relative = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        by_pattern = {pattern.removeprefix(f"{folder}/"): o for pattern, o in options.items()}
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, relative, by_pattern, keywords=KEYWORDS
        ):
            found.add(message if isinstance(message, str) else (message[0], message[1]))
    return found


def catalogue(locale: str) -> Catalog:
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_something_is_extracted(msgids: set[str | tuple[str, str]]) -> None:
    assert "Se connecter" in msgids
    assert ("%(num)s leçon", "%(num)s leçons") in msgids


def test_no_refusal_is_put_together_before_translators_see_it() -> None:
    """Values are given apart: `Invalid("… %(most)s …", most=…)`."""
    together = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "lms").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in REFUSALS
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not together


def test_every_sentence_has_its_english(msgids: set[str | tuple[str, str]]) -> None:
    english = catalogue("en")
    missing = []
    for msgid in msgids:
        entry = english.get(msgid if isinstance(msgid, str) else msgid[0])
        if entry is None or entry.fuzzy or not all(strings(entry)):
            missing.append(msgid)
    assert not missing


def test_nothing_is_translated_that_is_no_longer_said(
    msgids: set[str | tuple[str, str]],
) -> None:
    said = {msgid if isinstance(msgid, str) else msgid[0] for msgid in msgids}
    written = {
        entry.id if isinstance(entry.id, str) else entry.id[0] for entry in catalogue("en")
    }
    assert written - said - {""} == set()


def test_french_has_its_typography(msgids: set[str | tuple[str, str]]) -> None:
    """Spaces that do not break inside « » and before : ; ! ? %, and the curly apostrophe."""
    wrong = re.compile(r"« | »| [:;!?%](?!\(|\w)|[\w»)][;!?]|\w'\w")
    texts = {
        text for msgid in msgids for text in ([msgid] if isinstance(msgid, str) else msgid)
    }
    assert {text for text in texts if wrong.search(text)} == set()


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        entry.id
        for entry in catalogue("en")
        if entry.id
        for text in strings(entry)
        if set(PLACEHOLDER.findall(text))
        - set(PLACEHOLDER.findall(entry.id if isinstance(entry.id, str) else entry.id[1]))
    ]
    assert not wrong


def test_french_knows_the_plural_of_everything_counted(
    msgids: set[str | tuple[str, str]],
) -> None:
    """Without a catalogue, gettext would count in English: « 0 leçons »."""
    french = catalogue("fr")
    assert french.plural_expr == "(n > 1)"
    counted = {msgid for msgid in msgids if isinstance(msgid, tuple)}
    known = {tuple(entry.id): tuple(entry.string) for entry in french if entry.pluralizable}
    assert known == {msgid: msgid for msgid in counted}


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_what_is_compiled_is_what_is_written(locale: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(locale))
    compiled.seek(0)
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        assert sentences(read_mo(file)) == sentences(read_mo(compiled)), "Run pybabel compile"


def sentences(compiled: Catalog) -> dict[str, list[str]]:
    """Return what a catalogue says, by what it is asked for; its header is left out."""
    return {str(entry.id): strings(entry) for entry in compiled if entry.id}
