"""Warm and cold kernels behave alike, share nothing, and outlive the faults of their makers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from graders.kernel import CellOutcome, RoomFailed
from graders.protocol import MIB, Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery

pytestmark = pytest.mark.room

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def warm():
    with Nursery(find_environment("data")) as made:
        yield made


@pytest.fixture(scope="module")
def cold():
    with Nursery(find_environment("data"), is_warm=False) as made:
        yield made


@pytest.fixture(scope="module")
def base():
    with Nursery(find_environment("base")) as made:
        yield made


def run(kernel, source, wall_s=30):
    return kernel.execute(source, wall_s=wall_s)


def text(nursery, source, **keywords):
    with nursery.kernel(limits=Limits(), **keywords) as kernel:
        result = run(kernel, source)
        assert result.outcome is CellOutcome.OK, result
        return "".join(output.get("text", "") for output in result.outputs)


NOTEBOOKS = {
    "python": [
        "import sys, os\nprint(sys.argv, sys.prefix, sys.executable, sys.path, sys.flags)",
        "print(os.getcwd(), sorted(os.environ.items()), sorted(os.listdir('.')))",
        "print(open('data.csv').read(), os.getuid(), os.getgid(), os.umask(0o22))",
        "def f(x):\n    return 1 / x\nf(0)",
        "import warnings; warnings.warn('careful')",
        "%pwd",
        "print(__name__, get_ipython().__class__, In, Out, [n for n in dir() if n[:1] != '_'])",
        "import asyncio\nawait asyncio.sleep(0)\n{'a', 'b', 'c'}",
        "class A:\n    def __repr__(self): return 'an A'\nA()",
        "!echo from a shell; exit 3",
        "raise KeyboardInterrupt",
        "import resource\n"
        "names = [name for name in dir(resource) if name[:7] == 'RLIMIT_']\n"
        "print([resource.getrlimit(getattr(resource, name)) for name in names])",
        "print(open('/proc/self/status').read().split('Seccomp')[0].split('CapInh')[1])",
        "print(os.access('/proc/self/fd', os.R_OK), os.access('/proc/self/environ', os.R_OK))",
    ],
    "data": [
        "import numpy as np, pandas as pd, sqlite3\n"
        "np.random.seed(3); print(np.random.rand(3))",
        "pd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
        "pd.Series([1.5, None]).describe()",
        "pd.read_sql('select 1 as one', sqlite3.connect(':memory:'))",
        "import matplotlib, matplotlib.pyplot as plt\n"
        "print(matplotlib.get_backend(), plt.get_fignums())",
        "fig, ax = plt.subplots(); ax.plot([1, 2, 4]); ax.set_title('t');",
        "plt.get_fignums()",
        "from sklearn.linear_model import LinearRegression\n"
        "LinearRegression().fit([[0], [1]], [0, 1]).predict([[2]])",
        "from joblib import Parallel, delayed\n"
        "print(Parallel(n_jobs=2)(delayed(abs)(i) for i in (-1, -2)))",
        "pd.DataFrame({'a': [1]})['b']",
    ],
}


class TestSameBehaviour:
    @pytest.mark.parametrize("name", NOTEBOOKS)
    def test_warm_and_cold_outputs_are_equal(self, warm, cold, name, tmp_path):
        (tmp_path / "data.csv").write_text("a,b")
        files = {"data.csv": tmp_path / "data.csv"}
        seen = []
        for nursery in (warm, cold):
            with nursery.kernel(limits=Limits(), files=files, seed=5) as kernel:
                results = [run(kernel, source) for source in NOTEBOOKS[name]]
            seen.append([(r.outcome, r.execution_count, r.outputs) for r in results])

        for source, of_warm, of_cold in zip(NOTEBOOKS[name], *seen, strict=True):
            assert of_warm == of_cold, source


class TestSeeds:
    SHOW = (
        "import random, numpy\n"
        "print(hash('text'), random.random(), numpy.random.rand(), list({'a', 'b', 'c', 'd'}))"
    )

    def test_a_fixed_seed_fixes_hashes_and_generators(self, warm, cold):
        same = {text(nursery, self.SHOW, seed=7) for nursery in (warm, warm, cold)}

        assert len(same) == 1
        assert text(warm, self.SHOW, seed=8) not in same

    def test_without_one_generators_are_fresh(self, warm):
        assert text(warm, self.SHOW) != text(warm, self.SHOW)

    def test_many_seeds_at_once_are_all_served(self, base):
        show = "print(hash('text'))"
        found = {}

        def ask(seed):
            found[seed] = text(base, show, seed=seed)

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(found.values())) == 5


class TestFiles:
    def test_data_appears_beside_and_above_the_notebook(self, base, tmp_path):
        host = tmp_path / "table.csv"
        host.write_text("1,2")
        host.chmod(0o600)
        files = {"data/table.csv": host, "../shared/other.csv": host}

        said = text(
            base,
            "print(open('data/table.csv').read(), open('../shared/other.csv').read())\n"
            "open('data/mine', 'w').write('x')",
            files=files,
        )

        assert said == "1,2 1,2\n"
        assert not (tmp_path / "mine").exists()

    @pytest.mark.parametrize(
        "name", ["/etc/passwd", "../../x", "..", ".", "a/../../../x", "a\0b"]
    )
    def test_a_path_out_of_the_home_is_refused(self, base, tmp_path, name):
        host = tmp_path / "x"
        host.write_text("")

        with pytest.raises(ValueError, match="sortirait"):
            base.kernel(limits=Limits(), files={name: host})

    def test_a_missing_file_is_our_fault(self, base, tmp_path):
        with pytest.raises(RoomFailed):
            base.kernel(limits=Limits(), files={"x": tmp_path / "absent"})


ORPHANS = """
import os, time
from pathlib import Path
if os.fork() == 0:
    for _ in range(3):
        if os.fork() == 0:
            time.sleep(0.1)
            os._exit(0)
    os._exit(0)
