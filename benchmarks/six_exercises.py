"""The notebook that graders are compared on: six exercises over the data stack.

Its figure is closed by its own cell, so that nobody renders it: only kernels that show
figures would, and the bare cells have nothing to show them on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Six:
    """One exercise: its answer and its assertions."""

    name: str
    answer: str
    tests: tuple[str, ...]


SETUP = (
    "import sqlite3\n\nimport matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd"
)

EXERCISES = (
    Six(
        name="pure",
        answer="""def primes(n):
    found = []
    for i in range(2, n):
        if all(i % p for p in found):
            found.append(i)
    return found""",
        tests=("assert primes(10) == [2, 3, 5, 7]", "assert len(primes(1000)) == 168"),
    ),
    Six(
        name="pandas",
        answer="""def mean_salary(offers):
    return offers.groupby("job")["salary"].mean().sort_index()""",
        tests=(
            "offers = pd.DataFrame({'job': list('abab'), 'salary': [1.0, 2.0, 3.0, 4.0]})",
            "assert list(mean_salary(offers)) == [2.0, 3.0]",
            "assert list(mean_salary(offers).index) == ['a', 'b']",
        ),
    ),
    Six(
        name="numpy",
        answer="""def standardise(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)""",
        tests=(
            "x = np.random.default_rng(0).normal(5, 2, (200, 3))",
            "assert np.allclose(standardise(x).mean(axis=0), 0)",
            "assert np.allclose(standardise(x).std(axis=0), 1)",
        ),
    ),
    Six(
        name="sqlite",
        answer="""def harvest(connection):
    query = "SELECT crop, SUM(kg) FROM harvest GROUP BY crop ORDER BY crop"
    return connection.execute(query).fetchall()""",
        tests=(
            "connection = sqlite3.connect(':memory:')",
            "_ = connection.execute('CREATE TABLE harvest (crop TEXT, kg REAL)')",
            "rows = [('fig', 1.5), ('olive', 2.0), ('fig', 3.0)]",
            "_ = connection.executemany('INSERT INTO harvest VALUES (?, ?)', rows)",
            "assert harvest(connection) == [('fig', 4.5), ('olive', 2.0)]",
        ),
    ),
    Six(
        name="matplotlib",
        answer="""figure, axes = plt.subplots()
axes.plot([1, 2, 3], [2, 4, 8])
axes.set_title("Growth")
axes.set_xlabel("year")
plt.close(figure)""",
        tests=(
            "assert axes.get_title() == 'Growth'",
            "assert axes.get_xlabel() == 'year'",
            "assert list(axes.lines[0].get_ydata()) == [2, 4, 8]",
        ),
    ),
    Six(
        name="sklearn",
        answer="""from sklearn.linear_model import LinearRegression


def fit(x, y):
    return LinearRegression().fit(x, y)""",
        tests=(
            "x = np.arange(50.0).reshape(-1, 1)",
            "model = fit(x, 3 * x[:, 0] + 1)",
            "assert np.allclose(model.predict(np.array([[100.0]])), 301)",
        ),
    ),
)


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def role(grade_id: str, **flags: Any) -> dict[str, Any]:
    """Return nbgrader's metadata, schema 3."""
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3}
    return {"nbgrader": base | {"grade_id": grade_id} | flags}


def notebook(student: int | None = None) -> bytes:
    """Return the author's notebook, or the one that a student hands in."""
    cells = [code(SETUP, **role("setup", locked=True))]
    for exercise in EXERCISES:
        answer = exercise.answer
        if student is None:
            answer = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
        else:
            answer += f"\n# student {student}"
        tests = "\n".join(exercise.tests)
        cells.append(code(answer, **role(exercise.name, solution=True)))
        flags = {"grade": True, "locked": True, "points": 2.0}
        cells.append(code(tests, **role(f"{exercise.name}-tests", **flags)))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    body = {
        "cells": cells,
        "metadata": {"kernelspec": spec},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    return json.dumps(body).encode()


def otter_test(exercise: Six) -> str:
    """Return the exercise's tests as otter's test file."""
    doctest = "\n".join(f">>> {line}" for line in exercise.tests)
    case = {"code": doctest, "hidden": False, "locked": False}
    suites = [{"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}]
    test = {"name": exercise.name, "points": 2, "suites": suites}
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"
