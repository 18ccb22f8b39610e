"""A learner, a published assignment, and what can be handed in and reported, for tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.orm import Session

from graders.notebooks.cells import write_notebook
from graders.notebooks.read import read_notebook
from graders.notebooks.release import release
from graders.protocol import ExerciseResult, Outcome, Report, TestOutcome, TestResult
from lms.blobs import BlobStore
from lms.domain.course import Assignment, Course, Module
from lms.models import AssignmentVersion, Membership, Submission
from lms.services import jobs
from lms.services.grading import FinishedRun
from lms.services.submissions import HandedIn, Upload, hand_in
from tests.factories import NOON, make_membership, make_promotion, source_notebook

RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return x * x"
ENDLESS = "def double(x):\n    return 2 * x\n\nwhile True:\n    pass"
MAX_BYTES = 10 * 1024 * 1024


def source_bytes() -> bytes:
    """The author's notebook."""
    return json.dumps(source_notebook()).encode()


def answered(code: str = RIGHT) -> bytes:
    """The learner's notebook with that answer."""
    body: dict[str, Any] = copy.deepcopy(source_notebook())
    body["cells"][1]["source"] = code
    return json.dumps(body).encode()


def released_bytes() -> bytes:
    """The notebook as learners get it."""
    return write_notebook(release(read_notebook(source_bytes())))


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One learner in front of one assignment."""

    session: Session
    blobs: BlobStore
    member: Membership
    course: Course
    assignment: Assignment
    version: AssignmentVersion

    def upload(
        self, data: bytes | None = None, *, now: datetime = NOON, **given: Any
    ) -> HandedIn:
        """Hand a notebook in."""
        upload = Upload(
            **{"data": answered() if data is None else data, "filename": "carnet.ipynb"} | given
        )
        return hand_in(
            self.session,
            self.blobs,
            learner_id=self.member.user_id,
            course=self.course,
            assignment=self.assignment,
            upload=upload,
            max_bytes=MAX_BYTES,
            now=now,
        )

    def submission(self, data: bytes | None = None, **given: Any) -> Submission:
        """Hand a notebook in and return the submission."""
        return self.upload(data, **given).submission

    def claimed(self, worker: str = "w1", now: datetime = NOON) -> jobs.Claim:
        """Have a worker claim the next job."""
        held = jobs.claim(self.session, worker, now=now, lease_s=60)
        assert held is not None
        return held

    def with_rules(self, **rules: Any) -> Desk:
        """Return the same desk with other rules of the assignment."""
        assignment = replace(self.assignment, **rules)
        module = replace(self.course.modules[0], assignments=(assignment,))
        return replace(
            self, assignment=assignment, course=replace(self.course, modules=(module,))
        )


def open_desk(session: Session, folder: Path, **membership: Any) -> Desk:
    """A learner's desk with blobs in the folder."""
    blobs = BlobStore(folder / "blobs")
    membership.setdefault("promotion", make_promotion(session, ends_on=date(2031, 12, 31)))
    member = make_membership(session, **membership)
    version = publish(session, blobs)
    assignment = Assignment(
        id=version.assignment_id,
        title=version.title,
        module_id="debut",
        notebook=PurePosixPath("debut/premier.ipynb"),
        content_hash=version.content_hash,
        max_points=version.max_points,
    )
    module = Module(id="debut", title="Début", assignments=(assignment,))
    course = Course(
        slug="petit-cours", title="Petit cours", content_hash="0" * 64, modules=(module,)
    )
    return Desk(
        session=session,
        blobs=blobs,
        member=member,
        course=course,
        assignment=assignment,
        version=version,
    )


def publish(
    session: Session, blobs: BlobStore, content_hash: str = "a" * 64
) -> AssignmentVersion:
    """The version of the assignment that `source_bytes` is, with its blobs."""
    version = AssignmentVersion(
        course_slug="petit-cours",
        assignment_id="premier-carnet",
        content_hash=content_hash,
        title="Premier carnet",
        notebook_hash=blobs.put(source_bytes()),
        released_hash=blobs.put(released_bytes()),
        exercises=[
            {
                "id": "double",
                "title": "Premier carnet",
                "points": 4.0,
                "competence": "S1",
                "level": 2,
                "hints": ["Essayez avec un nombre négatif."],
            }
        ],
        files={},
        run={"wall_s": 30, "cpu_s": 20, "memory_mib": 512},
        max_points=4.0,
        seen_at=NOON,
    )
    session.add(version)
    session.flush()
    return version


def report(points: float = 4.0, outcome: Outcome = Outcome.GRADED, **given: Any) -> Report:
    """A report on the one exercise, half of whose points are hidden.

    `answer`, `errors` and `comparison` are the exercise's and its tests'.
    """
    visible, hidden = min(points, 2.0), max(points - 2.0, 0.0)
    compared = {"comparison": given.pop("comparison", None)}
    secret = {"is_hidden": True, "source": "secret", "message": "secret", **compared}
    shown = {"source": "assert double(2) == 4", "message": "4 attendu", **compared}
    tests = (
        _test("double-test", visible, **shown),
        _test("double-cache", hidden, **secret),
    )
    exercise = ExerciseResult(
        id="double",
        title="Premier carnet",
        points=points,
        max_points=4.0,
        outcome=TestOutcome.PASSED if points == 4 else TestOutcome.PARTIAL,
        tests=tests,
        errors=given.pop("errors", ()),
        answer=given.pop("answer", ""),
    )
    return Report(
        **{"outcome": outcome, "points": points, "max_points": 4.0, "exercises": (exercise,)}
        | given
    )


def finished(points: float = 4.0, *, at: datetime = NOON, **given: Any) -> FinishedRun:
    """A run that ended at that moment."""
    assignment = given.pop("assignment", None)
    hashes = {name: given.pop(name, None) for name in ("feedback_hash", "executed_hash")}
    return FinishedRun(
        report=report(points, **given),
        **hashes,
        assignment=assignment,
        started_at=at,
        finished_at=at,
    )


def _test(name: str, points: float, **given: Any) -> TestResult:
    is_passed = points == 2.0
    return TestResult(
        id=name,
        points=points,
        max_points=2.0,
        outcome=TestOutcome.PASSED if is_passed else TestOutcome.FAILED,
        **given,
    )


MakeDesk = Callable[..., Desk]
