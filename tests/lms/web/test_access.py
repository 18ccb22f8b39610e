"""Every route, asked by everybody: what each may do, what each may know, and the CSRF token."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.catalogue.referentials import read_shelf
from lms.config import Config
from lms.domain.access import Role
from lms.domain.draft_cells import Work
from lms.domain.pulls import hook_secret
from lms.domain.referentials import CompetenceKey, Edition
from lms.models import (
    Adjustment,
    AlertAside,
    AssignmentRules,
    AuditEvent,
    Base,
    Closure,
    Comment,
    Draft,
    DraftVersion,
    GradingRun,
    Group,
    HelpMessage,
    Invitation,
    LevelDecision,
    Promotion,
    Question,
    Submission,
    User,
)
from lms.services import (
    invitations,
    levels,
    observations,
    pulls,
    referentials,
    resets,
    roles,
    versions,
)
from lms.services import sign_in as signing
from lms.services.draft_documents import packed_work
from lms.web.context import EXTENSION, Site
from lms.web.person import OPEN
from tests.factories import (
    make_membership,
    make_promotion,
    make_user,
    write_course,
    write_referential,
)
from tests.handing_in import answered
from tests.lms.conftest import Browser
from tests.marking_access import number_of, prepare, snippet_of
from tests.score_access import files_of, score_rows

NOW = datetime.now(UTC)
S1 = CompetenceKey(edition=Edition(referential="socle", version="1"), code="S1")

ANYBODY = frozenset(
    {
        "anonymous",
        "inactive",
        "owner",
        "former owner",
        "fellow",
        "stranger",
        "trainer",
        "trainer elsewhere",
        "cohort manager",
        "tutor",
        "funder",
        "jury",
        "operator",
        "former trainer",
    }
)
NOBODY = frozenset({"anonymous", "inactive"})
SIGNED_IN = ANYBODY - NOBODY
LEARNERS = frozenset({"owner", "fellow"})
STAFF = frozenset({"trainer", "cohort manager"})

#: Whoever has a role in the promotion now.
MEMBERS = LEARNERS | STAFF | {"tutor", "funder", "jury"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address and what becomes of those who ask for it.

    :param allowed: they get an answer below 400 that does not lead to the sign-in form.
    :param known: they may know that it exists, and are refused with 403; all others who are
        signed in get 404, and those who are not are led to the sign-in form.
    :param body: what a script sends as JSON, with the token in a header.
    :param is_signed: it comes from a forge, with a signature instead of a token.
    """

    allowed: frozenset[str]
    known: frozenset[str] = frozenset()
    address: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    is_signed: bool = False


READERS = MEMBERS - {"funder"} | {"trainer elsewhere", "operator"}
NOTES = "/promotions/{promotion}/notes/"
REGRADES = "/promotions/{promotion}/recorrections/"
READING = {"allowed": READERS, "known": frozenset({"funder"})}
WORK = {"allowed": STAFF | {"owner", "former owner"}}
RESULTS = {"allowed": STAFF, "known": MEMBERS - STAFF}
COMPARING = {"allowed": frozenset({"trainer"}), "known": MEMBERS - {"trainer"}}
ENROLLING = {
    "allowed": frozenset({"cohort manager"}),
    "known": MEMBERS - {"cohort manager"},
}
CALENDAR = "/promotions/{promotion}/calendrier"
RULES = "/promotions/{promotion}/reglages"
ADJUSTMENTS = "/promotions/{promotion}/amenagements"
GROUPS = "/promotions/{promotion}/groupes"
CONFIRMED = {"confirme": "1"}
ALERTS = "/promotions/{promotion}/alertes/"
KEEPING = {"allowed": frozenset({"trainer", "trainer elsewhere"})}
WORK_TO_READ = "/promotions/{promotion}/a-lire/premier-carnet/{number}"
READING_OF = "/promotions/{promotion}/lecture/premier-carnet/"
RUBRICS = "/promotions/{promotion}/grilles/"
LIKENESSES = "/promotions/{promotion}/ressemblances/"
DECIDERS = frozenset({"trainer", "jury"})
DECIDING = {"allowed": DECIDERS, "known": MEMBERS - DECIDERS}
MATRIX = {"allowed": STAFF | {"jury"}, "known": MEMBERS - STAFF - {"jury"}}
SHEETS = {"allowed": STAFF | {"jury", "owner"}}
OBSERVING = {"allowed": frozenset({"trainer"}), "known": MEMBERS - {"trainer"}}
FOLLOWING = {
    "allowed": frozenset({"cohort manager"}),
    "known": MEMBERS - {"cohort manager"},
}
LEVELS = "/promotions/{promotion}/competences"
DECIDE = f"{LEVELS}/decider/socle/1/S1/"
SHEET = f"{LEVELS}/{{learner}}"
ACCOUNT = {"allowed": SIGNED_IN}
OPEN_TO_ALL = {"allowed": ANYBODY}
ASSIGNMENT = "/cours/petit-cours/exercices/premier-carnet"
PUBLICATION = "/cours/petit-cours/publication/"
PUBLISHING = {
    "allowed": frozenset({"trainer", "operator"}),
    "known": MEMBERS - {"trainer"},
}
WORKBENCH = f"{ASSIGNMENT}/atelier"
WORKERS = LEARNERS | {"trainer"}
ASKING = {"allowed": LEARNERS, "known": MEMBERS - LEARNERS}
OWN = {"allowed": frozenset({"owner", "former owner"})}
WORKING = {"allowed": WORKERS, "known": MEMBERS - WORKERS}

