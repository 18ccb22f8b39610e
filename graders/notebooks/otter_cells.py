"""The text of otter's answer and test cells, rewritten as nbgrader has it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import yaml

_LINE = re.compile(r"\s*#\s*SOLUTION(?:\s+NO\s+PROMPT)?\s*$")
_BEGIN = re.compile(r"^(\s*)#\s*BEGIN SOLUTION(?: NO PROMPT)?\s*$")
_END = re.compile(r"^(\s*)#\s*END SOLUTION\s*$")
_PROMPT = re.compile(r'^\s*"{3}\s*#\s*BEGIN PROMPT.*?"{3};?\s*#\s*END PROMPT\s*?$', re.S | re.M)
_CONFIG = re.compile(
    r'^\s*(?:\w+\s*=\s*)?"{2,3}\s*#\s*BEGIN\s*TEST\s*CONFIG\s*?\n(.*?)"{2,3}\s*#\s*END\s*TEST\s*CONFIG',
    re.S | re.I,
)
_HIDDEN = re.compile(r"^\s*#.*\bhidden\b.*$", re.IGNORECASE)


def answer_source(source: str) -> str:
    """Return an answer's text with each solution between nbgrader's marks."""
    lines = _PROMPT.sub("", source).strip("\n").split("\n")
    written: list[str] = []
    is_open = False
    for line in lines:
        if line.rstrip().endswith("# IGNORE"):
            continue
        is_solution = _LINE.search(line) is not None
        if is_solution and not is_open:
            indent = line[: len(line) - len(line.lstrip())]
            written.append(f"{indent}### BEGIN SOLUTION")
        elif is_open and not is_solution:
            written.append(_closing(written))
        is_open = is_solution
        written.append(_rewritten(line))
    if is_open:
        written.append(_closing(written))
    return "\n".join(written)


def _closing(written: list[str]) -> str:
    opened = next(line for line in reversed(written) if "BEGIN SOLUTION" in line)
    return opened.replace("BEGIN", "END")


def _rewritten(line: str) -> str:
    line = _BEGIN.sub(r"\1### BEGIN SOLUTION", line)
    line = _END.sub(r"\1### END SOLUTION", line)
    return _LINE.sub("", line)


@dataclass(frozen=True, kw_only=True)
class OtterTest:
    """One test cell of otter's.

    :param points: its own; None when the question's are shared.
    """

    source: str
    is_hidden: bool
    points: float | None


def read_test(source: str, output: str) -> OtterTest:
    """Return the test that a cell holds, with what it should show as an assertion."""
    config, body = _config(source)
    first, _, rest = body.partition("\n")
    is_hidden = bool(_HIDDEN.match(first))
    points = config.get("points")
    return OtterTest(
        source=_asserting(rest if is_hidden else body, output),
        is_hidden=config.get("hidden", is_hidden) is True,
        points=float(points) if isinstance(points, int | float) else None,
    )


def marked_source(test: OtterTest) -> str:
    """Return the test's text, between marks when it is hidden."""
    if not test.is_hidden:
        return test.source
    return f"### BEGIN HIDDEN TESTS\n{test.source}\n### END HIDDEN TESTS"


def _config(source: str) -> tuple[dict[str, object], str]:
    found = _CONFIG.match(source)
    if found is None:
        return {}, source.strip("\n")
    try:
        said = yaml.safe_load(found[1])
    except yaml.YAMLError:
        said = {}
    return (said if isinstance(said, dict) else {}), source[found.end() :].strip("\n")


def _asserting(source: str, output: str) -> str:
    """Turn what a doctest would show into assertions."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source
    if not body:
        return source
    last = body[-1]
    if isinstance(last, ast.FunctionDef):
        return f"{source}\n{_call(last)}"
    if not output or not isinstance(last, ast.Expr):
        return source
    before = [*map(ast.unparse, body[:-1])]
    if isinstance(last.value, ast.Call) and _prints(last.value):
        return "\n".join([*before, _shows(last, output)])
    return "\n".join([*before, _equals(last.value, output)])


def _call(function: ast.FunctionDef) -> str:
    """Call a test function as otter does: arguments by name from the notebook."""
    names = [argument.arg for argument in function.args.args]
    values = ["globals()" if name == "env" else name for name in names]
    return f"{function.name}({', '.join(values)})"


def _prints(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "print"


def _shows(statement: ast.stmt, output: str) -> str:
    return (
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()) as shown:\n"
        f"    {ast.unparse(statement)}\n"
        f"assert shown.getvalue().strip() == {output.strip()!r}"
    )


def _equals(value: ast.expr, output: str) -> str:
    text = ast.unparse(value)
    try:
        expected = ast.literal_eval(output)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return f"assert repr({text}) == {output!r}"
    return f"assert ({text}) == {expected!r}"
