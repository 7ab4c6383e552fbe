"""A proxy before a real server that breaks its promises: it rewrites WebSocket messages on their way.

Only what the tests need of RFC 6455: unfragmented frames, a server that does not mask, no compression.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading

from conftest import free_port


class Connection:
    """One client's connection, with the fault that it suffers from."""

    def __init__(self, client: socket.socket, server: socket.socket, fault: str, number: int):
        self.client, self.server = client, server
        self.fault, self.number = fault, number
        self.heads: dict[str, tuple[str, int]] = {}
        self.held: bytes | None = None
        self.messages = 0
        self.sends = 0

    def deliver(self, text: bytes) -> list[bytes]:
        """What the client gets in place of a text of the server."""
        event = json.loads(text)
        if "room" in event and "epoch" in event and "seq" in event:
            self.heads[event["room"]] = (event["epoch"], event["seq"])
        if self.fault == "steer" and event["type"] in ("welcome", "message", "error"):
            field = {"welcome": "node", "message": "text", "error": "message"}[event["type"]]
            # JSON may escape what it says or not; a client has to take both.
            return [json.dumps(event | {field: "\x1b]0;pwned\x07\u009d" + event[field]}).encode()]
        if self.fault == "mute" and event["type"] == "ok" and "duplicate" in event:
            return []
        if event["type"] != "message":
            return [text]
        self.messages += 1
        is_turn = self.messages % 7 == 0
        match self.fault:
            case "drop" if is_turn:
                return []
            case "double" if is_turn:
                return [text, text]
            case "reorder" if self.held is not None:
                held, self.held = self.held, None
                return [text, held]
            case "reorder" if is_turn:
                self.held = text
                return []
            case "swap" if is_turn and self.number % 2:
                return [json.dumps(event | {"key": "another", "text": "another"}).encode()]
            case "epoch" if self.messages >= 7 and self.number % 2:
                return [json.dumps(event | {"epoch": "zzzzzzzz"}).encode()]
            case _:
                return [text]

    def forward(self, text: bytes) -> bool:
        """Whether the server gets a command; one that it does not get is acknowledged all the same."""
        command = json.loads(text)
        if self.fault != "forget" or command["type"] != "send" or command["room"] not in self.heads:
            return True
        self.sends += 1
        if self.sends % 4:
            return True
        epoch, seq = self.heads[command["room"]]
        ok = {"type": "ok", "id": command["id"], "room": command["room"], "epoch": epoch, "seq": seq + 1, "time": 1}
        self.client.sendall(frame(json.dumps(ok | {"duplicate": False}).encode()))
        return False

    def down(self) -> None:
        stream = self.server.makefile("rb")
        self.client.sendall(head(stream))
        while (received := read(stream)) is not None:
            raw, opcode, payload = received
            texts = self.deliver(payload) if opcode == 1 else None
            self.client.sendall(raw if texts is None else b"".join(map(frame, texts)))

    def up(self) -> None:
        stream = self.client.makefile("rb")
        self.server.sendall(head(stream))
        while (received := read(stream)) is not None:
            raw, opcode, payload = received
            if opcode != 1 or self.forward(payload):
                self.server.sendall(raw)

    def run(self, way) -> None:
        with contextlib.suppress(OSError, ValueError):
            way()
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def head(stream) -> bytes:
    """An HTTP head with its empty line."""
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        lines.append(line)
    return b"".join(lines) + b"\r\n"


def read(stream) -> tuple[bytes, int, bytes] | None:
    """A frame: as it came, its opcode, and its payload without the mask; None at the end."""
    start = stream.read(2)
    if len(start) < 2:
        return None
    extra = stream.read({126: 2, 127: 8}.get(start[1] & 0x7F, 0))
    length = int.from_bytes(extra) if extra else start[1] & 0x7F
    mask = stream.read(4) if start[1] & 0x80 else b""
    masked = stream.read(length)
    payload = bytes(byte ^ key for byte, key in zip(masked, itertools.cycle(mask))) if mask else masked
    return start + extra + mask + masked, start[0] & 0x0F, payload


def frame(payload: bytes) -> bytes:
    """A text frame as a server sends it."""
    length = len(payload)
    if length < 126:
        return bytes([0x81, length]) + payload
    if length < 65536:
        return bytes([0x81, 126]) + length.to_bytes(2) + payload
    return bytes([0x81, 127]) + length.to_bytes(8) + payload


@contextlib.contextmanager
def faulty(port: int, fault: str, listen: int = 0):
    """Passes connections on to a server, with a fault; gives the port."""
    listener = socket.create_server(("127.0.0.1", listen or free_port()))

    def serve():
        with contextlib.suppress(OSError):
            for number in itertools.count():
                client, _ = listener.accept()
                connection = Connection(client, socket.create_connection(("127.0.0.1", port)), fault, number)
                for way in (connection.down, connection.up):
                    threading.Thread(target=connection.run, args=(way,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Closing alone would not wake `accept`.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