QUESTION = """
:::{admonition} Que vaut `2 + 2` ?
:class: quiz dropdown
Réponse : 4

> Deux et deux.
:::
"""

#: Every route of the site by method and endpoint. One that is not here fails the tests.
ROUTES = {
    "GET gradebook.show": Route(address=NOTES, **RESULTS),
    "GET gradebook.weights": Route(address=f"{NOTES}coefficients", **COMPARING),
    "POST gradebook.save_weights": Route(address=f"{NOTES}coefficients", **COMPARING),
    "GET gradebook.reason": Route(address=f"{NOTES}{{owner}}/premier-carnet/", **RESULTS),
    "POST gradebook.set_score": Route(
        address=f"{NOTES}{{owner}}/premier-carnet/fixer",
        fields={"points": "2,5", "raison": "Oral"},
        **COMPARING,
    ),
    "POST gradebook.take_back": Route(
        address=f"{NOTES}{{overridden}}/premier-carnet/rendre", **COMPARING
    ),
    "GET exports.download": Route(address=f"{NOTES}export/csv", **RESULTS),
    "GET outside.form": Route(address=f"{NOTES}import/", **COMPARING),
    "POST outside.try_file": Route(address=f"{NOTES}import/", **COMPARING),
    "POST outside.bring_in": Route(address=f"{NOTES}import/confirmer", **COMPARING),
    "POST outside.take_out": Route(address=f"{NOTES}import/{{import}}/annuler", **COMPARING),
    "GET regrades.index": Route(address=REGRADES, **COMPARING),
    "POST regrades.start": Route(
        address=REGRADES, fields={"exercice": "premier-carnet"}, **COMPARING
    ),
    "GET regrades.show": Route(address=f"{REGRADES}{{open regrade}}/", **COMPARING),
    "GET regrades.follow": Route(address=f"{REGRADES}{{open regrade}}/suivi", **COMPARING),
    "POST regrades.apply": Route(address=f"{REGRADES}{{open regrade}}/appliquer", **COMPARING),
    "POST regrades.drop": Route(address=f"{REGRADES}{{open regrade}}/abandonner", **COMPARING),
    "POST regrades.undo": Route(address=f"{REGRADES}{{applied regrade}}/annuler", **COMPARING),
    "GET contests.show": Route(address="/rendus/{submission}/contestations/", **WORK),
    "POST contests.make": Route(
        address="/rendus/{submission}/contestations/", fields={"texte": "Non"}, **OWN
    ),
    "POST contests.answer": Route(
        address="/rendus/{submission}/contestations/{contest}/reponse",
        allowed=frozenset({"trainer"}),
        fields={"texte": "Voici pourquoi."},
    ),
    "GET contests.waiting": Route(address="/promotions/{promotion}/contestations/", **RESULTS),
    "GET own_scores.mine": Route(address="/resultats/", **ACCOUNT),
    "GET own_scores.reason": Route(address="/resultats/petit-cours/premier-carnet/", **OWN),
    "GET home.show": Route(address="/", **ACCOUNT),
    "GET accounts.sign_in": Route(address="/connexion", **OPEN_TO_ALL),
    "POST accounts.sign_in": Route(address="/connexion", **OPEN_TO_ALL),
    "POST accounts.sign_out": Route(address="/deconnexion", **ACCOUNT),
    "GET accounts.account": Route(address="/compte", **ACCOUNT),
    "POST accounts.change_details": Route(address="/compte", **ACCOUNT),
    "POST accounts.change_password": Route(address="/compte/mot-de-passe", **ACCOUNT),
    "POST accounts.sign_out_everywhere": Route(address="/compte/deconnexion", **ACCOUNT),
    "POST display.choose": Route(address="/affichage", **OPEN_TO_ALL),
    "GET passwords.forgotten": Route(address="/mot-de-passe/oublie", **OPEN_TO_ALL),
    "POST passwords.forgotten": Route(address="/mot-de-passe/oublie", **OPEN_TO_ALL),
    "GET passwords.renew": Route(address="/mot-de-passe/nouveau/{reset}", **OPEN_TO_ALL),
    "POST passwords.renew": Route(address="/mot-de-passe/nouveau/{reset}", **OPEN_TO_ALL),
    "GET invitations.show": Route(address="/invitation/{invitation}", **OPEN_TO_ALL),
    "POST invitations.accept": Route(address="/invitation/{invitation}", **OPEN_TO_ALL),
    "GET health.show": Route(address="/sante", **OPEN_TO_ALL),
    "GET learn.courses": Route(address="/cours/", **ACCOUNT),
    "GET learn.course": Route(address="/cours/petit-cours/", **READING),
    "GET learn.module": Route(address="/cours/petit-cours/debut/", **READING),
    "GET learn.page": Route(address="/cours/petit-cours/debut/lire/", **READING),
    "POST learn.keep_place": Route(address="/cours/petit-cours/debut/lire/place", **READING),
    "POST notes.save": Route(address="/cours/petit-cours/debut/lire/note", **READING),
    "GET learn.glossary": Route(address="/cours/petit-cours/glossaire/", **READING),
    "GET search.show": Route(address="/cours/petit-cours/recherche/?q=lecon", **READING),
    "GET competences.show": Route(address="/cours/petit-cours/competences/", **READING),
    "GET packs.download": Route(address="/cours/petit-cours/debut/hors-ligne.zip", **READING),
    "GET notes.mine": Route(address="/notes/", **ACCOUNT),
    "GET notes.export": Route(address="/notes/export", **ACCOUNT),
    "GET goals.edit": Route(address="/objectif/", **ACCOUNT),
    "POST goals.keep": Route(
        address="/objectif/", fields={"quoi": "days", "combien": "3"}, **ACCOUNT
    ),
    "POST goals.remove": Route(address="/objectif/retrait", **ACCOUNT),
    "GET learn.file": Route(address="/cours/petit-cours/fichiers/data/notes.csv", **READING),
    "GET assignments.show": Route(address=f"{ASSIGNMENT}/", **READING),
    "GET assignments.released": Route(address=f"{ASSIGNMENT}/carnet.ipynb", **READING),
    "GET assignments.data": Route(address=f"{ASSIGNMENT}/donnees/{{data}}", **READING),
    "POST assignments.hand_in": Route(
        address=f"{ASSIGNMENT}/rendus",
        allowed=LEARNERS,
        known=MEMBERS - LEARNERS,
        fields={"carnet": "notebook"},
    ),
    "GET workbench.show": Route(address=f"{WORKBENCH}/", **WORKING),
    "POST workbench.preview": Route(
        address=f"{WORKBENCH}/apercu", body={"source": "**Bonjour**"}, **WORKING
    ),
    "GET drafts.show": Route(address=f"{WORKBENCH}/brouillon", **WORKING),
    "PUT drafts.save": Route(
        address=f"{WORKBENCH}/brouillon", body={"base": 1, "cells": []}, **WORKING
    ),
    "GET drafts.versions": Route(address=f"{WORKBENCH}/versions", **WORKING),
    "GET drafts.version": Route(address=f"{WORKBENCH}/versions/1", **WORKING),
    "POST drafts.resume": Route(
        address=f"{WORKBENCH}/versions/1/reprendre", body={"base": 1}, **WORKING
    ),
    "GET drafts.download": Route(address=f"{WORKBENCH}/carnet.ipynb", **WORKING),
    "GET drafts.output": Route(address=f"{WORKBENCH}/sortie", **WORKING),
    "POST drafts.hand_in": Route(
        address=f"{WORKBENCH}/depot",
        allowed=LEARNERS,
        known=MEMBERS - LEARNERS,
        body={"base": 1, "is_confirmed": True},
    ),
    "POST tickets.create": Route(
        address=f"{ASSIGNMENT}/atelier/ticket",
        allowed=LEARNERS | {"trainer"},
        known=MEMBERS - LEARNERS - {"trainer"},
    ),
    "GET help.mine": Route(address="/aide/", **ACCOUNT),
    "GET help.form": Route(address=f"{ASSIGNMENT}/aide", **ASKING),
    "POST help.ask": Route(
        address=f"{ASSIGNMENT}/aide",
        fields={"texte": "Pourquoi ?", "partage": "private"},
        **ASKING,
    ),
    "GET help.show": Route(address="/aide/{question}/", **WORK),
    "POST help.reply": Route(
        address="/aide/{question}/messages", fields={"texte": "Voyez."}, **WORK
    ),
    "POST help.close": Route(address="/aide/{question}/fermer", **OWN),
    "POST help.share": Route(
        address="/aide/{question}/partage", fields={"partage": "anonymous"}, **OWN
    ),
    "GET help.draft": Route(address="/aide/{question}/carnet.ipynb", **WORK),
    "GET help.promotion": Route(address="/promotions/{promotion}/questions/", **RESULTS),
    "POST hints.reveal": Route(
        address=f"{ASSIGNMENT}/indices/double", allowed=LEARNERS, known=MEMBERS - LEARNERS
    ),
    "POST submissions.comment": Route(
        address="/rendus/{submission}/commentaires",
        allowed=frozenset({"trainer"}),
        fields={"texte": "Bien vu"},
    ),
    "POST submissions.withdraw": Route(
        address="/rendus/{submission}/commentaires/{comment}/retirer",
        allowed=frozenset({"trainer"}),
    ),
    "GET submissions.show": Route(address="/rendus/{submission}/", **WORK),
    "GET submissions.download": Route(address="/rendus/{submission}/carnet.ipynb", **WORK),
    "GET submissions.annotated": Route(address="/rendus/{submission}/carnet/", **WORK),
    "GET submissions.follow": Route(address="/rendus/{submission}/suivi", **WORK),
    "GET teach.promotions": Route(
        address="/promotions/",
        allowed=STAFF | {"trainer elsewhere"},
        known=MEMBERS - STAFF | {"stranger"},
    ),
    "GET similarity.assignments": Route(address=LIKENESSES, **COMPARING),
    "GET similarity.pairs": Route(address=f"{LIKENESSES}premier-carnet/", **COMPARING),
    "GET similarity.pair": Route(
        address=f"{LIKENESSES}premier-carnet/{{submission}}/{{other}}/", **COMPARING
    ),
    "GET levels.matrix": Route(address=f"{LEVELS}/", **MATRIX),
    "GET exports.download_matrix": Route(address=f"{LEVELS}/export/xlsx", **MATRIX),
    "GET deciding.form": Route(address=DECIDE, **DECIDING),
    "POST deciding.decide": Route(
        address=DECIDE,
        fields={"niveau": "2", "raison": "Vu.", "le": "2026-01-15"},
        **DECIDING,
    ),
    "POST deciding.undo": Route(address=f"{LEVELS}/decisions/{{batch}}/annuler", **DECIDING),
    "POST deciding.withdraw": Route(
        address=f"{LEVELS}/decisions/{{decision}}/retirer",
        fields={"raison": "Erreur."},
        **DECIDING,
    ),
    "GET following.form": Route(address=f"{LEVELS}/referentiels/", **FOLLOWING),
    "POST following.follow": Route(
        address=f"{LEVELS}/referentiels/",
        fields={"referentiel": "autre", "version": "0"},
        **FOLLOWING,
    ),
    "GET sheets.show": Route(address=f"{SHEET}/", **SHEETS),
    "GET sheets.pdf": Route(address=f"{SHEET}/fiche.pdf", **SHEETS),
    "POST sheets.observe": Route(
        address=f"{SHEET}/observations",
        fields={"competence": "socle/1/S1", "texte": "Vu.", "le": "2026-01-15"},
        **OBSERVING,
    ),
    "POST sheets.withdraw": Route(
        address=f"{SHEET}/observations/{{observation}}/retirer", **OBSERVING
    ),
    "GET teach.promotion": Route(address="/promotions/{promotion}/", **RESULTS),
    "GET teach.follow": Route(address="/promotions/{promotion}/suivi", **RESULTS),
    "GET teach.person": Route(
        address="/promotions/{promotion}/personnes/{learner}/", **RESULTS
    ),
    "GET teach.assignment": Route(
        address="/promotions/{promotion}/exercices/premier-carnet/", **RESULTS
    ),
    "GET alerts.mine": Route(address="/suivi/", **ACCOUNT),
    "GET alerts.show": Route(address=ALERTS, **RESULTS),
    "GET alerts.rules": Route(address=f"{ALERTS}regles", **COMPARING),
    "POST alerts.change_rules": Route(
        address=f"{ALERTS}regles",
        fields={
            "rendus-a-reprendre.runs": "3",
            "sans-activite.days": "7",
            "loin-du-parcours-median.gap": "4",
        },
        **COMPARING,
    ),
    "POST alerts.set_aside": Route(
        address=f"{ALERTS}mises-de-cote",
        fields={
            "learner": "{learner}",
            "rule": "sans-activite",
            "note": "En stage",
            "until": f"{NOW.date() + timedelta(days=9)}",
        },
        **RESULTS,
    ),
    "POST alerts.resume": Route(address=f"{ALERTS}mises-de-cote/{{aside}}/reprise", **RESULTS),
    "POST alerts.write": Route(
        address=f"{ALERTS}messages",
        fields={"learner": "{learner}", "text": "Bonjour"},
        **RESULTS,
    ),
    "GET marking.queue": Route(address="/promotions/{promotion}/a-lire/", **RESULTS),
    "GET marking.read": Route(address=f"{WORK_TO_READ}/", **RESULTS),
    "POST marking.save": Route(
        address=f"{WORK_TO_READ}/",
        fields={"action": "inserer-tout"},
        **COMPARING,
    ),
    "POST marking.withdraw": Route(
        address=f"{WORK_TO_READ}/reprise", fields={"note": "1"}, **COMPARING
    ),
    "GET marking.download": Route(address=f"{WORK_TO_READ}/carnet.ipynb", **RESULTS),
    "GET marking_plans.show": Route(address=READING_OF, **RESULTS),
    "POST marking_plans.keep": Route(
        address=READING_OF, fields={"pairs": "named", "grille-0": "1"}, **COMPARING
    ),
    "POST peers.assign": Route(address=f"{READING_OF}pairs", **COMPARING),
    "POST peers.hide": Route(
        address=f"{READING_OF}pairs/{{submission}}/masquer",
        fields={"etat": "masquee", "raison": "Hors sujet"},
        **COMPARING,
    ),
    "GET peers.mine": Route(address="/relectures/", **ACCOUNT),
    "GET peers.show": Route(address="/relectures/{submission}/", **OWN),
    "POST peers.write": Route(
        address="/relectures/{submission}/", fields={"action": "garder"}, **OWN
    ),
    "GET rubrics.listed": Route(address=RUBRICS, **RESULTS),
    "GET rubrics.new": Route(address=f"{RUBRICS}nouvelle", **COMPARING),
    "POST rubrics.make": Route(
        address=f"{RUBRICS}nouvelle", fields={"action": "add"}, **COMPARING
    ),
    "GET rubrics.edit": Route(address=f"{RUBRICS}1/", **COMPARING),
    "POST rubrics.keep": Route(address=f"{RUBRICS}1/", fields={"action": "add"}, **COMPARING),
    "POST rubrics.duplicate": Route(address=f"{RUBRICS}1/copie", **COMPARING),
    "POST rubrics.archive": Route(address=f"{RUBRICS}1/archive", **COMPARING),
    "GET snippets.mine": Route(address="/phrases/", **KEEPING),
    "POST snippets.add": Route(address="/phrases/", fields={"texte": "Bien vu"}, **KEEPING),
    "POST snippets.change": Route(
        address="/phrases/{snippet}", fields={"texte": "Bien vu"}, **KEEPING
    ),
    "POST snippets.remove": Route(address="/phrases/{snippet}/retrait", **KEEPING),
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
    "GET operate.extensions": Route(
        address="/exploitation/extensions", allowed=frozenset({"operator"})
    ),
    "GET members.show": Route(address="/promotions/{promotion}/membres/", **RESULTS),
    "GET members.member": Route(
        address="/promotions/{promotion}/membres/{membership}/", **ENROLLING
    ),
    "GET enrolling.form": Route(
        address="/promotions/{promotion}/membres/inscriptions/", **ENROLLING
    ),
    "POST enrolling.preview": Route(
        address="/promotions/{promotion}/membres/inscriptions/",
        fields={"texte": "nom;courriel;promotion;role\nZoé;zoe@ecole.example;x;jury"},
        **ENROLLING,
    ),
    "POST enrolling.confirm": Route(
        address="/promotions/{promotion}/membres/inscriptions/confirmation",
        fields={"liste": "nom;courriel;promotion;role\nZoé;zoe@ecole.example;x;jury"},
        **ENROLLING,
    ),
    "POST members.invite": Route(
        address="/promotions/{promotion}/membres/invitations", **ENROLLING
    ),
    "POST members.resend": Route(
        address="/promotions/{promotion}/membres/invitations/{pending}/renvoi", **ENROLLING
    ),
    "POST members.revoke": Route(
        address="/promotions/{promotion}/membres/invitations/{pending}/retrait", **ENROLLING
    ),
    "POST members.leave": Route(
        address="/promotions/{promotion}/membres/{membership}/depart", **ENROLLING
    ),
    "POST members.come_back": Route(
        address="/promotions/{promotion}/membres/{left}/retour", **ENROLLING
    ),
    "POST members.change_role": Route(
        address="/promotions/{promotion}/membres/{membership}/role",
        fields={"role": "jury"},
        **ENROLLING,
    ),
    "GET calendar.show": Route(address=f"{CALENDAR}/", **RESULTS),
    "POST calendar.follow": Route(
        address=f"{CALENDAR}/application", fields=CONFIRMED, **RESULTS
    ),
    "GET calendar.date": Route(address=f"{CALENDAR}/dates/semaine-1/", **RESULTS),
    "POST calendar.set_date": Route(
        address=f"{CALENDAR}/dates/semaine-1/",
        fields={"jour": "2030-01-15", "heure": "12:00"} | CONFIRMED,
        **RESULTS,
    ),
    "POST calendar.free_date": Route(
        address=f"{CALENDAR}/dates/semaine-1/calcul", fields=CONFIRMED, **RESULTS
    ),
    "POST calendar.add_closure": Route(
        address=f"{CALENDAR}/fermetures",
        fields={"motif": "Pont", "du": "2030-05-10"},
        **RESULTS,
    ),
    "POST calendar.remove_closure": Route(
        address=f"{CALENDAR}/fermetures/{{closure}}/retrait", fields=CONFIRMED, **RESULTS
    ),
    "GET term_rules.show": Route(address=f"{RULES}/", **RESULTS),
    "GET term_rules.edit": Route(address=f"{RULES}/exercices/premier-carnet/", **RESULTS),
    "POST term_rules.set_rules": Route(
        address=f"{RULES}/exercices/premier-carnet/", fields={"tentatives": ""}, **RESULTS
    ),
    "POST term_rules.release": Route(
        address=f"{RULES}/exercices/{{closed}}/ouverture", **RESULTS
    ),
    "POST term_rules.withhold": Route(
        address=f"{RULES}/exercices/{{opened}}/fermeture", **RESULTS
    ),
    "GET adjustments.show": Route(address=f"{ADJUSTMENTS}/", **RESULTS),
    "POST adjustments.grant": Route(
        address=f"{ADJUSTMENTS}/",
        fields={"qui": "personne:{learner}", "jours": "2", "motif": "Panne"},
        **RESULTS,
    ),
    "POST adjustments.revoke": Route(
        address=f"{ADJUSTMENTS}/{{adjustment}}/retrait", **RESULTS
    ),
    "GET groups.show": Route(address=f"{GROUPS}/", **RESULTS),
    "POST groups.create": Route(address=f"{GROUPS}/", fields={"nom": "{new}"}, **RESULTS),
    "GET groups.group": Route(address=f"{GROUPS}/{{group}}/", **RESULTS),
    "POST groups.fill": Route(address=f"{GROUPS}/{{group}}/", **RESULTS),
    "POST groups.remove": Route(address=f"{GROUPS}/{{group}}/suppression", **RESULTS),
    "GET audit.show": Route(
        address="/promotions/{promotion}/journal/",
        allowed=STAFF | {"operator"},
        known=MEMBERS - STAFF,
    ),
    "GET audit.site_journal": Route(
        address="/exploitation/journal", allowed=frozenset({"operator"})
    ),
    "POST audit.undo_event": Route(
        address="/promotions/{promotion}/journal/{event}/annuler", **ENROLLING
    ),
}

