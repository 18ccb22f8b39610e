"""What a check finds, as values and as lines for people and for GitHub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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
    :param line: where the cell stands in the notebook's file, from 1; 0 when unknown.
    """

    severity: Severity
    kind: str
    message: str
    exercise: str = ""
    cell: int = 0
    grade_id: str = ""
    mutant: str = ""
    line: int = 0


class Fate(StrEnum):
    """What became of a wrong answer."""

    CAUGHT = "caught"
    ACCEPTED = "accepted"
    PASSED = "passed"


@dataclass(frozen=True, kw_only=True)
class TriedAnswer:
    """One wrong answer that was run.

    :param cell: `grade_id` of the answer's cell that it stood for.
    :param name: what is wrong in it, as the author or the change says.
    :param reason: why its author accepts that it passes; empty otherwise.
    """

    exercise: str
    cell: str
    name: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """All that was found about one assignment.

    :param tried: wrong answers that were run, of the author's and of ours.
    :param caught: those that lost points.
    :param accepted: those that passed, as the author expected.
    :param answers: each wrong answer, in the order of the notebook.
    :param reference: the run of the author's own solution, as a report says it.
    :param took_s: from the first trial's start to the last one's end.
    :param is_known: nothing was run: this is what an earlier check of the same files found.
    """

    name: str
    notebook: Path
    findings: tuple[Finding, ...]
    exercises: int = 0
    max_points: float = 0.0
    tried: int = 0
    caught: int = 0
    accepted: int = 0
    answers: tuple[TriedAnswer, ...] = ()
    reference: Mapping[str, Any] = field(default_factory=dict)
    took_s: float = 0.0
    is_known: bool = False

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
            "took_s": round(self.took_s, 3),
            "is_known": self.is_known,
        }

    def to_record(self) -> dict[str, Any]:
        """Return all of it, as `from_record` reads."""
        return {
            **self.to_json(),
            "answers": [asdict(answer) for answer in self.answers],
            "reference": dict(self.reference),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> CheckReport:
        """Return the report that `to_record` wrote, known from then on."""
        return cls(
            name=record["assignment"],
            notebook=Path(record["notebook"]),
            findings=tuple(
                Finding(**{**said, "severity": Severity(said["severity"])})
                for said in record["findings"]
            ),
            exercises=record["exercises"],
            max_points=record["max_points"],
            **record["wrong_answers"],
            answers=tuple(
                TriedAnswer(**{**said, "fate": Fate(said["fate"])})
                for said in record["answers"]
            ),
            reference=record["reference"],
            took_s=record["took_s"],
            is_known=True,
        )


def text_lines(report: CheckReport) -> Iterable[str]:
    """Yield the report as a person reads it in a terminal."""
    exercises = "exercices" if report.exercises > 1 else "exercice"
    yield (
        f"{report.name}\u00a0: {report.exercises} {exercises}, {report.max_points:g} points, "
        f"{report.tried} réponses fausses essayées, {report.caught} refusées par les tests"
        + (f", {report.accepted} acceptées par l’auteur·rice" if report.accepted else "")
        + f" ({_how_long(report)})"
    )
    for finding in report.findings:
        sign = "✘" if finding.severity is Severity.ERROR else "!"
        yield f"  {sign} {_place(report, finding)}{_where(finding)}{finding.message}"
        if finding.mutant:
            place = f"exercise: {finding.exercise}, mutant: {finding.mutant}"
            yield f"      pour l’accepter\u00a0: {place}"
    if not report.findings:
        yield "  ✔ tous les points à la solution, aucun à l’énoncé, moins aux réponses fausses"


def _how_long(report: CheckReport) -> str:
    if report.is_known:
        return "inchangé depuis la dernière vérification"
    return f"{report.took_s:.1f}".replace(".", ",") + "\u00a0s"


def _place(report: CheckReport, finding: Finding) -> str:
    """Return `file:line`, on which an editor's terminal opens the file."""
    path = report.notebook
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return f"{path}:{finding.line or 1}: "


def _where(finding: Finding) -> str:
    if finding.cell:
        name = f" ({finding.grade_id})" if finding.grade_id else ""
        return f"cellule {finding.cell}{name}\u00a0: "
    return f"{finding.exercise}\u00a0: " if finding.exercise else ""


def github_lines(report: CheckReport) -> Iterable[str]:
    """Yield the findings as GitHub's annotations of the notebook's lines."""
    for finding in report.findings:
        line = finding.line or 1
        message = f"{_where(finding)}{finding.message}"
        properties = f"file={_escaped(str(report.notebook), ':,')},line={line}"
        title = _escaped(f"{report.name} ({finding.kind})", ":,")
        yield f"::{finding.severity.value} {properties},title={title}::{_escaped(message)}"


def placed(report: CheckReport, lines: Sequence[int]) -> CheckReport:
    """Return the report with the line of each finding in the notebook's file.

    :param lines: on which each cell begins, where the notebook is kept as text; else empty.
    """
    text = report.notebook.read_text(encoding="utf-8", errors="replace").split("\n")
    return replace(
        report,
        findings=tuple(
            replace(finding, line=_line_of(text, lines, finding)) for finding in report.findings
        ),
    )


def _line_of(text: Sequence[str], lines: Sequence[int], finding: Finding) -> int:
    if 0 < finding.cell <= len(lines):
        return lines[finding.cell - 1]
    name = finding.grade_id or finding.exercise
    wanted = f'"grade_id": "{name}"'
    return next((number for number, line in enumerate(text, 1) if name and wanted in line), 0)


def _escaped(text: str, also: str = "") -> str:
    for sign in "%\r\n" + also:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
