"""A kernel runs cells, keeps what they show, and survives whatever its learner forges."""

import contextlib
import os
import resource
import socket
from pathlib import Path

import nbformat
import pytest

from graders.kernel import CellOutcome, KernelDied
from graders.protocol import MIB, Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery

pytestmark = pytest.mark.room


@pytest.fixture(scope="module")
def nursery():
    with Nursery(find_environment("base")) as made:
        yield made


@pytest.fixture
def kernel(nursery):
    with nursery.kernel(limits=Limits()) as made:
        yield made


def run(kernel, source, **keywords):
    return kernel.execute(source, wall_s=keywords.pop("wall_s", 15), **keywords)


class TestOutputs:
    def test_keeps_streams_results_and_displays_in_their_order(self, kernel):
        result = run(
            kernel,
            "from IPython.display import display, Markdown\n"
            "print('a'); print('b'); display(Markdown('# c')); 1 + 1",
        )

        assert result.outcome is CellOutcome.OK
        assert result.execution_count == 1
        assert [output["output_type"] for output in result.outputs] == [
            "stream",
            "display_data",
            "execute_result",
        ]
        assert result.outputs[0]["text"] == "a\nb\n"
        assert result.outputs[1]["data"]["text/markdown"] == "# c"
        assert result.outputs[2]["data"] == {"text/plain": "2"}

    def test_tells_the_error_of_a_cell_and_goes_on(self, kernel):
        result = run(kernel, "int('x')")

        assert result.outcome is CellOutcome.ERROR
        assert result.error_name == "ValueError"
        assert "invalid literal" in result.error_value
        assert any("ValueError" in line for line in result.traceback)
        assert result.outputs[-1]["ename"] == "ValueError"
        assert run(kernel, "1").outcome is CellOutcome.OK

    def test_cuts_what_is_too_long_and_says_so(self, kernel):
        result = run(kernel, "print('x' * 5000)", max_output_bytes=1000)

        assert result.outputs[0]["text"] == "x" * 1000
        assert "Sorties coupées" in result.outputs[1]["text"]

    def test_updates_and_clears_displays(self, kernel):
        result = run(
            kernel,
            "from IPython.display import display, clear_output\n"
            "print('gone'); clear_output()\n"
            "handle = display({'text/plain': 'before'}, raw=True, display_id=True)\n"
            "handle.update({'text/plain': 'after'}, raw=True)",
        )

        assert [output["data"] for output in result.outputs] == [{"text/plain": "after"}]

    def test_shows_what_processes_of_the_cell_print(self, kernel):
        result = run(
            kernel,
            "import multiprocessing, os\n"
            "os.system('echo shell')\n"
            "fork = multiprocessing.get_context('fork')\n"
            "child = fork.Process(target=print, args=('child',))\n"
            "child.start(); child.join()",
        )

        shown = "".join(output["text"] for output in result.outputs)
        assert "shell" in shown
        assert "child" in shown

    def test_goes_on_after_a_cell_that_closes_a_stream(self, kernel):
        assert run(kernel, "import sys\nsys.stdout.close()").outcome is CellOutcome.OK
        assert run(kernel, "print('lost')").error_name == "ValueError"
        assert run(kernel, "1 + 1").outputs[-1]["data"]["text/plain"] == "2"

    def test_awaits_at_the_top_of_a_cell(self, kernel):
        result = run(kernel, "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')")

        assert result.outputs[0]["text"] == "awaited\n"

    def test_shows_nothing_and_counts_nothing_when_silent(self, kernel):
        result = run(kernel, "1 + 1", is_silent=True)

        assert result.outcome is CellOutcome.OK
        assert result.outputs == ()
        assert run(kernel, "2").execution_count == 1

    def test_refuses_input_instead_of_waiting(self, kernel):
        result = run(kernel, "input('name?')")

        assert result.error_name == "StdinNotImplementedError"


#: Prints without a pause until its own interrupt comes.
INTERRUPTED = """
import os, signal, threading
threading.Timer({}, os.kill, (os.getpid(), signal.SIGINT)).start()
while True:
    print("word", flush=True)
"""


