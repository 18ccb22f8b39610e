"""Small notebooks for the engine's tests: each names only what it is about."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def markdown(source: str, **metadata: Any) -> Json:
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(source: str, **metadata: Any) -> Json:
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def role(grade_id: str, **flags: Any) -> Json:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    return {"nbgrader": base | {"grade_id": grade_id} | flags}


def answer(grade_id: str, source: str, **garrigue: Any) -> Json:
    extra = {"garrigue": garrigue} if garrigue else {}
    return code(source, **role(grade_id, solution=True), **extra)


def checks(grade_id: str, source: str, points: float = 1, **garrigue: Any) -> Json:
    extra = {"garrigue": garrigue} if garrigue else {}
    return code(source, **role(grade_id, grade=True, locked=True, points=points), **extra)


def manual(grade_id: str, source: str, points: float = 2) -> Json:
    return markdown(source, **role(grade_id, grade=True, solution=True, points=points))


def task(grade_id: str, source: str, points: float = 2) -> Json:
    return markdown(source, **role(grade_id, task=True, points=points, locked=True))


def notebook(*cells: Json, **garrigue: Any) -> bytes:
    metadata: Json = {"kernelspec": {"name": "python3", "language": "python"}}
    if garrigue:
        metadata["garrigue"] = garrigue
    body = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body).encode()


def solved(source: str, indent: int = 0) -> str:
    margin = "\n" + " " * indent
    return f"### BEGIN SOLUTION{margin}{source}{margin}### END SOLUTION"


def hidden(source: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"


SQUARE = (
    markdown("# Devoir\n\n## Le carré"),
    answer("carre", f"def carre(x):\n    {solved('return x * x', indent=4)}"),
    checks("carre-tests", "assert carre(3) == 9, 'carre(3) vaut 9'", 2),
    checks("carre-caches", hidden("assert carre(-4) == 16"), 3),
)
