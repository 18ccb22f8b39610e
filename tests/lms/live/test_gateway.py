"""What a learner's page gets from the gateway: real kernels, real sockets."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tornado.httpclient import HTTPClientError

from tests.lms.live.conftest import RIGHT, WRONG, LiveSite

pytestmark = pytest.mark.room


class TestCells:
    def test_show_what_they_print_return_and_raise(self, live: LiveSite) -> None:
        page = live.open()

        done = page.execute("x = 20\nprint('bonjour')\nx + 1")

        assert (done["status"], done["execution_count"]) == ("ok", 1)
        shown = [frame["output"] for frame in page.seen("output")]
        assert shown[0] == {"output_type": "stream", "name": "stdout", "text": "bonjour\n"}
        assert shown[1]["data"] == {"text/plain": "21"}

        done = page.execute("y = 1\nint('a')", id="e2")

        assert (done["status"], done["error_line"]) == ("error", 2)
        error = page.seen("output")[-1]
        assert error["output"]["ename"] == "ValueError"
        assert "valeur" in error["explanation"]

    def test_show_outputs_while_they_run_and_change_displays(self, live: LiveSite) -> None:
        page = live.open()
        page.send(
            "execute",
            id="e1",
            cell="c1",
            source="from IPython.display import display, clear_output\n"
            "print('avant'); clear_output(wait=True); print('pendant')\n"
            "shown = display({'text/plain': '1'}, raw=True, display_id='barre')\n"
            "input('encore ? ')\n"
            "shown.update({'text/plain': '2'}, raw=True)",
        )
        page.until(type="input_request")

        assert page.text() == "pendant\n"
        display = page.seen("output")[-1]
        assert (display["display_id"], display["output"]["data"]) == (
            "barre",
            {"text/plain": "1"},
        )

        page.send("input", value="")
        page.until(type="done")
        update = page.seen("update")[-1]
        assert (update["display_id"], update["output"]["data"]) == (
            "barre",
            {"text/plain": "2"},
        )

    def test_ask_questions_and_hide_passwords(self, live: LiveSite) -> None:
        page = live.open()
        page.send(
            "execute",
            id="e1",
            cell="c1",
            source="import getpass\nprint(input('Nom ? '), getpass.getpass('Code ? '))",
        )
        asked = page.until(type="input_request")
        assert (asked["prompt"], asked["password"], asked["cell"]) == ("Nom ? ", False, "c1")
        page.send("input", value="Ada")
        asked = page.until(type="input_request")
        assert (asked["prompt"], asked["password"]) == ("Code ? ", True)
        page.send("input", value="é1")
        page.until(type="done", status="ok")

        assert page.text() == "Ada é1\n"

    def test_that_never_end_are_interrupted_and_those_behind_forgotten(
        self, live: LiveSite
    ) -> None:
        page = live.open()
        page.execute("kept = 7")
        page.send("execute", id="e2", cell="c2", source="print('va')\nwhile True: pass")
        page.send("execute", id="e3", cell="c3", source="1")
        page.until(type="output", cell="c2")
        page.send("interrupt")

        assert page.until(type="done", id="e3")["status"] == "aborted"
        assert page.until(type="done", id="e2")["status"] == "error"
        page.execute("print(kept)", id="e4")
        assert page.text() == "7\n"

    def test_that_obey_nothing_lose_their_kernel(self, live: LiveSite) -> None:
        page = live.open()
        page.send(
            "execute",
            id="e1",
            cell="c1",
            source="import signal\nsignal.signal(2, signal.SIG_IGN)\nprint('va')\n"
            "while True: pass",
        )
        page.until(type="output")
        page.send("interrupt")

        assert "n’obéit pas" in page.until(type="warning")["message"]
        assert page.until(type="status", state="restarting")["message"]
        page.until(type="status", state="idle")
        assert page.execute("1", id="e2")["status"] == "ok"

    def test_after_an_error_are_forgotten(self, live: LiveSite) -> None:
        page = live.open()
        for number, source in enumerate(("1", "1/0", "print('jamais')")):
            page.send("execute", id=f"e{number}", cell=f"c{number}", source=source)
        page.until(type="status", state="idle")

        ends = {frame["id"]: frame["status"] for frame in page.seen("done")}
        assert ends == {"e0": "ok", "e1": "error", "e2": "aborted"}
        assert page.text("c2") == ""

    def test_complete_and_describe_names(self, live: LiveSite) -> None:
        page = live.open()
        page.execute("prénoms = ['Ada']")
        page.send("complete", id="q", source="'😀'; pré", cursor=9)
        found = page.until(type="completions", id="q")

        assert (found["matches"], found["start"], found["end"]) == (["prénoms"], 6, 9)

        page.send("inspect", id="r", source="len(prénoms)", cursor=2)
        assert "number of items" in page.until(type="inspection", id="r")["text"]

    def test_cannot_reach_the_network_and_see_the_rooms_own_files(self, live: LiveSite) -> None:
        page = live.open()

        page.execute("import socket\nsocket.create_connection(('127.0.0.1', 22), 1)")
        assert page.seen("output")[-1]["output"]["ename"] in {"OSError", "PermissionError"}
        page.execute("import os; print(os.listdir('/root') if os.path.exists('/root') else [])")
        assert page.text() == "[]\n"


class TestFloods:
    def test_are_cut_while_a_neighbours_cell_answers(self, live: LiveSite) -> None:
        flood, neighbour = live.open(), live.open()
        flood.send(
            "execute",
            id="e1",
            cell="c1",
            source="import sys\nfrom IPython.display import display\nn = 0\n"
            "while True:\n"
            "    print('x' * 500)\n"
            "    display({'text/plain': 'y' * 200}, raw=True)",
        )
        flood.until(type="truncated")
        began_s = time.monotonic()
        for number in range(5):
            assert neighbour.execute("1 + 1", id=f"n{number}")["status"] == "ok"
        spent_s = time.monotonic() - began_s
        flood.send("interrupt")
        flood.until(type="done")
        flood.until(type="status", state="idle")
        sent = sum(len(str(frame)) for frame in flood.frames)

        assert spent_s < 15
        assert sent < 3_000_000

        before = len(flood.text())
        flood.send("more", cell="c1")
        last = flood.until(type="truncated")
        assert len(flood.text()) > before
        while last["has_more"]:
            flood.send("more", cell="c1")
            last = flood.until(type="truncated")
        assert "Sortie coupée" in last["message"]
        ended = flood.execute("print('encore là')", id="e2")
        assert ended["status"] == "ok", flood.frames[-5:]

    def test_of_a_page_that_does_not_read_hold_nobody_back(self, live: LiveSite) -> None:
        person = live.person()
        reader, sleeper = live.open(person), live.open(person)
        source = "from IPython.display import display\nfor n in range(30):\n" + (
            "    display({'text/plain': str(n) * 30_000}, raw=True)"
        )
        for number in range(6):
            reader.execute(source, id=f"e{number}")
        sleeper.until(type="done", id="e5")

        assert reader.execute("'fin'", id="fin")["status"] == "ok"


class TestPages:
    def test_that_come_back_get_what_they_missed(self, live: LiveSite) -> None:
        person = live.person()
        page = live.open(person)
        session = page.frames[0]["session"]
        page.execute("x = 5")
        page.send("execute", id="e2", cell="c2", source="input('attend')\nprint('revenu', x)")
        page.until(type="input_request")
        seen = page.last_seq
        page.leave()

        again = live.connect()
        welcome = again.hello(live.ticket(person), session=session, last_seq=seen - 1)
        assert (welcome["session"], welcome["is_new"], welcome["is_gap"]) == (
            session,
            False,
            False,
        )
        again.until(type="input_request", seq=seen)
        again.send("input", value="")
        again.until(type="done", id="e2")
        assert again.text("c2").endswith("revenu 5\n")

    def test_of_one_notebook_share_its_kernel(self, live: LiveSite) -> None:
        person = live.person()
        first, second = live.open(person), live.open(person)
        first.execute("shared = 'oui'")
        second.until(type="done")
        second.execute("print(shared)", id="e2")
        first.until(type="done", id="e2")

        assert first.text() == second.text() == "oui\n"

    def test_of_other_people_or_notebooks_have_kernels_of_their_own(
        self, live: LiveSite
    ) -> None:
        person = live.person()
        mine, other = live.open(person), live.open(person, "other")
        mine.execute("secret = 1")

        assert other.execute("secret")["status"] == "error"
        assert live.open().execute("secret")["status"] == "error"

    def test_may_not_have_more_kernels_than_allowed(self, live: LiveSite) -> None:
        person = live.person()
        pages = [live.open(person), live.open(person, "other")]
        third = live.connect()
        third.hello(live.ticket(person, "third"))

        assert "déjà dans 2 carnets" in third.until(type="status", state="dead")["message"]

        pages[0].leave()
        third.send("restart")
        third.until(type="status", state="idle")


class TestDoor:
    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "http://127.0.0.1:9", "null", "https://127.0.0.1"]
    )
    def test_is_closed_to_pages_of_other_sites(self, live: LiveSite, origin: str) -> None:
        with pytest.raises(HTTPClientError, match="403"):
            live.connect(origin)

    def test_opens_for_any_loopback_name_at_home(self, live: LiveSite) -> None:
        live.connect("http://localhost:8000").leave()

    def test_is_closed_to_forged_old_and_foreign_tickets(
        self, live: LiveSite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        foreign = live.ticket(1, secret_key="secret of another site, long enough")
        good = live.ticket(1)
        monkeypatch.setattr(time, "time", lambda now=time.time: now() - 3600)
        old = live.ticket(1)
        monkeypatch.undo()

        for ticket in (foreign, old, good[:-2], "", good.swapcase()):
            page = live.connect()
            page.send("hello", ticket=ticket, last_seq=None)
            assert page.until(type="refused")["message"]
            assert page.close_code() == 4001

    def test_is_closed_to_whoever_does_not_say_hello_first(self, live: LiveSite) -> None:
        page = live.connect()
        page.send("execute", id="e", cell="c", source="1")

        assert page.close_code() == 4003
        assert not page.seen("done")

    def test_refuses_what_no_page_sends_and_goes_on(self, live: LiveSite) -> None:
        page = live.open()
        for said in (
            {"kind": "execute", "id": 1, "cell": "c", "source": "1"},
            {"kind": "execute", "id": "e" * 300, "cell": "c", "source": "1"},
            {"kind": "check", "id": "k", "exercise": 3, "sources": {}},
            {"kind": "check", "id": "k", "exercise": None, "sources": {"a": 1}},
            {"kind": "complete", "id": "q", "source": "a", "cursor": "3"},
            {"kind": "rm", "id": "q"},
        ):
            page.send(said.pop("kind"), **said)
            page.until(type="refused")

        assert page.execute("1")["status"] == "ok"

    def test_hangs_up_on_a_frame_that_is_too_large(self, live: LiveSite) -> None:
        page = live.open()
        page.send("execute", id="e", cell="c", source="x" * (1 << 20))

        assert page.close_code() == 1009

    def test_hangs_up_on_a_page_that_never_stops(self, live: LiveSite) -> None:
        page = live.open()
        for _ in range(700):
            page.send("more", cell="c")

        assert page.close_code() == 1008


class TestEnds:
    def test_of_a_kernel_are_told_and_a_cell_starts_another(self, live: LiveSite) -> None:
        page = live.open()
        page.execute("x = 1")
        done = page.execute("import os; os.kill(os.getpid(), 9)", id="e2")

        assert done["status"] == "died"
        assert "s’est arrêté" in page.seen("status")[-1]["message"]
        assert page.execute("x", id="e3")["status"] == "error"
        assert page.seen("status")[-1]["state"] in {"busy", "idle"}

    def test_by_memory_are_told_apart(self, live: LiveSite) -> None:
        page = live.open(version="small")
        done = page.execute("eaten = bytearray(b'x' * (1 << 28))")

        assert done["status"] == "out-of-memory"
        assert "plus de mémoire" in page.seen("status")[-1]["message"]

    def test_on_request_give_a_fresh_kernel(self, live: LiveSite) -> None:
        page = live.open()
        page.execute("x = 1")
        page.send("execute", id="e2", cell="c", source="while True: pass")
        page.until(type="running", id="e2")
        page.send("restart")

        assert page.until(type="done", id="e2")["status"] == "aborted"
        page.until(type="status", state="idle")
        assert page.execute("x", id="e3")["status"] == "error"


class TestChecks:
    def check(self, page, id="k", exercise="double", **sources):
        page.send("check", id=id, exercise=exercise, sources=sources)
        page.until(type="done", id=id)
        return [frame for frame in page.seen("checked") if frame["id"] == id]

    def test_pass_and_fail_as_grading_does(self, live: LiveSite) -> None:
        page = live.open()
        [wrong] = self.check(page, double=WRONG)

        assert (wrong["exercise"], wrong["title"]) == ("double", "Doubler")
        assert wrong["outcome"] == "failed"
        [test] = wrong["tests"]
        assert (test["id"], test["outcome"]) == ("double-tests", "failed")
        assert "4" in test["message"]
        assert test["comparison"]["got"]["text"] == "2"
        assert "2 cellules" in wrong["message"]  # the answer, and the author's cell above it

        page.send("execute", id="e", cell="c", source="input()\n1 / 0")
        page.send("execute", id="late", cell="d", source="1")
        page.send("check", id="k2", exercise="double", sources={"double": RIGHT})
        page.until(type="input_request")
        page.send("input", value="")
        assert page.until(type="done", id="late")["status"] == "aborted"
        page.until(type="done", id="k2")
        [right] = [frame for frame in page.seen("checked") if frame["id"] == "k2"]
        assert (right["outcome"], right["tests"][0]["message"]) == ("passed", "")
        assert "1 cellule" in right["message"]

        [again] = self.check(page, "k3", double=RIGHT)
        assert (again["outcome"], again["message"]) == ("passed", "")

    def test_believe_what_the_kernel_holds_now(self, live: LiveSite) -> None:
        page = live.open()
        assert self.check(page, double=RIGHT)[0]["outcome"] == "passed"
        page.execute("FACTEUR = 3", cell="mine")
        assert self.check(page, "k2", double=RIGHT)[0]["outcome"] == "failed"

    def test_never_bring_hidden_tests_to_the_learner(self, live: LiveSite) -> None:
        page = live.open()
        found = self.check(page, exercise=None, double=RIGHT, triple="def triple(x): return 0")

        assert [each["outcome"] for each in found] == ["passed", "not-run"]
        assert "pas de test visible" in found[1]["message"]
        page.execute(
            "import gc\nprint(any('SEC' + 'RET' in text for text in gc.get_objects()"
            " if type(text) is str))"
        )
        assert page.text() == "False\n"
        assert "SECRET" not in str(page.frames)

    def test_can_be_interrupted(self, live: LiveSite) -> None:
        page = live.open()
        endless = "def double(x):\n    while True: pass"
        page.send("check", id="k", exercise="double", sources={"double": endless})
        page.until(type="done", cell="double")
        time.sleep(0.5)
        page.send("interrupt")

        assert page.until(type="done", id="k")["status"] == "aborted"
        assert self.check(page, "k2", double=RIGHT)[0]["outcome"] == "passed"

    def test_of_an_exercise_that_is_not_there_say_so(self, live: LiveSite) -> None:
        page = live.open()

        assert self.check(page, exercise="autre") == []
        assert page.seen("warning")


def test_a_version_that_is_gone_is_said(live: LiveSite) -> None:
    page = live.connect()
    unknown = replace(live, versions={"main": 9999})
    page.hello(unknown.ticket(live.person()))

    assert page.until(type="status", state="dead")["message"]


class TestLanguage:
    def test_of_the_ticket_is_spoken(self, live: LiveSite) -> None:
        page = live.open(language="en")
        page.execute("print('x' * 100_000)")
        assert "Show more" in page.seen("truncated")[0]["message"]
        page.execute("int('a')", id="e2")
        assert (
            page.seen("output")[-1]["explanation"].isascii()
            or "value" in (page.seen("output")[-1]["explanation"])
        )
        page.send("check", id="v1", exercise="rien", sources={})
        page.until(type="done", id="v1")
        assert page.seen("warning")[-1]["message"].startswith("This exercise is not")
        page.send("check", id="v2", exercise="triple", sources={})
        page.until(type="done", id="v2")
        assert "no visible test" in page.seen("checked")[-1]["message"]
        page.send("restart")
        assert page.until(type="status", state="restarting")["message"].startswith("Python is")

    def test_is_that_of_the_page_that_came_last(self, live: LiveSite) -> None:
        person = live.person()
        first = live.open(person)
        live.open(person, language="en")
        first.send("check", id="v1", exercise="rien", sources={})
        first.until(type="done", id="v1")
        assert first.seen("warning")[-1]["message"].startswith("This exercise is not")

    def test_of_a_ticket_that_is_refused_is_its_own(self, live: LiveSite) -> None:
        page = live.connect()
        other = live.ticket(
            1, language="en", gateway_key="the key of another site, long enough"
        )
        page.send("hello", ticket=other, last_seq=None)
        assert "reload the page" in page.until(type="refused")["message"].lower()
