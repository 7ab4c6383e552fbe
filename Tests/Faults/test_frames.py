"""The frames that tests and benchmarks read and write, whole and in pieces."""

import struct

import pytest

from member import CLOSE, TEXT, Frames, command, masked


def served(first: int, payload: bytes) -> bytes:
    """A frame as servers write them."""
    size = len(payload)
    form = ">B" if size < 126 else ">BH" if size < 1 << 16 else ">BQ"
    sizes = (size,) if size < 126 else (126 if size < 1 << 16 else 127, size)
    return bytes([first]) + struct.pack(form, *sizes) + payload


SENT = [(TEXT, b"x" * size) for size in (0, 1, 125, 126, 65_535, 65_536)] + [(CLOSE, b"\x03\xf4bye")]


@pytest.mark.parametrize("piece", [1, 2, 3, 9, 4096, 1 << 20])
def test_frames_are_the_same_in_pieces_of_any_size(piece):
    wire = b"".join(served(*frame) for frame in SENT)
    frames, found = Frames(), []
    for start in range(0, len(wire), piece):
        found += frames.take(wire[start : start + piece])
    assert found == SENT and frames.rest == b""


def test_a_frame_that_is_cut_waits_for_its_rest():
    whole = served(TEXT, b"hello")
    frames = Frames()
    assert list(frames.take(whole[:-1])) == [] and frames.rest == whole[:-1]
    assert list(frames.take(whole[-1:])) == [(TEXT, b"hello")]


def test_what_a_client_writes_is_masked_with_zeros_and_reads_as_it_is():
    assert masked(TEXT, b"hi") == b"\x81\x82\0\0\0\0hi"
    assert masked(TEXT, b"x" * 200)[:4] == b"\x81\xfe\x00\xc8"
    assert command(3, type="leave").endswith(b'{"id": 3, "type": "leave"}')
