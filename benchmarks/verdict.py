"""What a checked call costs: a scalar, and an array of 80 MB as a result and as an argument.

    .venv/bin/python benchmarks/verdict.py

Method: one warm kernel and one checker in real rooms. A test cell that calls the learner's
function N times is compared with the same cell that calls it once; the difference, divided
by N - 1, is one call. Medians of several rounds; memcpy is `array.copy()` in the same run.
The first large argument of a checker costs several times the next, which find its pages made;
it falls into the call that is subtracted.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from graders.protocol import MIB, Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery
from graders.verdict.session import CheckerSession

LEARNER = """
import numpy as np
big = np.random.default_rng(1).random(10_000_000)
def add(a, b): return a + b
def give(): return big
def take(a): return 0
"""
ROUNDS = 7
SCALAR_CALLS = 2000
ARRAY_CALLS = 5


def main() -> None:
    """Measure, print, and say whether the aims are met."""
    memcpy_ms = _memcpy_ms()
    limits = Limits(memory_bytes=4096 * MIB, cpu_s=300, wall_s=600)
    with (
        Nursery(find_environment("data")) as nursery,
        CheckerSession(
            nursery,
            limits=limits,
            learner_sources=[LEARNER],
            declared_names=frozenset(("add", "give", "take")),
        ) as session,
        nursery.kernel(limits=limits, channel=session.learner_channel) as kernel,
    ):
        kernel.execute(LEARNER, wall_s=60)

        def check_ms(source: str) -> float:
            verdict = session.check(kernel, source, grade_id="bench", max_points=1, wall_s=120)
            if verdict.outcome.value != "passed":
                raise SystemExit(f"the measured test failed: {verdict.message}")
            return verdict.duration_ms

        def call_ms(setup: str, call: str, calls: int) -> float:
            source = setup + "\nfor _ in range({}):\n    " + call
            check_ms(source.format(1))
            found = []
            for _ in range(ROUNDS):
                one, many = check_ms(source.format(1)), check_ms(source.format(calls))
                found.append((many - one) / (calls - 1))
            return statistics.median(found)

        scalar_us = 1000 * call_ms("", "add(1, 2)", SCALAR_CALLS)
        result_ms = call_ms("import numpy as np", "give()", ARRAY_CALLS)
        argument_ms = call_ms(
            "import numpy as np\na = np.ones(10_000_000)", "take(a)", ARRAY_CALLS
        )
    aim_ms = 1.5 * memcpy_ms + 5
    load = os.getloadavg()[0]
    print(f"load of the machine: {load:.1f} on {os.cpu_count()} cores (idle, or no comparison)")
    print(f"{'memcpy of 80 MB':<34}{memcpy_ms:9.1f} ms")
    _print("scalar call", scalar_us, 100, "µs")
    _print("80 MB as a result", result_ms, aim_ms, "ms")
    _print("80 MB as an argument", argument_ms, aim_ms, "ms")


def _memcpy_ms() -> float:
    array = np.random.default_rng(1).random(10_000_000)
    times = []
    for _ in range(15):
        begun = time.perf_counter()
        array.copy()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _print(what: str, found: float, aim: float, unit: str) -> None:
    word = "met" if found <= aim else "missed"
    print(f"{what:<34}{found:9.1f} {unit}   aim {aim:.1f} {unit}: {word}")


if __name__ == "__main__":
    main()
