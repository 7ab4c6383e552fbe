"""People who talk, and measure how long what they say takes to reach the others."""

from __future__ import annotations

import asyncio
import json
import time

from wire import CLOSE, PING, PONG, TEXT, Socket, command, frame, handshake

ANSWERS = (b'{"type":"ok"', b'{"type":"error"')
"""How what is told to one person begins."""


class Person:
    """A client in the lobby: it knows what it has sent, and when it came to whom."""

    def __init__(self, name: str):
        self.name = name
        self.acknowledged: list[str] = []
        self.heard: set[str] = set()
        self.delays: list[float] = []
        self.trouble: str | None = None
        self._peer: Socket | None = None
        self._ready = asyncio.Event()
        self._asked: dict[int, str] = {}
        self._ids = 0

    async def live(self, port: int) -> None:
        """Stays in the lobby until it is cancelled; what ends it early is its trouble."""
        try:
            peer = await Socket.connect(port)
            self._peer = peer
            await peer.send(handshake(port))
            head = await peer.head()
            if b" 101 " not in head:
                raise ConnectionError(head.split(b"\r\n")[0].decode())
            await peer.send(command(type="hello", id=1, name=self.name) + command(type="join", id=2, room="lobby", history=0))
            self._ids = 2
            while True:
                for opcode, payload in await peer.frames():
                    if opcode == PING:
                        await peer.send(frame(payload, PONG))
                    elif opcode == CLOSE:
                        raise ConnectionError(f"closed: {payload!r}")
                    # What strangers say is not read: this process has to measure the server, and not itself.
                    elif opcode == TEXT and (payload.startswith(ANSWERS) or b'"good ' in payload):
                        self._take(json.loads(payload))
        except (OSError, EOFError, ValueError) as error:
            self.trouble = repr(error)
            self._ready.set()

    def _take(self, event: dict) -> None:
        match event:
            case {"type": "ok", "id": 2}:
                self._ready.set()
            case {"type": "ok", "id": number} if number in self._asked:
                self.acknowledged.append(self._asked.pop(number))
            case {"type": "error", "id": number} if number in self._asked:
                self.trouble = f"{self._asked.pop(number)}: {event['code']}"
            case {"type": "message", "text": text} if text.startswith("good "):
                # One clock: all of them are in this process.
                self.delays.append(time.monotonic() - float(text.split()[1]))
                self.heard.add(text)

    async def is_there(self) -> None:
        await self._ready.wait()

    async def say(self) -> None:
        if self._peer is None or self.trouble:
            return
        self._ids += 1
        text = f"good {time.monotonic()} {self.name} {self._ids}"
        self._asked[self._ids] = text
        await self._peer.send(command(type="send", id=self._ids, room="lobby", text=text, key=f"{self.name}-{self._ids}"))

    @property
    def waits(self) -> int:
        """How many of its sends have no answer yet."""
        return len(self._asked)


def percentile(values: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
