"""The example of docs/plugins, installed as a package: every hook of it is answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms.domain.access import Role
from tests.factories import make_membership, make_promotion
from tests.lms.conftest import new_browser

EXAMPLE = Path(__file__).parents[2] / "docs" / "plugins" / "garrigue-school"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in a folder of its own: without network, as `pip install --target` does."""
    target = tmp_path_factory.mktemp("installed")
    offline = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", str(target), EXAMPLE],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture
def site_with_it(installed, make_app, config, monkeypatch) -> Iterator[Flask]:
    """A site that finds the package among those installed."""
    monkeypatch.syspath_prepend(str(installed))
    yield make_app(config)
    sys.modules.pop("garrigue_school", None)


def test_its_questions_are_asked_and_marked(site_with_it, config, sign_in):
    lesson = config.courses / "petit-cours" / "debut" / "lire.md"
    lesson.write_text("# Lire\n\nComplétez : la capitale est [Nîmes], dit-on.\n")
    with site_with_it.extensions["garrigue"].sessions.begin() as session:
        learner = make_membership(session).user
    client = new_browser(site_with_it)
    sign_in(client, learner)

    page = "/cours/petit-cours/debut/lire/"
    shown = client.get(page).text
    assert "la capitale est …, dit-on." in shown
    assert "Nîmes" not in shown
    client.submit(f"{page}reponses", page, **{"q-trou-1": "nimes"})
    assert "C’est juste" in client.get(page).text


def test_its_link_stands_on_the_page_of_a_promotion(site_with_it, sign_in):
    with site_with_it.extensions["garrigue"].sessions.begin() as session:
        member = make_membership(session, role=Role.TRAINER)
        trainer, slug = member.user, member.promotion.slug
    client = new_browser(site_with_it)
    sign_in(client, trainer)
    assert f'href="/emploi-du-temps/{slug}"' in client.get(f"/promotions/{slug}/").text


def test_its_rule_of_alerts_is_applied_with_the_thresholds_of_the_promotion(
    site_with_it, sign_in
):
    joined = datetime.now(UTC) - timedelta(days=20)
    with site_with_it.extensions["garrigue"].sessions.begin() as session:
        promotion = make_promotion(
            session, starts_on=date(2020, 1, 1), ends_on=date(2999, 1, 1)
        )
        make_membership(session, promotion=promotion, started_at=joined)
        trainer = make_membership(session, promotion=promotion, role=Role.TRAINER).user
        address = f"/promotions/{promotion.slug}/alertes/"
    client = new_browser(site_with_it)
    sign_in(client, trainer)

    assert "Aucun exercice validé en 20 jours." in client.get(address).text
    rules = f"{address}regles"
    client.submit(
        rules,
        **{
            "rendus-a-reprendre.runs": "3",
            "sans-activite.days": "7",
            "loin-du-parcours-median.gap": "4",
            "premier-pas.on": "1",
            "premier-pas.days": "30",
        },
    )
    assert "Aucune alerte à regarder" in client.get(address).text


def test_its_command_and_its_lists_are_known_to_garrigue(installed, config):
    (config.instance / "liste.json").write_text('[{"name": "Ada"}]')
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "GARRIGUE_SECRET_KEY": config.secret_key,
        "GARRIGUE_INSTANCE": str(config.instance),
        "GARRIGUE_COURSES": str(config.courses),
    }

    def garrigue(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lms.cli", *words],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert garrigue("timetable", "castelnau").stdout == "/emploi-du-temps/castelnau\n"
    refused = garrigue("people", "import", str(config.instance / "liste.json"))
    assert refused.returncode == 1
    assert "Cette liste ne peut pas être lue : 'email'." in refused.stderr

    environment["GARRIGUE_HAS_PLUGINS"] = "false"
    assert garrigue("timetable", "castelnau").returncode == 2


def test_it_hears_of_arrivals_and_departures(site_with_it, config, sign_in):
    with site_with_it.extensions["garrigue"].sessions.begin() as session:
        manager = make_membership(session, role=Role.COHORT_MANAGER)
        learner = make_membership(session, promotion=manager.promotion)
        user, number = manager.user, learner.id
        where = f"/promotions/{manager.promotion.slug}/membres/"
    client = new_browser(site_with_it)
    sign_in(client, user)
    client.submit(f"{where}{number}/depart", page=where)
    client.submit(f"{where}{number}/retour", page=where)
    lines = (config.instance / "arrivals.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["what"] for line in lines] == [
        "membership.ended",
        "membership.started",
    ]
