"""`python -m graders ASSIGNMENT SUBMISSION…`: one JSON report a line, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from graders.assignments import UnusableFolder, find_assignment
from graders.engine import Engine
from graders.notebooks.errors import UnusableAssignment
from graders.prepared import prepare
from graders.protocol import Outcome


def main(words: list[str]) -> int:
    """Grade and return the exit code of `garrigue grade`."""
    if len(words) < 2:
        sys.stderr.write("usage: python -m graders ASSIGNMENT.ipynb SUBMISSION.ipynb…\n")
        return 2
    try:
        assignment = find_assignment(Path(words[0]))
        prepare(assignment.source)
        submissions = [(word, Path(word).read_bytes()) for word in words[1:]]
    except (UnusableAssignment, UnusableFolder, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    outcomes = set()
    with Engine() as engine:
        for name, submission in submissions:
            report = engine.grade(assignment.request(submission))
            outcomes.add(report.outcome)
            line = json.dumps({"submission": name, **report.to_json()}, ensure_ascii=False)
            sys.stdout.write(f"{line}\n")
    return 0 if outcomes == {Outcome.GRADED} else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
