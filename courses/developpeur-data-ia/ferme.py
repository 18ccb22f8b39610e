"""La ferme de la Garrigue, fictive : quatre tables écrites comme un script SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from numpy.random import Generator, default_rng

GRAINE = 12
PARCELLES = 40
ANNEES = range(2020, 2025)
NOMS = ("Bonnet", "Carrière", "Delmas", "Fabre", "Gély", "Portal", "Rouquette", "Vidal")
POSTES = ("maraîchage", "viticulture", "élevage")
CULTURES = (
    ("vigne", 0),
    ("abricot", 1),
    ("tomate", 1),
    ("blé dur", 0),
    ("olive", 1),
    ("melon", 0),
)
COMMUNES = ("Lunel", "Sommières", "Mauguio", "Lodève", "Pézenas")
SOLS = ("argileux", "sableux", "calcaire", "limoneux")
PART_AVEC_RESPONSABLE = 0.9
TABLES = """CREATE TABLE salarie(
  id INTEGER PRIMARY KEY,
  nom TEXT NOT NULL,
  poste TEXT NOT NULL,
  embauche TEXT NOT NULL
);
CREATE TABLE culture(
  id INTEGER PRIMARY KEY,
  nom TEXT UNIQUE NOT NULL,
  bio INTEGER NOT NULL CHECK(bio IN (0, 1))
);
CREATE TABLE parcelle(
  id INTEGER PRIMARY KEY,
  commune TEXT NOT NULL,
  sol TEXT NOT NULL,
  surface_ha REAL NOT NULL CHECK(surface_ha > 0),
  responsable INTEGER REFERENCES salarie(id)
);
CREATE TABLE recolte(
  parcelle INTEGER REFERENCES parcelle(id),
  culture INTEGER REFERENCES culture(id),
  annee INTEGER NOT NULL,
  tonnes REAL NOT NULL,
  PRIMARY KEY(parcelle, culture, annee)
);
"""


def ecrire_ferme(chemin: Path, graine: int = GRAINE) -> None:
    """Écrit le script qui crée et remplit la base."""
    hasard = default_rng(graine)
    salaries = [(numero, nom, *_poste(hasard)) for numero, nom in enumerate(NOMS, 1)]
    cultures = [(numero, nom, bio) for numero, (nom, bio) in enumerate(CULTURES, 1)]
    parcelles, recoltes = _parcelles(hasard)
    lignes = [
        *_insertions("salarie", salaries),
        *_insertions("culture", cultures),
        *_insertions("parcelle", parcelles),
        *_insertions("recolte", recoltes),
    ]
    chemin.write_text(TABLES + "\n".join(lignes) + "\n", encoding="utf-8")


def _poste(hasard: Generator) -> tuple[str, str]:
    """Tire un poste et une date d'embauche."""
    poste = str(hasard.choice(POSTES))
    return poste, f"20{hasard.integers(10, 24):02d}-0{hasard.integers(1, 10)}-15"


def _parcelles(hasard: Generator) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Tire les parcelles et leur récolte de chaque année, dans cet ordre de tirage."""
    parcelles: list[tuple[object, ...]] = []
    recoltes: list[tuple[object, ...]] = []
    for numero in range(1, PARCELLES + 1):
        commune, sol = str(hasard.choice(COMMUNES)), str(hasard.choice(SOLS))
        surface = round(float(hasard.gamma(2, 2.2)) + 0.3, 2)
        suivie = hasard.random() < PART_AVEC_RESPONSABLE
        responsable = int(hasard.integers(1, len(NOMS) + 1)) if suivie else None
        parcelles.append((numero, commune, sol, surface, responsable))
        for annee in ANNEES:
            culture = int(hasard.integers(1, len(CULTURES) + 1))
            recoltes.append((numero, culture, annee, round(float(hasard.gamma(5, 2)), 1)))
    return parcelles, recoltes


def _insertions(table: str, lignes: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rend une instruction INSERT par ligne."""
    for ligne in lignes:
        yield f"INSERT INTO {table} VALUES({', '.join(_sql(valeur) for valeur in ligne)});"


def _sql(valeur: object) -> str:
    """Rend une valeur telle que SQL l'écrit."""
    if valeur is None:
        return "NULL"
    return "'" + valeur.replace("'", "''") + "'" if isinstance(valeur, str) else repr(valeur)
