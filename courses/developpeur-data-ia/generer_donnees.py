"""Refait les jeux de données du cours : python generer_donnees.py [DOSSIER].

Tout est fictif, sauf le nom des treize départements d'Occitanie. Les graines sont fixes : deux
exécutions donnent les mêmes octets. Les fiches sont dans data/README.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from ferme import ecrire_ferme
from numpy.random import Generator, default_rng
from site_emploi import ecrire_site

NOMBRE_OFFRES, GRAINE_OFFRES = 2400, 34
GRAINE_BRUTES = 11
DOUBLONS, SANS_SALAIRE = 60, 120
PREMIER_JOUR = dt.date(2024, 1, 1)
JOURS = 366


@dataclass(frozen=True, kw_only=True)
class Departement:
    """Un département et son poids dans les offres."""

    code: str
    nom: str
    prefecture: str
    poids: int


@dataclass(frozen=True, kw_only=True)
class Metier:
    """Un métier, son code ROME, son salaire médian en euros par an et ses mots."""

    intitule: str
    rome: str
    salaire: int
    mots: tuple[str, ...]
    part: float


@dataclass(frozen=True, kw_only=True)
class Offre:
    """Une ligne de offres_occitanie.csv ; les champs sont les colonnes, dans l'ordre."""

    id: str
    date_publication: str
    intitule: str
    rome: str
    departement: str
    commune: str
    contrat: str
    experience: int
    salaire_annuel: int
    description: str


DEPARTEMENTS = tuple(
    Departement(code=code, nom=nom, prefecture=prefecture, poids=poids)
    for code, nom, prefecture, poids in (
        ("09", "Ariège", "Foix", 2),
        ("11", "Aude", "Carcassonne", 5),
        ("12", "Aveyron", "Rodez", 5),
        ("30", "Gard", "Nîmes", 10),
        ("31", "Haute-Garonne", "Toulouse", 33),
        ("32", "Gers", "Auch", 3),
        ("34", "Hérault", "Montpellier", 22),
        ("46", "Lot", "Cahors", 3),
        ("48", "Lozère", "Mende", 1),
        ("65", "Hautes-Pyrénées", "Tarbes", 4),
        ("66", "Pyrénées-Orientales", "Perpignan", 6),
        ("81", "Tarn", "Albi", 5),
        ("82", "Tarn-et-Garonne", "Montauban", 4),
    )
)
METIERS = (
    Metier(
        intitule="Développeur·se web",
        rome="M1805",
        salaire=31500,
        mots=("javascript", "html", "php", "git", "sql"),
        part=0.26,
    ),
    Metier(
        intitule="Développeur·se data et IA",
        rome="M1805",
        salaire=35000,
        mots=("python", "pandas", "sql", "scikit-learn", "git"),
        part=0.14,
    ),
    Metier(
        intitule="Data analyst",
        rome="M1403",
        salaire=33500,
        mots=("sql", "tableau de bord", "statistiques", "python", "excel"),
        part=0.12,
    ),
    Metier(
        intitule="Technicien·ne support",
        rome="I1401",
        salaire=25500,
        mots=("assistance", "windows", "réseau", "ticket", "utilisateurs"),
        part=0.24,
    ),
    Metier(
        intitule="Administrateur·rice systèmes",
        rome="M1801",
        salaire=34500,
        mots=("linux", "réseau", "sauvegarde", "supervision", "sécurité"),
        part=0.14,
    ),
    Metier(
        intitule="Chargé·e de mission numérique",
        rome="M1402",
        salaire=30500,
        mots=("projet", "budget", "réunion", "partenaires", "rédaction"),
        part=0.10,
    ),
)
CONTRATS = {"CDI": 0.52, "CDD": 0.25, "Alternance": 0.15, "Intérim": 0.08}
EXPERIENCES = (0, 0, 1, 2, 3, 5, 8)  # en années ; 0 deux fois : il est plus fréquent
PRIME_PAR_AN = 0.035
PRIMES = {"31": 1.06, "34": 1.03}  # les salaires des deux métropoles sont plus hauts
PART_ALTERNANCE = 0.62  # du salaire d'une personne déjà formée
BRUIT = 0.06


def offres(nombre: int = NOMBRE_OFFRES, graine: int = GRAINE_OFFRES) -> list[Offre]:
    """Rend des offres d'emploi fictives."""
    hasard = default_rng(graine)
    poids = np.array([d.poids for d in DEPARTEMENTS], float)
    return [_offre(numero, poids / poids.sum(), hasard) for numero in range(nombre)]


