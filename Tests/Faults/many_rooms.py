"""Thousands of rooms, with people who come and go: does the chat keep its promises when housekeeping is most of the work?

    .cache/venv/bin/python Tests/Faults/many_rooms.py --rooms 20000 --people 1000 --seconds 300

Nobody who is in a room is told to have left it, nothing is refused, and a message that was stored and whose publication was
lost comes all the same. Residents are in a hundred rooms each, on the first node, and stay; people come to any node, join
some rooms, say something there, and leave or break off. What was seen is printed as JSON; without `--people` that is what a
chat costs Redis while nobody talks.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from member import CLOSE, HANDSHAKE, PING, PONG, TEXT, command, frame, masked
from stage import SERVER, Program, free_port

ROOMS_EACH = 100
"""In so many rooms is each resident: as many as a connection may be."""
JOINS_AT_ONCE = 20
LATE_SECONDS = 60
"""A message whose publication was lost is late after twice the time that passes between two looks at a room."""

STORE_UNPUBLISHED = """
local found = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
local clock = redis.call('TIME')
local time = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
local seq = string.format('%.0f', found[2] + 1)
local event = '{"type":"message","room":"' .. ARGV[1] .. '","epoch":"' .. found[1] .. '","seq":' .. seq .. ',"time":'
    .. time .. ',"from":{"id":"nobody","name":"Nobody"},"text":"' .. ARGV[2] .. '","kind":"text"}'
