"""Handing in a draft: the same as uploading the notebook that it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from lms.blobs import BlobStore
from lms.domain.course import Assignment, Course
from lms.domain.unlocking import Unlock, declared_opening
from lms.services.draft_documents import as_notebook, shown
from lms.services.drafts import Place, Stale, latest_of
from lms.services.submissions import HandedIn, Upload, current_version, hand_in


def hand_in_draft(
    session: Session,
    blobs: BlobStore,
    *,
    learner_id: int,
    course: Course,
    assignment: Assignment,
    base: int,
    is_confirmed: bool,
    max_bytes: int,
    now: datetime,
    unlock: Unlock = declared_opening,
) -> HandedIn:
    """Hand in the latest version of a draft; the same one again is the same submission.

    :param base: the version that the page shows.
    :param is_confirmed: hand it in even if nothing is answered.
    :raises Stale: if another version was saved since.
    :raises NoAnswers: if nothing was answered and the learner did not confirm.
    :raises Conflict: if the assignment takes no (more) work from this learner.
    """
    version = current_version(session, course.slug, assignment)
    place = Place(learner_id=learner_id, course_slug=course.slug, version=version)
    saved = latest_of(session, place)
    document = shown(session, blobs, version, saved)
    if base != document.number:
        raise Stale(document)
    bare = [{**cell, "outputs": []} for cell in document.cells]  # they come anew, in a room
    handed_in = hand_in(
        session,
        blobs,
        learner_id=learner_id,
        course=course,
        assignment=assignment,
        upload=Upload(
            data=as_notebook(blobs, version, replace(document, cells=bare)),
            filename=f"{assignment.id}.ipynb",
            is_confirmed=is_confirmed,
        ),
        max_bytes=max_bytes,
        now=now,
        unlock=unlock,
    )
    if saved is not None:
        saved.submission_id, saved.is_pinned = handed_in.submission.id, True
        session.flush()
    return handed_in
