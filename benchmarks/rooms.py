"""Compares our rooms with bare kernels: time to the first answer, time a cell, private memory.

Run it with the project's interpreter, on a quiet machine:

    .venv/bin/python benchmarks/rooms.py [--starts 20] [--cells 200] [--kernels 100]

Everything is measured in one run, with the same kernel environment. A bare kernel is
`ipykernel` started by jupyter_client's KernelManager, without a sandbox, as nbclient does.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from graders.protocol import Limits
from graders.sandbox.environment import Environment, find_environment
from graders.sandbox.nursery import Nursery

TRIVIAL = "x = 1"
WALL_S = 60
KIB = 1024


def main() -> None:
    """Measure and print."""
    options = _options()
    environment = find_environment(options.environment)
    print(
        f"environment {environment.name} ({environment.digest}), load {os.getloadavg()[0]:.1f}"
    )
    with Nursery(environment) as warm, Nursery(environment, is_warm=False) as cold:
        _start(warm)  # the warm process's own imports are paid once a worker
        _report_starts(environment, warm, cold, options.starts)
        _report_cells(environment, warm, options.cells)
        _report_memory(warm, options.kernels)
    print(f"load at the end {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--environment", default="data")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--kernels", type=int, default=100)
    return parser.parse_args()


def _report_starts(environment: Environment, warm: Nursery, cold: Nursery, starts: int) -> None:
    print(
        f"\nFrom nothing to the answer of a first cell, median of {starts} (cold, bare: of 5)"
    )
    print("  as a second column: to the kernel being ready for it, where that is known")
    ready, answered = _times(lambda: _start(warm), starts)
    print(f"  room, warm kernel  {answered:7.1f} ms   {ready:7.1f} ms")
    ready, answered = _times(lambda: _start(cold), 5)
    print(f"  room, cold kernel  {answered:7.1f} ms   {ready:7.1f} ms   (imports nothing yet)")
    _, answered = _times(lambda: _start_bare(environment), 5)
    print(f"  no room, bare      {answered:7.1f} ms             (imports nothing yet)")


def _times(start: Callable[[], tuple[float, float]], count: int) -> tuple[float, float]:
    pairs = [start() for _ in range(count)]
    return tuple(statistics.median(column) * 1000 for column in zip(*pairs, strict=True))  # type: ignore[return-value]


def _start(nursery: Nursery) -> tuple[float, float]:
    begun = time.perf_counter()
    with nursery.kernel(limits=Limits()) as kernel:
        ready = time.perf_counter() - begun
        kernel.execute(TRIVIAL, wall_s=WALL_S)
        return ready, time.perf_counter() - begun


def _start_bare(environment: Environment) -> tuple[float, float]:
    begun = time.perf_counter()
    with _bare(environment) as client:
        client.execute_interactive(TRIVIAL, timeout=WALL_S)
        took = time.perf_counter() - begun
    return took, took


@contextmanager
def _bare(environment: Environment) -> Iterator[BlockingKernelClient]:
    manager = KernelManager(transport="ipc")
    argv = [str(environment.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, language="python")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=WALL_S)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _report_cells(environment: Environment, warm: Nursery, cells: int) -> None:
    print(f"\nA trivial cell, mean of {cells} in one kernel")
    with warm.kernel(limits=Limits()) as kernel:
        kernel.execute(TRIVIAL, wall_s=WALL_S)
        before_cpu, before_ours = kernel.usage().cpu_ms, time.process_time()
        took = _each(lambda: kernel.execute(TRIVIAL, wall_s=WALL_S), cells)
        after_cpu, ours = kernel.usage().cpu_ms, time.process_time() - before_ours
        inner = (after_cpu or 0) - (before_cpu or 0)
    print(f"  room               {took:7.2f} ms   CPU: kernel {inner / cells:.2f} ms, ", end="")
    print(f"our side {ours * 1000 / cells:.2f} ms")
    with _bare(environment) as client:
        client.execute_interactive(TRIVIAL, timeout=WALL_S)
        before_ours = time.process_time()
        took = _each(lambda: client.execute_interactive(TRIVIAL, timeout=WALL_S), cells)
        ours = time.process_time() - before_ours
    print(f"  no room, bare      {took:7.2f} ms   CPU: our side {ours * 1000 / cells:.2f} ms")


def _each(act: Callable[[], object], count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        act()
    return (time.perf_counter() - begun) * 1000 / count


def _report_memory(warm: Nursery, count: int) -> None:
    print(f"\nPrivate memory of {count} idle kernels, each after one trivial cell")
    with ExitStack() as stack:
        for _ in range(count):
            kernel = stack.enter_context(warm.kernel(limits=Limits()))
            kernel.execute(TRIVIAL, wall_s=WALL_S)
        sizes = sorted(_private_kib(pid) for pid in _kernels(warm.keeper_id))
    print(
        f"  median {statistics.median(sizes) / KIB:.1f} MiB, largest {sizes[-1] / KIB:.1f} MiB"
    )
    print("  (Private_Clean + Private_Dirty of /proc/PID/smaps_rollup)")


def _kernels(keeper: int) -> list[int]:
    """Return the kernels of a keeper: what its warm process, below a bubblewrap, has borne."""
    return [
        kernel
        for wall in _children(keeper)
        for warm in _children(wall)
        for kernel in _children(warm)
    ]


def _children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in text.split() if _name(int(child)) != "cat"]


def _name(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text().strip()


def _private_kib(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", text, re.M))


if __name__ == "__main__":
    main()
