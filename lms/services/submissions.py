"""Handing in: what is accepted, kept, counted and found again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from graders.notebooks.assemble import assemble
from graders.notebooks.errors import NotebookRefused
from graders.notebooks.read import read_notebook
from lms.blobs import BlobStore
from lms.config import MIB
from lms.domain.access import HIDDEN
from lms.domain.course import Assignment, Course
from lms.domain.unlocking import Unlock, declared_opening
from lms.domain.words import mark
from lms.errors import Conflict, Invalid, NotFound, TooLarge
from lms.models import AssignmentVersion, Submission, User
from lms.services import audit, jobs, openings

FILENAME_LENGTH = 200

#: The page has the title already.
TITLE = re.compile(r"\A\s*# .*")


class NoAnswers(Conflict):
    """Nothing in the notebook was answered: probably the wrong file; the person may insist.

    The notebook is kept under `notebook_hash`, so that insisting needs no second upload.
    """

    def __init__(self, notebook_hash: str) -> None:
        super().__init__(
            mark(
                "Ce carnet ne contient aucune réponse : il est identique à l’énoncé. "
                "Vérifiez que vous avez enregistré votre travail et choisi le bon fichier."
            )
        )
        self.notebook_hash = notebook_hash


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What a learner sends.

    :param is_confirmed: hand it in even if nothing is answered.
    """

    data: bytes
    filename: str
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """What became of an upload.

    :param is_new: False when the same notebook had been handed in before.
    """

    submission: Submission
    is_new: bool


def hand_in(
    session: Session,
    blobs: BlobStore,
    *,
    learner_id: int,
    course: Course,
    assignment: Assignment,
    upload: Upload,
    max_bytes: int,
    now: datetime,
    unlock: Unlock = declared_opening,
) -> HandedIn:
    """Keep a learner's notebook and the job that grades it.

    The notebook is safe on disk before the rows that name it exist.

    :raises TooLarge: if the file weighs more than `max_bytes`.
    :raises Invalid: if it is no readable notebook of this assignment.
    :raises NoAnswers: if nothing was answered and the learner did not confirm.
    :raises Conflict: if the assignment takes no (more) work from this learner.
    """
    promotion = openings.enrolment(session, learner_id, course.slug, now=now)
    _refuse_large(upload.data, max_bytes)
    version = current_version(session, course.slug, assignment)
    is_blank = _is_blank(blobs.get(version.notebook_hash), upload.data)
    notebook_hash = blobs.put(upload.data)
    take_turn(session, learner_id)
    before = _same(session, learner_id, version, notebook_hash)
    if before is not None:
        return HandedIn(submission=before, is_new=False)
    openings.refuse_closed(
        session, learner_id, course, assignment, promotion, now=now, unlock=unlock
    )
    if is_blank and not upload.is_confirmed:
        raise NoAnswers(notebook_hash)
    submission = Submission(
        learner_id=learner_id,
        promotion_id=promotion.id,
        course_slug=course.slug,
        assignment_id=assignment.id,
        version=version,
        notebook_hash=notebook_hash,
        size_bytes=len(upload.data),
        filename=_shown_name(upload.filename),
        handed_in_at=now,
        attempt=1 + _last_attempt(session, learner_id, course.slug, assignment.id),
    )
    _keep(session, submission, now)
    return HandedIn(submission=submission, is_new=True)


def current_version(
    session: Session, course_slug: str, assignment: Assignment
) -> AssignmentVersion:
    """Return the version of an assignment that is handed out now.

    :raises NotFound: if it was never synchronised.
    """
    version = session.scalar(
        select(AssignmentVersion).where(
            AssignmentVersion.course_slug == course_slug,
            AssignmentVersion.assignment_id == assignment.id,
            AssignmentVersion.content_hash == assignment.content_hash,
        )
    )
    if version is None:
        raise NotFound("Cet exercice n’est pas encore publié. Revenez dans un moment.")
    return version


def instructions(blobs: BlobStore, version: AssignmentVersion) -> str:
    """Return how the notebook introduces itself (Markdown), without its title."""
    cells = read_notebook(blobs.get(version.released_hash)).cells
    first = cells[0].source if cells and cells[0].kind == "markdown" else ""
    return TITLE.sub("", first).strip()


def submission_by_id(session: Session, submission_id: int) -> Submission:
    """Return one submission.

    :raises NotFound: if there is none of that id.
    """
    found = session.get(Submission, submission_id)
    if found is None:
        raise NotFound(HIDDEN)
    return found


def attempts_of(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> Sequence[Submission]:
    """Return a learner's submissions for an assignment, latest first."""
    return session.scalars(
        select(Submission)
        .where(
            Submission.learner_id == learner_id,
            Submission.course_slug == course_slug,
            Submission.assignment_id == assignment_id,
        )
        .order_by(Submission.attempt.desc())
    ).all()


def too_large(max_bytes: int) -> TooLarge:
    """Return the refusal of a file that weighs more than that."""
    return TooLarge(
        "Ce carnet dépasse %(most)s Mio. Dans Jupyter, effacez les sorties de "
        "toutes les cellules, enregistrez, puis déposez-le à nouveau.",
        most=max_bytes // MIB,
    )


def _refuse_large(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise too_large(max_bytes)


def _is_blank(source: bytes, data: bytes) -> bool:
    try:
        return assemble(read_notebook(source), read_notebook(data)).is_blank
    except NotebookRefused as refusal:
        raise Invalid(str(refusal)) from refusal


def _same(
    session: Session, learner_id: int, version: AssignmentVersion, notebook_hash: str
) -> Submission | None:
    return session.scalar(
        select(Submission).where(
            Submission.learner_id == learner_id,
            Submission.version_id == version.id,
            Submission.notebook_hash == notebook_hash,
        )
    )


def _shown_name(filename: str) -> str:
    printable = "".join(char for char in filename if char.isprintable())
    return printable.replace("\\", "/").rpartition("/")[2][-FILENAME_LENGTH:] or "carnet.ipynb"


def take_turn(session: Session, learner_id: int) -> None:
    """Wait until no other upload of this person is under way.

    A write that changes nothing: it locks the row, or the whole file where that is SQLite.
    """
    session.execute(
        update(User)
        .where(User.id == learner_id)
        .values(id=User.id)
        .execution_options(synchronize_session=False)
    )


def _keep(session: Session, submission: Submission, now: datetime) -> None:
    session.add(submission)
    session.flush()
    jobs.enqueue(session, submission, now=now)
    audit.record(
        session,
        "submission.handed-in",
        f"submission:{submission.id}",
        actor_id=submission.learner_id,
        now=now,
        attempt=submission.attempt,
        notebook=submission.notebook_hash,
    )
    session.flush()


def _last_attempt(
    session: Session, learner_id: int, course_slug: str, assignment_id: str
) -> int:
    attempts = attempts_of(session, learner_id, course_slug, assignment_id)
    return attempts[0].attempt if attempts else 0
