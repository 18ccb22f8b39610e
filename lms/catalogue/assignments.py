"""The assignments that a module of `course.yml` declares, checked one by one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.exercises import group_exercises
from graders.notebooks.files import room_path
from graders.notebooks.text import SUFFIXES, UnreadableText, cell_lines, read_source
from graders.notebooks.validate import find_problems
from lms.catalogue.files import BadFile, CourseFiles
from lms.catalogue.problems import CourseProblem
from lms.catalogue.sections import Section
from lms.content.headings import title_of
from lms.domain.course import Assignment, RunLimits, UnlockRule
from lms.domain.marks import OUR_RULES, ScoreRules

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
LEVELS = {"imiter": 1, "adapter": 2, "transposer": 3}
KEYS = (
    "notebook", "title", "due", "opens", "attempts", "score", "competences", "data", "run",
)  # fmt: skip


def read_assignment(
    files: CourseFiles,
    declared: Section,
    *,
    module_id: str,
    problems: list[CourseProblem],
    score_rules: ScoreRules = OUR_RULES,
) -> Assignment | None:
    """Return what one entry of `assignments` says, or None when its notebook is unusable."""
    declared.only(*KEYS)
    assignment_id = declared.key.rpartition(".")[2]
    if not ID.match(assignment_id):
        declared.note(
            "un identifiant ne contient que des minuscules sans accent, des chiffres et des "
            "tirets (exemple : « offres-brutes »)."
        )
    data = _data(files, declared)
    run, competences = _run(declared), _competences(declared)
    notebook = _notebook(files, declared)
    if notebook is None:
        return None
    read = _points_and_title(files, notebook, problems)
    if read is None:
        return None
    max_points, title = read
    room_files = {room_path(notebook, path): path for path in data}
    return Assignment(
        id=assignment_id,
        title=declared.text("title") or title or assignment_id,
        module_id=module_id,
        notebook=notebook,
        content_hash=_content_hash(files, notebook, room_files, run, competences),
        max_points=max_points,
        due=declared.text("due") or None,
        opens=_opens(declared),
        attempts=_attempts(declared),
        score=score_rules[declared.choice("score", *score_rules)],
        competences=competences,
        data=data,
        room_files=room_files,
        run=run,
    )


def _notebook(files: CourseFiles, declared: Section) -> PurePosixPath | None:
    text = declared.text("notebook", is_required=True)
    if not text:
        return None
    try:
        path = files.find(text)
        if path.suffix not in SUFFIXES:
            raise BadFile(
                f"un carnet est attendu (« .ipynb », « .md » ou « .py ») ; « {text} » a été lu."
            )
    except BadFile as error:
        declared.note(str(error), name="notebook")
        return None
    return path


def _points_and_title(
    files: CourseFiles, path: PurePosixPath, problems: list[CourseProblem]
) -> tuple[float, str] | None:
    try:
        data = files.read(path)
        notebook = read_source(data, path)
    except (UnreadableNotebook, BadFile) as error:
        line = error.line if isinstance(error, UnreadableText) else 0
        said = error.message if isinstance(error, UnreadableText) else str(error)
        problems.append(CourseProblem(file=str(path), line=line, message=said))
        return None
    found = find_problems(notebook)
    lines = cell_lines(data, path) if found else ()
    problems += [
        CourseProblem(
            file=str(path),
            line=lines[problem.cell - 1] if 0 < problem.cell <= len(lines) else 0,
            key=f"cellule {problem.cell}" if problem.cell else "",
            message=f"{problem.reason}.",
        )
        for problem in found
    ]
    if found:
        return None
    texts = (cell.source for cell in notebook.cells if cell.kind == "markdown")
    title = next(filter(None, map(title_of, texts)), "")
    return sum(exercise.max_points for exercise in group_exercises(notebook)), title


def _data(files: CourseFiles, declared: Section) -> tuple[PurePosixPath, ...]:
    found: list[PurePosixPath] = []
    for item in declared.texts("data"):
        try:
            path = files.find(item.text)
            files.hash(path)
        except BadFile as error:
            declared.note(str(error), name="data", line=item.line)
        else:
            found.append(path)
    return tuple(found)


def _opens(declared: Section) -> UnlockRule | None:
    opens = declared.section("opens")
    if opens is None:
        return None
    opens.only("after", "score")
    after = opens.text("after", is_required=True)
    score = opens.number("score", 0, least=0, most=100)
    return UnlockRule(after=after, score=score) if after else None


def _attempts(declared: Section) -> int | None:
    if declared.text("attempts") in ("", "unlimited"):
        return None
    return int(declared.number("attempts", 1, least=1, most=1000, is_whole=True))


def _competences(declared: Section) -> Mapping[str, int]:
    section = declared.section("competences")
    if section is None:
        return {}
    return {name: LEVELS[section.choice(name, *LEVELS)] for name in section}


def _run(declared: Section) -> RunLimits:
    section = declared.section("run")
    if section is None:
        return RunLimits()
    section.only("wall_s", "cpu_s", "memory_mib")

    def limit(name: str, default: int, most: int) -> int:
        return int(section.number(name, default, least=1, most=most, is_whole=True))

    return RunLimits(
        wall_s=limit("wall_s", RunLimits.wall_s, 3600),
        cpu_s=limit("cpu_s", RunLimits.cpu_s, 3600),
        memory_mib=limit("memory_mib", RunLimits.memory_mib, 64 * 1024),
    )


def _content_hash(
    files: CourseFiles,
    notebook: PurePosixPath,
    room_files: Mapping[str, PurePosixPath],
    run: RunLimits,
    competences: Mapping[str, int],
) -> str:
    """Hash what decides a grade: dates, attempts and titles make no new version."""
    said = {
        "notebook": files.hash(notebook),
        "files": {name: files.hash(path) for name, path in room_files.items()},
        "run": [run.wall_s, run.cpu_s, run.memory_mib],
        "competences": dict(competences),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