POSTS = [
    name for name, route in ROUTES.items() if not name.startswith("GET") and not route.is_signed
]
STREAMS = {"GET submissions.follow", "GET teach.follow", "GET regrades.follow"}

#: What a page of ours shows in a frame.
FRAMED = {"GET drafts.output"}


@dataclass(frozen=True, kw_only=True)
class World:
    """One school in which everybody has a part."""

    app: Flask
    people: dict[str, User]
    submissions: dict[str, int]
    promotion: Promotion
    #: By person: the token of a form that they were shown, as their session and as it says it.
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        site = self.app.extensions[EXTENSION]
        assert isinstance(site, Site)
        return site

    def browser(self, person: str) -> Browser:
        """A browser in which that person is signed in, as far as possible."""
        client = self.app.test_client()
        assert isinstance(client, Browser)
        if person != "anonymous":
            with self.site.sessions.begin() as session:
                user = session.get(User, self.people[person].id)
                token = signing.begin(session, user, now=datetime.now(UTC))
            with client.session_transaction() as cookie:
                cookie["_user_id"] = token
        return client

    def token(self, client: Browser, person: str) -> str:
        """The token of a form that this person was shown once and keeps in each browser."""
        if person not in self.tokens:
            said = client.token("/connexion" if person in NOBODY else "/compte")
            with client.session_transaction() as cookie:
                self.tokens[person] = cookie["csrf_token"], said
        kept, said = self.tokens[person]
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = kept
        return said

    def address(self, name: str, person: str) -> str:
        """The address of a route, with links made afresh for those that work once."""
        template, values = ROUTES[name].address, {"promotion": self.promotion.slug}
        values["submission"] = str(self.submissions.get(person, self.submissions["owner"]))
        values["other"] = str(self.submissions["former owner"])
        values["question"] = values["submission"]  # they were given the same number
        values["data"] = "data/notes.csv"
        values["learner"] = str(self.people["owner"].id)
        with self.site.sessions.begin() as session:
            values |= score_rows(self, session, template)
            if "{reset}" in template:
                values["reset"] = resets.reset_token(
                    session.get(User, self.people["fellow"].id),
                    secret_key=self.site.config.secret_key,
                )
            if "{comment}" in template:
                comment = Comment(
                    submission_id=int(values["submission"]),
                    exercise_id="",
                    author_id=self.people["trainer"].id,
                    text="Bien vu",
                    written_at=datetime.now(UTC),
                )
                session.add(comment)
                session.flush()
                values["comment"] = str(comment.id)
            values |= self.rows(session, template, person)
            if "{number}" in template:
                key = self.site.config.secret_key
                values["number"] = number_of(session, int(values["submission"]), key)
            if "{snippet}" in template:
                owner = self.people.get(person, self.people["trainer"])
                values["snippet"] = snippet_of(session, owner.id)
            if "{invitation}" in template:
                values["invitation"] = invitations.invite(
                    session,
                    email="nouvelle@ecole.example",
                    name="Nouvelle",
                    promotion=session.get(Promotion, self.promotion.id),
                    role=Role.LEARNER,
                    lifetime_s=3600,
                    now=datetime.now(UTC),
                )
        return template.format(**values)

    def decision(self, session: Session, promotion: Promotion, *, name: str) -> LevelDecision:
        """A decision of that person where possible, else of the trainer."""
        decider = self.people[name if name in DECIDERS else "trainer"]
        batch = levels.decide(
            session,
            promotion,
            [self.people["owner"].id],
            levels.Wish(key=S1, level=2, on=NOW.date(), reason="Vu."),
            actor_id=decider.id,
            now=NOW,
        )
        return session.query(LevelDecision).filter_by(batch=batch).one()

    def rows(self, session: Session, template: str, person: str) -> dict[str, str]:
        """Rows made afresh for the routes that change them: their numbers by name."""
        promotion = session.get(Promotion, self.promotion.id)
        moment = datetime.now(UTC)
        made: dict[str, Any] = {}
        if "{batch}" in template or "{decision}" in template:
            decision = self.decision(session, promotion, name=person)
            made |= {"batch": decision.batch, "decision": decision.id}
        if "{observation}" in template:
            made["observation"] = observations.note(
                session,
                promotion,
                self.people["owner"].id,
                S1,
                "Vu.",
                on=moment.date(),
                actor_id=self.people["trainer"].id,
                now=moment,
            ).id
        if "{membership}" in template:
            made["membership"] = make_membership(session, promotion=promotion).id
        if "{left}" in template:
            made["left"] = make_membership(session, promotion=promotion, ended_at=moment).id
        rules = {"promotion_id": promotion.id, "assignment_id": "premier-carnet"}
        if "{opened}" in template or "{closed}" in template:
            session.query(AssignmentRules).delete()
            released_at = moment if "{opened}" in template else None
            session.add(AssignmentRules(**rules, released_at=released_at))
            made["opened"] = made["closed"] = "premier-carnet"
        if "{adjustment}" in template:
            learner_id = self.people["owner"].id
            row = Adjustment(
                promotion_id=promotion.id,
                learner_id=learner_id,
                reason="Panne",
                granted_at=moment,
            )
            session.add(row)
            session.flush()
            made["adjustment"] = row.id
        if "{group}" in template:
            group = Group(promotion_id=promotion.id, name=f"Groupe {moment.isoformat()}")
            session.add(group)
            session.flush()
            made["group"] = group.id
        if "{closure}" in template:
            day = date(2030, 1, 1) + timedelta(days=session.query(Closure).count())
            row = Closure(
                promotion_id=promotion.id, first_on=day, last_on=day, label="Fermeture"
            )
            session.add(row)
            session.flush()
            made["closure"] = row.id
        if "{event}" in template:
            newcomer = make_user(session)
            roles.join(session, newcomer, promotion, Role.LEARNER, now=moment)
            session.flush()
            made["event"] = session.query(func.max(AuditEvent.id)).scalar()
        if "{aside}" in template:
            aside = AlertAside(
                promotion_id=promotion.id,
                learner_id=make_user(session).id,
                rule="sans-activite",
                subject="",
                note="En stage",
                until=moment.date(),
                set_at=moment,
            )
            session.add(aside)
            session.flush()
            made["aside"] = aside.id
        if "{pending}" in template:
            invitations.invite(
                session,
                email="attendue@ecole.example",
                name="Attendue",
                promotion=promotion,
                role=Role.LEARNER,
                lifetime_s=3600,
                now=moment,
            )
            made["pending"] = session.query(func.max(Invitation.id)).scalar()
        return {name: str(number) for name, number in made.items()}

    def ask(self, name: str, person: str, token: str | None = None) -> Any:
        """Ask for a route as that person; a POST brings the token of a page of theirs."""
        client, address = self.browser(person), self.address(name, person)
        if name.startswith("GET"):
            return client.get(address, buffered=name not in STREAMS)
        if ROUTES[name].is_signed:
            secret = hook_secret(self.site.config.secret_key, "petit-cours", "sel")
            return client.post(address, headers={"X-Gitlab-Token": secret})
        body = ROUTES[name].body
        if body is not None:
            sent = self.token(client, person) if token is None else token
            headers = {"X-CSRFToken": sent}
            return client.open(address, method=name.split()[0], json=body, headers=headers)
        fields: dict[str, Any] = {
            key: (io.BytesIO(answered()), "carnet.ipynb")
            if text == "notebook"
            else text.replace("{learner}", str(self.people["owner"].id)).replace(
                "{new}", datetime.now(UTC).isoformat()
            )
            for key, text in ROUTES[name].fields.items()
        }
        fields |= files_of(self, name, person)
        fields["csrf_token"] = self.token(client, person) if token is None else token
        return client.post(address, data=fields)


