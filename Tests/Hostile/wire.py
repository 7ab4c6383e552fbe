"""WebSockets by hand: what a client sends is made here byte by byte, so that it may also be wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import socket
import struct
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """One frame, right or wrong (RFC 6455, section 5.2)."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, mask_bit | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack("!BBH", first, mask_bit | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def command(**fields) -> bytes:
    return frame(json.dumps(fields, ensure_ascii=False).encode())


def handshake(port: int, query: str = "", fields: str = "") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /ws{query} HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    ).encode()


class Socket:
    """A connection to the server, from an address of one's own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self._rest = bytearray()

    @classmethod
    async def connect(cls, port: int, source: str = "127.0.0.1", *, buffer: int | None = None) -> Socket:
        """Connects.

        buffer: how many bytes the system may keep for whoever never reads.
        """
        # The port is the system's choice, in a range of the address's own.
        sock = socket.socket()
        try:
            if buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            sock.setblocking(False)
            sock.bind((source, 0))
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        except BaseException:
            sock.close()
            raise
        return cls(*await asyncio.open_connection(sock=sock))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Ends it without a word."""
        self.writer.transport.abort()

    async def frames(self) -> list[tuple[int, bytes]]:
        """All frames that have come: the opcode, and what is in it. A server sends whole messages, and masks nothing.

        They are taken together: whoever waits for each of them measures itself.
        """
        while not (frames := list(self._taken())):
            if not (data := await self.reader.read(1 << 20)):
                raise EOFError("the server has closed the connection")
            self._rest += data
        return frames

    def _taken(self) -> Iterator[tuple[int, bytes]]:
        rest, start = self._rest, 0
        while len(rest) - start >= 2:
            length, begin = rest[start + 1] & 0x7F, start + 2
            if length >= 126:
                size = 2 if length == 126 else 8
                length, begin = int.from_bytes(rest[begin : begin + size]), begin + size
            if len(rest) < begin + length:
                break
            yield rest[start] & 0xF, bytes(rest[begin : begin + length])
            start = begin + length
        del rest[:start]

    async def head(self) -> bytes:
        """The head of an answer to a request."""
        return await self.reader.readuntil(b"\r\n\r\n")


def strangers(count: int) -> list[str]:
    """Addresses of people who mean no good; all of 127/8 is this machine."""
    return [f"127.66.{index // 200}.{index % 200 + 1}" for index in range(count)]


def some_bytes(random: random.Random, most: int) -> bytes:
    return random.randbytes(random.randrange(1, most))
