"""Benchmarks/Yardstick: the yardstick does the least that a room server has to do, and its generator misses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import struct
import subprocess
import threading
import time

import pytest

from conftest import PATIENCE_SECONDS, ROOT, SERVER, free_port, running

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of RFC 6455, 1.3."""


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The folder of both, built so that they end at a wrong access."""
    folder = tmp_path_factory.mktemp("yardstick")
    flags = "-g -fsanitize=address,undefined -fno-sanitize-recover=all"
    built = subprocess.run(
        [ROOT / "scripts/yardstick.sh", folder], env={**os.environ, "CFLAGS": flags}, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    return folder


@contextlib.contextmanager
def yardstick(programs, *options: str):
    """The port of a yardstick, for as long as a block runs."""
    command = [programs / "yardstick", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(re.fullmatch(r"listening on port (\d+)\n", process.stdout.readline())[1])
        finally:
            assert process.poll() is None, "it ended by itself"
            process.kill()


def load(programs, port: int, *options: str | int | float) -> tuple[int, dict, str]:
    """The exit status of a generator, what it has found, and its complaints."""
    command = [programs / "load", "--port", port, "--warmup", 0.05, "--seconds", 0.2, *options]
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    return result.returncode, json.loads(result.stdout or "{}"), result.stderr


@pytest.fixture(params=[(), ("--batch",)], ids=["a write per delivery", "batched"])
def port(request, programs):
    with yardstick(programs, *request.param) as port:
        yield port


LOADS = {
    "one under way": ("--clients", 20),
    "many senders": ("--clients", 40, "--rooms", 4, "--senders", 3, "--window", 8),
    "long texts": ("--clients", 4, "--window", 4, "--size", 100_000),
    "open loop": ("--clients", 20, "--rooms", 2, "--senders", 2, "--rate", 2000, "--spin"),
    "sends alone": ("--clients", 20, "--rooms", 20, "--window", 16),
}


@pytest.mark.parametrize("options", LOADS.values(), ids=LOADS)
def test_every_message_comes_once_and_in_order_to_every_member(programs, port, options):
    status, found, complaints = load(programs, port, *options)
    assert status == 0, (found, complaints)
    assert found["joined"] == options[1] and found["total_delivered"] >= found["total_sent"] > 0
    assert found["missing"] == found["holes"] == found["repeated"] == found["strange"] == found["lost"] == 0


def test_who_stops_reading_does_not_hold_up_the_others(programs, port):
    status, found, complaints = load(programs, port, "--clients", 10, "--stalled", 2, "--window", 8, "--size", 4000)
    assert status == 0, (found, complaints)
    assert found["total_delivered"] == 8 * found["total_sent"] > 0


def wait_until_it_listens(server: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not listen")


def test_the_generator_speaks_as_clients_of_this_server_do(programs, tmp_path):
    port = free_port()
    command = [SERVER, "--port", str(port), "--unlimited", "--static", ROOT / "static"]
    with running(command, tmp_path / "log") as server:
        wait_until_it_listens(server, port)
        status, found, complaints = load(
            programs, port, "--pid", server.pid, "--clients", 12, "--rooms", 3, "--senders", 2, "--window", 4,
            "--path", "/ws?room=r%room&name=u%client", "--joined", '"type":"ok"',
            "--message", '{"type":"send","id":%number,"room":"r%room","text":"%text"}',
        )  # fmt: skip
    assert status == 0, (found, complaints)
    assert found["total_delivered"] == 4 * found["total_sent"] > 0 and found["server"]["rss_bytes"] > 0


class Relay:
    """Stands between one client and a server, and changes one of the server's frames."""

    def __init__(self, server: int, change):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server, self.change = server, change
        self.thread = threading.Thread(target=self.relay, daemon=True)
        self.thread.start()

    def relay(self) -> None:
        client, _ = self.listener.accept()
        with client, socket.create_connection(("127.0.0.1", self.server)) as server:
            up = threading.Thread(target=self.copy, args=(client, server), daemon=True)
            up.start()
            data, frames, head = b"", 0, True
            while received := server.recv(1 << 16):
                data += received
                if head and b"\r\n\r\n" in data:
                    answer, data = data.split(b"\r\n\r\n", 1)
                    client.sendall(answer + b"\r\n\r\n")
                    head = False
                # A text of 128 bytes has a header of four.
                while not head and len(data) >= 132:
                    frame, data = data[:132], data[132:]
                    frames += 1
                    with contextlib.suppress(OSError):
                        client.sendall(self.change(frame) if frames == 5 else frame)

    def copy(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := client.recv(1 << 16):
                server.sendall(received)
            server.shutdown(socket.SHUT_WR)


CHANGES = {
    "lost": (lambda frame: b"", {"missing": 1, "holes": 1, "repeated": 0, "strange": 0}),
    "doubled": (lambda frame: frame * 2, {"missing": 0, "holes": 0, "repeated": 1, "strange": 0}),
    "of another room": (lambda frame: re.sub(rb"~0{8}", b"~00000001", frame), {"missing": 1, "holes": 1, "strange": 1}),
}


@pytest.mark.parametrize("change, faults", CHANGES.values(), ids=CHANGES)
def test_the_generator_finds_a_message_that_is(programs, change, faults):
    with yardstick(programs) as port:
        relay = Relay(port, change)
        status, found, _ = load(programs, relay.port, "--clients", 1, "--window", 8, "--drain", 5)
    assert status == 3
    assert {name: found[name] for name in faults} == faults


def opened(port: int, path: str) -> socket.socket:
    """A WebSocket in a room."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nsec-websocket-key: {KEY}\r\n\r\n".encode())
    answer = received(connection, 129)
    assert answer.startswith(b"HTTP/1.1 101 ") and f"Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n".encode() in answer
    return connection


def received(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        assert more, data
        data += more
    return data


def masked(opcode: int, payload: bytes) -> bytes:
    mask = b"\x12\x34\x56\x78"
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([0x80 | opcode]) + size + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def test_a_frame_goes_to_the_members_of_its_room_and_to_nobody_else(port):
    with opened(port, "/a?x=1") as one, opened(port, "/a") as two, opened(port, "/b") as other:
        one.sendall(masked(1, b"hello") + masked(2, b"x" * 300))
        for member in (one, two):
            assert received(member, 7) == b"\x81\x05hello"
            assert received(member, 304) == b"\x82\x7e\x01\x2c" + b"x" * 300
        other.sendall(masked(9, b"here?"))
        assert received(other, 7) == b"\x8a\x05here?"


@pytest.mark.parametrize("wrong", [b"\x81\x01a", b"\x01\x80\0\0\0\0", b"\xc1\x80\0\0\0\0", b"\x81\xff" + b"\xff" * 8])
def test_a_wrong_frame_ends_its_connection_alone(port, wrong):
    with opened(port, "/a") as one, opened(port, "/a") as two:
        one.sendall(wrong)
        assert one.recv(100) == b""
        two.sendall(masked(1, b"still here"))
        assert received(two, 12) == b"\x81\x0astill here"


def test_what_is_no_handshake_is_refused(port):
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
        connection.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "options, complaint",
    [
        (("--rooms", 200), "there are more rooms than clients"),
        (("--senders", 90, "--stalled", 20), "each room needs as many clients as it has senders"),
        (("--size", 3), "--size takes a number from 26 to 131072"),
        (("--message", "hello"), "--message has no %text"),
    ],
)
def test_a_load_that_cannot_be_is_refused(programs, options, complaint):
    status, _, complaints = load(programs, 1, *options)
    assert status == 64 and complaint in complaints


def test_a_server_that_is_not_there_is_told(programs):
    status, _, complaints = load(programs, free_port(), "--clients", 3)
    assert status == 2 and "Connection refused" in complaints and "0 of 3 clients are in their rooms" in complaints