def submission_of(session: Session, site: Site, member: Any) -> Submission:
    """A graded submission of a member, with its blobs and its annotated notebook."""
    course = site.library.course("petit-cours")
    version = session.query(versions.AssignmentVersion).one()
    submission = Submission(
        learner=member.user,
        promotion_id=member.promotion_id,
        course_slug=course.slug,
        assignment_id=version.assignment_id,
        version=version,
        attempt=1,
        notebook_hash=site.blobs.put(answered() + b" " * member.id),
        size_bytes=1000,
        filename="carnet.ipynb",
        handed_in_at=NOW,
    )
    session.add(submission)
    session.flush()
    session.add(
        GradingRun(
            submission_id=submission.id,
            version_id=version.id,
            outcome="graded",
            points=4.0,
            max_points=4.0,
            is_forgeable=False,
            message="",
            feedback_hash=site.blobs.put(b"<p>Carnet</p>"),
            durations_ms={},
            engine_version="0",
            environment_digest="0",
            started_at=NOW,
            finished_at=NOW,
        )
    )
    session.flush()
    return submission


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A school of its own for this module: no test here depends on what another one did."""
    folder: Path = tmp_path_factory.mktemp("school")
    lesson = write_course(folder / "courses") / "debut" / "lire.md"
    write_referentials(folder / "courses")
    terms = lesson.parents[1] / "glossaire.md"
    terms.write_text("# Mots\n\n:::{glossary}\nun\n: Le premier.\n:::\n", encoding="utf-8")
    settings = lesson.parents[1] / "course.yml"
    told = settings.read_text(encoding="utf-8").replace("[socle]", "[socle, autre]")
    told = told.replace(
        "title: Premier carnet", "title: Premier carnet\n        due: semaine-1"
    )
    settings.write_text(f"{told}glossary: glossaire.md\n", encoding="utf-8")
    lesson.write_text(lesson.read_text() + QUESTION)
    config = Config(
        secret_key="secret of the tests, long enough",
        instance=folder / "instance",
        courses=folder / "courses",
        public_url="http://localhost",
        sign_in_attempts_account=1000,
        sign_in_attempts_host=1000,
    )
    config.instance.mkdir()
    app = create_app(config, log_to=io.StringIO())
    app.test_client_class = Browser
    site: Site = app.extensions[EXTENSION]
    Base.metadata.create_all(site.engine)
    with site.sessions.begin() as session:
        people, submissions, promotion = populate(session, site)
    yield World(app=app, people=people, submissions=submissions, promotion=promotion)
    site.engine.dispose()


def write_referentials(courses: Path) -> None:
    """One that stays as it is, and one with a version to change to."""
    socle = write_referential(courses)
    for version, name in (("1", "autre.yml"), ("0", "autre@0.yml")):
        text = socle.read_text(encoding="utf-8").replace("id: socle", "id: autre")
        text = text.replace('version: "1"', f'version: "{version}"').replace("S1", "A1")
        socle.with_name(name).write_text(text.replace("S2", "A2"), encoding="utf-8")


def populate(session: Session, site: Site) -> tuple[dict[str, User], dict[str, int], Promotion]:
    course = site.library.course("petit-cours")
    versions.sync(session, site.blobs, site.library, course, now=NOW)
    promotion = make_promotion(session, ends_on=date(2999, 1, 1))
    referentials.keep(session, read_shelf(site.config.courses), now=NOW)
    referentials.bind_missing(session, promotion.programme, course.referentials, now=NOW)
    pulls.set_remote(
        session, course.slug, url="https://forge.example/c", branch="main", folder="",
        salt="sel", now=NOW,
    )  # fmt: skip
    elsewhere = make_promotion(session, course_slug="autre-cours")
    ended = {"started_at": NOW - timedelta(days=9), "ended_at": NOW - timedelta(days=1)}
    parts = {
        "owner": make_membership(session, promotion=promotion),
        "former owner": make_membership(session, promotion=promotion, **ended),
        "fellow": make_membership(session, promotion=promotion),
        "stranger": make_membership(session, promotion=elsewhere),
        "trainer": make_membership(session, promotion=promotion, role=Role.TRAINER),
        "trainer elsewhere": make_membership(session, promotion=elsewhere, role=Role.TRAINER),
        "cohort manager": make_membership(
            session, promotion=promotion, role=Role.COHORT_MANAGER
        ),
        "tutor": make_membership(session, promotion=promotion, role=Role.TUTOR),
        "funder": make_membership(session, promotion=promotion, role=Role.FUNDER),
        "jury": make_membership(session, promotion=promotion, role=Role.JURY),
        "former trainer": make_membership(
            session, promotion=promotion, role=Role.TRAINER, **ended
        ),
        "inactive": make_membership(
            session, make_user(session, is_active=False), promotion, Role.TRAINER
        ),
    }
    people = {name: member.user for name, member in parts.items()}
    people["operator"] = make_user(session, is_operator=True)
    submissions = {
        name: submission_of(session, site, parts[name]).id for name in ("owner", "former owner")
    }
    for name in ("owner", "former owner", "fellow", "trainer"):
        draft = draft_of(people[name], session)
        session.add(draft)
        session.flush()
        if name in submissions:
            session.add(question_of(parts[name], draft, number=submissions[name]))
    prepare(session, promotion, people, submissions)
    return people, submissions, promotion


def draft_of(user: User, session: Session) -> DraftVersion:
    """One saved version of a person's draft."""
    version = session.query(versions.AssignmentVersion).one()
    draft = Draft(
        learner_id=user.id,
        course_slug=version.course_slug,
        assignment_id=version.assignment_id,
        number=1,
    )
    content = packed_work(Work(answers={"double": "x = 1"}))
    return DraftVersion(
        draft=draft, number=1, version=version, content=content, size=1, saved_at=NOW
    )


