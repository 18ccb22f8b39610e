"""Dessine en SVG les figures des leçons : python figures.py [DOSSIER]."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

ENCRE, PAPIER, TRAIT, FOND = "#1b1f24", "#ffffff", "#5b6470", "#eef3f1"
ACCENT, FOND_ACCENT = "#0b5e4f", "#d5ebe4"
CORPS = 15  # taille du texte, en pixels
INTERLIGNE = 20


@dataclass(frozen=True, kw_only=True)
class Boite:
    """Un rectangle avec un texte centré, une ligne par élément."""

    x: int
    y: int
    largeur: int
    hauteur: int
    texte: tuple[str, ...]
    accent: bool = False

    def svg(self) -> str:
        """Rend le rectangle et son texte."""
        fond, trait = (FOND_ACCENT, ACCENT) if self.accent else (FOND, TRAIT)
        milieu = self.x + self.largeur / 2
        haut = self.y + self.hauteur / 2 - (len(self.texte) - 1) * INTERLIGNE / 2 + 5
        lignes = "".join(
            texte(milieu, haut + rang * INTERLIGNE, ligne, gras=rang == 0)
            for rang, ligne in enumerate(self.texte)
        )
        return (
            f'<rect x="{self.x}" y="{self.y}" width="{self.largeur}" height="{self.hauteur}"'
            f' rx="8" fill="{fond}" stroke="{trait}" stroke-width="1.5"/>{lignes}'
        )


def texte(
    x: float, y: float, contenu: str, *, gras: bool = False, ancre: str = "middle"
) -> str:
    """Rend une ligne de texte."""
    graisse = ' font-weight="600"' if gras else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{ancre}"{graisse}>{escape(contenu)}</text>'


def fleche(x1: int, y1: int, x2: int, y2: int, dit: str = "") -> str:
    """Rend une flèche, avec un mot au-dessus de son milieu."""
    mot = texte((x1 + x2) / 2, (y1 + y2) / 2 - 8, dit) if dit else ""
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{TRAIT}" stroke-width="2"'
        f' marker-end="url(#p)"/>{mot}'
    )


def trait(*points: tuple[int, int]) -> str:
    """Rend une ligne brisée."""
    chemin = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{chemin}" fill="none" stroke="{TRAIT}" stroke-width="2"/>'


def figure(largeur: int, hauteur: int, titre: str, pieces: Iterable[str | Boite]) -> str:
    """Rend un SVG complet, lisible sur fond clair comme sur fond sombre."""
    dessin = "\n".join(p.svg() if isinstance(p, Boite) else p for p in pieces)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {largeur} {hauteur}"'
        f' width="{largeur}" height="{hauteur}" role="img" font-family="sans-serif"'
        f' font-size="{CORPS}" fill="{ENCRE}">\n<title>{escape(titre)}</title>\n'
        '<defs><marker id="p" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"'
        f' markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="{TRAIT}"/></marker>'
        f'</defs>\n<rect width="{largeur}" height="{hauteur}" rx="10" fill="{PAPIER}"/>\n'
        f"{dessin}\n</svg>\n"
    )


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


def rectangle(x: int, y: int, largeur: int, hauteur: int, *, accent: bool = False) -> str:
    """Rend un rectangle sans texte, comme une barre de graphique."""
    fond = ACCENT if accent else TRAIT
    return f'<rect x="{x}" y="{y}" width="{largeur}" height="{hauteur}" fill="{fond}"/>'


def quatre_formes() -> str:
    """Barres, histogramme, courbe et nuage de points, en petit."""
    points = [(205, 218), (222, 205), (238, 212), (255, 192), (272, 196), (290, 180), (310, 172)]
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


FIGURES = {
    "demarrer/figures/niveaux.svg": niveaux,
    "demarrer/figures/dossiers.svg": dossiers,
    "demarrer/figures/octets.svg": octets,
    "demarrer/figures/ordre.svg": ordre,
    "demarrer/figures/aide.svg": aide,
    "demarrer/figures/acces.svg": acces,
    "dataviz/figures/quatre-formes.svg": quatre_formes,
    "dataviz/figures/axe-coupe.svg": axe_coupe,
}


def dessiner(dossier: Path) -> None:
    """Écrit toutes les figures sous ce dossier."""
    for chemin, dessin in FIGURES.items():
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_text(dessin(), encoding="utf-8")


if __name__ == "__main__":
    dessiner(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
