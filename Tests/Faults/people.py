"""People beside `chat-cli verify`: they come, leave while Redis loses who is where, and see in the end who is left.

Whoever is in a room is told of everybody else there, whatever was lost; and nobody is there who has left.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import urllib.parse
from collections.abc import AsyncIterator, Iterable

from member import CLOSE, HANDSHAKE, PING, PONG, TEXT, command, frame, masked
from stage import PATIENCE_SECONDS, Node, Stage

TRY_SECONDS = 5
"""How long somebody tries to come to a chat that is broken."""
LEAVERS = 6
CROWD = 4
ROOMS_EACH = 100
"""In so many rooms is each of a crowd: as many as a connection may be."""
JOINS_AT_ONCE = 20
POLL_SECONDS = 0.5

OVER: dict = {}
"""What is answered when the connection has ended."""
LOSSES = ("chat:{*}:members", "chat:{*}:held", "chat:{*}:names", "chat:holders", "chat:holder:*:rooms")
"""What Redis can lose of who is where, one of them after the other."""
LOSS = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return 1"


class Person:
    """A connection, and who is in its rooms by what it was told."""

    def __init__(self, name: str):
        self.name = name
        self.rooms: dict[str, set[str]] = {}
        """The ids of the members of each room."""
        self.is_over = asyncio.Event()
        self._answers: dict[int, asyncio.Future] = {}
        self._numbers = itertools.count(1)
        self._welcome = asyncio.get_running_loop().create_future()

    async def connect(self, port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        self._writer.write(HANDSHAKE.format(query=f"name={self.name}").encode())
        await self._reader.readuntil(b"\r\n\r\n")
        self._reading = asyncio.create_task(self._read())
        self.id = self._alive(await self._welcome)["user"]["id"]

    async def _read(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, payload = await frame(self._reader)
                if kind == TEXT:
                    self._hear(json.loads(payload))
                elif kind == PING:
                    self._writer.write(masked(PONG, payload))
                elif kind == CLOSE:
                    break
        self.is_over.set()
        for future in [*self._answers.values(), self._welcome]:
            if not future.done():
                future.set_result(OVER)

    def _hear(self, event: dict) -> None:
        match event["type"]:
            case "welcome":
                self._welcome.set_result(event)
            case "joined":
                self.rooms.get(event["room"], set()).add(event["user"]["id"])
            case "left":
                self.rooms.get(event["room"], set()).discard(event["user"]["id"])
            case "ok" if "members" in event:
                # The list is as it was when the answer was made: what comes after it changes it.
                self.rooms[event["room"]] = {user["id"] for user in event["members"]}
        if (answer := self._answers.pop(event.get("id"), None)) is not None and not answer.done():
            answer.set_result(event)

    async def ask(self, **fields) -> dict:
        if self.is_over.is_set():
            return self._alive(OVER)
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._writer.write(command(number, **fields))
        return self._alive(await answer)

    @staticmethod
    def _alive(answer: dict) -> dict:
        if answer is OVER:
            raise EOFError("the connection has ended")
        return answer

    async def join(self, rooms: list[str]) -> None:
        # Where the server has to find out first who is there, an answer takes seconds.
        for start in range(0, len(rooms), JOINS_AT_ONCE):
            await asyncio.gather(*(self._join(room) for room in rooms[start : start + JOINS_AT_ONCE]))

    async def _join(self, room: str) -> None:
        while (await self.ask(type="join", room=room))["type"] != "ok":
            await asyncio.sleep(POLL_SECONDS)

    def leave(self, politely: bool) -> None:
        """Goes away, and waits for no answer."""
        if politely:
            for room in self.rooms:
                self._writer.write(command(next(self._numbers), type="leave", room=room))
            self._writer.close()
        else:
            self._writer.transport.abort()


@contextlib.asynccontextmanager
async def person(port: int, name: str) -> AsyncIterator[Person]:
    somebody = Person(name)
    await somebody.connect(port)
    try:
        yield somebody
    finally:
        somebody.leave(politely=False)
        await somebody._reading


class People:
    """Does what people do while a chat is broken."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.numbers = itertools.count(1)
        self.losses = itertools.cycle(LOSSES)
        self.left = 0
        """How many left while data were lost."""

    @contextlib.asynccontextmanager
    async def _visitors(self, ports: Iterable[int], rooms: list[list[str]]) -> AsyncIterator[list[Person]]:
        """Those who could come: a chat that is broken lets not everybody in."""
        async with contextlib.AsyncExitStack() as stack:

            async def come(port: int, rooms: list[str]) -> Person | None:
                with contextlib.suppress(OSError, TimeoutError, EOFError):
                    async with asyncio.timeout(TRY_SECONDS):
                        somebody = await stack.enter_async_context(person(port, f"Visitor{next(self.numbers)}"))
                        await somebody.join(rooms)
                        return somebody
                return None

            came = await asyncio.gather(*(come(port, own) for port, own in zip(ports, rooms)))
            yield [somebody for somebody in came if somebody is not None]

    async def lose(self) -> None:
        """People are in the lobby, and leave while Redis loses who is where."""
        ports = itertools.islice(itertools.cycle(node.to_clients.port for node in self.stage.nodes), LEAVERS)
        async with self._visitors(ports, [["lobby"]] * LEAVERS) as visitors:
            for visitor in visitors[::2]:
                visitor.leave(politely=True)
            async with self.stage.redis.lock:
                await self.stage.redis.tell("EVAL", f'"{LOSS}"', "0", f'"{next(self.losses)}"')
            self.left += len(visitors)

    async def crowd(self, node: Node, hold: float) -> None:
        """So many rooms come to a node, and all who are in them break off together."""
        rooms = [[f"crowd-{number}-{room}" for room in range(ROOMS_EACH)] for number in range(CROWD)]
        async with self._visitors([node.to_clients.port] * CROWD, rooms):
            await asyncio.sleep(hold)

    # What is left in the end

    async def ghosts(self) -> list[str]:
        """What is wrong with who is where, when all have gone; nothing is broken any more, and it has time."""
        complaints = ["the rooms were not listed"]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), contextlib.AsyncExitStack() as stack:
                watchers: list[Person] = []
                while complaints:
                    rooms = await self._rooms()
                    watched = {room for watcher in watchers for room in watcher.rooms}
                    # What was lost of a room is found as long as somebody is there.
                    new = sorted(room for room, count in rooms.items() if count and room not in watched)
                    parts = [new[start : start + ROOMS_EACH] for start in range(0, len(new), ROOMS_EACH)]
                    # What is left of these when the time is over says how far it came.
                    complaints = [self._unwatched(node, part) for part in parts for node in self.stage.nodes]
                    comings = (self._watch(node, part, complaints, stack) for part in parts for node in self.stage.nodes)
                    watchers += await asyncio.gather(*comings)
                    complaints = self._complaints(watchers, await self._rooms())
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            return complaints[:10]
        return []

    @staticmethod
    def _unwatched(node: Node, rooms: list[str]) -> str:
        return f"nobody watches {len(rooms)} rooms from {rooms[0]} on at {node.name}"

    async def _watch(self, node: Node, rooms: list[str], unwatched: list[str], stack: contextlib.AsyncExitStack) -> Person:
        watcher = await stack.enter_async_context(person(node.port, f"Watcher{node.name[-1]}"))
        await watcher.join(rooms)
        unwatched.remove(self._unwatched(node, rooms))
        return watcher

    @staticmethod
    def _complaints(watchers: list[Person], counts: dict[str, int]) -> list[str]:
        complaints = ["a watcher was parted from" for watcher in watchers if watcher.is_over.is_set()]
        here: dict[str, set[str]] = {}
        for watcher in watchers:
            for room in watcher.rooms:
                here.setdefault(room, set()).add(watcher.id)
        for watcher in watchers:
            for room, told in watcher.rooms.items():
                if told != here[room]:
                    complaints.append(f"{watcher.name} is told of {len(told)} in {room}, where {len(here[room])} are")
        for room, count in counts.items():
            if count != len(here.get(room, ())):
                complaints.append(f"{count} are listed in {room}, where {len(here.get(room, ()))} are")
        return complaints

    async def _rooms(self) -> dict[str, int]:
        """How many are in each room, by the list of rooms."""
        counts: dict[str, int] = {}
        cursor = ""
        while True:
            page = await self._get(f"/api/rooms?limit=100{cursor}")
            counts |= {room["room"]: room["member_count"] for room in page["rooms"]}
            if "cursor" not in page:
                return counts
            cursor = "&cursor=" + urllib.parse.quote(page["cursor"])

    async def _get(self, path: str) -> dict:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.stage.nodes[0].port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            return json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
        finally:
            writer.close()
