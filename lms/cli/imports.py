"""`garrigue import`: brings notebooks of other graders into our form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from graders.notebooks.cells import Notebook
    from lms.authoring.nbgrader_marks import Gradebook

SOURCES = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

Read = Callable[[bytes], "Notebook"]


@click.group("import")
def imports() -> None:
    """Importe des carnets d’autres outils."""


@imports.command()
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--to", "folder", type=FOLDER, required=True, help="Dossier où écrire.")
@click.option("--title", default="", help="Titre du cours importé.")
@click.option("--dry-run", is_flag=True, help="Montre ce qui serait fait, sans rien écrire.")
@click.option("--force", is_flag=True, help="Remplace les carnets qui s’y trouvent déjà.")
def nbgrader(
    sources: tuple[Path, ...], folder: Path, title: str, dry_run: bool, force: bool
) -> None:
    """Met des carnets nbgrader (SOURCES) au schéma 3, ou dit pourquoi c’est impossible.

    D’un dossier de cours (avec « source »), fait un cours entier, et de son « gradebook.db » un
    tableau de notes à importer.
    """
    folders = [source for source in sources if source.is_dir()]
    if len(sources) == 1 and folders:
        _import_folder(sources[0], folder, title, is_dry=dry_run)
    if folders:
        raise click.UsageError("Donnez un seul dossier de cours, ou des carnets.")
    if dry_run:
        raise click.UsageError("--dry-run ne vaut que pour un dossier de cours.")
    _import_all(sources, folder, _upgraded, force=force)


@imports.command()
@click.argument("sources", nargs=-1, required=True, type=SOURCES)
@click.option("--to", "folder", type=FOLDER, required=True, help="Dossier où écrire.")
@click.option("--force", is_flag=True, help="Remplace les carnets qui s’y trouvent déjà.")
def otter(sources: tuple[Path, ...], folder: Path, force: bool) -> None:
    """Convertit des sources otter (« # ASSIGNMENT CONFIG »)."""
    from graders.notebooks.otter import import_otter

    _import_all(sources, folder, import_otter, force=force)


def _import_folder(source: Path, target: Path, title: str, *, is_dry: bool) -> NoReturn:
    """Make a course of an nbgrader course folder, and a table of its gradebook's marks."""
    from lms.authoring.files import Named
    from lms.authoring.nbgrader_course import plan_course, write_plan
    from lms.authoring.nbgrader_marks import marks_table

    plan = plan_course(source, Named(id=target.name, title=title or target.name))
    marks = target.with_name(f"{target.name}-notes.csv")
    if not is_dry:
        write_plan(plan, target)
    for found in plan.notebooks:
        click.echo(f"{'/'.join(found.key)} : devient {target / found.path}")
    for name, reasons in plan.refused.items():
        said = "".join(f"\n  {reason}" for reason in reasons)
        click.echo(f"{name} : refusé.{said}", err=True)
    for name in plan.ignored:
        click.echo(f"{name} : laissé de côté.")
    if plan.book is not None:
        if not is_dry:
            marks.write_text(marks_table(plan.book, plan.titles), encoding="utf-8")
        _tell_marks(plan.book, marks)
    if is_dry:
        click.echo("Essai : rien n’a été écrit. Retirez --dry-run pour importer.")
    else:
        click.echo(f"Vérifier : garrigue check {target}")
    raise SystemExit(1 if plan.refused else 0)


def _tell_marks(book: Gradebook, path: Path) -> None:
    people = len({student for student, _, _ in book.points})
    click.echo(f"gradebook.db : {len(book.points)} notes de {people} personnes → {path}")
    if book.waiting:
        click.echo(f"  {book.waiting} cellules attendaient encore une note : elles comptent 0.")
    for student in book.unreachable:
        click.echo(f"  {student.id} n’a pas d’adresse : complétez sa ligne.", err=True)
    click.echo("  Importez ce tableau depuis les notes de la promotion, avec l’essai d’abord.")


@imports.command("jupyter-book")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Montre sans rien écrire.")
def jupyter_book(folder: Path, dry_run: bool) -> None:
    """Fait d’un livre Jupyter (FOLDER : myst.yml ou _toc.yml) un cours.

    Écrit un « course.yml » commenté dans le livre, qui reste un livre, et dit ce qui ne sera
    pas repris.
    """
    from lms.authoring.books import plan_book
    from lms.catalogue.read import COURSE_FILE

    plan = plan_book(folder)
    for problem in plan.left_out:
        click.echo(f"{folder / problem.file}:{problem.line or 1}: {problem.message}", err=True)
    if dry_run:
        click.echo(plan.text, nl=False)
        return
    (folder / COURSE_FILE).write_text(plan.text, encoding="utf-8")
    click.echo(
        f"écrit : {folder / COURSE_FILE} ({plan.modules} modules, {plan.pages} leçons, "
        f"{plan.assignments} exercices)"
    )
    click.echo(f"Voir : garrigue preview {folder}")
    click.echo(f"Vérifier : garrigue course check {folder}")


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
