"""Who may ask for an assignment: its workbench, drafts, hints and help."""

from __future__ import annotations

from tests.access.people import (
    ACCOUNT,
    ASSIGNMENT,
    LEARNERS,
    MEMBERS,
    OWN,
    READING,
    RESULTS,
    WORK,
    WORKERS,
    Route,
)

WORKBENCH = f"{ASSIGNMENT}/atelier"
ASKING = {"allowed": LEARNERS, "known": MEMBERS - LEARNERS}
WORKING = {"allowed": WORKERS, "known": MEMBERS - WORKERS}

ROUTES = {
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
}
