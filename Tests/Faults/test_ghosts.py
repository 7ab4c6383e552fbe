"""Who was on a node that died for good is gone from the rooms, and the members on other nodes are told."""

import asyncio
import contextlib
import json
import struct
import tempfile
from pathlib import Path

from stage import Node, Stage

LEASE_SECONDS = 3
PATIENCE_SECONDS = 60
HANDSHAKE = (
    "GET /ws?room=lobby&name={name} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@contextlib.asynccontextmanager
async def member(node: Node, name: str):
    """A member of the lobby: gives its events, and leaves with the scope."""
    reader, writer = await asyncio.open_connection("127.0.0.1", node.to_clients.port)

    async def events():
        while True:
            opcode, size = await reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await reader.readexactly(2))
            payload = await reader.readexactly(size)
            if opcode == 0x81:
                yield json.loads(payload)

    try:
        writer.write(HANDSHAKE.format(name=name).encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        yield events()
    finally:
        writer.close()


async def event(events, kind: str) -> dict:
    """The next event of a kind; others before it are passed over."""
    async for event in events:
        if event["type"] == kind:
            return event
    raise AssertionError(f"no {kind} came")


async def scene(folder: Path) -> None:
    stage = Stage(folder, 2, ["--lease-seconds", str(LEASE_SECONDS), "--log-level", "error"])
    async with asyncio.timeout(PATIENCE_SECONDS), stage.running():
        dying, staying = stage.nodes
        async with member(staying, "Juno") as juno, member(dying, "Mina"):
            joined = await event(juno, "joined")
            while joined["user"]["name"] != "Mina":
                joined = await event(juno, "joined")
            await dying.kill()
            left = await event(juno, "left")
            assert left["user"] == joined["user"]
            assert left["member_count"] == 1
            assert left["presence_version"] == joined["presence_version"] + 1


def test_who_was_on_a_node_that_died_is_gone_when_its_lease_ends():
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scene(Path(folder)))