redis.call('XADD', KEYS[2], seq .. '-0', 'event', event)
redis.call('HSET', KEYS[1], 'seq', seq, 'time', time)
return 1
"""


class Judge:
    """What was seen, and what is wrong with it."""

    def __init__(self):
        self.here: set[tuple[str, str]] = set()
        """Room and id of everybody who has joined, and has not begun to leave."""
        self.lost: dict[str, float] = {}
        """Messages that were stored and not published, by their text, and since when."""
        self.complaints: list[str] = []
        self.is_over = False
        """Whether connections end now because the run does."""
        self.counts = dict(joins=0, sends=0, joined=0, left=0, repaired=0)
        self.slowest_repair = 0.0

    def complain(self, what: str) -> None:
        if len(self.complaints) < 20:
            self.complaints.append(what)

    def hear(self, event: dict) -> None:
        match event["type"]:
            case "joined":
                self.counts["joined"] += 1
            case "left":
                self.counts["left"] += 1
                if (event["room"], event["user"]["id"]) in self.here:
                    self.complain(f"{event['user']['name']} is in {event['room']} and is told to have left")
            case "message":
                since = self.lost.pop(event["text"], None)
                if since is not None:
                    self.counts["repaired"] += 1
                    self.slowest_repair = max(self.slowest_repair, time.monotonic() - since)
            case "error":
                self.complain(f"refused: {event}")


class Guest:
    """A connection: whoever uses it awaits answers, and the judge hears all that comes."""

    def __init__(self, judge: Judge, name: str):
        self.judge, self.name = judge, name
        self.id = ""
        self.answers: dict[int, asyncio.Future] = {}
        self.welcome = asyncio.get_running_loop().create_future()
        self.rooms: set[str] = set()
        self.next_number = 1

    async def connect(self, port: int) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(HANDSHAKE.format(query=f"name={self.name}").encode())
        await self.reader.readuntil(b"\r\n\r\n")
        self.reading = asyncio.create_task(self._read())
        self.id = (await self.welcome)["user"]["id"]

    async def _read(self) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, payload = await frame(self.reader)
                if kind == TEXT:
                    self._take(json.loads(payload))
                elif kind == PING:
                    self.writer.write(masked(PONG, payload))
                elif kind == CLOSE:
                    break
        if self.rooms and not self.judge.is_over:
            self.judge.complain(f"{self.name} was parted from")
        for answer in [*self.answers.values(), self.welcome]:
            if not answer.done():
                answer.set_result({"type": "error"})

    def _take(self, event: dict) -> None:
        self.judge.hear(event)
        if event["type"] == "welcome":
            self.welcome.set_result(event)
        elif (answer := self.answers.pop(event.get("id"), None)) is not None and not answer.done():
            answer.set_result(event)

    async def ask(self, **fields) -> dict:
        number, self.next_number = self.next_number, self.next_number + 1
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        self.writer.write(command(number, **fields))
        return await answer

    async def join(self, room: str) -> None:
        if (await self.ask(type="join", room=room))["type"] == "ok":
            self.judge.counts["joins"] += 1
            self.judge.here.add((room, self.id))
            self.rooms.add(room)

    async def say(self, room: str, text: str) -> None:
        if (await self.ask(type="send", room=room, text=text, key=text))["type"] == "ok":
            self.judge.counts["sends"] += 1

    async def leave(self, politely: bool) -> None:
        rooms, self.rooms = self.rooms, set()
        for room in rooms:
            self.judge.here.discard((room, self.id))
            if politely:
                await self.ask(type="leave", room=room)
        self.writer.transport.abort()
        await self.reading


async def reside(judge: Judge, number: int, rooms: list[str], port: int) -> Guest:
    guest = Guest(judge, f"Resident{number}")
    await guest.connect(port)
    for start in range(0, len(rooms), JOINS_AT_ONCE):
        await asyncio.gather(*(guest.join(room) for room in rooms[start : start + JOINS_AT_ONCE]))
    return guest


async def come_and_go(judge: Judge, number: int, rooms: list[str], ports: list[int], chance: random.Random) -> None:
    visit = 0
    await asyncio.sleep(chance.uniform(0, 10))
    while True:
        visit += 1
        guest = Guest(judge, f"Visitor{number}")
        await guest.connect(chance.choice(ports))
        for room in chance.sample(rooms, min(3, len(rooms))):
            await guest.join(room)
            await guest.say(room, f"{number} {visit} {room}")
        await asyncio.sleep(chance.uniform(1, 10))
        await guest.leave(politely=chance.random() < 0.5)
        await asyncio.sleep(chance.uniform(0, 5))


class RedisClient:
    """A connection of an operator."""

    async def connect(self, port: int) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)

    async def tell(self, *words: str | int) -> str:
        parts = [str(word).encode() for word in words]
        self.writer.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        line = (await self.reader.readline()).decode().rstrip()
        if line.startswith("-"):
            raise RuntimeError(line)
        if line.startswith("$") and line != "$-1":
            return (await self.reader.readexactly(int(line[1:]) + 2)).decode()
        return line

    async def cpu(self) -> float:
        """Seconds of processor time until now."""
        lines = (await self.tell("INFO", "cpu")).splitlines()
        times = dict(line.split(":") for line in lines if ":" in line)
        return float(times["used_cpu_user"]) + float(times["used_cpu_sys"])

    async def commands(self) -> dict[str, tuple[int, int]]:
        """How often each command was called until now, those of scripts too, and for how many microseconds."""
        found = re.findall(r"cmdstat_([^:]+):calls=(\d+),usec=(\d+)", await self.tell("INFO", "commandstats"))
        return {name: (int(calls), int(microseconds)) for name, calls, microseconds in found}


def busiest(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], seconds: float) -> dict[str, str]:
    """What Redis was asked most of all in so many seconds."""
    rates = {}
    for name, (calls, microseconds) in after.items():
        calls, microseconds = calls - before.get(name, (0, 0))[0], microseconds - before.get(name, (0, 0))[1]
        if calls:
            rates[name] = (calls / seconds, microseconds / calls)
    order = sorted(rates, key=lambda name: -rates[name][0] * rates[name][1])[:12]
    return {name: f"{rates[name][0]:.1f}/s, {rates[name][1]:.1f} µs each" for name in order}


async def lose(judge: Judge, redis: RedisClient, rooms: list[str], chance: random.Random) -> None:
    """Stores messages now and then whose publication is lost."""
    number = 0
    while True:
        await asyncio.sleep(2)
        for room in chance.sample(rooms, min(10, len(rooms))):
            number += 1
            text = f"lost {number}"
            judge.lost[text] = time.monotonic()
            meta, log = f"chat:{{{room}}}:meta", f"chat:{{{room}}}:log"
            await redis.tell("EVAL", STORE_UNPUBLISHED, 2, meta, log, room, text)


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def carry_out(options: argparse.Namespace, folder: Path, say) -> dict:
    chance = random.Random(options.seed)
    judge = Judge()
    redis_port, ports = free_port(), [free_port() for _ in range(options.nodes)]
    store = ["redis-server", "--bind", "127.0.0.1", "--port", str(redis_port), "--save", "", "--dir", str(folder)]
    programs = [Program("redis", store, folder / "redis.log", "Ready to accept connections")]
    for number, port in enumerate(ports):
        line = [SERVER, "--host", "127.0.0.1", "--port", str(port), "--redis", f"redis://127.0.0.1:{redis_port}"]
        log = folder / f"node-{number}.log"
        programs.append(Program(f"node {number}", [*line, "--unlimited"], log, "listening on http://"))
    async with contextlib.AsyncExitStack() as stack:
        for program in programs:
            stack.push_async_callback(program.kill)
            await program.start()
        redis = RedisClient()
        await redis.connect(redis_port)
        rooms = [f"room-{number}" for number in range(options.rooms)]
        residents: list[Guest] = []
        began = time.monotonic()
        for start in range(0, len(rooms), ROOMS_EACH):
            for _ in range(options.residents):
                own = rooms[start : start + ROOMS_EACH]
                residents.append(await reside(judge, len(residents), own, ports[0]))
        joining = time.monotonic() - began
        say(f"{judge.counts['joins']} joins in {joining:.0f} s")
        await asyncio.sleep(options.warmup)
        commands_before = await redis.commands()
        redis_before, nodes_before = await redis.cpu(), [processor_seconds(program.pid) for program in programs[1:]]
        began = time.monotonic()
        work = [
            asyncio.create_task(come_and_go(judge, number, rooms, ports, chance)) for number in range(options.people)
        ]
        if options.people:
            work.append(asyncio.create_task(lose(judge, redis, rooms, chance)))
        done, _ = await asyncio.wait(work, timeout=options.seconds, return_when=asyncio.FIRST_EXCEPTION) if work else (
            set(), await asyncio.sleep(options.seconds)
        )
        for task in done:
            judge.complain(f"somebody gave up: {task.exception()!r}")
        elapsed = time.monotonic() - began
        redis_after, nodes_after = await redis.cpu(), [processor_seconds(program.pid) for program in programs[1:]]
        commands_after = await redis.commands()
        judge.is_over = True
        for task in work:
            task.cancel()
        deadline = time.monotonic() + LATE_SECONDS
        while judge.lost and time.monotonic() < deadline:
            await asyncio.sleep(0.5)
        if judge.lost:
            judge.complain(f"{len(judge.lost)} messages did not come whose publication was lost")
        if judge.slowest_repair > LATE_SECONDS:
            judge.complain(f"a message came {judge.slowest_repair:.0f} s after its publication was lost")
        for crash in (crash for program in programs for crash in program.crashes):
            judge.complain(crash)
        return {
            **judge.counts,
            "joining_seconds": round(joining, 1),
            "slowest_repair_seconds": round(judge.slowest_repair, 1),
            "redis_cpu_percent": round(100 * (redis_after - redis_before) / elapsed, 2),
            "redis_commands": busiest(commands_before, commands_after, elapsed),
            "node_cpu_percent": [round(100 * (b - a) / elapsed, 1) for a, b in zip(nodes_before, nodes_after)],
            "complaints": judge.complaints,
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=20_000)
    parser.add_argument("--residents", type=int, default=1, help="how many stay in each room")
    parser.add_argument("--people", type=int, default=0, help="who come and go")
    parser.add_argument("--seconds", type=float, default=60, help="for how long")
    parser.add_argument("--warmup", type=float, default=5, help="seconds between the last join and the first look")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(carry_out(options, Path(folder), lambda text: print(text, file=sys.stderr, flush=True)))
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 1 if report["complaints"] else 0


if __name__ == "__main__":
    sys.exit(main())
