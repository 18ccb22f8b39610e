"""Les figures du module « sql » : la ferme, un modèle conceptuel, deux jointures."""

from __future__ import annotations

from dessin import ACCENT, FOND, TRAIT, Boite, figure, fleche, texte, trait


def ferme() -> str:
    """Les quatre tables de la ferme et leurs liens."""
    return figure(
        364,
        250,
        "Salarié, parcelle, récolte, culture",
        [
            Boite(x=10, y=15, largeur=150, hauteur=70, texte=("salarie", "id, nom, poste")),
            Boite(x=10, y=150, largeur=150, hauteur=85, texte=("culture", "id, nom, bio")),
            Boite(
                x=204,
                y=15,
                largeur=150,
                hauteur=70,
                texte=("parcelle", "id, commune,", "responsable"),
            ),
            Boite(
                x=204,
                y=150,
                largeur=150,
                hauteur=85,
                texte=("recolte", "parcelle, culture,", "annee, tonnes"),
                accent=True,
            ),
            fleche(202, 50, 164, 50),
            fleche(279, 148, 279, 89),
            fleche(202, 192, 164, 192),
        ],
    )


def mcd() -> str:
    """Le modèle conceptuel des offres."""
    offre = ("OFFRE", "id, date,", "contrat, salaire")
    return figure(
        364,
        300,
        "Offre, métier, département, mot-clé",
        [
            Boite(x=110, y=110, largeur=144, hauteur=80, texte=offre),
            Boite(x=10, y=15, largeur=140, hauteur=50, texte=("MÉTIER", "code, intitulé")),
            Boite(x=214, y=15, largeur=140, hauteur=50, texte=("DÉPARTEMENT", "code, nom")),
            Boite(x=110, y=245, largeur=144, hauteur=40, texte=("MOT-CLÉ",)),
            trait((140, 110), (90, 66)),
            trait((224, 110), (274, 66)),
            trait((182, 190), (182, 245)),
            texte(95, 96, "concerne", ancre="end"),
            texte(269, 96, "se trouve", ancre="start"),
            texte(192, 213, "demande", ancre="start", gras=True),
            texte(192, 232, "(importance)", ancre="start"),
        ],
    )


def jointures() -> str:
    """Ce que gardent JOIN et LEFT JOIN."""

    def cercles(x: int, gauche: str, nom: str) -> list[str]:
        return [
            f'<circle cx="{x + 55}" cy="80" r="50" fill="{gauche}" stroke="{TRAIT}"/>',
            f'<circle cx="{x + 110}" cy="80" r="50" fill="{FOND}" stroke="{TRAIT}"/>',
            f'<path d="M{x + 82} 38a50 50 0 0 1 0 84a50 50 0 0 1 0-84z" fill="{ACCENT}"/>',
            texte(x + 82, 158, nom, gras=True),
        ]

    pieces = cercles(8, FOND, "JOIN") + cercles(192, ACCENT, "LEFT JOIN")
    return figure(364, 175, "JOIN : le commun ; LEFT JOIN : toute la gauche", pieces)


FIGURES = {
    "sql/figures/ferme.svg": ferme,
    "sql/figures/mcd.svg": mcd,
    "sql/figures/jointures.svg": jointures,
}
