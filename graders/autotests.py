"""Runs the author's own notebook to make its AUTOTEST lines into tests, once a version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from graders.kernel import CellResult, Kernel
from graders.notebooks.autotest import (
    TEMPLATE_FILES,
    Templates,
    instantiate,
    read_templates,
)
from graders.notebooks.cells import Notebook, write_notebook
from graders.notebooks.errors import Problem, UnusableAssignment
from graders.prepared import PreparedAssignment, prepared
from graders.protocol import Limits
from graders.report import without_ansi
from graders.sandbox.nursery import Nursery
from graders.store import digest

KEPT = 64


class Autotests:
    """Assignments whose lines were made into tests, by the hash of all they depend on."""

    def __init__(self) -> None:
        self._known: dict[str, PreparedAssignment] = {}
        self._lock = Lock()

    def made(
        self,
        assignment: PreparedAssignment,
        nursery: Nursery,
        files: Mapping[str, Path],
        limits: Limits,
    ) -> PreparedAssignment:
        """Return the assignment with its lines made into tests.

        :raises UnusableAssignment: if the templates are missing, or the solution fails.
        """
        template = _template(files)
        key = digest(write_notebook(assignment.source), template)
        with self._lock:  # so that the same version is not run twice at once
            if key not in self._known:
                if len(self._known) >= KEPT:
                    self._known.clear()
                templates = read_templates(template, _kernel_name(assignment.source))
                with nursery.kernel(limits=limits, files=files) as kernel:
                    source = _run(assignment.source, templates, kernel, limits)
                self._known[key] = prepared(source)
            return self._known[key]


def _template(files: Mapping[str, Path]) -> bytes:
    for name in TEMPLATE_FILES:
        if name in files:
            return files[name].read_bytes()
    raise _unusable("des lignes AUTOTEST, mais pas de fichier autotests.yml à côté du carnet")


def _kernel_name(source: Notebook) -> str:
    spec = source.metadata.get("kernelspec")
    return str(spec.get("name", "python3")) if isinstance(spec, Mapping) else "python3"


def _run(source: Notebook, templates: Templates, kernel: Kernel, limits: Limits) -> Notebook:
    def evaluate(code: str) -> str:
        result = kernel.execute(code, wall_s=limits.cell_wall_s)
        if result.outcome != "ok":
            why = f"{result.error_name} {result.error_value}".strip() or result.outcome
            raise _unusable(f"la solution échoue avant une ligne AUTOTEST\u00a0: {why}")
        return _value(result)

    return instantiate(source, templates, evaluate)


def _value(result: CellResult) -> str:
    for output in result.outputs:
        if output.get("output_type") == "execute_result":
            return without_ansi(str(output["data"].get("text/plain", "")))
    return ""


def _unusable(reason: str) -> UnusableAssignment:
    return UnusableAssignment([Problem(cell=0, reason=reason)])