def question_of(member: Any, draft: DraftVersion, *, number: int) -> Question:
    """A question of a member, with the draft."""
    message = HelpMessage(
        author=member.user, is_from_learner=True, text="Pourquoi ?", written_at=NOW
    )
    return Question(
        id=number,
        learner=member.user,
        promotion_id=member.promotion_id,
        course_slug="petit-cours",
        assignment_id="premier-carnet",
        title="Premier carnet",
        exercise_id="",
        exercise_title="",
        state="open",
        sharing="private",
        asked_at=NOW,
        changed_at=NOW,
        cell_source="x = 1",
        draft_version_id=draft.id,
        messages=[message],
    )


def expected(route: Route, person: str) -> str:
    if person in route.allowed:
        return "answered"
    if person in NOBODY:
        return "sent to sign in"
    return "refused" if person in route.known else "unknown"


def outcome(response: Any) -> str:
    location = response.headers.get("Location", "")
    if response.status_code == 303 and location.startswith("/connexion?suite="):
        return "sent to sign in"
    if response.status_code == 303 and location == "/connexion":
        return "led to the form"
    return {403: "refused", 404: "unknown"}.get(
        response.status_code,
        "answered" if response.status_code < 400 else str(response.status_code),
    )


#: Signing out leads to the form, as does a POST of somebody who is not signed in.
LEADS_TO_FORM = {"POST accounts.sign_out", "POST accounts.sign_out_everywhere"}


