#!/usr/bin/env python3
"""What compression saves and costs: a room whose members all have agreed to it, beside one where nobody has.

  deflate.py [MEMBERS [SECONDS]]        1,000 members, 10 s for each row

The server has one event loop and the first core; this program has the last one. One member sends ten texts a second, of words
as people use them; the others count what comes, as it is on the wire, and a row is printed only when each of them has got each
message. It says how many bytes of frames a message costs each member, and how much time of a processor it costs the server for
each delivery. CHAT_SERVER_BIN names another program than the release build.
"""

import base64
import itertools
import json
import os
import random
import resource
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/PythonSupport"))

from frames import PING, PONG, TEXT, Frames, masked  # noqa: E402
from programs import ROOT, free_ports  # noqa: E402

SERVER = os.environ.get("CHAT_SERVER_BIN", str(ROOT / ".build/release/ChatServer"))
RATE = 10
PATIENCE = 30  # seconds, for the server's start and for messages that are on their way
QUIET = 1  # seconds without any news, after which the room is at rest
SIZES = [40, 200, 800, 4000]  # bytes of a text
WORDS = (
    "the deploy to staging is done and the tests are green but please have a look at the graph before we go on there is a "
    "small bump at noon that nobody could explain so far 안녕하세요 오늘 회의는 세 시에 시작합니다 자료를 미리 읽어 주세요 thanks "
    "yes no maybe later tomorrow server room message latency build failed again why because of a timeout in the second node"
).split()


def frame(command: dict) -> bytes:
    return masked(TEXT, json.dumps(command, ensure_ascii=False).encode())


def texts(size: int):
    """Texts of about so many bytes, the same in every run."""
    words = random.Random(size)
    while True:
        text = ""
        while len(text.encode()) < size:
            text += words.choice(WORDS) + " "
        yield text.strip()


class Member:
    """One connection, which counts the messages and the bytes that it gets."""

    def __init__(self, port: int, offers: bool):
        offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" if offers else ""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.messages = self.bytes = 0
        self.frames = Frames()
        self.socket.sendall(
            (
                "GET /ws?room=lobby&name=Member HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n{offer}\r\n"
            ).encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, body = answer.split(b"\r\n\r\n", 1)
        if (b"permessage-deflate" in head) != offers:
            raise SystemExit(f"compression was not agreed on as it should be: {head}")
        self.count(body)
        # The welcome, and the answer to the join.
        while self.messages < 2:
            self.count(self.receive())
        self.socket.setblocking(False)

    def receive(self) -> bytes:
        data = self.socket.recv(1 << 18)
        if not data:
            raise SystemExit("a member was closed")
        return data

    def read(self) -> None:
        try:
            self.count(self.receive())
        except BlockingIOError:
            pass

    def count(self, data: bytes) -> None:
        self.bytes += len(data)
        for first, payload in self.frames.take(data):
            # A compressed text has a bit more (RFC 7692, section 6).
            if first & 0x0F == TEXT & 0x0F:
                self.messages += 1
            elif first == PING:
                self.socket.sendall(masked(PONG, payload))


class Room:
    """All members of one server."""

    def __init__(self, port: int, count: int, offers: bool):
        self.members: list[Member] = []
        self.poll = select.epoll()
        for _ in range(count):
            member = Member(port, offers)
            self.members.append(member)
            self.poll.register(member.socket.fileno(), select.EPOLLIN)
        self.by_number = {member.socket.fileno(): member for member in self.members}

    def close(self) -> None:
        self.poll.close()
        for member in self.members:
            member.socket.close()

    def read(self, seconds: float) -> bool:
        """Reads what is there, or comes in so many seconds; whether there was something."""
        ready = self.poll.poll(seconds)
        for number, _ in ready:
            self.by_number[number].read()
        return bool(ready)

    def rest(self) -> None:
        """Reads until nothing comes any more."""
        end = time.monotonic() + PATIENCE
        while self.read(QUIET):
            if time.monotonic() > end:
                raise SystemExit("the room does not come to rest")

    def send(self, text: str) -> None:
        sender = self.members[0].socket
        sender.setblocking(True)
        sender.sendall(frame({"type": "send", "room": "lobby", "text": text}))
        sender.setblocking(False)

    def measure(self, pid: int, size: int, seconds: int) -> tuple[float, float]:
        """Bytes of a message for a member, and microseconds of a delivery."""
        self.rest()
        for member in self.members:
            member.bytes = member.messages = 0
        before, started = usage(pid)[0], time.monotonic()
        total = RATE * seconds
        for sent, text in enumerate(itertools.islice(texts(size), total)):
            while (left := started + sent / RATE - time.monotonic()) > 0:
                self.read(left)
            self.send(text)
        end = time.monotonic() + PATIENCE
        while any(member.messages < total for member in self.members) and time.monotonic() < end:
            self.read(QUIET)
        took = usage(pid)[0] - before
        self.rest()
        wrong = [member.messages for member in self.members if member.messages != total]
        if wrong:
            raise SystemExit(f"{len(wrong)} members got {min(wrong)} to {max(wrong)} of {total} messages")
        count = len(self.members)
        return sum(member.bytes for member in self.members) / count / total, took / total / count * 1e6


def usage(pid: int) -> tuple[float, float]:
    """Seconds of the processor, and MiB of memory."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def wait(server: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def main(count: int = 1000, seconds: int = 10) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    cores = sorted(os.sched_getaffinity(0))
    pin = ["taskset", "-c", str(cores[0])] if shutil.which("taskset") else []
    os.sched_setaffinity(0, {cores[-1]})
    print("| compression | text | bytes of a message | µs of a delivery | resident |")
    print("|---|---:|---:|---:|---:|")
    for kind, deflate, offers in (("off", "off", False), ("on, nobody offers it", "on", False), ("on", "on", True)):
        [port] = free_ports(1)
        server = subprocess.Popen(
            [*pin, SERVER, "--port", str(port), "--threads", "1", "--unlimited", "--log-level", "error", "--deflate", deflate],
            stdout=subprocess.DEVNULL,
        )
        try:
            wait(server, port)
            room = Room(port, count, offers)
            for size in SIZES:
                bytes_, time_ = room.measure(server.pid, size, seconds)
                memory = usage(server.pid)[1]
                print(f"| {kind} | {size} | {bytes_:.0f} | {time_:.2f} | {memory:.1f} MiB |", flush=True)
            room.close()
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
