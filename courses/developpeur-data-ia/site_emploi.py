"""Un site d'offres d'emploi fictif, mal écrit exprès : six pages HTML et un robots.txt."""

from __future__ import annotations

import json
from pathlib import Path

ROBOTS = """User-agent: *
Disallow: /candidats/
Disallow: /recherche
Crawl-delay: 5
Allow: /
"""

#: Titre, commune, département et salaire affiché de chaque offre, page par page.
OFFRES = (
    (
        ("Data analyst", "Foix", "09", "31 500 €"),
        ("Technicienne support", "Auch", "32", "24 800 €"),
        ("Développeur web &amp; mobile", "Nîmes", "30", "33 000 €"),
    ),
    (
        ("Administratrice r&eacute;seau", "Mende", "48", "34 200 €"),
        ("Développeuse data et IA", "Toulouse", "31", ""),
    ),
    (
        ("Chargé de mission numérique", "Rodez", "12", "30 000 €"),
        ("Technicien support", "Tarbes", "65", "25 100 €"),
        ("Data analyst", "Albi", "81", "32 900 €"),
    ),
)
MENU = '<nav><h2>Menu</h2><a href="/">Accueil</a> <a href="contact.html">Contact</a></nav>'
PIED = "<footer><h2>Pied de page</h2></footer>"
PUBLICITE = '<article class="pub"><h2>Formez-vous avec nous</h2></article>'


def offre(titre: str, commune: str, departement: str, salaire: str, *, est_fermee: bool) -> str:
    """Rend une offre en HTML ; une sur deux est mal fermée."""
    fin_titre, fin_offre = ("</h2>", "</article>") if est_fermee else ("", "")
    lieu = f'<p class="lieu">{commune} <abbr>{departement}</abbr></p>'
    montant = f'<p class="salaire">{salaire}</p>' if salaire else ""
    return f'<article class="offre"><h2>{titre}{fin_titre}\n{lieu}{montant}{fin_offre}'


def page(corps: str, titre: str) -> str:
    """Rend une page entière."""
    return (
        f'<!doctype html>\n<html lang="fr"><head><title>{titre}</title></head>\n'
        f"<body>{MENU}\n<main>{corps}</main>\n{PIED}</body></html>\n"
    )


def page_offres(numero: int) -> str:
    """Rend une page d'offres, avec son lien vers la suivante."""
    offres = [
        offre(*champs, est_fermee=rang % 2 == 0)
        for rang, champs in enumerate(OFFRES[numero - 1])
    ]
    suivante = (
        f'<a rel="next" href="offres-{numero + 1}.html">Page suivante</a>'
        if numero < len(OFFRES)
        else ""
    )
    return page("\n".join([*offres, PUBLICITE, suivante]), f"Offres, page {numero}")


def ecrire_site(chemin: Path) -> None:
    """Écrit le site en JSON : le contenu de chaque adresse."""
    site = {f"/offres-{numero}.html": page_offres(numero) for numero in (1, 2, 3)}
    site |= {
        "/": page('<p>Bienvenue. <a href="offres-1.html">Les offres</a></p>', "Accueil"),
        "/contact.html": page("<p>Écrivez à contact@emploi.example.</p>", "Contact"),
        "/candidats/1.html": page("<h2>Personne fictive</h2>", "Candidature"),
        "/robots.txt": ROBOTS,
    }
    texte = json.dumps(site, ensure_ascii=False, indent=1)
    chemin.write_text(texte + "\n", encoding="utf-8")