def test_every_route_of_the_site_is_in_the_table(world: World) -> None:
    found = {
        f"{method} {rule.endpoint}"
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint != "static"  # public files, served before any of this
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == ROUTES.keys()


def test_what_is_open_to_all_is_what_the_site_says_is_open(world: World) -> None:
    to_all = {name.split()[1] for name, route in ROUTES.items() if route.allowed == ANYBODY}
    assert to_all == OPEN - {"static"}


@pytest.mark.parametrize("person", sorted(ANYBODY))
@pytest.mark.parametrize("name", ROUTES)
def test_63_each_gets_what_is_theirs(world: World, name: str, person: str) -> None:
    response = world.ask(name, person)
    route = ROUTES[name]
    wanted, got = expected(route, person), outcome(response)
    response.close()
    if got == "led to the form":
        assert name in LEADS_TO_FORM or person in NOBODY
        got = "answered" if name in LEADS_TO_FORM and person in SIGNED_IN else "sent to sign in"
    assert got == wanted
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    is_framed = name in FRAMED and wanted == "answered"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"] or (
        is_framed or (name == "GET learn.file" and wanted == "answered")
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == ("SAMEORIGIN" if is_framed else "DENY")


@pytest.mark.parametrize("token", ["", "forged", "somebody else's"])
@pytest.mark.parametrize("name", POSTS)
def test_62_no_form_is_taken_without_its_token(world: World, name: str, token: str) -> None:
    person = min(ROUTES[name].allowed - NOBODY)
    if token == "somebody else's":
        token = world.token(world.browser("fellow"), "fellow")
    response = world.ask(name, person, token=token)
    assert response.status_code == 400
    assert "Formulaire à renvoyer" in response.text


@pytest.mark.parametrize("address", ["/rendus/999999/", "/cours/nul/", "/promotions/nul/"])
def test_63_who_is_not_signed_in_learns_nothing_from_addresses(
    world: World, address: str
) -> None:
    assert outcome(world.browser("anonymous").get(address)) == "sent to sign in"


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("/rendus/{submission}/", "/rendus/999999/"),
        ("/rendus/{submission}/suivi", "/rendus/999999/suivi"),
        ("/aide/{submission}/", "/aide/999999/"),
        ("/promotions/{promotion}/", "/promotions/nulle-part/"),
        ("/cours/petit-cours/", "/cours/nul/"),
        ("/cours/petit-cours/debut/lire/", "/cours/nul/debut/lire/"),
        (f"{ASSIGNMENT}/", "/cours/nul/exercices/premier-carnet/"),
    ],
)
def test_63_what_is_hidden_looks_like_what_does_not_exist(
    world: World, hidden: str, missing: str
) -> None:
    client = world.browser("stranger")
    values = {"submission": world.submissions["owner"], "promotion": world.promotion.slug}
    first, second = client.get(hidden.format(**values)), client.get(missing)
    main = re.compile(r"<main.*?</main>", re.S)
    assert first.status_code == second.status_code == 404
    assert main.search(first.text)[0] == main.search(second.text)[0]


def test_a_learner_does_not_see_the_address_of_the_staff_pages(world: World) -> None:
    assert "/promotions/" not in world.browser("owner").get("/").text
    assert "/promotions/" in world.browser("trainer").get("/").text
