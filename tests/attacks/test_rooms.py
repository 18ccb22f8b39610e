"""Every attack of `rooms.toml`, in real rooms, warm and cold."""

import json
import os
import platform
import re
import socket
import tomllib
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from graders.protocol import Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery

pytestmark = pytest.mark.room

CASES = tomllib.loads(Path(__file__).with_name("rooms.toml").read_text("utf-8"))["case"]
PLANTED = Path("/tmp/garrigue-planted")


@pytest.fixture(scope="module", autouse=True)
def planted():
    """What a learner must not find: a variable, a file and a listening socket."""
    os.environ["PLANTED_SECRET"] = "PLANTED"
    PLANTED.write_text("planted")
    with socket.socket(socket.AF_UNIX) as listener:
        with suppress(OSError):  # another run of these tests has bound it, which serves too
            listener.bind("\0garrigue-planted")
            listener.listen()
        yield
    PLANTED.unlink(missing_ok=True)
    del os.environ["PLANTED_SECRET"]


@pytest.fixture(scope="module", params=["warm", "cold"])
def nursery(request, planted):
    with Nursery(find_environment("base"), is_warm=request.param == "warm") as made:
        yield made


@pytest.fixture
def rooms(nursery, tmp_path):
    """Opens the rooms of a case by their numbers."""
    data = tmp_path / "data.csv"
    data.write_text("a,b")
    with ExitStack() as stack:
        opened = {}

        def room(number, limits):
            if number not in opened:
                kernel = nursery.kernel(limits=limits, files={"data.csv": data})
                opened[number] = stack.enter_context(kernel)
            return opened[number]

        yield room


def printed(result):
    return "".join(
        output["text"]
        for output in result.outputs
        if output["output_type"] == "stream" and output["name"] == "stdout"
    )


def matches(machine):
    return machine in (None, platform.machine())


@pytest.mark.parametrize("case", [
    pytest.param(case, id=f"{case['number']}-{re.sub('[^a-z0-9]+', '-', case['name'])}")
    for case in CASES
    if matches(case.get("machine"))
])  # fmt: skip
def test_attack(case, rooms):
    limits = Limits(**case.get("limits", {}))
    for step in case["steps"]:
        kernel = rooms(step.get("room", 1), limits)
        result = kernel.execute(step["source"], wall_s=step.get("wall_s", 15))

        assert result.outcome == step.get("outcome", "ok"), result
        assert result.error_name == step.get("error", result.error_name)
        if "prints" in step:
            assert printed(result).strip("\n") == step["prints"].strip("\n")
        if "is_cut" in step:
            assert "Sorties coupées" in result.outputs[-1]["text"]
            assert len(json.dumps(result.outputs)) < 3 << 20
        if "compares" in step:
            values = [
                printed(room.execute(f"print({step['compares']})", wall_s=10))
                for room in (kernel, rooms(step["unlike_room"], limits))
            ]
            assert values[0] != values[1]
        if "ends_room" in step:
            assert not kernel.is_alive
        if step.get("closes"):
            kernel.close()


def test_77_a_course_that_ships_start_up_code_starts_nothing(nursery, tmp_path):
    files = {f"{name}.py": tmp_path / name for name in ("sitecustomize", "usercustomize")}
    for path in files.values():
        path.write_text("import builtins\nbuiltins.is_loaded = True")

    with nursery.kernel(limits=Limits(), files=files) as kernel:
        result = kernel.execute(
            "import builtins, os\nprint(sorted(os.listdir()), hasattr(builtins, 'is_loaded'))",
            wall_s=15,
        )

    assert printed(result) == "['sitecustomize.py', 'usercustomize.py'] False\n"


def test_every_number_of_the_list_has_a_case():
    assert {case["number"] for case in CASES} == {*range(1, 29), 78}
