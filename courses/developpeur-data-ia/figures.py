"""Dessine en SVG les figures des leçons : python figures.py [DOSSIER]."""

from __future__ import annotations

import sys
from pathlib import Path

import figures_sql
from dessin import ACCENT, TRAIT, Boite, figure, fleche, rectangle, texte, trait


def niveaux() -> str:
    """Les trois niveaux de compétence, comme trois marches."""
    marches = [
        Boite(
            x=15, y=110, largeur=105, hauteur=75, texte=("1. Imiter", "refaire", "l’exemple")
        ),
        Boite(x=125, y=65, largeur=100, hauteur=120, texte=("2. Adapter", "changer", "un peu")),
        Boite(
            x=230,
            y=20,
            largeur=119,
            hauteur=165,
            texte=("3. Transposer", "bâtir", "du neuf"),
            accent=True,
        ),
    ]
    return figure(364, 205, "Trois marches : imiter, adapter, transposer", marches)


def dossiers() -> str:
    """Un dossier de formation et ce qu’il contient."""
    lignes = [
        (0, "formation/", True),
        (1, "semaine-1/", True),
        (2, "journal.txt", False),
        (2, "demarrer-1.ipynb", False),
        (1, "data/", True),
        (2, "offres_occitanie.csv", False),
    ]
    pieces = []
    for rang, (retrait, nom, gras) in enumerate(lignes):
        y = 40 + rang * 32
        if retrait:
            x = 10 + retrait * 40
            pieces.append(trait((x, y - 25), (x, y - 5), (x + 14, y - 5)))
        pieces.append(texte(32 + retrait * 40, y, nom, gras=gras, ancre="start"))
    return figure(340, 230, "Un dossier contient des dossiers et des fichiers", pieces)


def octets() -> str:
    """La même suite d’octets lue avec deux encodages."""
    return figure(
        364,
        240,
        "Les mêmes octets, lus avec deux règles",
        [
            Boite(x=82, y=15, largeur=200, hauteur=60, texte=("Dans le fichier", "195 169")),
            fleche(140, 80, 90, 165),
            fleche(224, 80, 274, 165),
            texte(108, 118, "en UTF-8", ancre="end"),
            texte(256, 118, "en Latin-1", ancre="start"),
            Boite(x=15, y=170, largeur=150, hauteur=55, texte=("é", "juste"), accent=True),
            Boite(x=199, y=170, largeur=150, hauteur=55, texte=("Ã©", "faux")),
        ],
    )


def ordre() -> str:
    """L’ordre d’exécution des cellules d’un carnet."""
    memoire = ("Le noyau", "se souvient", "prix → 20")
    return figure(
        364,
        200,
        "Le noyau garde les valeurs entre deux cellules",
        [
            Boite(x=15, y=15, largeur=165, hauteur=50, texte=("[1] prix = 10",)),
            Boite(x=15, y=75, largeur=165, hauteur=50, texte=("[2] prix = prix * 2",)),
            Boite(x=15, y=135, largeur=165, hauteur=50, texte=("[3] prix",)),
            fleche(183, 40, 232, 80),
            fleche(183, 100, 232, 100),
            fleche(232, 120, 183, 160),
            Boite(x=235, y=60, largeur=114, hauteur=80, texte=memoire, accent=True),
        ],
    )


def aide() -> str:
    """Les quatre temps d’une recherche d’aide."""
    pas = ("1. Lire le message", "2. Réduire le problème", "3. Chercher", "4. Demander")
    pieces: list[str | Boite] = []
    for rang, mots in enumerate(pas):
        y = 15 + rang * 68
        dernier = rang == len(pas) - 1
        pieces.append(Boite(x=62, y=y, largeur=240, hauteur=44, texte=(mots,), accent=dernier))
        if rang:
            pieces.append(fleche(182, y - 23, 182, y - 2))
    return figure(364, 280, "Lire, réduire, chercher, demander", pieces)


def acces() -> str:
    """Qui voit quoi sur la plateforme."""
    depot = ("Votre dépôt", "vous et l’équipe", "le voyez")
    return figure(
        364,
        220,
        "Le brouillon reste à vous, le dépôt va à l’équipe",
        [
            Boite(x=42, y=15, largeur=280, hauteur=60, texte=("Votre brouillon", "pour vous")),
            fleche(182, 78, 182, 122),
            texte(195, 105, "Déposer", ancre="start"),
            Boite(x=42, y=126, largeur=280, hauteur=78, texte=depot, accent=True),
        ],
    )


def quatre_formes() -> str:
    """Barres, histogramme, courbe et nuage de points, en petit."""
    points = [
        (205, 218),
        (222, 205),
        (238, 212),
        (255, 192),
        (272, 196),
        (290, 180),
        (310, 172),
    ]
    return figure(
        364,
        250,
        "Quatre formes : barres, histogramme, courbe, nuage de points",
        [
            texte(20, 26, "Comparer", gras=True, ancre="start"),
            *(
                rectangle(20, 38 + 18 * rang, longueur, 12, accent=not rang)
                for rang, longueur in enumerate((130, 80, 45, 20))
            ),
            texte(200, 26, "Répartition", gras=True, ancre="start"),
            *(
                rectangle(200 + 25 * rang, 108 - hauteur, 23, hauteur)
                for rang, hauteur in enumerate((12, 38, 66, 44, 15))
            ),
            texte(20, 150, "Temps", gras=True, ancre="start"),
            trait((20, 215), (50, 200), (80, 206), (110, 185), (150, 168)),
            texte(200, 150, "Deux mesures", gras=True, ancre="start"),
            *(f'<circle cx="{x}" cy="{y}" r="4" fill="{ACCENT}"/>' for x, y in points),
        ],
    )


