"""A pull from end to end: fetched, checked as `garrigue check` does, published if it holds."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from lms.catalogue import CourseProblem
from lms.catalogue.read import COURSE_FILE
from lms.catalogue.referentials import FOLDER
from lms.checks import keep_record
from lms.config import Config
from lms.course_check import check_course
from lms.database import Session, Sessions
from lms.domain.pulls import Outcome
from lms.errors import Refusal, Unavailable
from lms.plugins import installed_plugins
from lms.publication import CACHE, prepare, publish_courses
from lms.repositories import RepositoryRefused, fetch, write_out
from lms.services import pulls
from lms.services.pulls import Result
from lms.supervisor import python_command
from lms.transactions import in_transaction

if TYPE_CHECKING:
    from graders.checking.findings import CheckReport

#: In the instance folder: git's own stores, one a course.
REPOSITORIES = "repositories"
POLL_S = 2.0
PULSE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """One remark of a check.

    :param place: file, line and key, as far as they are known.
    """

    place: str
    message: str
    is_warning: bool = False


#: Runs the notebooks of a course folder and says what is wrong with them.
Check = Callable[[Config, Path], Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One pull that is ours to do.

    :param served: the commit whose form is served; empty when none is.
    """

    pull_id: int
    slug: str
    url: str
    branch: str
    folder: str
    served: str