class TestEnds:
    def test_interrupts_an_endless_cell_and_keeps_the_kernel(self, kernel):
        result = run(kernel, "x = 1\nwhile True: pass", wall_s=1)

        assert result.outcome is CellOutcome.TIMED_OUT
        assert run(kernel, "print(x)").outputs[0]["text"] == "1\n"

    def test_an_interrupt_cuts_no_message_in_the_middle(self, kernel):
        for number in range(12):
            result = run(kernel, INTERRUPTED.format(0.02 + number / 997))

            assert result.error_name == "KeyboardInterrupt"
            assert set(result.outputs[0]["text"]) == set("word\n")
            assert not any("coupées" in each.get("text", "") for each in result.outputs)
        assert run(kernel, "print('next')").outputs[0]["text"] == "next\n"

    def test_kills_a_cell_that_ignores_interrupts(self, kernel):
        result = run(
            kernel,
            "import signal\nprint('begun')\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass",
            wall_s=1,
        )

        assert result.outcome is CellOutcome.TIMED_OUT
        assert result.outputs[0]["text"] == "begun\n"
        assert not kernel.is_alive
        with pytest.raises(KernelDied):
            run(kernel, "1")

    @pytest.mark.parametrize("signal", [9, 11, 6])
    def test_notices_a_death_at_once(self, kernel, signal):
        result = run(kernel, f"import os; os.kill(os.getpid(), {signal})", wall_s=60)

        assert result.outcome is CellOutcome.DIED
        assert result.duration_ms < 30_000

    def test_notices_an_early_exit(self, kernel):
        assert run(kernel, "import os; os._exit(0)", wall_s=60).outcome is CellOutcome.DIED

    def test_tells_death_by_memory_from_other_deaths(self, nursery):
        with nursery.kernel(limits=Limits(memory_bytes=128 * MIB)) as kernel:
            result = run(kernel, "eaten = bytearray(b'x' * (1 << 28))")

        assert result.outcome is CellOutcome.OUT_OF_MEMORY
        assert kernel.usage().oom_kills > 0

    def test_measures_processor_time_and_memory(self, kernel):
        before = kernel.usage()
        run(kernel, "sum(range(10**7)); kept = bytearray(b'x' * (64 << 20))")
        after = kernel.usage()

        assert after.cpu_ms > before.cpu_ms
        assert after.peak_memory_bytes > before.peak_memory_bytes + 60 * MIB


class TestChannel:
    def test_a_cell_serves_a_socket_while_we_speak_to_it(self, nursery):
        ours, theirs = socket.socketpair()
        with ours, nursery.kernel(limits=Limits(), channel=theirs) as kernel:
            theirs.close()
            kernel.start_executing(
                "import os, socket\n"
                "channel = socket.socket(fileno=int(os.environ['GARRIGUE_CHANNEL']))\n"
                "channel.sendall(b'ready')\n"
                "while word := channel.recv(64):\n"
                "    channel.sendall(word.upper())\n"
                "    if word == b'end': break",
                is_silent=True,
            )
            ours.settimeout(15)
            assert ours.recv(64) == b"ready"
            ours.sendall(b"hello")
            assert ours.recv(64) == b"HELLO"
            ours.sendall(b"end")
            assert ours.recv(64) == b"END"

            assert kernel.finish(wall_s=15).outcome is CellOutcome.OK


FORGE = """
from IPython import get_ipython
kernel = get_ipython().kernel
session, parent = kernel.session, kernel.get_parent()
publish = kernel.iopub_socket
def send(*frames):
    publish.send_multipart(list(frames))
header, empty = b'{"msg_type": "stream", "msg_id": "x"}', b"{}"
asked = session.pack(parent["header"])
"""

