"""Sentences that a marker keeps to write them again: one's own, seen by nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.domain.access import HIDDEN
from lms.errors import Invalid, NotFound
from lms.models import Snippet

MAX_CHARACTERS = 2000
MAX_TITLE_CHARACTERS = 60
MAX_KEPT = 100


def of_owner(session: Session, owner_id: int) -> Sequence[Snippet]:
    """Return a person's snippets by title."""
    return session.scalars(
        select(Snippet).where(Snippet.owner_id == owner_id).order_by(Snippet.title, Snippet.id)
    ).all()


def snippet_of(session: Session, owner_id: int, snippet_id: int) -> Snippet:
    """Return one snippet of the person.

    :raises NotFound: if the person has none of that id.
    """
    found = session.get(Snippet, snippet_id)
    if found is None or found.owner_id != owner_id:
        raise NotFound(HIDDEN)
    return found


def keep(
    session: Session,
    owner_id: int,
    *,
    title: str,
    text: str,
    now: datetime,
    snippet: Snippet | None = None,
) -> Snippet:
    """Keep a new snippet, or change one. Without a title it is called by its first words.

    :raises Invalid: if nothing is written, or too much.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise Invalid("Écrivez la phrase à garder.")
    if len(text) > MAX_CHARACTERS:
        raise Invalid(
            "Cette phrase dépasse %(most)s caractères : raccourcissez-la.", most=MAX_CHARACTERS
        )
    if snippet is None and len(of_owner(session, owner_id)) >= MAX_KEPT:
        raise Invalid(
            "Vous gardez déjà %(most)s phrases : supprimez-en une d’abord.", most=MAX_KEPT
        )
    kept = snippet or Snippet(owner_id=owner_id)
    kept.title = " ".join(title.split())[:MAX_TITLE_CHARACTERS] or _first_words(text)
    kept.text, kept.changed_at = text, now
    session.add(kept)
    session.flush()
    return kept


def remove(session: Session, snippet: Snippet) -> None:
    """Forget a snippet; what was written with it stays."""
    session.delete(snippet)
    session.flush()


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= MAX_TITLE_CHARACTERS:
        return line
    return line[: MAX_TITLE_CHARACTERS - 2].rsplit(" ", 1)[0] + " …"
