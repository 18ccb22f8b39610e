"""Does once, in the warm process, what every notebook does first, so that forks need not.

It leaves no trace that a notebook could see: a test compares warm kernels with cold ones.
"""

from __future__ import annotations

import asyncio
import io
import sys
from importlib import import_module
from typing import Any

import zmq

#: Cells of a kind that IPython treats in ways of their own.
CELLS = ("None", "import sys", "def _():\n    return 1\ndel _", "[1 for _ in 'a'];")


#: Python makes code that has run some times faster, and would again in each fork.
REQUESTS = 16


def rehearse(app: Any) -> None:
    """Run cells and show errors, tables and figures to nobody."""
    for source in CELLS * 2:
        app.shell.run_cell(source, store_history=False, silent=True)
    asyncio.run(_request(app.kernel, app.session))
    _show_error(app.shell)
    if "pandas" in sys.modules:
        _show_table()
    if "matplotlib.pyplot" in sys.modules:
        _show_figure()
    if "sklearn" in sys.modules:
        _fit_model()


async def _request(kernel: Any, session: Any) -> None:
    """Have the kernel take requests that it answers to nobody: it has no sockets yet."""
    for number in range(REQUESTS):
        content = {
            "code": CELLS[number % 2],
            "silent": number % 2 == 0,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        parts = session.serialize(session.msg("execute_request", content), b"nobody")
        await kernel.dispatch_shell([zmq.Frame(part) for part in parts])


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
    # A fork forgets the fonts anyway, and would pay for the pages that it gives back.
    import_module("matplotlib.font_manager")._get_font.cache_clear()


def _fit_model() -> None:
    """Fit and split: scikit-learn then looks for plugins among all that is installed, once."""
    numpy = import_module("numpy")
    selection = import_module("sklearn.model_selection")
    values = numpy.arange(20.0).reshape(-1, 1)
    known, asked, answers, _ = selection.train_test_split(values, values[:, 0], random_state=0)
    model = import_module("sklearn.linear_model").LinearRegression().fit(known, answers)
    model.score(asked, model.predict(asked))
    repr(model)
