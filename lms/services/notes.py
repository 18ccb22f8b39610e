"""Notes of one's own on lessons: each person writes and reads their own, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.catalogue import Library
from lms.domain.course import Course
from lms.domain.words import mark
from lms.errors import Conflict, Refusal, TooLarge
from lms.models import Note

MAX_CHARACTERS = 20_000


@dataclass(frozen=True, kw_only=True)
class Where:
    """The lesson that a note is about."""

    course_slug: str
    module_id: str
    page_slug: str


@dataclass(frozen=True, kw_only=True)
class NoteShown:
    """One note in the list of all.

    :param is_served: False when its lesson is no longer there: the note still is.
    """

    note: Note
    course_title: str
    module_title: str
    page_title: str
    is_served: bool


class ChangedElsewhere(Conflict):
    """The note was changed in another window since this text was begun."""

    def __init__(self, kept: Note) -> None:
        super().__init__(
            mark(
                "Cette note a changé dans une autre fenêtre. Les deux textes sont là : "
                "gardez ce qui vous convient."
            )
        )
        self.kept = kept


def note_of(session: Session, user_id: int, where: Where) -> Note | None:
    """Return a person's note on a lesson, or None."""
    return session.scalar(
        select(Note).where(
            Note.user_id == user_id,
            Note.course_slug == where.course_slug,
            Note.module_id == where.module_id,
            Note.page_slug == where.page_slug,
        )
    )


def write(
    session: Session, user_id: int, where: Where, *, text: str, base: int, now: datetime
) -> int:
    """Keep a note and return its revision; an empty text removes it, and 0 is returned.

    :param base: the revision that the text was begun from; 0 for none.
    :raises ChangedElsewhere: if the note has another revision now, with another text.
    :raises TooLarge: if the text is too long.
    """
    text = text.replace("\r\n", "\n").rstrip()
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            "Une note a %(most)s\N{NARROW NO-BREAK SPACE}000 caractères au "
            "plus : raccourcissez-la, ou continuez sur une autre leçon.",
            most=MAX_CHARACTERS // 1000,
        )
    note = note_of(session, user_id, where)
    if note is not None and note.text == text:
        return note.revision
    if note is not None and note.revision != base:
        raise ChangedElsewhere(note)
    if not text:
        if note is not None:
            session.delete(note)
        return 0
    note = note or _new(user_id, where)
    note.text, note.updated_at = text, now
    note.revision += 1
    session.add(note)
    session.flush()
    return note.revision


def notes_of(session: Session, library: Library, user_id: int) -> tuple[NoteShown, ...]:
    """Return all notes of a person: by course, in the order of its lessons."""
    notes = session.scalars(
        select(Note).where(Note.user_id == user_id).order_by(Note.course_slug, Note.id)
    ).all()
    orders = {slug: _order(library, slug) for slug in {note.course_slug for note in notes}}

    def place(note: Note) -> tuple[str, int]:
        order = orders[note.course_slug]
        return note.course_slug, order.get((note.module_id, note.page_slug), len(order))

    return tuple(_shown(library, note) for note in sorted(notes, key=place))


def as_markdown(notes: tuple[NoteShown, ...]) -> str:
    """Return notes as one Markdown text to take away."""
    parts: list[str] = []
    course = ""
    for shown in notes:
        if shown.course_title != course:
            course = shown.course_title
            parts.append(f"# {course}")
        parts.append(f"## {shown.module_title} – {shown.page_title}\n\n{shown.note.text}")
    return "\n\n".join(parts) + "\n"


def _new(user_id: int, where: Where) -> Note:
    return Note(
        user_id=user_id,
        course_slug=where.course_slug,
        module_id=where.module_id,
        page_slug=where.page_slug,
        revision=0,
    )


def _course(library: Library, slug: str) -> Course | None:
    try:
        return library.course(slug)
    except Refusal:
        return None


def _order(library: Library, slug: str) -> dict[tuple[str, str], int]:
    course = _course(library, slug)
    pages = course.pages if course else ()
    return {(module.id, page.slug): number for number, (module, page) in enumerate(pages)}


def _shown(library: Library, note: Note) -> NoteShown:
    course = _course(library, note.course_slug)
    module = course.module(note.module_id) if course else None
    page = module.page(note.page_slug) if module else None
    return NoteShown(
        note=note,
        course_title=course.title if course else note.course_slug,
        module_title=module.title if module else note.module_id,
        page_title=page.title if page else note.page_slug,
        is_served=page is not None,
    )