class _Refused(Exception):
    """The pull ends here, without publishing anything."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def pull_waiting(
    config: Config, sessions: Sessions, check: Check, *, pull_id: int | None = None
) -> bool:
    """Do the pull that waits longest, or that one; False when there is none to do.

    :param check: `check_notebooks`, or what stands for it.
    """
    task = in_transaction(sessions, lambda session: _claimed(session, pull_id))
    if task is None:
        return False
    with _renewed(sessions, task.pull_id):
        result = _result(config, sessions, task, check)
    in_transaction(
        sessions,
        lambda session: pulls.finish(session, task.pull_id, result, now=datetime.now(UTC)),
    )
    return True


def _claimed(session: Session, pull_id: int | None) -> _Task | None:
    pull = pulls.claim(session, now=datetime.now(UTC), pull_id=pull_id)
    if pull is None:
        return None
    try:
        remote = pulls.remote_of(session, pull.course_slug)
    except Refusal as refusal:  # removed since it was asked for
        result = Result(outcome=Outcome.FAILED, message=str(refusal))
        pulls.finish(session, pull.id, result, now=datetime.now(UTC))
        return None
    return _Task(
        pull_id=pull.id,
        slug=pull.course_slug,
        url=remote.url,
        branch=remote.branch,
        folder=remote.folder,
        served=pulls.served_commit(session, pull.course_slug),
    )


def _result(config: Config, sessions: Sessions, task: _Task, check: Check) -> Result:
    commit = ""
    try:
        commit = fetch(task.url, task.branch, config.instance / REPOSITORIES / task.slug)
        if commit == task.served:
            return Result(outcome=Outcome.UNCHANGED, commit=commit)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=config.instance) as staging:
            return _publish(config, sessions, task, commit, Path(staging), check)
    except _Refused as refused:
        return replace(refused.result, commit=commit)
    except RepositoryRefused as refusal:
        found = [_of_course(problem) for problem in refusal.problems]
        return replace(_refused(str(refusal), found), commit=commit)
    except (Refusal, OSError) as error:
        return Result(outcome=Outcome.FAILED, commit=commit, message=str(error))
    except Exception as error:  # whatever a repository holds, its pull ends
        return Result(
            outcome=Outcome.FAILED,
            commit=commit,
            message=f"La vérification s’est arrêtée sur une erreur : {type(error).__name__}.",
        )


def _publish(
    config: Config, sessions: Sessions, task: _Task, commit: str, staging: Path, check: Check
) -> Result:
    """Write the commit out, check it whole, and publish it if nothing is wrong."""
    folder = staging / task.slug
    folder.mkdir()
    write_out(config.instance / REPOSITORIES / task.slug, commit, task.folder, folder)
    if (config.courses / FOLDER).is_dir():
        (staging / FOLDER).symlink_to((config.courses / FOLDER).resolve())
    reading, problems = check_course(
        folder, installed_plugins(has_installed=config.has_plugins)
    )
    found = [_of_course(problem) for problem in problems]
    if reading.course is None:
        raise _Refused(_refused("Le cours a des erreurs : il n’est pas publié.", found))
    found += check(config, folder)
    if any(not each.is_warning for each in found):
        raise _Refused(
            _refused(
                "Un exercice ne tient pas ses promesses : le cours n’est pas publié.", found
            )
        )
    [published] = publish_courses(
        replace(config, courses=staging), sessions, now=datetime.now(UTC), slugs=[task.slug]
    )
    if published.course is None:
        raise _Refused(_refused("Le cours a changé pendant sa lecture.", found))
    prepare(replace(config, courses=staging), published.course)
    return Result(outcome=Outcome.PUBLISHED, commit=commit, problems=tuple(map(asdict, found)))


def _refused(message: str, found: Iterable[Found]) -> Result:
    errors_first = sorted(found, key=lambda each: each.is_warning)
    return Result(
        outcome=Outcome.REFUSED, message=message, problems=tuple(map(asdict, errors_first))
    )


def _of_course(problem: CourseProblem) -> Found:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return Found(
        place=f"{place} « {problem.key} »" if problem.key else place,
        message=problem.message,
        is_warning=problem.is_warning,
    )


def check_notebooks(config: Config, folder: Path) -> Iterator[Found]:
    """Yield what running the notebooks of a course shows, as `garrigue check` does.

    :raises Unavailable: where rooms do not hold: nothing is published unchecked.
    """
    from graders.assignments import UnusableFolder, course_assignments
    from graders.checking.check import Bench, CheckSettings, check_assignments
    from graders.engine import Engine
    from graders.safety import require_safe_rooms
    from graders.sandbox.errors import SandboxError
    from graders.store import Store

    store = Store(config.instance / CACHE / "check")
    jobs = max(1, (os.cpu_count() or 1) // 2)  # learners' work goes on meanwhile
    try:
        is_declared = (folder / COURSE_FILE).is_file()  # else a book: nothing is graded
        assignments = course_assignments(folder) if is_declared else ()
        if assignments:
            require_safe_rooms(store, lambda _words: None)
        with Engine(slots=jobs) as engine:
            bench = Bench(engine=engine, settings=CheckSettings(jobs=jobs), store=store)
            for assignment, report in zip(
                assignments, check_assignments(assignments, bench), strict=True
            ):
                if report.reference:
                    keep_record(
                        config.instance, assignment, report.to_record(), now=datetime.now(UTC)
                    )
                yield from _of_report(report, folder.resolve())
    except UnusableFolder as error:
        yield Found(place="course.yml", message=str(error))
    except SandboxError as error:
        raise Unavailable(
            "Les carnets n’ont pas pu être vérifiés : %(error)s", error=error
        ) from error


def _of_report(report: CheckReport, folder: Path) -> Iterator[Found]:
    path = report.notebook.relative_to(folder)
    for finding in report.findings:
        yield Found(
            place=f"{path}:{finding.line}" if finding.line else str(path),
            message=finding.message,
            is_warning=finding.severity.value == "warning",
        )


@contextmanager
def _renewed(sessions: Sessions, pull_id: int) -> Iterator[None]:
    """Say again and again that the pull is under way, as long as it is."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(PULSE_S):
            in_transaction(
                sessions,
                lambda session: pulls.renew(session, pull_id, now=datetime.now(UTC)),
            )

    pulse = threading.Thread(target=renew, daemon=True)
    pulse.start()
    try:
        yield
    finally:
        done.set()
        pulse.join()


class Puller:
    """Starts a process for the pulls that wait: they take long, and hold no thread of ours."""

    def __init__(self, sessions: Sessions, log: FilteringBoundLogger) -> None:
        self._sessions = sessions
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self, stop: threading.Event) -> None:
        """Look for pulls until told to stop; one under way is ended, and begun anew later."""
        while not stop.wait(POLL_S):
            if self._process is not None and self._process.poll() is None:
                continue
            try:
                if self._is_waiting():
                    self._process = subprocess.Popen(
                        python_command("lms.cli", "course", "pull", "--waiting"),
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                    )
            except (SQLAlchemyError, OSError):
                self._log.exception("pulls not looked for")
        if self._process is not None:
            self._process.terminate()

    def _is_waiting(self) -> bool:
        with self._sessions() as session:
            return pulls.is_waiting(session, now=datetime.now(UTC))
