"""Who may ask for courses, their lessons, and what authors see of them."""

from __future__ import annotations

from tests.access.people import (
    ACCOUNT,
    ANYBODY,
    ASSIGNMENT,
    COMPARING,
    MEMBERS,
    READING,
    RESULTS,
    Route,
)

PUBLICATION = "/cours/petit-cours/publication/"
PUBLISHING = {
    "allowed": frozenset({"trainer", "operator"}),
    "known": MEMBERS - {"trainer"},
}


ROUTES = {
    "GET learn.courses": Route(address="/cours/", **ACCOUNT),
    "GET learn.course": Route(address="/cours/petit-cours/", **READING),
    "GET learn.module": Route(address="/cours/petit-cours/debut/", **READING),
    "GET learn.page": Route(address="/cours/petit-cours/debut/lire/", **READING),
    "POST learn.keep_place": Route(address="/cours/petit-cours/debut/lire/place", **READING),
    "GET learn.glossary": Route(address="/cours/petit-cours/glossaire/", **READING),
    "GET learn.file": Route(address="/cours/petit-cours/fichiers/data/notes.csv", **READING),
    "POST notes.save": Route(address="/cours/petit-cours/debut/lire/note", **READING),
    "GET notes.mine": Route(address="/notes/", **ACCOUNT),
    "GET notes.export": Route(address="/notes/export", **ACCOUNT),
    "GET goals.edit": Route(address="/objectif/", **ACCOUNT),
    "POST goals.keep": Route(
        address="/objectif/", fields={"quoi": "days", "combien": "3"}, **ACCOUNT
    ),
    "POST goals.remove": Route(address="/objectif/retrait", **ACCOUNT),
    "GET search.show": Route(address="/cours/petit-cours/recherche/?q=lecon", **READING),
    "GET competences.show": Route(address="/cours/petit-cours/competences/", **READING),
    "GET packs.download": Route(address="/cours/petit-cours/debut/hors-ligne.zip", **READING),
    "POST questions.answer": Route(address="/cours/petit-cours/debut/lire/reponses", **READING),
    "GET questions.pages": Route(address="/promotions/{promotion}/quiz/", **RESULTS),
    "GET questions.counts": Route(
        address="/promotions/{promotion}/quiz/debut/lire/", **RESULTS
    ),
    "GET publication.show": Route(address=PUBLICATION, **PUBLISHING),
    "POST publication.reload": Route(address=f"{PUBLICATION}recharger", **PUBLISHING),
    "POST publication.hook": Route(
        address=f"{PUBLICATION}crochet", allowed=ANYBODY, is_signed=True
    ),
    "GET authoring.show": Route(address=f"{ASSIGNMENT}/auteur/", **COMPARING),
}
