"""A pull from a real repository: what holds is published, what does not changes nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lms import pulling
from lms.catalogue.library import open_library
from lms.domain.jobs import MAX_ATTEMPTS
from lms.domain.pulls import Outcome, Source, State
from lms.models import AuditEvent, CoursePull
from lms.pulling import Found, check_notebooks, pull_waiting
from lms.services import pulls
from tests.factories import write_course
from tests.lms import git

NOW = datetime.now(UTC)


@pytest.fixture
def source(tmp_path):
    """A repository with the small course."""
    folder = write_course(tmp_path / "auteurs", "cours-distant")
    git.repository(folder)
    return folder


@pytest.fixture
def pull(app, site, source):
    """Pull the course; the row of what became of it."""
    with site.sessions.begin() as session:
        pulls.set_remote(
            session, "cours-distant", url=f"file://{source}", branch="main", folder="",
            salt="sel", now=NOW,
        )  # fmt: skip

    def do(check=lambda _config, _folder: ()):
        with site.sessions.begin() as session:
            asked = pulls.ask(
                session, "cours-distant", Source.COMMAND, actor_id=None, now=datetime.now(UTC)
            )
        assert pull_waiting(site.config, site.sessions, check)
        with site.sessions() as session:
            return session.get(CoursePull, asked.id)

    return do


def served(site):
    library = open_library(site.config)
    return library.course("cours-distant") if "cours-distant" in library.slugs() else None


class TestPullWaiting:
    def test_publishes_what_holds_and_says_so(self, pull, site, source, session):
        found = pull()
        assert found.outcome == Outcome.PUBLISHED
        assert found.commit == git.run(source, "rev-parse", "HEAD")
        assert served(site).title == "Petit cours"
        event = session.query(AuditEvent).filter_by(action="course.published").one()
        assert event.details["commit"] == found.commit
        assert pulls.publication(session, "cours-distant").served.id == found.id
        assert pull().outcome == Outcome.UNCHANGED

    def test_a_course_with_an_error_never_replaces_the_one_that_is_served(
        self, pull, site, source
    ):
        pull()
        before = served(site).content_hash
        (source / "course.yml").write_text("title: Autre\nmodulles: {}\n")
        git.commit(source)
        found = pull()
        assert found.outcome == Outcome.REFUSED
        assert found.problems[0]["place"].startswith("course.yml:2")
        assert not found.problems[0]["is_warning"]
        assert served(site).content_hash == before

        (source / "course.yml").write_text("title: Autre\n")
        git.commit(source)
        assert pull().outcome == Outcome.PUBLISHED
        assert served(site).title == "Autre"

    def test_an_exercise_that_does_not_hold_keeps_the_course_back(self, pull, site):
        found = pull(lambda _c, _f: [Found(place="a.ipynb:3", message="la solution échoue")])
        assert (found.outcome, served(site)) == (Outcome.REFUSED, None)
        assert found.problems == [
            {"place": "a.ipynb:3", "message": "la solution échoue", "is_warning": False}
        ]
        weak = pull(lambda _c, _f: [Found(place="a", message="faible", is_warning=True)])
        assert weak.outcome == Outcome.PUBLISHED
        assert weak.problems[0]["message"] == "faible"

    def test_a_link_in_the_repository_is_refused_with_its_name(self, pull, site, source):
        git.commit_entry(source, "120000", "blob", "/etc/passwd", "data.csv")
        found = pull()
        assert (found.outcome, served(site)) == (Outcome.REFUSED, None)
        assert (found.problems[0]["place"]) == "data.csv"

    def test_a_repository_that_is_gone_is_no_fault_of_the_course(self, pull, site, source):
        pull()
        shutil.move(source, source.with_name("ailleurs"))
        found = pull()
        assert found.outcome == Outcome.FAILED
        assert "git n’a pas pu lire le dépôt" in found.message
        assert served(site) is not None

    def test_a_check_that_breaks_ends_the_pull_and_publishes_nothing(self, pull, site):
        def breaks(_config, _folder):
            raise RecursionError("too deep")

        found = pull(breaks)
        assert (found.outcome, found.state) == (Outcome.FAILED, State.DONE)
        assert "RecursionError" in found.message
        assert served(site) is None

    def test_leaves_nothing_but_gits_own_store(self, pull, site):
        pull()
        assert not list(site.config.instance.glob(".pull-*"))
        store = site.config.instance / pulling.REPOSITORIES / "cours-distant"
        assert not (store / "course.yml").exists()

    @pytest.mark.room
    def test_runs_the_notebooks_as_the_command_does(self, pull, site, source):
        text = (source / "debut" / "premier.ipynb").read_text()
        (source / "debut" / "premier.ipynb").write_text(
            text.replace("return 2 * x", "return x")
        )
        git.commit(source)
        found = pull(check_notebooks)
        assert found.outcome == Outcome.REFUSED
        assert "la solution n’a que" in found.problems[0]["message"]
        assert found.problems[0]["place"].startswith("debut/premier.ipynb:")


class TestQueue:
    def test_a_pull_that_waits_is_the_one_that_is_meant(self, pull, session):
        first = pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=NOW)
        again = pulls.ask(session, "cours-distant", Source.WEBHOOK, actor_id=None, now=NOW)
        assert first is again

    def test_one_is_done_at_a_time_and_a_lost_one_is_begun_anew(self, pull, session):
        pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=NOW)
        claimed = pulls.claim(session, now=NOW)
        other = pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=NOW)
        assert pulls.claim(session, now=NOW + timedelta(minutes=1)) is None
        pulls.renew(session, claimed.id, now=NOW + timedelta(minutes=1))
        assert pulls.claim(session, now=NOW + timedelta(minutes=2, seconds=30)) is None
        # What ends its process every time would keep all others from their turn.
        assert pulls.claim(session, now=NOW + timedelta(minutes=4)).id == other.id
        pulls.finish(
            session, other.id, pulls.Result(outcome=Outcome.UNCHANGED), now=datetime.now(UTC)
        )
        again = pulls.claim(session, now=NOW + timedelta(minutes=5))
        assert again.id == claimed.id

    def test_one_that_ends_its_process_every_time_is_given_up(self, pull, session):
        asked = pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=NOW)
        begun_at = [NOW + number * 2 * pulls.LEASE for number in range(MAX_ATTEMPTS + 1)]
        for at in begun_at[:-1]:
            assert pulls.claim(session, now=at).id == asked.id
        assert pulls.claim(session, now=begun_at[-1]) is None
        assert not pulls.is_waiting(session, now=begun_at[-1])

        session.refresh(asked)
        assert (asked.state, asked.outcome) == (State.DONE, Outcome.FAILED)
        assert "garrigue check" in asked.message
        pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=begun_at[-1])
        assert pulls.claim(session, now=begun_at[-1]).id != asked.id

    def test_nothing_is_done_for_a_course_that_lost_its_repository(self, pull, site):
        with site.sessions.begin() as session:
            asked = pulls.ask(session, "cours-distant", Source.BUTTON, actor_id=None, now=NOW)
            pulls.remove_remote(session, "cours-distant", now=NOW)
        assert not pull_waiting(site.config, site.sessions, check_notebooks)
        with site.sessions() as session:
            assert session.get(CoursePull, asked.id).outcome == Outcome.FAILED
