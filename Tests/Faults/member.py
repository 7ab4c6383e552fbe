"""Somebody in the lobby: a WebSocket in a few lines, for tests that watch who comes and goes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from pathlib import Path

from stage import Node

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from frames import CLOSE, PING, PONG, TEXT, Frames, commands, masked  # noqa: E402, F401

HANDSHAKE = (
    "GET /ws?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next frame of a server, which masks nothing: its first byte and its payload."""
    kind, size = await reader.readexactly(2)
    if size > 125:
        form = {126: ">H", 127: ">Q"}[size]
        (size,) = struct.unpack(form, await reader.readexactly(struct.calcsize(form)))
    return kind, await reader.readexactly(size)


def command(number: int, **fields) -> bytes:
    return commands({"id": number, **fields})


class Member:
    """Somebody in the lobby, whose connection is read, and kept alive, whatever the test does meanwhile."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self.events: asyncio.Queue[dict | None] = asyncio.Queue()
        """What came; None when the connection has ended."""
        self.answer: dict = {}
        """What the join was answered with."""

    async def read(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, payload = await frame(self.reader)
                if kind == TEXT:
                    self.events.put_nowait(json.loads(payload))
                elif kind == PING:
                    self.writer.write(masked(PONG, payload))
                elif kind == CLOSE:
                    break
        self.events.put_nowait(None)

    async def next(self, kind: str) -> dict:
        """The next event of a kind; others before it are passed over."""
        while (event := await self.events.get()) is not None:
            if event["type"] == kind:
                return event
        raise AssertionError(f"the connection ended before {kind} came")


@contextlib.asynccontextmanager
async def member(node: Node, name: str):
    """A member of the lobby, from the moment when the join has been answered: who comes after that is told to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.to_clients.port)
    try:
        writer.write(HANDSHAKE.format(query=f"room=lobby&name={name}").encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        somebody = Member(reader, writer)
        reading = asyncio.create_task(somebody.read())
        try:
            somebody.answer = await somebody.next("ok")
            yield somebody
        finally:
            reading.cancel()
    finally:
        writer.close()
