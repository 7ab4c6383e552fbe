"""One of two nodes is shut down while its clients talk, and they come back on the other: who is missed, and what is lost?

    .cache/venv/bin/python Tests/Faults/drain.py --clients 5000 --rooms 100

Every client is at an address of its own, so that the limits of the nodes hold as they do for strangers. Clients do as docs/PROTOCOL.md
says: they wait for `reconnect_ms` and up to half a second more, resume behind the last message that they have, and send again
what was not answered. One of twenty never comes back. Watchers on the other node hear who leaves. It is wrong if a message is
missed or doubled, if anybody is refused or is somebody else, if anybody is away for longer than 15 s or more than twice the mean
come back within half a second (with `--on-time`: how busy the machine is does not matter to what they are told), if anybody who
came back is told to have left, or if those who did not are still listed 10 s after their time. What was seen is printed as JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import json
import random
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from member import CLOSE, HANDSHAKE, PING, PONG, TEXT, Frames, command, masked
from stage import PATIENCE_SECONDS, SERVER, end_with_parent, free_port

JITTER_SECONDS = 0.5
BACK_SECONDS = 15
TOLD_SECONDS = 10
SLICE_SECONDS = 0.5
PACE, EARLIEST, SHORTEST, LONGEST = 2500, 0.1, 2, 30
"""The window of returns (`ReturnSpread.swift`)."""
GRACE_SECONDS = 10
EVENTS_AT_ONCE = 32
AT_ONCE = 500
"""So many connect at a time before the node is shut down."""


def window(clients: int) -> float:
    """The seconds in which the last one begins to come back."""
    return EARLIEST + min(max(clients / PACE, SHORTEST), LONGEST) + JITTER_SECONDS


class Person:
    """Somebody who talks in a room, by one connection after the other."""

    def __init__(self, chat: Chat, number: int, room: str, stays_away: bool):
        self.chat, self.number, self.room, self.stays_away = chat, number, room, stays_away
        self.address = f"127.{1 + number // 62500}.{1 + number // 250 % 250}.{1 + number % 250}"
        self.id = self.session = ""
        self.position: dict = {}
        self.unanswered: dict[str, str] = {}
        self.socket: socket.socket | None = None
        self.is_here = self.was_told = False
        self.told_ms: int | None = None
        self.parted = self.back = 0.0

    # ---- The connection

    def connect(self) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        # The port is chosen when the connection is made: otherwise one of all the addresses is used up by few of them.
        self.socket.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        self.socket.bind((self.address, 0))
        self.socket.connect_ex(("127.0.0.1", self.chat.port))
        self.head, self.frames = b"", Frames()
        self.is_open = self.is_here = self.was_told = False
        self.chat.watch(self)

    def greet(self) -> None:
        self.socket.send(HANDSHAKE.format(query="").encode())

    def read(self) -> None:
        try:
            data = self.socket.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            return self.ended()
        if not self.is_open:
            self.head += data
            head, end, data = self.head.partition(b"\r\n\r\n")
            if not end:
                return None
            if not head.startswith(b"HTTP/1.1 101"):
                return self.refused(head.partition(b"\r\n")[0].decode())
            self.is_open = True
            self.tell(1, type="hello", **({"session": self.session} if self.session else {"name": f"P{self.number}"}))
            self.tell(2, type="join", room=self.room, **({"after": self.position} if self.position else {}))
        for kind, payload in self.frames.take(data):
            if kind == TEXT:
                self.hear(json.loads(payload))
            elif kind == PING:
                self.socket.send(masked(PONG, payload))
            elif kind == CLOSE:
                return self.ended()
        return None

    def tell(self, number: int, **fields) -> None:
        self.socket.send(command(number, **fields))

    def leave(self) -> None:
        if self.socket is not None:
            self.chat.forget(self)
            self.socket.close()
            self.socket = None

    def refused(self, why: str) -> None:
        self.chat.complain(f"P{self.number} was refused: {why}")
        self.leave()
        self.chat.later(1, self.connect)

    def ended(self) -> None:
        if not self.is_here:
            return self.refused("the connection ended")
        if not self.was_told:
            self.chat.complain(f"P{self.number} was parted from without a word")
        self.is_here = False
        self.leave()
        if self.stays_away:
            return None
        wait = (self.told_ms or 0) / 1000 + random.uniform(0, JITTER_SECONDS)
        self.chat.later(self.parted + wait - time.monotonic(), self.return_to_the_other)
        return None

    def return_to_the_other(self) -> None:
        self.chat.returns.append(time.monotonic())
        self.connect()

    # ---- What is said

    def hear(self, event: dict) -> None:
        match event["type"]:
            case "message":
                if event["seq"] != self.position["seq"] + 1:
                    self.chat.complain(f"P{self.number} got {event['seq']} after {self.position['seq']}")
                self.position.update(seq=event["seq"], time=event["time"])
                self.chat.deliveries += 1
            case "ok" if event["id"] == 2:
                self.joined(event)
            case "ok":
                self.chat.acknowledged(event)
                self.unanswered.pop(str(event["id"]), None)
            case "welcome":
                if self.session and (event["user"]["id"] != self.id or not event["resumed"]):
                    self.chat.complain(f"P{self.number} is somebody else now")
                self.id, self.session = event["user"]["id"], event["session"]
            case "closing":
                self.was_told, self.told_ms, self.parted = True, event["reconnect_ms"], time.monotonic()
            case "error":
                if event["code"] not in ("rate_limited", "unavailable") or event.get("id") == 2:
                    self.chat.complain(f"P{self.number} was refused: {event}")
                elif str(event.get("id")) in self.unanswered:
                    self.chat.later(event.get("retry_ms", 1000) / 1000, lambda: self.send(str(event["id"])))
            case "gap" | "reset":
                self.chat.complain(f"P{self.number} lost messages: {event}")

    def joined(self, event: dict) -> None:
        if self.position:
            self.back = time.monotonic()
            if not event["recovered"]:
                self.chat.complain(f"P{self.number} was not brought up to date: {event}")
        else:
            self.position = {key: event[key] for key in ("epoch", "seq", "time") if key in event}
        self.is_here = True
        self.chat.came(self)
        for number in list(self.unanswered):
            self.send(number)

    def talk(self) -> None:
        self.chat.sends += 1
        number = str(self.chat.sends + 2)
        self.unanswered[number] = f"message {number}"
        self.send(number)

    def send(self, number: str) -> None:
        if self.is_here and number in self.unanswered:
            key = f"{self.number}-{number}"
            self.tell(int(number), type="send", room=self.room, text=self.unanswered[number], key=key)


class Watcher(Person):
    """Somebody on the node that stays, who hears who leaves."""

    def hear(self, event: dict) -> None:
        match event["type"]:
            case "left":
                self.chat.left(event)
            case "presence" | "joined":
                self.chat.counted(self.room, event["member_count"])
            case "ok" if event["id"] == 2:
                self.chat.counted(self.room, event["member_count"])
        super().hear(event)


class Chat:
    """Everybody, the nodes, and what is wrong."""

    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options, self.folder = options, folder
        self.poll, self.people, self.times, self.turns = select.epoll(), {}, [], 0
        self.complaints: list[str] = []
        self.returns: list[float] = []
        self.heads: Counter[str] = Counter()
        self.counts: dict[str, int] = {}
        self.gone: set[str] = set()
        self.sends = self.deliveries = self.port = 0
        self.is_talking = False
        self.waiting = 0
        """How many have not come yet."""
        self.guests: list[Person] = []
        self.watchers: list[Person] = []

    def complain(self, what: str) -> None:
        if len(self.complaints) < 20:
            self.complaints.append(what)

    # ---- One loop for all connections: asyncio could not make as many in a second

    def watch(self, person: Person) -> None:
        self.people[person.socket.fileno()] = person
        self.poll.register(person.socket, select.EPOLLOUT)

    def forget(self, person: Person) -> None:
        self.people.pop(person.socket.fileno(), None)
        self.poll.unregister(person.socket)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        self.turns += 1
        heapq.heappush(self.times, (time.monotonic() + max(0, seconds), self.turns, work))

    def run(self, until: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Goes on until something is so; whether it became so in time."""
        end = time.monotonic() + seconds
        while not until():
            now = time.monotonic()
            if now >= end:
                return False
            while self.times and self.times[0][0] <= now:
                heapq.heappop(self.times)[2]()
            wait = min(end, self.times[0][0] if self.times else end, now + 0.1) - time.monotonic()
            # Few at a time, so that nobody comes back late because others are heard first.
            for descriptor, event in self.poll.poll(max(0, wait), EVENTS_AT_ONCE):
                person = self.people.get(descriptor)
                if person is None:
                    continue
                if event & select.EPOLLOUT:
                    self.poll.modify(descriptor, select.EPOLLIN)
                    person.greet() if not event & select.EPOLLERR else person.ended()
                else:
                    person.read()
        return True

    # ---- What is heard

    def came(self, person: Person) -> None:
        self.waiting -= 1

    def acknowledged(self, receipt: dict) -> None:
        self.heads[receipt["room"]] = max(self.heads[receipt["room"]], receipt["seq"])

    def left(self, event: dict) -> None:
        self.gone.add(event["user"]["id"])
        self.counted(event["room"], event["member_count"])

    def counted(self, room: str, count: int) -> None:
        self.counts[room] = count

    # ---- The course of it

    def come(self, people: list[Person], port: int) -> None:
        self.port = port
        self.waiting = 0
        for start in range(0, len(people), AT_ONCE):
            for person in people[start : start + AT_ONCE]:
                self.waiting += 1
                person.connect()
            if not self.run(lambda: self.waiting == 0):
                raise SystemExit(f"{self.waiting} people did not get in: {self.complaints}")

    def keep_talking(self) -> None:
        talkers = [person for person in self.guests if not person.stays_away] + self.watchers
        if self.options.rate and self.is_talking:
            random.choice(talkers).talk()
            self.later(1 / self.options.rate, self.keep_talking)

    def start(self, name: str, *words: str) -> tuple[subprocess.Popen, Path]:
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            program = subprocess.Popen(words, stdout=output, stderr=output, preexec_fn=end_with_parent)
        return program, log

    def carry_out(self) -> dict:
        options = self.options
        redis_port, leaving_port, staying_port = free_port(), free_port(), free_port()
        with contextlib.ExitStack() as stack:
            store = ("redis-server", "--bind", "127.0.0.1", "--port", str(redis_port), "--save", "")
            programs = [self.start("redis", *store)]
            for name, port in (("leaving", leaving_port), ("staying", staying_port)):
                words = ("--host", "127.0.0.1", "--port", str(port), "--redis", f"redis://127.0.0.1:{redis_port}")
                programs.append(self.start(name, str(SERVER), *words, "--log-level", "notice", *options.server))
            for program, _ in programs:
                stack.callback(program.wait)
                stack.callback(program.kill)
            for (program, log), sign in zip(programs, ("Ready to accept", "listening on", "listening on")):
                while sign not in log.read_text():
                    if program.poll() is not None:
                        raise SystemExit(f"it did not start: {log.read_text()}")
                    time.sleep(0.05)
            return self.observe(programs[1][0], leaving_port, staying_port)

    def observe(self, leaving: subprocess.Popen, leaving_port: int, staying_port: int) -> dict:
        options = self.options
        rooms = [f"room-{number}" for number in range(options.rooms)]
        for number in range(options.clients):
            self.guests.append(Person(self, number, rooms[number % len(rooms)], stays_away=number % 20 == 19))
        for number, room in enumerate(rooms):
            self.watchers.append(Watcher(self, options.clients + number, room, stays_away=False))
        self.come(self.watchers, staying_port)
        self.come(self.guests, leaving_port)
        self.is_talking = True
        self.keep_talking()
        self.run(lambda: False, options.calm)
        returning = [guest for guest in self.guests if not guest.stays_away]
        away = {guest.id for guest in self.guests if guest.stays_away}
        # From now on everybody who connects does so at the other node, as behind a balancer.
        self.port, self.waiting = staying_port, len(returning)
        began = time.monotonic()
        leaving.send_signal(signal.SIGTERM)
        ended: list[float] = []

        def is_over() -> bool:
            if not ended and leaving.poll() is not None:
                ended.append(time.monotonic())
            return bool(ended) and self.waiting == 0

        if not self.run(is_over):
            raise SystemExit(f"{self.waiting} did not come back, or the node did not end: {self.complaints}")
        if leaving.returncode != 0:
            self.complain(f"the node that was shut down ended with status {leaving.returncode}")
        due = ended[0] + window(options.clients) + GRACE_SECONDS
        is_right = self.run(self.is_everybody_gone, due + TOLD_SECONDS - time.monotonic())
        told_after = time.monotonic() - due
        if not is_right:
            self.complain(f"{len(away - self.gone)} who stay away are not told to have left, of {self.counts}")
        for guest in returning:
            if guest.id in self.gone:
                self.complain(f"P{guest.number} came back and is told to have left")
        self.is_talking = False
        everybody = [*returning, *self.watchers]
        self.run(lambda: all(self.is_up_to_date(person) for person in everybody), 30)
        for person in everybody:
            if not self.is_up_to_date(person):
                self.complain(f"P{person.number} has {person.position['seq']} of {self.heads[person.room]} messages")
        return self.report(returning, told_after, ended[0] - began)

    def is_up_to_date(self, person: Person) -> bool:
        return not person.unanswered and person.position["seq"] >= self.heads[person.room]

    def is_everybody_gone(self) -> bool:
        """Whether the rooms have those who are there, and nobody else."""
        here = Counter(person.room for person in [*self.guests, *self.watchers] if not person.stays_away)
        return all(self.counts.get(room) == count for room, count in here.items())

    def report(self, returning: list[Person], told_after: float, shutdown: float) -> dict:
        away = [guest.back - guest.parted for guest in returning if guest.back]
        told = peak([guest.told_ms / 1000 for guest in returning if guest.told_ms is not None])
        seen = peak(self.returns)
        if self.options.on_time and away and max(away) > BACK_SECONDS:
            self.complain(f"somebody was away for {max(away):.1f} s")
        for ratio, what in ((told, "are told to come back"), (seen if self.options.on_time else 0, "came back")):
            if ratio > 2:
                self.complain(f"{ratio:.2f} times the mean {what} within {SLICE_SECONDS} s")
        away.sort()
        return {
            "clients": self.options.clients,
            "came_back": len(away),
            "messages": sum(self.heads.values()),
            "deliveries": self.deliveries,
            "away_seconds": {"p50": round(away[len(away) // 2], 2), "most": round(away[-1], 2)} if away else {},
            "told_window_seconds": round(max((guest.told_ms or 0) for guest in returning) / 1000, 2),
            "told_peak_to_mean": round(told, 2),
            "peak_to_mean": round(seen, 2),
            "shutdown_seconds": round(shutdown, 2),
            "told_of_the_others_after_seconds": round(told_after, 1),
            "complaints": self.complaints,
        }


def peak(times: list[float]) -> float:
    """The most that fall into a slice of time, by the mean of all slices."""
    if not times:
        return 0
    first, last = min(times), max(times)
    slices = Counter(int((moment - first) / SLICE_SECONDS) for moment in times)
    return max(slices.values()) / (len(times) / max(1, (last - first) / SLICE_SECONDS))


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=5000, help="on the node that is shut down")
    parser.add_argument("--rooms", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50, help="messages a second, of all together")
    parser.add_argument("--calm", type=float, default=3, help="seconds of talk before the shutdown")
    parser.add_argument("--on-time", action="store_true", help="judge when they came back, not only what they were told")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("server", nargs="*", help="more options for the nodes, after --")
    return parser.parse_args(words)


def drained(options: argparse.Namespace) -> dict:
    random.seed(options.seed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder:
        return Chat(options, Path(folder)).carry_out()


if __name__ == "__main__":
    outcome = drained(parsed())
    print(json.dumps(outcome, indent=2))
    sys.exit(1 if outcome["complaints"] else 0)
