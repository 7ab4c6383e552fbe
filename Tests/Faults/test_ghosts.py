"""Who was on a node that died for good is gone from the rooms, and the members on other nodes are told."""

import asyncio
import contextlib
import json
import struct
import tempfile
from pathlib import Path

from stage import PATIENCE_SECONDS, Node, Stage

LEASE_SECONDS = 12
"""A third of it passes between two renewals: a node that a busy machine holds up for two thirds keeps its members."""

HANDSHAKE = (
    "GET /ws?room=lobby&name={name} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


async def frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The next frame of a server, which masks nothing: its first byte and its payload."""
    kind, size = await reader.readexactly(2)
    if size > 125:
        form = {126: ">H", 127: ">Q"}[size]
        (size,) = struct.unpack(form, await reader.readexactly(struct.calcsize(form)))
    return kind, await reader.readexactly(size)


class Member:
    """Somebody in the lobby, whose connection is read, and kept alive, whatever the test does meanwhile."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self.events: asyncio.Queue[dict | None] = asyncio.Queue()
        """What came; None when the connection has ended."""

    async def read(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, payload = await frame(self.reader)
                if kind == TEXT:
                    self.events.put_nowait(json.loads(payload))
                elif kind == PING:
                    # Clients mask; a mask of zeros leaves the payload as it is.
                    self.writer.write(bytes([PONG, 0x80 | len(payload)]) + bytes(4) + payload)
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
        writer.write(HANDSHAKE.format(name=name).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        somebody = Member(reader, writer)
        reading = asyncio.create_task(somebody.read())
        try:
            await somebody.next("ok")
            yield somebody
        finally:
            reading.cancel()
    finally:
        writer.close()


async def scene(folder: Path) -> None:
    stage = Stage(folder, 2, ["--lease-seconds", str(LEASE_SECONDS), "--log-level", "error"])
    async with asyncio.timeout(PATIENCE_SECONDS), stage.running():
        dying, staying = stage.nodes
        async with member(staying, "Juno") as juno, member(dying, "Mina"):
            joined = await juno.next("joined")
            # Her own comes as well.
            while joined["user"]["name"] != "Mina":
                joined = await juno.next("joined")
            await dying.kill()
            left = await juno.next("left")
            assert left["user"] == joined["user"]
            assert left["member_count"] == 1
            assert left["presence_version"] == joined["presence_version"] + 1


def test_who_was_on_a_node_that_died_is_gone_when_its_lease_ends():
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scene(Path(folder)))
