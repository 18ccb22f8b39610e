"""Every lesson's examples run, its images have words, its links lead somewhere."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.courses import lessons, notebooks

VOCABULARY = notebooks.COURSE.parent / "vocabulaire.txt"
INSTALL = "Install the French spell-checker: apt-get install -y hunspell hunspell-fr"
WORDS_OF_A_LESSON = range(600, 1700)
SECTIONS = ("## Vérifiez-vous", "## En résumé", "## Mots à retenir")
NOT_LESSONS = (
    "brief.md",
    "glossaire.md",
    "guide-formation.md",
    "positionnement.md",
    "README.md",
)

every_page = pytest.mark.parametrize(
    "path", lessons.all_paths(), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
every_lesson = pytest.mark.parametrize(
    "path",
    [path for path in lessons.all_paths() if path.name not in NOT_LESSONS],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@every_page
def test_the_examples_show_what_the_page_says(path):
    found = lessons.examples(_text(path))
    for example, result in zip(found, lessons.run(found), strict=True):
        assert result["error"].splitlines()[-1:] == (
            [example.error] if example.error else []
        ), example.source
        if example.output is not None:
            assert result["output"] == example.output, example.source


@every_page
def test_images_exist_and_have_a_text(path):
    for alt, target in lessons.IMAGE.findall(_text(path)):
        assert (path.parent / target).is_file(), target
        assert len(alt) > 20, f"{target} needs a text that says what it shows"


@every_page
def test_links_inside_the_course_lead_somewhere(path):
    for target in lessons.LINK.findall(_text(path)):
        if not target.startswith(("https://", "#", "mailto:")):
            assert (path.parent / target.partition("#")[0]).is_file(), target


@every_page
def test_a_page_starts_with_its_only_title(path):
    prose = lessons.FENCE.sub("", _text(path))
    titles = [line for line in prose.splitlines() if line.startswith("# ")]
    assert titles == prose.splitlines()[:1]


@every_lesson
def test_a_lesson_has_an_example_questions_a_summary_and_words(path):
    text = _text(path)
    assert lessons.FENCE.search(text)
    assert all(section in text for section in SECTIONS)
    assert '!!! success "Réponses"' in text or ":class: quiz" in text
    assert len(text.split()) in WORDS_OF_A_LESSON


def test_every_word_is_spelt_right():
    assert shutil.which("hunspell"), INSTALL
    sources = {path: lessons.words(_text(path)) for path in lessons.all_paths()}
    for path in notebooks.all_paths():
        sources[path] = set().union(*map(lessons.words, notebooks.read(path).prose))
    checked = subprocess.run(
        ["hunspell", "-d", "fr_FR", "-i", "utf-8", "-p", str(VOCABULARY), "-l"],
        input="\n".join(sorted(set().union(*sources.values()))),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Can't open" not in checked.stderr, INSTALL
    unknown = set(checked.stdout.split())
    misspelt = {
        path.name: sorted(used & unknown) for path, used in sources.items() if used & unknown
    }
    assert misspelt == {}, "misspelt, or to add to courses/vocabulaire.txt"


def test_the_vocabulary_has_no_word_that_is_not_used():
    listed = [word for word in _text(VOCABULARY).splitlines() if word]
    pages = [_text(path) for path in lessons.all_paths()]
    prose = [text for path in notebooks.all_paths() for text in notebooks.read(path).prose]
    everything = "\n".join(pages + prose)
    assert [word for word in listed if word not in everything] == []
    assert listed == sorted(set(listed))
