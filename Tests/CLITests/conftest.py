"""A real server and a real terminal (tmux) for the tests of `chat-cli`."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PythonSupport"))

from programs import CLI, ROOT, SERVER, free_port  # noqa: E402, F401

PATIENCE_SECONDS = 180
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""


def wait_until(condition, what: str = "the condition"):
    """Polls until the condition gives something true, which is returned."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS} s")


def in_time(run, is_done, spans=("1", "5", "25")):
    """A run with a bound of time, longer where the machine was too busy for what has to come before its end.

    Gives the result of the first run that came so far, or else of the last.
    """
    for span in spans:
        result = run(span)
        if is_done(result):
            break
    return result


class Server:
    """A server process that can be killed and started again on the same port."""

    def __init__(self, port: int = 0, *options: str):
        self.port = port or free_port()
        self.options = options
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [SERVER, "--host", "127.0.0.1", "--port", str(self.port), *self.options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("listening on http://"), f"the server said {line!r}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


@pytest.fixture(scope="session")
def shared_server():
    # All tests are at one address, and open more in a minute than a household may.
    server = Server(0, "--sessions-per-address", "off", "--new-rooms-per-address", "off")
    yield server
    server.kill()


@pytest.fixture
def own_server():
    """A server that the test may kill."""
    server = Server()
    yield server
    server.kill()


_rooms = itertools.count(1)


@pytest.fixture
def room() -> str:
    """A room that no other test uses."""
    return f"room-{os.getpid()}-{next(_rooms)}"


IMPATIENT = {"send", "history", "members", "rooms", "admin"}
"""Commands that give up after ten seconds by themselves."""


def patient(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """The same command, which gives the server as long as a test does, unless it says how long."""
    if arguments[0] not in IMPATIENT or "--timeout" in arguments:
        return arguments
    # What an administrator wants is a command of its own.
    place = 2 if arguments[0] == "admin" else 1
    return (*arguments[:place], "--timeout", str(PATIENCE_SECONDS), *arguments[place:])


class CLI_:
    """Runs `chat-cli` against a server, as somebody who has no files of their own."""

    def __init__(self, server: Server):
        self.env = {
            "PATH": os.environ["PATH"], "HOME": "/nonexistent", "CHAT_SERVER": server.url, "LC_ALL": "C.UTF-8",
        }  # fmt: skip

    def run(self, *arguments: str, input: str | None = None, **env: str):
        return subprocess.run(
            [CLI, *patient(arguments)],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            # Some have a limit of their own, which is to end them first.
            timeout=2 * PATIENCE_SECONDS,
            env=self.env | env,
        )

    def start(self, *arguments: str, **pipes):
        return subprocess.Popen([CLI, *arguments], text=True, env=self.env, **pipes)

    def texts(self, room: str) -> list[str]:
        """What was said in a room."""
        return [json.loads(line)["text"] for line in self.run("history", room, "--json").stdout.splitlines()]


@pytest.fixture
def cli(shared_server):
    return CLI_(shared_server)


class Terminal:
    """A window of tmux with a shell in it, of a user with an empty home."""

    _names = itertools.count(1)

    def __init__(self, columns: int = 80, rows: int = 24):
        self.socket = f"chat-cli-test-{os.getpid()}-{next(self._names)}"
        self.home = Path(tempfile.mkdtemp(prefix="chat-cli-home-"))
        self.tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
            f"env -i HOME={self.home} TERM=tmux-256color LC_ALL=C.UTF-8 PATH=/usr/bin:/bin PS1='$ ' bash --norc --noprofile",
        )  # fmt: skip
        wait_until(lambda: "$" in self.text(), what="the shell's prompt")

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-L", self.socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        return [line for line in self.text().split("\n") if line]

    def cursor(self) -> tuple[int, int]:
        x, y = self.tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def paste(self, text: str) -> None:
        self.tmux("set-buffer", text)
        self.tmux("paste-buffer", "-p")

    def resize(self, columns: int) -> None:
        """Makes the window wider or narrower, and waits until programs in it can see that: tmux tells them late."""
        self.tmux("resize-window", "-x", str(columns), "-y", "24")
        wait_until(lambda: f"columns {columns};" in self.mode(), what="the new width")

    def wait_for(self, text: str) -> None:
        try:
            wait_until(lambda: text in self.text(), repr(text))
        except AssertionError as error:
            raise AssertionError(f"{error}; the terminal shows:\n{self.text()}") from None

    def wait_for_input_line(self, line: str) -> None:
        """Waits until the last line of the terminal is this one."""
        try:
            wait_until(lambda: self.lines()[-1:] == [line], what=repr(line))
        except AssertionError as error:
            raise AssertionError(f"{error}; the terminal shows:\n{self.text()}") from None

    def shell(self, command: str) -> None:
        self.type(command)
        self.press("Enter")

    def mode(self) -> str:
        """The settings of the terminal, as `stty` sees them from outside."""
        tty = self.tmux("display-message", "-p", "#{pane_tty}").strip()
        return subprocess.run(["stty", "-F", tty, "-a"], check=True, capture_output=True, text=True).stdout

    def join(self, server: Server, *arguments: str) -> None:
        # Nothing of what was there before may be taken for what is waited for.
        self.shell("clear")
        wait_until(lambda: self.lines() == ["$"], what="an empty terminal")
        self.shell(f"clear; CHAT_SERVER={server.url} {CLI} join {shlex.join(arguments)}; echo status=$?")

    def program(self) -> int:
        """The process id of the program that the shell in the window runs."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as children:
            (child,) = children.read().split()
        return int(child)

    def record(self) -> Path:
        """Writes everything that the window is sent from now on to a file, as it is sent."""
        path = self.home / "recording"
        path.touch()
        self.tmux("pipe-pane", "-O", f"exec cat >> {path}")
        return path

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture
def terminal():
    window = Terminal()
    yield window
    window.close()


@pytest.fixture
def joined(terminal, shared_server, room):
    """A terminal in which Mina has joined the room."""
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("1 here (Mina)")
    terminal.wait_for_input_line(f"{room}>")
    return terminal
