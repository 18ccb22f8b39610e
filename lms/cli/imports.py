"""`garrigue import`: brings notebooks of other graders into our form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from graders.notebooks.cells import Notebook

SOURCES = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

Read = Callable[[bytes], "Notebook"]


@click.group("import")
def imports() -> None:
    """Importe des carnets d’autres outils."""


@imports.command()
@click.argument("sources", nargs=-1, required=True, type=SOURCES)
@click.option("--to", "folder", type=FOLDER, required=True, help="Dossier où écrire.")
@click.option("--force", is_flag=True, help="Remplace les carnets qui s’y trouvent déjà.")
def nbgrader(sources: tuple[Path, ...], folder: Path, force: bool) -> None:
    """Met des carnets nbgrader (SOURCES) au schéma 3, ou dit pourquoi c’est impossible."""
    _import_all(sources, folder, _upgraded, force=force)


@imports.command()
@click.argument("sources", nargs=-1, required=True, type=SOURCES)
@click.option("--to", "folder", type=FOLDER, required=True, help="Dossier où écrire.")
@click.option("--force", is_flag=True, help="Remplace les carnets qui s’y trouvent déjà.")
def otter(sources: tuple[Path, ...], folder: Path, force: bool) -> None:
    """Convertit des sources otter (« # ASSIGNMENT CONFIG »)."""
    from graders.notebooks.otter import import_otter

    _import_all(sources, folder, import_otter, force=force)


def _upgraded(data: bytes) -> Notebook:
    from graders.notebooks.read import read_notebook
    from graders.notebooks.upgrade import upgrade

    return upgrade(read_notebook(data))


def _import_all(sources: tuple[Path, ...], folder: Path, read: Read, *, force: bool) -> None:
    """Write each notebook that can be used; say why the others cannot, and exit with 1."""
    results = [_import_one(source, folder, read, force=force) for source in sources]
    raise SystemExit(0 if all(results) else 1)


def _import_one(source: Path, folder: Path, read: Read, *, force: bool) -> bool:
    from graders.notebooks.cells import write_notebook
    from graders.notebooks.errors import NotebookRefused, UnusableAssignment
    from graders.notebooks.validate import refuse_unusable

    target = folder / source.name
    try:
        notebook = read(source.read_bytes())
        refuse_unusable(notebook)
    except UnusableAssignment as refusal:
        click.echo(f"{source}\u00a0: refusé.", err=True)
        for problem in refusal.problems:
            click.echo(f"  {problem}", err=True)
        return False
    except NotebookRefused as refusal:
        click.echo(f"{source}\u00a0: {refusal}", err=True)
        return False
    if target.exists() and not force:
        click.echo(f"{target} existe déjà\u00a0: ajoutez --force pour le remplacer.", err=True)
        return False
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(write_notebook(notebook))
    click.echo(f"{source}\u00a0: importé dans {target}")
    return True
