"""Real servers, and programs that talk to them, for the tests of the exercises."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import random
import re
import select
import socket
import struct
import subprocess
import termios
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("CHAT_BUILT", ROOT / ".build/debug"))
"""Where the programs are."""
PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""


def wait_until(condition, what: str):
    """Polls until the condition gives something true, which is returned."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS} s")


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(12_000, 30_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class Programs:
    """Runs `chat-cli` against one server, as somebody who has no files of their own."""

    def __init__(self, port: int):
        self.port = port

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CHAT_SERVER": self.url, "LC_ALL": "C.UTF-8"}

    def cli(self, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
        command = [BUILT / "chat-cli", *arguments]
        return subprocess.run(command, input=input, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env=self.environment)

    def start(self, *arguments: str) -> subprocess.Popen:
        """A program that goes on; its lines are read by `stdout`."""
        return subprocess.Popen(
            [BUILT / "chat-cli", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=self.environment
        )

    def say(self, text: str, name: str, room: str = "lobby") -> None:
        result = self.cli("send", room, "--name", name, "--", text)
        assert result.returncode == 0, result.stderr


class Server(Programs):
    """A server of the chat, on a port of its own, with the rooms in memory: `with Server() as server`."""

    def __init__(self, *options: str):
        super().__init__(free_port())
        self.options = options

    def __enter__(self) -> Server:
        self.start_server()
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def start_server(self) -> None:
        command = [BUILT / "ChatServer", "--port", str(self.port), "--static", ROOT / "static", "--unlimited", *self.options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://"), f"the server said {line!r}"

    def restart(self) -> None:
        """Kills it, and starts another one on the same port."""
        self.__exit__()
        self.start_server()

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def messages(self, room: str = "lobby") -> list[dict]:
        """What the log of a room has."""
        return self.get(f"/api/rooms/{room}/messages")["messages"]

    def said(self, room: str = "lobby") -> list[tuple[str, str]]:
        """The same, as names and texts."""
        return [(message["from"]["name"], message["text"]) for message in self.messages(room)]

    def members(self, room: str = "lobby") -> list[str]:
        """The names of those who are in a room."""
        return [member["name"] for member in self.get(f"/api/rooms/{room}/members")["members"]]


class Terminal:
    """Somebody who talks in a room with `chat-cli join`, on a terminal of a hundred columns: `with Terminal(server, "Mina") as mina`."""

    def __init__(self, server: Programs, name: str, room: str = "lobby"):
        self.command = [BUILT / "chat-cli", "join", room, "--name", name, "--no-outbox"]
        self.environment = server.environment | {"TERM": "xterm"}
        self.shown = ""

    def __enter__(self) -> Terminal:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen(self.command, stdin=slave, stdout=slave, stderr=slave, env=self.environment, start_new_session=True)
        os.close(slave)
        # The prompt is there before the room is.
        self.wait_for(" here")
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def enter(self, line: str) -> None:
        """Writes a line, and forgets what was shown before it."""
        self.shown = ""
        os.write(self.master, f"{line}\r".encode())

    def wait_for(self, *texts: str) -> str:
        """Waits until one of some texts is shown; gives all that was shown since the last line."""

        def is_shown():
            while select.select([self.master], [], [], 0.05)[0]:
                self.shown += os.read(self.master, 65536).decode(errors="replace")
            # Colours and movements of the cursor are no text.
            return any(text in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.shown) for text in texts)

        wait_until(is_shown, " or ".join(texts))
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.shown)
