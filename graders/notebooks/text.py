"""Authors' notebooks kept as text: MyST Markdown or percent Python, read and written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from graders.notebooks.cells import Notebook, write_notebook
from graders.notebooks.errors import UnreadableNotebook
from graders.notebooks.read import read_notebook
from graders.protocol import MIB

#: jupytext's names of the forms, by the end of the file's name: the first is meant where the
#: file does not say which. Others would run programs of their own (pandoc, quarto…).
FORMATS: Mapping[str, tuple[str, ...]] = {
    ".md": ("myst", "markdown"),
    ".py": ("percent", "light"),
}
SUFFIXES = (".ipynb", *FORMATS)

MAX_BYTES = 2 * MIB
_MARK = re.compile(r"^# %%")
_LINE = re.compile(r"\bline (\d+)")


class UnreadableText(UnreadableNotebook):
    """The text is no notebook; `line` says where, from 1, 0 when it is not known."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(f"ligne {line}\u00a0: {message}" if line else message)
        self.message = message
        self.line = line


def read_source(data: bytes, name: str | PurePath) -> Notebook:
    """Return an author's notebook, whatever the form in which it is kept.

    :param name: of its file: what it ends with says the form.
    :raises UnreadableNotebook: with a sentence for its author, and the line if it is known.
    """
    suffix = PurePath(name).suffix
    if suffix not in FORMATS:
        return read_notebook(data)
    text = _decoded(data)
    found = _parsed(text, suffix)
    if suffix == ".py":
        _refuse_lost_metadata(text, found)
    return _with_ids(read_notebook(json.dumps(found).encode()))


def source_bytes(data: bytes, name: str | PurePath) -> bytes:
    """Return an author's notebook as the bytes of an `.ipynb` file.

    :raises UnreadableNotebook: if it cannot be read.
    """
    if PurePath(name).suffix not in FORMATS:
        return data
    return write_notebook(read_source(data, name))


def write_source(notebook: Notebook, suffix: str) -> str:
    """Return the notebook as the text of a file that ends so."""
    if suffix not in FORMATS:
        return write_notebook(notebook).decode()
    import jupytext
    import nbformat

    whole = nbformat.reads(write_notebook(_with_ids(notebook)).decode(), as_version=4)
    whole.metadata["jupytext"] = {"notebook_metadata_filter": "garrigue"}
    return str(jupytext.writes(whole, fmt=f"{suffix[1:]}:{FORMATS[suffix][0]}"))


def cell_lines(data: bytes, name: str | PurePath) -> tuple[int, ...]:
    """Return the line, from 1, on which each cell begins; empty where lines say nothing."""
    suffix = PurePath(name).suffix
    if suffix not in FORMATS:
        return ()
    text = _decoded(data)
    if suffix == ".py":
        found = _parsed(text, suffix)["cells"]
        marks = [number for number, _line in _marks(text)]
        # What stands before the first mark is a cell of its own.
        return (*[1] * (len(found) - len(marks)), *marks)
    if _format_of(text, suffix) != "myst":
        return ()
    from jupytext.myst import myst_to_notebook

    mapped = myst_to_notebook(text, add_source_map=True).metadata.get("source_map", ())
    return tuple(int(line) for line in mapped)


def is_graded_text(data: bytes, name: str | PurePath) -> bool:
    """Say whether a text file is a notebook that holds answers or tests."""
    if PurePath(name).suffix not in FORMATS or b"nbgrader" not in data:
        return False
    try:
        return any(cell.role for cell in read_source(data, name).cells)
    except UnreadableNotebook:
        return True


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableText(
            f"Ce carnet pèse plus de {MAX_BYTES // MIB} Mio\u00a0: mettez les données dans "
            "un fichier à part."
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableText("le fichier n’est pas encodé en UTF-8.", line=line) from None


def _format_of(text: str, suffix: str) -> str:
    from jupytext.formats import read_format_from_metadata

    known = FORMATS[suffix]
    said = read_format_from_metadata(text, suffix) or known[0]
    if said not in known:
        raise UnreadableText(
            f"la forme «\u00a0{said:.20}\u00a0» n’est pas lue\u202f; utilisez "
            f"«\u00a0{known[0]}\u00a0»\u00a0: jupytext --to {suffix[1:]}:{known[0]} …",
            line=1,
        )
    return str(said)


def _parsed(text: str, suffix: str) -> dict[str, Any]:
    """Return the notebook as nbformat has it."""
    from jupytext.jupytext import TextNotebookConverter
    from nbformat import ValidationError

    try:
        form = {"extension": suffix, "format_name": _format_of(text, suffix)}
        found = TextNotebookConverter(form, None).reads(text)
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]
    except UnreadableText:
        raise
    except ValidationError as error:
        raise UnreadableText(
            f"l’en-tête (entre les deux lignes «\u00a0---\u00a0») ou les métadonnées d’une "
            f"cellule ne sont pas d’un carnet Jupyter\u00a0: {error.message:.200}.",
            line=1,
        ) from error
    except Exception as error:  # jupytext, YAML and markdown-it raise errors of many kinds
        raise UnreadableText(_reason(error), line=_line_of(error)) from error


def _reason(error: Exception) -> str:
    said = " ".join(str(error).split())[:200]
    return (
        "les métadonnées d’une cellule ne peuvent pas être lues\u202f; vérifiez leurs "
        f"guillemets, leurs accolades et leur retrait ({said})."
    )


def _line_of(error: BaseException | None) -> int:
    while error is not None:
        mark = getattr(error, "problem_mark", None)
        found = _LINE.search(str(error))
        if found:
            return int(found[1])
        if mark is not None:
            return int(mark.line) + 1
        error = error.__cause__
    return 0


def _refuse_lost_metadata(text: str, found: Mapping[str, Any]) -> None:
    """Refuse marks of cells whose metadata jupytext took for a title."""
    marks = _marks(text)
    cells = found["cells"][len(found["cells"]) - len(marks) :]
    for (number, line), cell in zip(marks, cells, strict=False):
        for key in ("nbgrader", "garrigue"):
            if f"{key}=" in line and not isinstance(cell["metadata"].get(key), dict):
                raise UnreadableText(
                    f"«\u00a0{key}=\u00a0» doit être suivi d’un objet JSON sur la même ligne, "
                    'comme {"grade": true, "grade_id": "a"}\u202f; vérifiez ses guillemets et '
                    "ses accolades.",
                    line=number,
                )


def _marks(text: str) -> list[tuple[int, str]]:
    """Return the lines that begin a cell, numbered from 1: not those inside of strings."""
    from jupytext.stringparser import StringParser

    parser, found = StringParser("python"), list[tuple[int, str]]()
    for number, line in enumerate(text.split("\n"), 1):
        if _MARK.match(line) and not parser.is_quoted():
            found.append((number, line))
        parser.read_line(line)
    return found


def _with_ids(notebook: Notebook) -> Notebook:
    """Name the cells by their place: jupytext invents another name at each reading."""
    cells = tuple(
        replace(cell, id=f"cellule-{number}") for number, cell in enumerate(notebook.cells, 1)
    )
    kept = {key: value for key, value in notebook.metadata.items() if key != "jupytext"}
    return replace(notebook, cells=cells, metadata=kept)
