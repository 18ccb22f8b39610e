"""What a learner is told of a failed test, in French."""

from __future__ import annotations

import re
import reprlib
import sys
from collections.abc import Sequence
from typing import Any

from graders.verdict.proxy import is_remote
from graders.verdict.raised import RemoteError, Unproven
from graders.verdict.watch import Claim

MAX_TEXT = 1500
TOO_LONG = "Le test a dépassé le temps permis\u00a0: cherchez une boucle qui ne se termine pas."
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
NEAR = frozenset(
    (
        "allclose",
        "isclose",
        "assert_allclose",
        "assert_almost_equal",
        "assertAlmostEqual",
        "Near",
    )
)
SAME = frozenset(
    ("Eq", "Is", "array_equal", "assert_equal", "assertEqual", "assert_array_equal")
)
WORDS = {
    "NotEq": "devrait être différent de",
    "Lt": "devrait être inférieur à",
    "LtE": "devrait être inférieur ou égal à",
    "Gt": "devrait être supérieur à",
    "GtE": "devrait être supérieur ou égal à",
    "In": "devrait se trouver dans",
    "NotIn": "ne devrait pas se trouver dans",
    "IsNot": "ne devrait pas être",
}


class _Short(reprlib.Repr):
    """Shortens values, and asks no learner's object for its own text."""

    def repr1(self, value: Any, level: int) -> str:
        """Return the text of a part of a value."""
        return f"<{type(value).__name__}>" if is_remote(value) else super().repr1(value, level)


_repr = _Short()
_repr.maxstring = _repr.maxother = _repr.maxlong = 120
_repr.maxlist = _repr.maxtuple = _repr.maxset = _repr.maxdict = 12
_long = _Short()
_long.maxstring = _long.maxother = _long.maxlong = 400
_long.maxlist = _long.maxtuple = _long.maxset = _long.maxdict = 40


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return text without control characters, cut at a limit."""
    text = CONTROL.sub("", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def short(value: Any) -> str:
    """Return a short text for a value; a learner's object is never asked for its own."""
    if is_remote(value):
        kind = type(value)
        return f"un objet de la classe {value.__name__ if kind is type else kind.__name__}"
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    try:
        if pandas is not None and isinstance(value, pandas.DataFrame):
            names = ", ".join(map(str, value.columns[:8]))
            return f"un tableau de {len(value)} lignes et {value.shape[1]} colonnes ({names})"
        if numpy is not None and type(value) is numpy.ndarray and value.size > 12:
            return f"un tableau numpy de forme {value.shape} et de type {value.dtype}"
        return clean(_repr.repr(value), 300)
    except Exception:  # an integer too long to be written, for one
        return f"une valeur de type {type(value).__name__}"


def repr_of(value: Any) -> str:
    """Return the text of a plain value and of its first parts, some forty of them."""
    return _long.repr(value)


def _typed(value: Any) -> str:
    return f"{short(value)} ({type(value).__name__})"


def for_assertion(claim: Claim | None, noted: Sequence[Any], said: str) -> str:
    """Return the message of an assertion that does not hold.

    :param said: the author's own message; it is used alone.
    """
    if said:
        return clean(said)
    if claim is None:
        return "Une vérification de ce test n’est pas satisfaite."
    if len(noted) >= 2:
        return _for_two(claim, noted[0], noted[1])
    return f"Cette vérification n’est pas satisfaite\u00a0: {clean(claim.source, 300)}"


def _for_two(claim: Claim, left: Any, right: Any) -> str:
    if claim.kind in SAME or claim.kind in NEAR:
        is_turned = claim.learner_sides == (False, True)
        got, expected = (right, left) if is_turned else (left, right)
        near = " (à la tolérance près)" if claim.kind in NEAR else ""
        show = (
            _typed
            if short(got) == short(expected) or type(got) is not type(expected)
            else short
        )
        return f"Attendu{near}\u00a0: {show(expected)}\u202f; obtenu\u00a0: {show(got)}."
    if claim.kind == "isinstance":
        wanted = getattr(right, "__name__", short(right))
        return f"Type attendu\u00a0: {wanted}\u202f; obtenu\u00a0: {_typed(left)}."
    if claim.kind in WORDS:
        return f"{short(left)} {WORDS[claim.kind]} {short(right)}."
    return f"Cette vérification n’est pas satisfaite\u00a0: {clean(claim.source, 300)}"


def for_error(error: BaseException) -> str:
    """Return the message of an exception that ended the test."""
    text = clean(_text_of(error), 600)
    name = clean(type(error).__name__, 80)
    said = f"{name}\u00a0: {text}" if text else name
    if isinstance(error, RemoteError):
        if isinstance(error, NameError) and not error.garrigue_lines:
            return f"Un nom manque dans votre carnet\u00a0: {text}."
        return f"Votre code a levé {said}"
    if isinstance(error, Unproven):
        return f"Le test ne peut pas se fier à ceci, que votre code a rendu\u00a0: {text}."
    if isinstance(error, AssertionError):
        return clean(_text_of(error)) or for_assertion(None, (), "")
    if isinstance(error, NameError):
        return f"Un nom manque dans votre carnet\u00a0: {text}."
    return f"Le test n’a pas pu utiliser ce que votre code a rendu\u00a0: {said}"


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def traceback_of(error: BaseException) -> str:
    """Return where in the learner's own lines an exception was raised."""
    if not isinstance(error, RemoteError):
        return ""
    rows = []
    for file, number, function, line in error.garrigue_lines:
        place = "" if function == "<module>" else f", dans {function}"
        label = "Votre code" if "ipykernel" in file or file.startswith("<") else file
        rows.append(f"{label}, ligne {number}{place}\u00a0: {line}")
    name = clean(type(error).__name__, 80)
    return clean("\n".join([*rows, f"{name}: {_text_of(error)}"]), 4000)


def for_broken(reason: str) -> str:
    """Return the message of a conversation that ended badly."""
    if reason == "time":
        return TOO_LONG
    if reason == "too many questions":
        return (
            "Le test a posé trop de questions à votre code\u00a0: cherchez une suite sans fin."
        )
    if "too large" in reason or "too many" in reason:
        return "Ce que votre code a rendu est trop grand pour être vérifié."
    if "assertion" in reason:
        return (
            "Une vérification a échoué dans une fonction que le test avait donnée à votre code."
        )
    return "Votre programme n’a pas répondu au test comme il le devait."