def _offre(numero: int, poids: np.ndarray, hasard: Generator) -> Offre:
    """Tire une offre. L'ordre des tirages fait les données : ne pas le changer."""
    metier = METIERS[hasard.choice(len(METIERS), p=[m.part for m in METIERS])]
    departement = DEPARTEMENTS[hasard.choice(len(DEPARTEMENTS), p=poids)]
    experience = int(hasard.choice(EXPERIENCES))
    contrat = str(hasard.choice(list(CONTRATS), p=list(CONTRATS.values())))
    salaire = (
        metier.salaire
        * (1 + PRIME_PAR_AN * experience)
        * PRIMES.get(departement.code, 1)
        * (PART_ALTERNANCE if contrat == "Alternance" else 1)
        * hasard.normal(1, BRUIT)
    )
    mots = _mots(metier, hasard)
    jour = PREMIER_JOUR + dt.timedelta(days=int(hasard.integers(0, JOURS)))
    return Offre(
        id=f"OCC-{numero:05d}",
        date_publication=jour.isoformat(),
        intitule=metier.intitule,
        rome=metier.rome,
        departement=departement.code,
        commune=departement.prefecture,
        contrat=contrat,
        experience=experience,
        salaire_annuel=round(salaire / 100) * 100,
        description=_description(departement.prefecture, mots, experience),
    )


def _mots(metier: Metier, hasard: Generator) -> list[str]:
    """Tire deux mots du métier et deux de n'importe lequel, mélangés."""
    mots = [str(mot) for mot in hasard.choice(metier.mots, size=2, replace=False)]
    for _ in range(2):
        mots.append(str(hasard.choice(METIERS[hasard.integers(len(METIERS))].mots)))
    hasard.shuffle(mots)
    return mots


def _description(commune: str, mots: Sequence[str], experience: int) -> str:
    """Rend le texte de l'offre."""
    pluriel = "s" if experience > 1 else ""
    fin = f"{experience} an{pluriel} d'expérience." if experience else "Débutant·e accepté·e."
    return (
        f"Nous recherchons une personne motivée à {commune}."
        f" Vous maîtrisez {', '.join(mots[:-1])} et {mots[-1]}. {fin}"
    )


def salir(propres: Sequence[Offre], graine: int = GRAINE_BRUTES) -> list[list[str]]:
    """Rend les mêmes offres comme un vrai export les donne : en désordre et mal écrites."""
    hasard = default_rng(graine)
    lignes = [_salie(offre, hasard) for offre in propres]
    salaire = [champ.name for champ in fields(Offre)].index("salaire_annuel")
    for rang in hasard.choice(len(lignes), SANS_SALAIRE, replace=False):
        lignes[rang][salaire] = ""
    lignes += [lignes[rang] for rang in hasard.choice(len(lignes), DOUBLONS, replace=False)]
    return [lignes[rang] for rang in hasard.permutation(len(lignes))]


def _salie(offre: Offre, hasard: Generator) -> list[str]:
    """Rend une offre telle qu'un tableur la déforme."""
    milliers = f"{offre.salaire_annuel:,} €".replace(",", "\u202f").replace(" €", "\u00a0€")
    jour = dt.date.fromisoformat(offre.date_publication)
    change = {
        "salaire_annuel": milliers if hasard.random() < 0.4 else str(offre.salaire_annuel),
        "date_publication": jour.strftime("%d/%m/%Y" if hasard.random() < 0.5 else "%Y-%m-%d"),
        "contrat": offre.contrat.lower() + " " if hasard.random() < 0.2 else offre.contrat,
        "departement": str(int(offre.departement)),  # « 9 » au lieu de « 09 »
    }
    return [change.get(champ.name, str(getattr(offre, champ.name))) for champ in fields(Offre)]


def ecrire_csv(chemin: Path, lignes: Iterable[Sequence[object]], separateur: str) -> None:
    """Écrit des offres en CSV, avec leurs titres de colonnes."""
    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        ecrivain = csv.writer(fichier, delimiter=separateur, lineterminator="\n")
        ecrivain.writerow([champ.name for champ in fields(Offre)])
        ecrivain.writerows(lignes)


def ecrire_departements(chemin: Path) -> None:
    """Écrit les treize départements en JSON."""
    fiches = [{"code": d.code, "nom": d.nom, "prefecture": d.prefecture} for d in DEPARTEMENTS]
    texte = json.dumps(fiches, ensure_ascii=False, indent=1)
    chemin.write_text(texte + "\n", encoding="utf-8")


def generer(dossier: Path) -> None:
    """Écrit tous les jeux de données dans ce dossier."""
    dossier.mkdir(parents=True, exist_ok=True)
    propres = offres()
    ecrire_csv(dossier / "offres_occitanie.csv", map(astuple, propres), ",")
    ecrire_csv(dossier / "offres_brutes.csv", salir(propres), ";")
    ecrire_departements(dossier / "departements.json")
    ecrire_ferme(dossier / "ferme_garrigue.sql")
    ecrire_site(dossier / "site_emploi.json")


if __name__ == "__main__":
    generer(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("data"))