os.wait()
time.sleep(0.5)
print([path.read_text().split()[2] for path in Path("/proc").glob("[0-9]*/stat")].count("Z"))
"""


class TestFaults:
    @pytest.mark.parametrize("nursery", ["warm", "cold"])
    def test_the_dead_without_a_parent_are_buried(self, nursery, request):
        assert text(request.getfixturevalue(nursery), ORPHANS) == "0\n"

    def test_a_dead_keeper_is_our_fault_and_is_replaced(self):
        with Nursery(find_environment("base")) as nursery:
            with nursery.kernel(limits=Limits()) as kernel:
                kernel.start_executing("import time; time.sleep(60)")
                os.kill(nursery.keeper_id, signal.SIGKILL)
                with pytest.raises(RoomFailed):
                    kernel.finish(wall_s=60)

            assert text_after_fault(nursery) == "again\n"

    def test_a_keeper_that_died_before_a_test_is_our_fault(self):
        with (
            Nursery(find_environment("base")) as nursery,
            nursery.kernel(limits=Limits()) as kernel,
        ):
            os.kill(nursery.keeper_id, signal.SIGKILL)
            wait_until(lambda: not kernel.is_alive)

            with pytest.raises(RoomFailed):
                kernel.begin_test()
            with pytest.raises(RoomFailed):
                kernel.is_well()

    def test_a_dead_warm_process_is_replaced(self):
        with Nursery(find_environment("base")) as nursery:
            with nursery.kernel(limits=Limits()) as kernel:
                os.kill(warm_process(nursery), signal.SIGKILL)
                assert run(kernel, "1").outcome is CellOutcome.OK

            assert text_after_fault(nursery) == "again\n"

    def test_a_dead_worker_leaves_nothing(self, tmp_path):
        source = (
            "import time\n"
            "from graders.protocol import Limits\n"
            "from graders.sandbox.environment import find_environment\n"
            "from graders.sandbox.nursery import Nursery\n"
            "nursery = Nursery(find_environment('base')).__enter__()\n"
            "kernel = nursery.kernel(limits=Limits())\n"
            "print(nursery.keeper_id, flush=True)\n"
            "time.sleep(600)\n"
        )
        worker = subprocess.Popen(
            [sys.executable, "-c", source], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with worker:
            keeper = int(worker.stdout.readline())
            family = descendants(keeper)
            assert len(family) >= 3
            worker.kill()

        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (keeper, *family)))

    def test_threads_that_end_leave_their_rooms_alive(self, base):
        kernels = []

        def open_one():
            kernels.append(base.kernel(limits=Limits()))

        threads = [threading.Thread(target=open_one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        for kernel in kernels:
            with kernel:
                assert run(kernel, "1").outcome is CellOutcome.OK
        assert len(kernels) == 4


class TestPrograms:
    @pytest.mark.parametrize("is_warm", [True, False])
    def test_a_trusted_function_gets_its_sockets_by_name(self, is_warm):
        ours, theirs = socket.socketpair()
        with (
            ours,
            Nursery(find_environment("base"), is_warm=is_warm) as nursery,
            nursery.program(
                "graders.sandbox.probe:echo", limits=Limits(), channels={"channel": theirs}
            ) as program,
        ):
            theirs.close()
            ours.settimeout(30)
            ours.sendall(b"word")
            assert ours.recv(16) == b"word"
            ours.shutdown(socket.SHUT_WR)
            assert program.wait(10)
            assert program.status == 0

    def test_an_error_of_its_own_is_told(self, base):
        with base.program(
            "graders.sandbox.probe:absent", limits=Limits(), channels={}
        ) as program:
            assert program.wait(10)
            assert program.status != 0
            assert "absent" in program.last_words()

    def test_its_memory_is_held(self, base):
        ours, theirs = socket.socketpair()
        limits = Limits(memory_bytes=96 * MIB)
        with (
            ours,
            base.program(
                "graders.sandbox.probe:echo", limits=limits, channels={"channel": theirs}
            ) as program,
        ):
            theirs.close()
            assert program.is_alive
            assert program.usage().cpu_ms >= 0


def text_after_fault(nursery):
    """Run a cell, trying once more: a room that fails is worth another try."""
    for _ in range(50):
        try:
            return text(nursery, "print('again')")
        except RoomFailed:
            time.sleep(0.1)
    raise AssertionError("never recovered")


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [n for child in children for n in (int(child), *descendants(int(child)))]


def warm_process(nursery):
    (monitor, *_rest) = [
        child
        for child in descendants(nursery.keeper_id)
        if b"graders.sandbox.warm" in Path(f"/proc/{child}/cmdline").read_bytes()
        and b"bwrap" not in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return monitor


def wait_until(is_true):
    for _ in range(200):
        if is_true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in ten seconds")
