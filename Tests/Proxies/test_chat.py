"""A conversation by way of each proxy: it goes on after a connection was lost, and the operator's figures are not for strangers."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import uuid

import pytest

from conftest import KEY, NAME, PATIENCE_SECONDS, ask
from test_proxies import FRIEND, plain

TEXT, PING, PONG = 1, 9, 10


class WebSocket:
    """A WebSocket in a few lines; the events that come are read one by one."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {FRIEND}\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert self.file.readline().split()[1] == b"101"
        while self.file.readline() != b"\r\n":
            pass

    def write(self, opcode: int, payload: bytes) -> None:
        """Clients mask; a mask of zeros leaves the payload as it is."""
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + bytes(4) + payload)

    def send(self, **command) -> None:
        self.write(TEXT, json.dumps(command).encode())

    def read(self) -> tuple[int, bytes]:
        first, size = self.file.read(2)
        if size > 125:
            form = {126: ">H", 127: ">Q"}[size]
            (size,) = struct.unpack(form, self.file.read(struct.calcsize(form)))
        return first & 0x0F, self.file.read(size)

    def next(self, kind: str) -> dict:
        """The next event of a kind; others before it are passed over."""
        while True:
            opcode, payload = self.read()
            if opcode == PING:
                self.write(PONG, payload)
            elif opcode == TEXT and (event := json.loads(payload))["type"] == kind:
                return event

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@pytest.fixture
def people(proxy_port):
    """Opens connections, and closes them in the end."""
    with contextlib.ExitStack() as stack:

        def connect() -> WebSocket:
            return stack.enter_context(contextlib.closing(WebSocket(proxy_port)))

        yield connect


def test_people_talk_and_whoever_comes_back_gets_what_was_missed(people):
    room = f"talk-{uuid.uuid4()}"
    mina, joon = people(), people()
    mina.send(type="hello", id=1, name="Mina")
    session = mina.next("welcome")["session"]
    mina.send(type="join", id=2, room=room)
    place = mina.next("ok")
    joon.send(type="hello", id=1, name="Joon")
    joon.send(type="join", id=2, room=room)
    joon.next("ok")
    joon.send(type="send", id=3, room=room, text="안녕하세요")
    heard = mina.next("message")
    assert heard["text"] == "안녕하세요" and heard["from"]["name"] == "Joon"

    mina.close()
    for number in range(5):
        joon.send(type="send", id=4 + number, room=room, text=f"missed {number}")
        joon.next("ok")

    mina = people()
    mina.send(type="hello", id=1, session=session)
    welcome = mina.next("welcome")
    assert welcome["resumed"] and welcome["user"]["name"] == "Mina"
    mina.send(type="join", id=2, room=room, after={"epoch": place["epoch"], "seq": heard["seq"]})
    assert mina.next("ok")["replay"] == 5
    assert [mina.next("message")["text"] for _ in range(5)] == [f"missed {number}" for number in range(5)]


def test_a_text_as_long_as_the_server_takes_goes_through(people):
    room = f"long-{uuid.uuid4()}"
    mina = people()
    mina.send(type="hello", id=1, name="Mina")
    mina.send(type="join", id=2, room=room)
    mina.next("ok")
    mina.send(type="send", id=3, room=room, text="a" * 8192)
    assert len(mina.next("message")["text"]) == 8192


@pytest.mark.parametrize("target", ["/metrics", "/metrics?", "/metrics?x=1"])
def test_what_the_operator_reads_is_not_behind_the_proxy(proxy_port, server_port, target):
    """Not even with the key, which opens it where no proxy stands before the server."""
    asked = plain(target)[:-2] + f"Authorization: Bearer {KEY}\r\n\r\n"
    assert ask(server_port, asked, b"chat_loops").split()[1] == b"200"
    assert ask(proxy_port, asked, b"\r\n\r\n").split()[1] == b"404"
    assert ask(proxy_port, plain(target), b"\r\n\r\n").split()[1] == b"404"
