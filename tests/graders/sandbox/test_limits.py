"""Totals are held by control groups where there are any, and the rest is said."""

import os

import pytest

from graders.protocol import Limits
from graders.sandbox.errors import Unguaranteed
from graders.sandbox.limits import (
    OPT_IN,
    RoomGroup,
    find_holding,
    require_totals,
    sweep,
)
from graders.sandbox.meter import Meter

LIMITS = Limits(memory_bytes=1000, processes=7)


@pytest.fixture
def v2(tmp_path):
    """The files of a delegated group of cgroup v2, as its kernel shows them."""
    root, own = tmp_path / "cgroup", tmp_path / "own"
    group = root / "service.slice" / "garrigue.service"
    group.mkdir(parents=True)
    own.write_text("0::/service.slice/garrigue.service\n")
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.subtree_control").write_text("\n")
    (group / "cgroup.procs").write_text("41\n42\n")
    (group / "memory.peak").write_text("0")
    return root, own, group


@pytest.fixture
def v1(tmp_path):
    """The files of the hierarchies of cgroup v1."""
    root, own = tmp_path / "cgroup", tmp_path / "own"
    own.write_text("5:memory:/mine\n4:pids:/\n3:cpu,cpuacct:/\n0::/\n")
    for folder in ("memory/mine", "pids", "cpuacct"):
        (root / folder).mkdir(parents=True)
        (root / folder / "tasks").write_text("")
    return root, own


class TestV2:
    def test_makes_way_and_hands_its_controllers_down(self, v2):
        root, own, group = v2

        holding = find_holding(root, own)

        assert holding.kind == "cgroup v2"
        assert holding.parents == (group,)
        assert (group / "garrigue-service" / "cgroup.procs").read_text() == "42"
        assert (group / "cgroup.subtree_control").read_text() == "+memory +pids"

    def test_a_second_process_uses_the_same_group(self, v2):
        root, own, group = v2
        find_holding(root, own)
        (group / "cgroup.subtree_control").write_text("memory pids")
        own.write_text("0::/service.slice/garrigue.service/garrigue-service\n")

        assert find_holding(root, own).parents == (group,)

    def test_without_its_controllers_it_holds_nothing(self, v2):
        root, own, group = v2
        (group / "cgroup.controllers").write_text("cpu\n")

        assert find_holding(root, own).kind == "none"

    def test_reads_what_the_kernel_counts(self, v2):
        root, own, group = v2
        holding = find_holding(root, own)
        (group / "cpu.stat").write_text("usage_usec 2500\nuser_usec 1\n")
        (group / "memory.peak").write_text("4096\n")
        (group / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
        descriptors = [os.open(group / gauge.file, os.O_RDONLY) for gauge in holding.gauges]
        meter = Meter(holding.gauges, descriptors)

        usage = meter.read()
        meter.close()

        assert (usage.cpu_ms, usage.peak_memory_bytes, usage.oom_kills) == (2.5, 4096, 2)
        assert meter.read() == usage


class TestV1:
    def test_uses_the_group_that_we_are_in(self, v1):
        root, own = v1

        holding = find_holding(root, own)

        assert holding.kind == "cgroup v1"
        assert holding.parents[0] == root / "memory" / "mine"

    def test_without_one_hierarchy_it_holds_nothing(self, v1):
        root, own = v1
        (root / "pids" / "tasks").unlink()

        assert find_holding(root, own).kind == "none"


class TestNone:
    def test_is_refused_unless_somebody_opts_in(self, tmp_path):
        own = tmp_path / "own"
        own.write_text("0::/\n")
        holding = find_holding(tmp_path, own)

        with pytest.raises(Unguaranteed, match=OPT_IN):
            require_totals(holding, {})
        with pytest.raises(Unguaranteed):
            require_totals(holding, {OPT_IN: "true"})
        require_totals(holding, {OPT_IN: "1"})

    def test_says_what_is_not_held(self, tmp_path):
        own = tmp_path / "own"
        own.write_text("0::/\n")

        said = " ".join(find_holding(tmp_path, own).sentences)

        assert "pas pour la salle entière" in said
        assert "gêner sa voisine" in said


def test_groups_of_dead_keepers_are_removed(v1):
    root, own = v1
    holding = find_holding(root, own)
    for parent in holding.parents:
        (parent / "garrigue-999999999-1").mkdir()
        (parent / f"garrigue-{os.getpid()}-1").mkdir()

    sweep(holding)

    for parent in holding.parents:
        assert not (parent / "garrigue-999999999-1").exists()
        assert (parent / f"garrigue-{os.getpid()}-1").exists()


@pytest.mark.room
def test_a_real_group_is_made_limited_and_removed():
    holding = find_holding()
    group = RoomGroup(holding, f"garrigue-{os.getpid()}-test", LIMITS)

    doors, gauges = group.open_doors(), group.open_gauges()
    meter = Meter(holding.gauges, gauges)
    usage = meter.read()
    meter.close()
    for door in doors:
        os.close(door)

    assert len(doors) == len(holding.parents)
    assert usage.oom_kills == 0
    assert group.remove()
