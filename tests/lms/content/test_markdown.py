"""Markdown and the MyST that Jupyter Books use, as clean HTML."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from lms.content.markdown import render_markdown
from lms.content.place import Place
from lms.content.rendered import Heading

PLACE = Place(
    page=PurePosixPath("python/boucles.md"),
    addresses={
        "python/listes.md": "/cours/c/python/listes/",
        "images/tour.png": "/cours/c/fichiers/images/tour.png",
        "python/essai.ipynb": "/cours/c/exercices/essai/",
    },
    titles={"python/listes.md": "Les listes"},
)


def html(text: str) -> str:
    return render_markdown(text, place=PLACE).html


def problems(text: str) -> list[tuple[int, str]]:
    return [
        (found.line, found.message) for found in render_markdown(text, place=PLACE).problems
    ]


class TestStructure:
    def test_the_title_is_left_to_the_page(self) -> None:
        page = render_markdown(
            "# Titre\n\n## Une `partie`\n\n### Sous-partie\n\n# Autre\n", place=PLACE
        )

        assert "<h1" not in page.html
        assert page.headings == (
            Heading(level=2, id="s-une-partie", text="Une partie"),
            Heading(level=3, id="s-sous-partie", text="Sous-partie"),
            Heading(level=2, id="s-autre", text="Autre"),
        )

    def test_two_headings_alike_have_ids_of_their_own(self) -> None:
        page = render_markdown("## À vous\n\n## À vous\n", place=PLACE)

        assert len({heading.id for heading in page.headings}) == 2

    def test_code_is_coloured_by_classes_and_can_be_scrolled(self) -> None:
        found = html("```python\ndef f(x):\n    return x\n```")

        assert '<span class="k">def</span>' in found
        assert '<pre tabindex="0">' in found
        assert "style=" not in found

    def test_tables_align_without_style(self) -> None:
        found = html("| a | b |\n|---|--:|\n| 1 | 2 |\n")

        assert '<td align="right">2</td>' in found
        assert '<div class="table-scroll" tabindex="0"><table>' in found

    def test_footnotes_lead_there_and_back(self) -> None:
        found = html("Mot[^1].\n\n[^1]: Note.\n")

        assert 'href="#s-fn:1"' in found
        assert 'id="s-fn:1"' in found
        assert "Revenir à la note 1 dans le texte" in found

    def test_the_language_of_a_word_is_kept(self) -> None:
        assert '<em lang="en">kernel</em>' in html('*kernel*{: lang="en"}')

    def test_task_lists_need_no_form(self) -> None:
        found = html("- [x] fait\n- [ ] à faire\n")

        assert "☑ fait" in found
        assert "☐ à faire" in found
        assert "<input" not in found

    @pytest.mark.parametrize(
        ("text", "title"),
        [("!!! warning\n    x", "Attention"), ('!!! tip "Astuce"\n    x', "Astuce")],
    )
    def test_admonitions_have_french_titles(self, text: str, title: str) -> None:
        assert f'<p class="admonition-title">{title}</p>' in html(text)

    def test_tabs_open_without_script(self) -> None:
        found = html('=== "Linux"\n\n    apt\n\n=== "macOS"\n\n    brew\n')

        assert found.count("<details") == 2
        assert "<summary>macOS</summary>" in found

    def test_deep_nesting_is_shown_as_it_was_written(self) -> None:
        text = "\n".join(f"{'    ' * depth}- x" for depth in range(300))
        page = render_markdown(text, place=PLACE)

        assert "trop imbriquée" in page.problems[0].message
        assert page.html.startswith("<pre>")

    def test_a_page_too_dear_to_read_is_shown_as_it_was_written(self) -> None:
        text = "[" * 200_000

        assert "trop" in problems(text)[0][1]
        assert html(text).startswith("<pre>")


class TestMaths:
    def test_formulas_become_mathml(self) -> None:
        found = html("Soit $\\frac{a}{b}$.\n\n$$\n\\sum_{i=1}^n x_i\n$$\n")

        assert "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>" in found
        assert '<math display="block">' in found

    def test_prices_are_no_formulas(self) -> None:
        assert "<math" not in html("Entre 10 $ et 20 $ par mois.")

    @pytest.mark.parametrize(
        "latex",
        [r"\inconnue{x}", r"\left( x \right", "{" * 100 + "x" + "}" * 100, "x" * 5000],
    )
    def test_what_cannot_be_shown_is_readable_and_reported(self, latex: str) -> None:
        text = f"Un.\n\nDeux ${latex}$.\n"

        assert '<code class="math-source">' in html(text)
        assert [line for line, _ in problems(text)] == [3]

    def test_a_formula_in_code_stays_code(self) -> None:
        assert "<math" not in html("`$x^2$`\n\n```\n$x$\n```\n")


class TestLinks:
    @pytest.mark.parametrize(
        ("link", "address"),
        [
            ("listes.md", "/cours/c/python/listes/"),
            ("listes", "/cours/c/python/listes/"),
            ("./listes.md#plus-loin", "/cours/c/python/listes/#s-plus-loin"),
            ("/python/listes.md", "/cours/c/python/listes/"),
            ("essai.ipynb", "/cours/c/exercices/essai/"),
            ("#ici", "#s-ici"),
            ("https://docs.python.org/fr/", "https://docs.python.org/fr/"),
            ("mailto:ecole@exemple.fr", "mailto:ecole@exemple.fr"),
        ],
    )
    def test_links_lead_to_the_site(self, link: str, address: str) -> None:
        assert f'href="{address}"' in html(f"[x]({link})")

    def test_links_elsewhere_open_no_way_back(self) -> None:
        assert 'rel="noopener noreferrer"' in html("[x](https://exemple.fr)")

    def test_a_link_without_words_takes_the_page_s_title(self) -> None:
        assert ">Les listes</a>" in html("Voir [](listes.md) et {doc}`listes`.")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[x](absent.md)", "ne mène à aucun fichier servi du cours"),
            ("[x](../../etc/passwd)", "sort du dossier du cours"),
            ("[x](//evil.example)", "ne mène à aucun fichier servi"),
            ("![x](absent.png)", "ne mène à aucun fichier servi"),
            ("![x](https://exemple.fr/a.png)", "n’est pas dans le cours"),
            ("![](../images/tour.png)<img src='../images/tour.png'>", "texte de remplacement"),
            ("<iframe src='https://x.fr'></iframe>", "la balise « iframe » n’est pas permise"),
            ("[x](javascript:alert(1))", "« javascript: » n’est pas permis"),
        ],
    )
    def test_what_leads_nowhere_is_reported_with_its_line(
        self, text: str, message: str
    ) -> None:
        ((line, said),) = problems(f"# Titre\n\n{text}\n")

        assert line == 3
        assert message in said


class TestMyst:
    def test_directives_become_admonitions_and_nest(self) -> None:
        found = html("```{note}\nUn.\n\n:::{tip}\nDeux $x$.\n:::\n```\n")

        assert found.index("admonition note") < found.index("admonition tip")
        assert "<mi>x</mi>" in found

    def test_an_admonition_with_a_title_and_a_class(self) -> None:
        found = html("```{admonition} À savoir\n:class: warning\nTexte.\n```\n")

        assert 'class="admonition warning"' in found
        assert "À savoir" in found

    def test_a_figure_has_its_caption_and_its_words(self) -> None:
        found = html("```{figure} ../images/tour.png\n:alt: Une tour\nLa *tour*.\n```\n")

        assert 'alt="Une tour"' in found
        assert "<figcaption>La <em>tour</em>.</figcaption>" in found

    def test_code_cells_are_code(self) -> None:
        assert 'class="k">def</span>' in html("```{code-cell} ipython3\ndef f(): pass\n```\n")

    def test_labels_and_references_meet(self) -> None:
        found = html("(mon-label)=\n\n## Partie\n\n{ref}`voir <mon-label>`\n")

        assert 'id="s-mon-label"' in found
        assert 'href="#s-mon-label"' in found

    def test_an_unknown_directive_is_shown_and_reported(self) -> None:
        text = "# T\n\n```{mermaid}\ngraph TD\n```\n"

        assert "graph TD" in html(text)
        assert problems(text) == [(3, "la directive « mermaid » n’est pas reconnue.")]

    def test_directives_inside_code_are_code(self) -> None:
        assert "{note}" in html("````md\n```{note}\nx\n```\n````\n")
