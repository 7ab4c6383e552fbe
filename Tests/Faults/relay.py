"""A TCP relay that can be a bad network: it delays, resets, closes, and loses what it is given."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field

PONG = b"*2\r\n$4\r\npong\r\n$0\r\n\r\n"
"""What Redis answers to PING on a connection that subscribes."""

HURRY = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing does not wait for the other side but resets it."""


@dataclass(eq=False)
class _Pair:
    """A connection and the one that it is passed on by."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    is_dead: bool = False
    """Something of it was lost: whatever came after that would be out of place, so that nothing comes."""
    subscribes: bool = False
    """Whether it was seen to ask for what is published."""
    is_deaf: bool = False
    """Whether PING is all that is answered."""


@dataclass
class Relay:
    """Listens on a port of its own and passes on to `target`, a port of this machine."""

    target: int
    delay: float = 0
    """Seconds that everything takes, either way."""
    is_blackhole: bool = False
    """Whether what comes is lost. Who connects meanwhile finds somebody who takes the connection and says nothing."""
    port: int = 0
    """Its own; 0: any that is free."""
    host: str = "127.0.0.1"
    """The address at which it listens."""
    accepted: int = 0
    """How many connections were taken in all."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever makes the network bad for a while."""
    _pairs: set[_Pair] = field(default_factory=set)
    _tasks: set[asyncio.Task] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def running(self):
        """Relays as long as the scope lasts."""
        server = await asyncio.start_server(self._accepted, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many connections there are now."""
        return len(self._pairs)

    def reset(self) -> None:
        """Ends every connection with a reset, for both sides."""
        for pair in self._pairs:
            for end in (pair.near, pair.far):
                with contextlib.suppress(OSError):
                    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HURRY)
                end.transport.abort()

    def close(self) -> None:
        """Ends every connection as if both sides had hung up; what is under way from one to the other is lost."""
        for pair in self._pairs:
            for end in (pair.near, pair.far):
                end.close()

    def blackhole(self) -> None:
        """From now on all is lost, until `is_blackhole` is taken back; what is connected now is dead for good."""
        self.is_blackhole = True
        for pair in self._pairs:
            pair.is_dead = True

    def deafen(self) -> None:
        """The connections that subscribe now bring nothing more, and answer PING all the same: for good."""
        for pair in self._pairs:
            pair.is_deaf = pair.subscribes

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self.accepted += 1
        try:
            await self._relay(reader, writer)
        except (OSError, asyncio.CancelledError):
            # Cancelled is only who is asked to end (`running`); the server would log it as a fault.
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        was_blackhole = self.is_blackhole
        far_reader, far = await asyncio.open_connection("127.0.0.1", self.target)
        pair = _Pair(writer, far, is_dead=was_blackhole or self.is_blackhole)
        self._pairs.add(pair)
        ways = [
            asyncio.ensure_future(self._pass(reader, far, pair)),
            asyncio.ensure_future(self._pass(far_reader, writer, pair)),
        ]
        try:
            # Who hangs up has hung up for both: neither WebSocket nor Redis knows half-closed connections.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            # But a network that loses everything does not tell one side that the other has gone.
            if pair.is_dead:
                await asyncio.wait(ways)
        finally:
            self._pairs.discard(pair)
            for way in ways:
                way.cancel()
            far.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if writer is pair.far and b"SUBSCRIBE" in data:
                    pair.subscribes = True
                if pair.is_deaf and not pair.is_dead:
                    if writer is pair.far:
                        pair.near.write(PONG * data.count(b"PING"))
                elif not pair.is_dead:
                    writer.write(data)
                    await writer.drain()
