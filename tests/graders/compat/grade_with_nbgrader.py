"""Grades a course folder by nbgrader, and prints each cell's points; runs beside nbgrader.

Usage: python grade_with_nbgrader.py COURSE (a folder that may be written to)
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(course: str) -> None:
    os.chdir(course)
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = course
    config.CourseDirectory.course_id = "compat"
    config.Exchange.root = course + "/exchange"
    # Without it nbgrader stops at notebooks that were released by an older version.
    config.ClearSolutions.enforce_metadata = True
    api = NbGraderAPI(config=config)
    found = {}
    for assignment in sorted(path.name for path in Path("source").iterdir()):
        made = api.generate_assignment(assignment)
        if not made["success"]:
            raise SystemExit(made["log"])
        for student in sorted(path.name for path in Path("submitted").iterdir()):
            if (Path("submitted") / student / assignment).is_dir():
                api.autograde(assignment, student)
    with Gradebook("sqlite:///gradebook.db") as gradebook:
        for submission in gradebook.db.query(_submissions()):
            for notebook in submission.notebooks:
                grades = {
                    grade.name: "manual" if grade.needs_manual_grade else grade.auto_score
                    for grade in notebook.grades
                }
                key = f"{submission.assignment.name}/{submission.student.id}/{notebook.name}"
                found[key] = dict(sorted(grades.items()))
    json.dump(dict(sorted(found.items())), sys.stdout, indent=1)


def _submissions():
    from nbgrader.api import SubmittedAssignment

    return SubmittedAssignment


if __name__ == "__main__":
    main(sys.argv[1])
