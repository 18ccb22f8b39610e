"""Large arguments reach the learner's process as sealed files that it cannot change."""

from __future__ import annotations

import mmap
import os
import resource
import socket
from pathlib import Path

import numpy as np
import pytest

from graders.verdict import frames
from graders.verdict.codec import BadValue, Decoder, Encoder
from graders.verdict.sharing import SHARED_FROM, Lender, Shared
from graders.verdict.snapshots import watch
from tests.graders.verdict.wire import refuse, resolve

LARGE = SHARED_FROM // 8 + 1000


def given(*values, takes_shared=True, lender=None):
    """Send values as the checker does, and return what the other side makes of them."""
    encoder = Encoder(refuse)
    text = encoder.all(values)
    one, other = socket.socketpair()
    with one, other:
        frames.send(one, text, encoder.buffers, lender=lender or Lender())
        one.shutdown(socket.SHUT_WR)
        message, buffers = frames.receive(other, takes_shared=takes_shared)
    return Decoder(buffers, resolve).all(message), buffers


def inodes_of(buffers):
    """Return which files are mapped in these places."""
    starts = [np.frombuffer(each, "u1").ctypes.data for each in buffers]
    lines = Path("/proc/self/maps").read_text().splitlines()
    return [
        line.split()[4] for start in starts for line in lines if line.startswith(f"{start:x}-")
    ]


class TestSharing:
    def test_large_arrays_arrive_whole_beside_small_values(self):
        large, turned = np.arange(float(LARGE)), np.arange(LARGE * 2).reshape(2, LARGE).T

        (one, text, other), buffers = given(large, "text", turned)

        assert [type(each) for each in buffers] == [Shared, Shared]
        assert text == "text"
        assert (one == large).all()
        assert other.shape == turned.shape
        assert (other == turned).all()

    def test_what_one_side_writes_the_other_does_not_see(self):
        large = np.zeros(LARGE)

        ((mine,), _), ((theirs,), _) = given(large), given(large)
        mine[:] = 1

        assert not theirs.any()
        assert not large.any()

    def test_nobody_else_can_change_a_shared_file(self):
        descriptor = Lender().lend(memoryview(b"secret" * 1000))
        own = os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR)
        try:
            for each in (descriptor, own):
                with pytest.raises((PermissionError, OSError)):
                    os.write(each, b"forged")
                with pytest.raises((PermissionError, OSError)):
                    os.ftruncate(each, 1)
                with pytest.raises(PermissionError):
                    mmap.mmap(each, 6000)
        finally:
            os.close(descriptor)
            os.close(own)

    def test_a_file_serves_again_once_it_was_let_go_of(self):
        lender = Lender()
        held, buffers = given(np.zeros(LARGE), lender=lender)

        (other,), _ = given(np.ones(LARGE), lender=lender)
        assert not held[0].any()
        assert other.all()
        inodes = inodes_of(buffers)
        del held, buffers

        (again,), buffers = given(np.full(LARGE, 2.0), lender=lender)
        assert (again == 2).all()
        assert other.all()
        assert inodes_of(buffers) == inodes

    def test_a_copy_in_a_child_keeps_a_file_from_serving_again(self):
        lender = Lender()
        (held,), buffers = given(np.zeros(LARGE), lender=lender)
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            theirs.recv(1)
            os._exit(int(bool(held.any())))
        del held, buffers

        given(np.ones(LARGE), lender=lender)
        ours.send(b"!")

        assert os.waitpid(child, 0)[1] == 0

    def test_a_smaller_array_is_lent_from_a_larger_file(self):
        lender = Lender()
        given(np.ones(2 * LARGE), lender=lender)

        (array,), _ = given(np.arange(float(LARGE)), lender=lender)

        assert (array == np.arange(float(LARGE))).all()

    @pytest.mark.parametrize("change", [None, 0, LARGE // 2, LARGE - 1])
    def test_a_change_is_noticed_wherever_it_is(self, change):
        (array,), _ = given(np.zeros(LARGE))
        has_changed = watch(array, lambda value: value)
        assert float(array.sum()) == 0

        if change is not None:
            array[change] = 1

        assert has_changed() is (change is not None)

    def test_a_side_that_takes_none_refuses_the_message(self):
        with pytest.raises((BadValue, frames.Closed)):
            given(np.zeros(LARGE), takes_shared=False)

    def test_where_no_such_file_may_be_it_goes_through_the_socket(self):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
        try:
            assert Lender().lend(memoryview(bytes(2 << 20))) is None
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
