"""The files of a course that is begun: what stands in each, with comments for its author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graders.notebooks.cells import SCHEMA_VERSION, Cell, Notebook

MODULE = "premiers-pas"


@dataclass(frozen=True, kw_only=True)
class Named:
    """What the author calls a thing.

    :param id: as it stands in addresses, for ever.
    """

    id: str
    title: str


def quoted(text: str) -> str:
    """Return a text as YAML takes it, whatever its signs.

    >>> quoted("Tout : l’essentiel")
    '"Tout : l’essentiel"'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def course_file(course: Named) -> str:
    """Return `course.yml`, without any module."""
    return f"""\
# Ce qu’un livre ne sait pas dire : semaines, exercices, échéances, compétences.
# Toutes les clés sont décrites dans courses/README.md et docs/formateurs.md.
title: {quoted(course.title)}
language: fr
# Les compétences viennent de référentiels (dossier « referentiels », à côté du cours) :
# referentials: [rncp37827]
# La page qui définit les mots du cours :
# glossary: glossaire.md
modules:
"""


def book_file(course: Named, module: Named) -> str:
    """Return `myst.yml`: the table of contents that Jupyter Book reads too."""
    return f"""\
# La table des matières, telle que Jupyter Book la lit.
version: 1
project:
  title: {quoted(course.title)}
  toc:
{"".join(f"    {line}" + chr(10) for line in book_part(module))}"""


def book_part(module: Named) -> list[str]:
    """Return the lines that add a module to the table of contents."""
    return [
        f"- title: {quoted(module.title)}",
        "  children:",
        f"    - file: {module.id}/introduction.md",
    ]


def module_entry(module: Named) -> list[str]:
    """Return what `course.yml` says of a module, under its id."""
    return [
        f"title: {quoted(module.title)}",
        "weeks: 1",
        "# Les leçons, dans l’ordre de lecture.",
        "pages:",
        f"  - {module.id}/introduction.md",
    ]


def assignment_entry(module_id: str, assignment: Named, suffix: str) -> list[str]:
    """Return what `course.yml` says of an assignment, under its id."""
    return [
        f"notebook: {module_id}/{assignment.id}{suffix}",
        "# Une échéance en mots : chaque promotion lui donne une date.",
        "# due: semaine-1",
        "# S’ouvre quand un autre exercice a atteint ce pourcentage de ses points.",
        "# opens: {after: un-autre, score: 50}",
        "attempts: unlimited",
        "score: best",
        "# Le niveau visé (imiter, adapter, transposer), par compétence d’un référentiel.",
        "# competences: {S1: imiter}",
        "# Des fichiers donnés au carnet, sous le même chemin.",
        "# data: [data/exemple.csv]",
        "run: {wall_s: 60, cpu_s: 20, memory_mib: 512}",
    ]


def lesson(module: Named) -> str:
    """Return the first lesson of a module."""
    return f"""\
# {module.title}

Dites ici à quoi ce module sert au travail, en trois phrases.

## Un exemple

Un exemple court, que l’on peut refaire chez soi.

```python
notes = [12, 15, 9]
print(sum(notes) / len(notes))
```

```text
12.0
```

## Vérifiez-vous

:::{{admonition}} Que vaut `2 + 3 * 4` ?
:class: quiz dropdown
:name: {module.id}-priorites
- [ ] 20
- [x] 14

> La multiplication se fait d’abord.
:::

## En résumé

Ce qu’il faut retenir, en une phrase.
"""


def notebook(assignment: Named) -> Notebook:
    """Return the author's notebook: one exercise whose tests catch its wrong answers."""
    return Notebook(
        cells=tuple(_cells(assignment)),
        metadata={
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "garrigue": {"environment": "base"},
        },
    )


WRONG_ANSWERS = """\
# Des réponses fausses, tirées de vraies erreurs : chacune doit perdre des points.
- exercise: moyenne
  name: oublier la liste vide
  source: |
    def moyenne(notes):
        return sum(notes) / len(notes)
- exercise: moyenne
  name: afficher au lieu de rendre
  source: |
    def moyenne(notes):
        print(sum(notes) / len(notes) if notes else 0)
"""

_ASKED = """\
## Exercice 1 – Une moyenne

Écrivez `moyenne(notes)`, qui rend la moyenne d’une liste de nombres, et `0` si elle est vide.

Exemple : `moyenne([10, 15])` rend `12.5`."""

_ANSWER = '''\
def moyenne(notes):
    """Rend la moyenne des notes, 0 pour une liste vide."""
    ### BEGIN SOLUTION
    if not notes:
        return 0
    return sum(notes) / len(notes)
    ### END SOLUTION'''

_VISIBLE = """\
# Les tests que la personne voit : comparez à une valeur, et dites ce qui était attendu.
assert moyenne([10, 15]) == 12.5, "moyenne([10, 15]) vaut 12.5\""""

_HIDDEN = """\
### BEGIN HIDDEN TESTS
# Les tests cachés essaient les bords : vide, un seul élément, négatif.
assert moyenne([]) == 0, "la moyenne d’une liste vide vaut 0"
assert moyenne([7]) == 7, "la moyenne d’une seule note est cette note"
assert moyenne([-1, 0, 4]) == 1, "moyenne([-1, 0, 4]) vaut 1"
### END HIDDEN TESTS"""

_HINTS = [
    "Combien de notes y a-t-il, et quelle est leur somme ?",
    "`sum(notes)` donne la somme, `len(notes)` le nombre de notes.",
    "Traitez d’abord le cas d’une liste vide, avec `if not notes`.",
]


def _cells(assignment: Named) -> list[Cell]:
    exercise = {"title": "Une moyenne", "level": 1, "hints": _HINTS}
    return [
        _cell("markdown", f"# {assignment.title}", "titre", locked=True),
        _cell("markdown", _ASKED, "moyenne-consigne", locked=True),
        _cell("code", _ANSWER, "moyenne", solution=True, garrigue={"exercise": exercise}),
        _cell("code", _VISIBLE, "moyenne-tests", grade=True, locked=True, points=1),
        _cell("code", _HIDDEN, "moyenne-caches", grade=True, locked=True, points=2),
    ]


def _cell(
    kind: str, source: str, grade_id: str, *, garrigue: Mapping[str, Any] | None = None,
    grade: bool = False, solution: bool = False, locked: bool = False, points: int = 0,
) -> Cell:  # fmt: skip
    said: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if grade:
        said["points"] = points
    extra = {"garrigue": dict(garrigue)} if garrigue else {}
    return Cell(kind=kind, source=source, id=grade_id, metadata={"nbgrader": said, **extra})
