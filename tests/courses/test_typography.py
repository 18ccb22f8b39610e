"""The typography check finds each fault, spares what is no prose, and the course passes it."""

import pytest

from tests.courses import lessons, notebooks
from tests.courses.typography import NBSP, THIN, corrected, faults

CASES = {
    "apostrophe": ("l'été", "l’été"),
    "straight quotes": ('dire "oui"', f"dire «{NBSP}oui{NBSP}»"),
    "plain spaces in quotes": ("« oui »", f"«{NBSP}oui{NBSP}»"),
    "question mark": ("Ça va ?", f"Ça va{THIN}?"),
    "no space before a semicolon": ("oui; non", f"oui{THIN}; non"),
    "after inline code": ("Que rend `f()` ?", f"Que rend `f()`{THIN}?"),
    "colon": ("Voici : rien", f"Voici{NBSP}: rien"),
    "colon at the end of a line": ("Voici :\n", f"Voici{NBSP}:\n"),
    "colon in bold": ("**Voici :** rien", f"**Voici{NBSP}:** rien"),
    "thousands": ("2 400 lignes", f"2{THIN}400 lignes"),
    "euro": ("31500 €", f"31500{NBSP}€"),
    "percent without a space": ("20%", f"20{NBSP}%"),
    "hour": ("1 h 45", f"1{NBSP}h 45"),
    "week": ("semaine 3", f"semaine{NBSP}3"),
    "ellipsis": ("et puis...", "et puis…"),
    "dash": ("un mot - un autre", "un mot – un autre"),
    "title of an admonition": ('!!! note "C\'est ici !"', f'!!! note "C’est ici{THIN}!"'),
}
SPARED = {
    "inline code": "le code `d['a'] ; x: int` reste",
    "a fence": "```python\nx = {'a': 1} ; y ... !\n```",
    "an indented fence": "- un\n\n    ```python\n    x = 'a' ?\n    ```",
    "a link's target": "[ici](https://exemple.fr/?q='a') et <https://a.fr/?b>",
    "an image": "![un arbre](figures/arbre.svg)",
    "a formula": r"soit $f(x)! : 'a'$ et \(x ; y\)",
    "an attribute list": '*notebook*{: lang="en"}',
    "a table's ruler": "| a | b |\n| :--- | ---: |\n| c | d |",
    "a time": "à 14:30",
    "an admonition's head": '!!! note "Titre"\n    texte',
    "a tab's head": '=== "Linux"\n    texte',
    "a year": "en 2025 et 300 jours",
}


@pytest.mark.parametrize(("wrong", "right"), CASES.values(), ids=CASES.keys())
def test_a_fault_is_found_and_corrected(wrong, right):
    assert corrected(wrong) == right
    assert list(faults(wrong)) != []
    assert list(faults(right)) == []


@pytest.mark.parametrize("text", SPARED.values(), ids=SPARED.keys())
def test_what_is_no_prose_is_spared(text):
    assert corrected(text) == text
    assert list(faults(text)) == []


def test_a_fault_says_its_line():
    found = list(faults("un\n\n```python\nx = 'a'\n```\n\nl'été"))
    assert [fault.line for fault in found] == [7]


@pytest.mark.parametrize(
    "path", lessons.all_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_pages_keep_the_rules(path):
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", notebooks.all_paths(), ids=lambda path: str(path.stem))
def test_the_notebooks_keep_the_rules(path):
    graded = notebooks.read(path)
    assert [fault for text in graded.prose for fault in faults(text)] == []
