"""WebSocket frames for clients that have nothing wrong in them (RFC 6455, section 5.2)."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""The first bytes of frames that are whole messages."""


def masked(first: int, payload: bytes) -> bytes:
    """A frame of a client, of less than 64 KiB; the mask is zero."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([first]) + size + bytes(4) + payload


def commands(*fields: dict) -> bytes:
    """Commands, each in a frame."""
    return b"".join(masked(TEXT, json.dumps(command).encode()) for command in fields)


class Frames:
    """The frames of a server, which masks nothing, out of bytes that come in pieces."""

    def __init__(self, rest: bytes = b""):
        self.rest = rest
        """What is no whole frame yet."""

    def take(self, data: bytes = b"") -> Iterator[tuple[int, bytes]]:
        """The first byte and the payload of each frame that is whole with these bytes; they are gone when all were asked for."""
        at, data = 0, self.rest + data
        while len(data) >= at + 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            # Of a header that is cut the length is too small, but the header itself is not there.
            if len(data) < start + size:
                break
            yield data[at], data[start : start + size]
            at = start + size
        self.rest = data[at:]
