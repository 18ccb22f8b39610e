"""Who may ask for levels of competence, their decisions and their sheets."""

from __future__ import annotations

from tests.access.people import DECIDERS, LEVELS, MATRIX, MEMBERS, STAFF, Route

DECIDING = {"allowed": DECIDERS, "known": MEMBERS - DECIDERS}
SHEETS = {"allowed": STAFF | {"jury", "owner"}}
OBSERVING = {"allowed": frozenset({"trainer"}), "known": MEMBERS - {"trainer"}}
FOLLOWING = {
    "allowed": frozenset({"cohort manager"}),
    "known": MEMBERS - {"cohort manager"},
}

DECIDE = f"{LEVELS}/decider/socle/1/S1/"
SHEET = f"{LEVELS}/{{learner}}"

ROUTES = {
    "GET levels.matrix": Route(address=f"{LEVELS}/", **MATRIX),
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
}
