"""IPython's shell in a room: what ipykernel and IPython would each do for a cell, done once."""

from __future__ import annotations

import re
from typing import Any

from ipykernel.compiler import XCachingCompiler, murmur2_x86
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager

#: Where IPython's own syntax may stand: magics, shell commands, automatic calls, questions.
ESCAPED = re.compile(r"^\s*[%!,;/]|=\s*[%!]|\?", re.MULTILINE)

#: Without one of these words, no cell awaits anything.
AWAITING = re.compile("await|async")


class RoomCompiler(XCachingCompiler):  # type: ignore[misc]
    """Names a cell's code after its text alone, so that warnings read the same each run."""

    def get_code_name(self, raw_code: str, *_: object) -> str:
        return f"/tmp/ipykernel/{murmur2_x86(raw_code, 0xC70F6907)}.py"  # noqa: S108


class RoomTransformers(TransformerManager):  # type: ignore[misc]
    """Splits a cell into tokens only if something in it may be IPython's own syntax."""

    def __init__(self) -> None:
        super().__init__()
        self._genuine = tuple(self.token_transformers)

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Return the lines as plain Python."""
        is_genuine = tuple(self.token_transformers) == self._genuine
        if is_genuine and not ESCAPED.search("".join(lines)):
            return lines
        plain: list[str] = super().do_token_transforms(lines)
        return plain


class RoomShell(ZMQInteractiveShell):  # type: ignore[misc]
    """Does once what ipykernel and IPython would each do for a cell."""

    _transformed: tuple[str, str] | None = None
    _awaits: tuple[str | None, bool] | None = None

    def begin_cell(self) -> None:
        """Forget what became of the last cell's source: its transformers may have changed."""
        self._transformed = self._awaits = None

    def transform_cell(self, raw_cell: str) -> str:
        """Return plain Python; ipykernel asks for it, and then IPython asks again."""
        known, self._transformed = self._transformed, None
        if known is not None and known[0] == raw_cell:
            return known[1]
        cell: str = super().transform_cell(raw_cell)
        self._transformed = raw_cell, cell
        return cell

    def should_run_async(
        self, raw_cell: str, *, transformed_cell: str | None = None, **options: Any
    ) -> bool:
        """Say whether a cell awaits something; asked twice as well, and answered once."""
        if transformed_cell is not None and not AWAITING.search(transformed_cell):
            return False
        known, self._awaits = self._awaits, None
        if known is not None and known[0] == transformed_cell:
            return known[1]
        awaits: bool = super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, **options
        )
        self._awaits = transformed_cell, awaits
        return awaits

    async def run_cell_async(self, *args: Any, **options: Any) -> Any:
        """Run a cell; ipykernel looks at our parameters each time, so they are few."""
        return await super().run_cell_async(*args, **options)

    def _format_exception_for_storage(self, *_: object, **__: object) -> dict[str, str]:
        """Spare a second traceback: it would be for the history, which is not kept."""
        return {}


# Libraries ask for the shell's class by its name to know that they are in a notebook.
RoomShell.__name__ = RoomShell.__qualname__ = ZMQInteractiveShell.__name__
