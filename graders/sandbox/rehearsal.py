"""Does once, in the warm process, what every notebook does first, so that forks need not.

It leaves no trace that a notebook could see: a test compares warm kernels with cold ones.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any

#: Cells of a kind that IPython treats in ways of their own.
CELLS = ("None", "import sys", "def _():\n    return 1\ndel _", "[1 for _ in 'a'];")


def rehearse(shell: Any) -> None:
    """Run cells and show errors, tables and figures to nobody."""
    for source in CELLS * 2:
        shell.run_cell(source, store_history=False, silent=True)
    _show_error(shell)
    if "pandas" in sys.modules:
        _show_table()
    if "matplotlib.pyplot" in sys.modules:
        _show_figure()


def _show_error(shell: Any) -> None:
    try:
        exec(compile("def f():\n    return 1 / 0\nf()", "<rehearsal>", "exec"), {})  # noqa: S102
    except ZeroDivisionError as error:
        shown = type(error), error, error.__traceback__
        shell.InteractiveTB.structured_traceback(*shown, tb_offset=1)


def _show_table() -> None:
    pandas = import_module("pandas")
    table = pandas.DataFrame({"key": ["a", "b", "a"], "value": [1.5, None, 3.0]})
    table._repr_html_()
    repr(table.groupby("key").sum())
    repr(table.describe())
    table.merge(table, on="key")


def _show_figure() -> None:
    import_module("matplotlib_inline.backend_inline")
    figure = import_module("matplotlib.figure").Figure()
    axes = figure.subplots()
    axes.plot([0, 1], [1, 2], label="x")
    axes.legend()
    axes.set_title("x")
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
