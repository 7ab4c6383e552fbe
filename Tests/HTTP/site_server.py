"""A server with everything that is served over HTTP, and requests as they go over the wire."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import ROOT, SERVER  # noqa: E402

KEY = "0123456789abcdef"
PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""


@dataclass
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """That of the error; the answer is one, in the form of the API."""
        assert self.fields["content-type"] == "application/json; charset=utf-8", self
        return self.json["error"]["code"]


class Site:
    def __init__(self, port: int):
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: object = None, **fields: str) -> Answer:
        """Makes a request on a connection of its own; an object as the body is sent as JSON."""
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        if body is not None and not isinstance(body, (str, bytes)):
            body, names = json.dumps(body), {"Content-Type": "application/json"} | names
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=names)
            response = connection.getresponse()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def begin(self, method: str, path: str, body: bytes = b"", **fields: str) -> Answer:
        """Begins a stream of events, and ends it with its first event."""
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=names)
            response = connection.getresponse()
            event = b""
            while not event.endswith(b"\n\n"):
                event += response.readline()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, event)

    def admin(self, method: str, path: str, body: object = None) -> Answer:
        """A request with the operator's key."""
        return self.ask(method, f"/admin/{path}", body, Authorization=f"Bearer {KEY}")

    def send(self, request: bytes) -> Answer:
        """Sends bytes that may be no request, and reads the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    @contextlib.contextmanager
    def member(self, room: str, name: str):
        """Somebody is in a room."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(
                f"GET /ws?room={room}&name={name} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            heard = b""
            while b'"type":"ok"' not in heard:
                heard += connection.recv(65536)
            yield json.loads(heard[heard.index(b'{"type":"welcome"') :].split(b"}\x81")[0] + b"}")


@contextlib.contextmanager
def running(folder: Path, *options: str):
    """A server in memory that lives as long as the block."""
    key = folder / "key"
    key.write_text(KEY)
    command = [SERVER, "--port", "0", "--threads", "2", "--static", ROOT / "static", "--log-level", "error"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--admin-key-file", key, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
        )
    try:
        line = process.stdout.readline().decode()
        assert line.startswith("listening on "), (folder / "log").read_text()
        yield Site(int(line.rpartition(":")[2]))
    finally:
        process.kill()
        process.wait()
