"""Marks words that the web shows in the reader's language."""

from __future__ import annotations


def mark(text: str) -> str:
    """Return the text unchanged: translators find it, and the web asks gettext for it."""
    return text