def axe_coupe() -> str:
    """Les mêmes valeurs, avec un axe coupé puis avec un axe entier."""
    return figure(
        364,
        210,
        "96 et 100, avec un axe qui part de 95, puis de zéro",
        [
            texte(90, 26, "L’axe part de 95", gras=True),
            rectangle(50, 142, 34, 28),
            rectangle(100, 30 + 10, 34, 130, accent=True),
            texte(67, 192, "96"),
            texte(117, 192, "100"),
            texte(270, 26, "L’axe part de 0", gras=True),
            rectangle(230, 45, 34, 125),
            rectangle(280, 40, 34, 130, accent=True),
            texte(247, 192, "96"),
            texte(297, 192, "100"),
        ],
    )


def lieux() -> str:
    """Les quatre lieux où Git range le travail."""
    noms = (
        ("Dossier de travail", "git add"),
        ("Préparation", "git commit"),
        ("Dépôt local", "git push"),
        ("Dépôt partagé", ""),
    )
    pieces: list[str | Boite] = []
    for rang, (nom, commande) in enumerate(noms):
        y = 15 + rang * 80
        dernier = not commande
        pieces.append(Boite(x=62, y=y, largeur=240, hauteur=44, texte=(nom,), accent=dernier))
        if commande:
            pieces.append(fleche(182, y + 46, 182, y + 78))
            pieces.append(texte(196, y + 67, commande, ancre="start"))
    return figure(364, 315, "Dossier, préparation, dépôt local, dépôt partagé", pieces)


def branches() -> str:
    """Une branche quitte main, avance, puis revient par une fusion."""

    def commit(x: int, y: int, couleur: str) -> str:
        return f'<circle cx="{x}" cy="{y}" r="11" fill="{couleur}"/>'

    return figure(
        364,
        170,
        "Une branche part de main et y revient",
        [
            trait((40, 120), (325, 120)),
            trait((115, 120), (165, 55), (245, 55), (325, 120)),
            *(commit(x, 120, TRAIT) for x in (40, 115)),
            *(commit(x, 55, ACCENT) for x in (165, 245)),
            commit(325, 120, TRAIT),
            texte(205, 32, "essai", gras=True),
            texte(40, 152, "main", gras=True),
            texte(325, 152, "fusion"),
        ],
    )


def kanban() -> str:
    """Un tableau à trois colonnes, où le travail en cours est limité."""
    colonnes = (("À faire", 3), ("En cours (2)", 2), ("Fini", 1))
    pieces: list[str | Boite] = []
    for rang, (nom, cartes) in enumerate(colonnes):
        x = 10 + rang * 117
        accent = rang == 1
        pieces.append(Boite(x=x, y=10, largeur=110, hauteur=200, texte=(), accent=accent))
        pieces.append(texte(x + 55, 36, nom, gras=True))
        for carte in range(cartes):
            y = 52 + carte * 50
            pieces.append(
                Boite(x=x + 12, y=y, largeur=86, hauteur=36, texte=(), accent=not accent)
            )
    return figure(364, 220, "À faire, en cours (deux au plus), fini", pieces)


def arbre_html() -> str:
    """L’arbre d’une offre en HTML."""
    return figure(
        364,
        190,
        "Une balise article contient un titre et deux paragraphes",
        [
            trait((182, 65), (72, 115)),
            trait((182, 65), (182, 115)),
            trait((182, 65), (300, 115)),
            Boite(x=92, y=15, largeur=180, hauteur=50, texte=("article.offre",), accent=True),
            Boite(x=15, y=115, largeur=100, hauteur=60, texte=("h2", "le titre")),
            Boite(x=132, y=115, largeur=100, hauteur=60, texte=("p.lieu", "la ville")),
            Boite(x=249, y=115, largeur=100, hauteur=60, texte=("p", "le salaire")),
        ],
    )


def morceaux() -> str:
    """Trois morceaux d’un fichier, un compteur, un total."""
    pieces: list[str | Boite] = []
    for rang in range(3):
        y = 15 + rang * 58
        pieces.append(Boite(x=15, y=y, largeur=120, hauteur=44, texte=(f"morceau {rang + 1}",)))
        pieces.append(fleche(138, y + 22, 206, 95))
    pieces.append(
        Boite(
            x=210,
            y=55,
            largeur=139,
            hauteur=80,
            texte=("Le compteur", "un seul total"),
            accent=True,
        )
    )
    return figure(364, 195, "Trois morceaux passent, un total reste", pieces)


FIGURES = {
    "demarrer/figures/niveaux.svg": niveaux,
    "demarrer/figures/dossiers.svg": dossiers,
    "demarrer/figures/octets.svg": octets,
    "demarrer/figures/ordre.svg": ordre,
    "demarrer/figures/aide.svg": aide,
    "demarrer/figures/acces.svg": acces,
    "git-agilite/figures/lieux.svg": lieux,
    "git-agilite/figures/branches.svg": branches,
    "git-agilite/figures/kanban.svg": kanban,
    "collecte/figures/arbre-html.svg": arbre_html,
    "collecte/figures/morceaux.svg": morceaux,
    "dataviz/figures/quatre-formes.svg": quatre_formes,
    "dataviz/figures/axe-coupe.svg": axe_coupe,
}


def dessiner(dossier: Path) -> None:
    """Écrit toutes les figures sous ce dossier."""
    for chemin, dessin in (FIGURES | figures_sql.FIGURES).items():
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_text(dessin(), encoding="utf-8")


if __name__ == "__main__":
    dessiner(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
