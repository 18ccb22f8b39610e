"""The glossary: its terms are in order, explained in plain words, and what lessons link to."""

import re

from lms.content.glossary import name_of, slug_among, slugs_of
from lms.content.slugs import slugify
from tests.courses import lessons
from tests.courses.notebooks import COURSE

GLOSSARY = (COURSE / "glossaire.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^(?P<term>[^:#\s].*)\n: (?P<said>.+)$", re.MULTILINE)
ROLE = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`")
ENTRIES = {name_of(found["term"]): found["said"] for found in ENTRY.finditer(GLOSSARY)}
MAX_WORDS = 40


def test_there_are_enough_terms_each_defined_once():
    slugs = list(slugs_of(GLOSSARY))
    assert len(slugs) >= 60
    assert len(slugs) == len(set(slugs)) == len(ENTRIES)


def test_terms_are_in_order_under_their_letter():
    order = [slugify(name) for name in ENTRIES]
    assert order == sorted(order)
    letters = re.findall(r"^## (\w)$", GLOSSARY, re.MULTILINE)
    assert letters == sorted({slug[0].upper() for slug in order})


def test_definitions_are_short_sentences():
    for name, said in ENTRIES.items():
        assert said.endswith((".", "…", "`.")), name
        assert 4 <= len(said.split()) <= MAX_WORDS, name


def test_lessons_link_to_terms_that_are_there():
    slugs = frozenset(slugs_of(GLOSSARY))
    used = [
        target
        for path in lessons.all_paths()
        for target in ROLE.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(used) > 80
    assert [target for target in used if not slug_among(target, slugs)] == []
