"""The filter allows what is listed, and nothing that is not."""

import errno
import json
import struct
from importlib import resources

import pytest

from graders.sandbox.errors import Unsupported
from graders.sandbox.seccomp import (
    ALLOW,
    AUDIT_ARCHITECTURES,
    KILL_PROCESS,
    REFUSE,
    compile_filter,
)

TABLES = json.loads(resources.files("graders.sandbox").joinpath("syscalls.json").read_text())
MACHINES = list(AUDIT_ARCHITECTURES)


def decide(machine, number, *arguments, architecture=None):
    """Run the filter as the kernel does, over one system call."""
    audit = AUDIT_ARCHITECTURES[machine] if architecture is None else architecture
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, audit, 0, *words)
    program = list(struct.iter_unpack("<HBBI", compile_filter(machine)))
    place, value = 0, 0
    while True:
        code, yes, no, operand = program[place]
        place += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        else:
            is_true = {
                0x15: value == operand,
                0x35: value >= operand,
                0x45: bool(value & operand),
            }[code]
            place += yes if is_true else no


@pytest.mark.parametrize("machine", MACHINES)
class TestEveryArchitecture:
    def test_allows_each_listed_call(self, machine):
        numbers = TABLES["numbers"][machine]

        for name in TABLES["allowed"]:
            if name in numbers:
                assert decide(machine, numbers[name]) == ALLOW, name

    def test_refuses_each_known_danger(self, machine):
        numbers = TABLES["numbers"][machine]

        for name in TABLES["refused"]:
            if name in numbers:
                assert decide(machine, numbers[name]) == REFUSE | errno.EPERM, name

    def test_does_not_know_any_other(self, machine):
        known = {*TABLES["numbers"][machine].values()}

        for number in (*range(2000), *(1 << bit for bit in range(11, 30))):
            if number not in known:
                assert decide(machine, number) == REFUSE | errno.ENOSYS

    def test_is_short(self, machine):
        """Each process of a room has it copied and translated."""
        assert len(compile_filter(machine)) // 8 < 300

    def test_kills_a_foreign_architecture(self, machine):
        assert decide(machine, 0, architecture=0x40000003) == KILL_PROCESS

    def test_opens_unix_sockets_alone(self, machine):
        for name in ("socket", "socketpair"):
            number = TABLES["numbers"][machine][name]
            assert decide(machine, number, 1) == ALLOW
            for family in (0, 2, 10, 16, 17, 40, 44):
                assert decide(machine, number, family) == REFUSE | errno.EAFNOSUPPORT

    def test_starts_threads_and_processes_but_no_namespace(self, machine):
        clone = TABLES["numbers"][machine]["clone"]

        assert decide(machine, clone, 17) == ALLOW
        assert decide(machine, clone, 0x3D0F00) == ALLOW  # what pthread_create asks for
        for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000):
            assert decide(machine, clone, flag | 17) == REFUSE | errno.EPERM

    def test_has_no_name_without_a_number_on_both(self, machine):
        """A name that neither architecture has would be a slip of the pen."""
        names = {*TABLES["allowed"], *TABLES["refused"]}

        assert names <= set(TABLES["numbers"]["x86_64"])
        assert len(names & set(TABLES["numbers"][machine])) > 150


def test_kills_the_x32_abi():
    assert decide("x86_64", 0x40000000 | 39) == KILL_PROCESS


@pytest.mark.parametrize("machine", ["i686", "armv7l", "riscv64", "ppc64le"])
def test_refuses_other_machines(machine):
    with pytest.raises(Unsupported, match=machine):
        compile_filter(machine)