#: What a learner who holds the kernel's sockets may send (29 to 33 of the threats).
FORGERIES = {
    "deep-json": "send(b'<IDS|MSG>', b'', header, asked, empty, b'[' * 200_000)",
    "deep-header": "send(b'<IDS|MSG>', b'', b'[' * 200_000, asked, empty, empty)",
    "huge-integer": (
        "send(b'<IDS|MSG>', b'', header, asked, empty, b'{\"n\":' + b'9' * 5000 + b'}')"
    ),
    "not-json": "send(b'<IDS|MSG>', b'', header, asked, empty, b'\\xff\\xfe{')",
    "wrong-types": "send(b'<IDS|MSG>', b'', header, asked, empty, b'{\"text\": {\"a\": 1}}')",
    "header-list": "send(b'<IDS|MSG>', b'', b'[]', b'[]', b'[]', b'[]')",
    "no-delimiter": "send(b'nothing', b'at', b'all')",
    "too-few-frames": "send(b'<IDS|MSG>', b'', header)",
    "empty-frames": "send(b'')",
    "no-msg-type": "send(b'<IDS|MSG>', b'', b'{}', asked, empty, empty)",
    "half-characters": "print('\\ud800')",
    "forged-error": (
        "session.send(publish, 'error', {'ename': 7, 'evalue': [], 'traceback': {}}, parent)"
    ),
    "forged-bundle": (
        "session.send(publish, 'display_data',"
        " {'data': {'text/plain': 3, 'x/json': 1}}, parent)"
    ),
    "forged-result": (
        "session.send(publish, 'execute_result',"
        " {'data': [], 'execution_count': 'x', 'metadata': 3}, parent)"
    ),
    "endless-traceback": (
        "session.send(publish, 'error',"
        " {'ename': 'E', 'evalue': 'v' * 10**6, 'traceback': ['x' * 1000] * 5000}, parent)"
    ),
    "forged-welcome": "session.send(publish, 'iopub_welcome', {}, {})",
}


class TestForgery:
    @pytest.mark.parametrize("name", FORGERIES)
    def test_survives(self, kernel, name):
        result = run(kernel, f"{FORGE}\n{FORGERIES[name]}\nprint('end')")

        assert result.outcome in (CellOutcome.OK, CellOutcome.ERROR)
        assert "end" in result.outputs[-1].get("text", "end")
        assert run(kernel, "print('next')").outputs[0]["text"] == "next\n"

    def test_outputs_hold_only_what_nbformat_allows(self, kernel):
        for source in FORGERIES.values():
            result = run(kernel, f"{FORGE}\n{source}")
            outputs = [nbformat.from_dict(output) for output in result.outputs]
            cell = nbformat.v4.new_code_cell(outputs=outputs)
            notebook = nbformat.v4.new_notebook(cells=[cell])
            nbformat.validate(notebook)
            nbformat.writes(notebook).encode()

    @pytest.mark.parametrize("claim", ["0", "-1", "10**6", "10**30", "'x'", "None", "True"])
    def test_a_forged_end_ends_only_the_waiting(self, kernel, claim):
        result = run(
            kernel,
            f"{FORGE}\n"
            "import time\n"
            "session.send(kernel.shell_stream, 'execute_reply',\n"
            f"             {{'status': 'ok', 'published': {claim}}}, parent,\n"
            "             ident=kernel._parent_ident['shell'])\n"
            "kernel.shell_stream.flush()\n"
            "time.sleep(2)",
        )

        assert result.outcome is CellOutcome.OK
        assert run(kernel, "print('later')").outputs[-1]["text"] == "later\n"

    def test_closed_descriptors_end_in_bounded_time(self, kernel):
        result = run(
            kernel,
            "import os\n"
            "for n in range(3, 256):\n"
            "    try: os.close(n)\n"
            "    except OSError: pass",
            wall_s=3,
        )

        assert result.outcome in (CellOutcome.DIED, CellOutcome.TIMED_OUT)
        assert not kernel.is_alive

    def test_a_child_that_keeps_the_sockets_dies_with_the_room(self, kernel):
        result = run(
            kernel,
            "import os, time\n"
            "if os.fork() == 0:\n"
            "    os.setsid(); time.sleep(3600)\n"
            "os._exit(0)",
            wall_s=60,
        )

        assert result.outcome is CellOutcome.DIED
        assert not kernel.is_alive


def test_a_kernel_works_beside_a_thousand_open_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    with contextlib.ExitStack() as held:
        for _ in range(1100):  # beyond what `select` takes
            held.enter_context(Path(os.devnull).open())
        with (
            Nursery(find_environment("base"), is_warm=False) as nursery,
            nursery.kernel(limits=Limits()) as kernel,
        ):
            result = kernel.execute("print(6 * 7)", wall_s=30)
    assert result.outputs[0]["text"] == "42\n"
