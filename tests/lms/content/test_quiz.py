"""Questions in Markdown: what is read, what is refused with its line, what never leaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.quiz import read_quiz
from lms.domain.activities import Activity, FieldKind, Item, PageText, place

LINE = st.text(
    st.characters(blacklist_categories=["C", "Z"], blacklist_characters=":`~[]>"), min_size=1
).map(lambda words: f"a{words}")
LINES = st.lists(LINE, max_size=4)


def question(body: str, *, title: str = "Que vaut `2 * 3` ?", options: str = "") -> str:
    return f":::{{admonition}} {title}\n:class: quiz dropdown\n{options}{body}\n:::\n"


CHOICES = "- [ ] 5\n- [x] 6\n\n> Deux fois trois.\n"


def read(text: str) -> Activity:
    activity = read_quiz(PageText(path="lecon.md", text=text))
    assert activity is not None
    return activity


def item(text: str) -> Item:
    activity = read(text)
    assert not [found for found in activity.problems if not found.is_warning]
    (found,) = activity.items
    return found


def problems(text: str) -> list[tuple[int, str]]:
    return [(found.line, found.message) for found in read(text).problems]


def test_a_page_without_question_is_left_alone():
    text = "# Titre\n\n:::{admonition} Titre\n:class: note\n- [x] fait\n:::\n"
    assert read_quiz(PageText(path="lecon.md", text=text)) is None


def test_one_tick_makes_a_question_with_one_answer():
    found = item(question(CHOICES))
    assert found.kind is FieldKind.ONE
    assert found.prompt == "Que vaut `2 * 3` ?"
    assert [choice.text for choice in found.choices] == ["5", "6"]
    assert found.solution == {found.choices[1].key}
    assert found.explanation == "Deux fois trois."


@pytest.mark.parametrize(
    ("body", "options"),
    [("- [x] a\n- [x] b\n- [ ] c\n", ""), ("- [x] a\n- [ ] b\n", ":class: quiz multiple\n")],
)
def test_several_ticks_or_a_word_make_a_question_with_several(body, options):
    assert item(question(body, options=options)).kind is FieldKind.SEVERAL


def test_code_to_read_stands_before_the_choices_and_holds_none():
    found = item(question("```python\n- [x] rien\n```\n\n" + CHOICES))
    assert found.body == "```python\n- [x] rien\n```"
    assert len(found.choices) == 2


@pytest.mark.parametrize(
    ("answer", "value", "tolerance", "unit"),
    [
        ("12", 12, 0, ""),
        ("12,5 ± 0,1", 12.5, 0.1, ""),
        ("31\N{NARROW NO-BREAK SPACE}500 ± 50 €", 31500, 50, "€"),
        ("-3.5", -3.5, 0, ""),
        ("25 %", 25, 0, "%"),
        ("3000 +/- 72 ko", 3000, 72, "ko"),
    ],
)
def test_a_number_may_have_a_tolerance_and_a_unit(answer, value, tolerance, unit):
    found = item(question(f"Réponse\N{NO-BREAK SPACE}: {answer}\n\n> Oui.\n"))
    assert found.kind is FieldKind.NUMBER
    assert found.unit == unit
    (solution,) = found.solution
    assert (solution.value, solution.tolerance) == (value, tolerance)


def test_several_texts_may_be_accepted_and_code_counts_as_typed():
    found = item(question("Réponse : le chemin | `pwd`\n"))
    assert found.kind is FieldKind.TEXT
    assert [(s.text, s.is_exact) for s in found.solution] == [
        ("le chemin", False),
        ("pwd", True),
    ]


def test_themes_are_the_titles_of_the_parts_and_each_may_have_advice():
    advice = ":::{admonition} Conseil\n:class: quiz-advice\nLisez [ceci](a.md).\n:::\n"
    text = f"## Calcul\n\n{question(CHOICES)}\n{advice}\n## Boucle\n\n" + question(
        CHOICES, title="Autre"
    )
    activity = read(text)
    assert [found.theme for found in activity.items] == ["Calcul", "Boucle"]
    assert activity.advice == {"Calcul": "Lisez [ceci](a.md)."}
    assert activity.is_positioning


def test_an_example_of_a_question_in_a_block_of_code_is_none():
    text = f"````markdown\n{question(CHOICES)}````\n"
    assert read_quiz(PageText(path="lecon.md", text=text)) is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (question(CHOICES, title=""), 3, "la question manque"),
        (question("- [ ] 5\n- [ ] 6\n\n> Non.\n"), 3, "aucun choix n’est coché"),
        (question("- [x] 6\n\n> Seul.\n"), 3, "au moins deux choix"),
        (question("- [x] 6\n- [ ] 6\n\n> Double.\n"), 3, "deux choix ont le même texte"),
        (question("Rien à choisir.\n"), 3, "soit des choix"),
        (question(f"Réponse : 6\n{CHOICES}"), 3, "soit des choix"),
        (question(CHOICES) * 2, 11, "donnez à chacune un"),
        (question("- [ ] 5\n- [x] 6\n"), 3, "pas d’explication"),
        (question(CHOICES, options=":class: quiz melange\n"), 3, "melange"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, said):
    found = problems(f"# Titre\n\n{text}")
    assert [at for at, message in found if said in message] == [line]


def test_a_warning_keeps_the_question_an_error_does_not():
    assert len(read(question("- [ ] 5\n- [x] 6\n")).items) == 1
    assert read(question("- [ ] 5\n- [ ] 6\n")).items == ()


@given(before=LINES, choices=st.lists(LINE, min_size=2, max_size=5, unique=True), after=LINES)
def test_the_rest_of_the_page_stays_and_no_answer_does(before, choices, after):
    rows = "".join(f"- [{'x' if n == 0 else ' '}] {text}\n" for n, text in enumerate(choices))
    whole = [*before, "", *question(f"{rows}\n> secret-zz").split("\n"), *after]
    activity = read("\n".join(whole))
    (found,) = activity.items
    kept = activity.text.split("\n")
    assert len(kept) == len(whole)
    assert [line for line in kept if line] == [
        line for line in (*before, place(found.key), *after) if line
    ]
    assert [choice.text for choice in found.choices] == [text.strip() for text in choices]
    assert found.solution == {found.choices[0].key}


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text):
    for page in (text, question(text), f"{question(CHOICES)}{text}"):
        activity = read_quiz(PageText(path="lecon.md", text=page))
        assert activity is None or len(activity.text.split("\n")) == len(
            page.replace("\r\n", "\n").split("\n")
        )
