"""Frames come out as they went in, however the stream was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.adapters.peer_transport.framing import Unframer, framed
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import PEER_FRAME_BYTES


@given(bodies=st.lists(st.binary(max_size=40), max_size=20), cuts=st.lists(st.integers(1, 30), min_size=1))
def test_bodies_come_out_whole_and_in_order(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(framed(body) for body in bodies)
    unframer = Unframer()
    out: list[bytes] = []
    turn = 0
    while stream:
        size = cuts[turn % len(cuts)]
        out += unframer.feed(stream[:size])
        stream, turn = stream[size:], turn + 1
    assert out == bodies


def test_the_largest_frame_passes_and_one_byte_more_does_not() -> None:
    largest = bytes(PEER_FRAME_BYTES)
    assert list(Unframer().feed(framed(largest))) == [largest]
    with pytest.raises(MalformedFrame):
        list(Unframer().feed((PEER_FRAME_BYTES + 1).to_bytes(4, "big")))


def test_what_came_before_garbage_is_still_a_frame() -> None:
    frames = Unframer().feed(framed(b"good") + b"\xff\xff\xff\xff")
    assert next(frames) == b"good"
    with pytest.raises(MalformedFrame):
        next(frames)
