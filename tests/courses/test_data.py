"""The course's data sets are what their script makes, byte for byte, and hold their traps."""

import csv
import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.courses.notebooks import COURSE

MAX_TOTAL_BYTES = 1_500_000
DATA = COURSE / "data"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    script = COURSE / "generer_donnees.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True)
    return folder


def _rows(name, delimiter):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_the_sets_are_what_their_script_makes(made):
    kept = {path.name: path.read_bytes() for path in DATA.iterdir() if path.suffix != ".md"}
    assert kept == {path.name: path.read_bytes() for path in made.iterdir()}


def test_the_sets_stay_light():
    assert sum(path.stat().st_size for path in DATA.iterdir()) <= MAX_TOTAL_BYTES


def test_each_set_has_its_sheet():
    sheets = (DATA / "README.md").read_text(encoding="utf-8")
    for path in DATA.iterdir():
        assert path.suffix == ".md" or f"## `{path.name}`" in sheets


def test_the_offers_are_clean():
    rows = _rows("offres_occitanie.csv", ",")
    assert len({row["id"] for row in rows}) == len(rows) == 2400
    assert all(len(row["departement"]) == 2 for row in rows)
    assert all(row["salaire_annuel"].isdigit() for row in rows)


def test_the_raw_offers_hold_the_traps_of_their_sheet():
    rows = _rows("offres_brutes.csv", ";")
    times = Counter(row["id"] for row in rows)
    assert len(rows) == 2460
    assert sum(n - 1 for n in times.values()) == 60
    assert len({row["id"] for row in rows if not row["salaire_annuel"]}) == 120
    assert {row["departement"] for row in rows} > {"9", "34"}
    assert any("\u202f" in row["salaire_annuel"] for row in rows)
    assert any("/" in row["date_publication"] for row in rows)
    assert any(row["contrat"] == "cdi " for row in rows)


def test_the_departments_are_those_of_the_offers():
    codes = {one["code"] for one in json.loads((DATA / "departements.json").read_bytes())}
    assert codes == {row["departement"] for row in _rows("offres_occitanie.csv", ",")}
    assert len(codes) == 13
