"""Ce dont les figures sont faites : boîtes, flèches, traits et textes, en SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

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


def rectangle(x: int, y: int, largeur: int, hauteur: int, *, accent: bool = False) -> str:
    """Rend un rectangle sans texte, comme une barre de graphique."""
    fond = ACCENT if accent else TRAIT
    return f'<rect x="{x}" y="{y}" width="{largeur}" height="{hauteur}" fill="{fond}"/>'
