"""People at a server: bare WebSockets that are opened one after the other and then only read, and answer pings."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import ssl
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/PythonSupport"))

from frames import CLOSE, PING, PONG, Frames, commands, masked  # noqa: E402

PATIENCE_SECONDS = 60
OPENING = (
    "GET /ws{query} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n{{offer}}\r\n"
)
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Person:
    """One connection. What comes is counted by its kind, and otherwise forgotten."""

    def __init__(self, port: int, query: str = "", tls: ssl.SSLContext | None = None, deflate: bool = False):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.pings = 0
        self.socket.sendall(OPENING.format(query=query, offer=OFFER if deflate else "").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, rest = answer.split(b"\r\n\r\n", 1)
        self.frames = Frames(rest)
        if b" 101 " not in head or (b"permessage-deflate" in head) != deflate:
            raise SystemExit(f"the connection was not opened as it should be: {head.decode()}")
        # The welcome may come together with the ok.
        self.await_frames(b'"type":"ok"' if "room=" in query else b'"type":"welcome"', 1)

    def receive(self) -> bytes:
        data = self.socket.recv(1 << 16)
        if not data:
            raise SystemExit("a connection was closed")
        return data

    def await_frames(self, kind: bytes, count: int) -> None:
        """Returns when so many frames with these bytes have come."""
        while count > 0:
            for payload in self.taken():
                if b'"type":"error"' in payload:
                    raise SystemExit(payload.decode())
                count -= kind in payload
            if count > 0:
                self.frames.rest += self.receive()

    def taken(self):
        """The payloads that are whole; a ping is answered."""
        for first, payload in self.frames.take():
            if first == PING:
                self.pings += 1
                self.socket.sendall(masked(PONG, payload))
            elif first == CLOSE:
                raise SystemExit(f"a connection was closed: {payload[2:].decode()}")
            elif first & 0x40:
                # Each message is compressed by itself (RFC 7692, 7.2.2).
                yield zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
            else:
                yield payload

    def send(self, *fields: dict) -> None:
        """Sends commands, and returns when each of them is answered."""
        waits = self.socket.gettimeout()
        self.socket.settimeout(PATIENCE_SECONDS)
        numbered = [{**command, "id": number + 10} for number, command in enumerate(fields)]
        for start in range(0, len(numbered), 16):
            some = numbered[start : start + 16]
            self.socket.sendall(commands(*some))
            self.await_frames(b'"type":"ok"', len(some))
        self.socket.settimeout(waits)

    def close(self) -> None:
        self.socket.close()


class Crowd:
    """Many who are only there."""

    def __init__(self):
        self.people: dict[int, Person] = {}
        self.poll = select.epoll()

    def add(self, person: Person) -> None:
        person.socket.setblocking(False)
        self.people[person.socket.fileno()] = person
        self.poll.register(person.socket.fileno(), select.EPOLLIN)

    def read(self, seconds: float, quiet: float = 0) -> None:
        """Reads what comes for so long, or until nothing has come for `quiet` seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready = self.poll.poll(min(left, quiet or left))
            if quiet and not ready:
                return
            for descriptor, _ in ready:
                person = self.people[descriptor]
                # What is readable may be no text at all: tickets of TLS.
                with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
                    while True:
                        person.frames.rest += person.receive()
                for _ in person.taken():
                    pass

    def pings(self) -> int:
        return sum(person.pings for person in self.people.values())

    def close(self) -> None:
        self.poll.close()
        for person in self.people.values():
            person.close()
