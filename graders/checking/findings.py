"""What a check finds, as values and as lines for people and for GitHub."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Severity(StrEnum):
    """Whether the assignment may be used as it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that the author should know.

    :param kind: `format`, `reference`, `released`, `seed`, `wrong-answer`, `weak-test`,
        `survivor`, `accepted` or `system`.
    :param cell: position of the cell in the notebook, from 1; 0 for the whole notebook.
    :param mutant: id of the wrong answer that passed, for the file of accepted ones.
    """

    severity: Severity
    kind: str
    message: str
    exercise: str = ""
    cell: int = 0
    grade_id: str = ""
    mutant: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """All that was found about one assignment.

    :param tried: wrong answers that were run, of the author's and of ours.
    :param caught: those that lost points.
    :param accepted: those that passed, as the author expected.
    """

    name: str
    notebook: Path
    findings: tuple[Finding, ...]
    exercises: int = 0
    max_points: float = 0.0
    tried: int = 0
    caught: int = 0
    accepted: int = 0

    @property
    def has_errors(self) -> bool:
        """Whether the assignment should not be used as it is."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return what `garrigue check --json` prints."""
        return {
            "assignment": self.name,
            "notebook": str(self.notebook),
            "exercises": self.exercises,
            "max_points": self.max_points,
            "wrong_answers": {
                "tried": self.tried,
                "caught": self.caught,
                "accepted": self.accepted,
            },
            "findings": [asdict(finding) for finding in self.findings],
        }


def text_lines(report: CheckReport) -> Iterable[str]:
    """Yield the report as a person reads it in a terminal."""
    yield (
        f"{report.name}\u00a0: {report.exercises} exercices, {report.max_points:g} points, "
        f"{report.tried} réponses fausses essayées, {report.caught} refusées par les tests"
        + (f", {report.accepted} acceptées par l’auteur·rice" if report.accepted else "")
    )
    for finding in report.findings:
        sign = "✘" if finding.severity is Severity.ERROR else "!"
        yield f"  {sign} {_where(finding)}{finding.message}"
        if finding.mutant:
            place = f"exercise: {finding.exercise}, mutant: {finding.mutant}"
            yield f"      pour l’accepter\u00a0: {place}"
    if not report.findings:
        yield "  ✔ tous les points à la solution, aucun à l’énoncé, moins aux réponses fausses"


def _where(finding: Finding) -> str:
    if finding.cell:
        name = f" ({finding.grade_id})" if finding.grade_id else ""
        return f"cellule {finding.cell}{name}\u00a0: "
    return f"{finding.exercise}\u00a0: " if finding.exercise else ""


def github_lines(report: CheckReport) -> Iterable[str]:
    """Yield the findings as GitHub's annotations of the notebook's lines."""
    text = report.notebook.read_text(encoding="utf-8", errors="replace").split("\n")
    for finding in report.findings:
        line = _line_of(text, finding.grade_id or finding.exercise)
        message = f"{_where(finding)}{finding.message}"
        properties = f"file={_escaped(str(report.notebook), ':,')},line={line}"
        title = _escaped(f"{report.name} ({finding.kind})", ":,")
        yield f"::{finding.severity.value} {properties},title={title}::{_escaped(message)}"


def _line_of(text: list[str], grade_id: str) -> int:
    wanted = f'"grade_id": "{grade_id}"'
    return next((number for number, line in enumerate(text, 1) if wanted in line), 1)


def _escaped(text: str, also: str = "") -> str:
    for sign in "%\r\n" + also:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
