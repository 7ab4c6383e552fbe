"""Exercise 3: two nodes of the one file, on one Redis."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from pathlib import Path

import pytest

from support import BUILT, PATIENCE_SECONDS, Programs, free_port, wait_until

SOURCE = Path(__file__).parent / "main.swift"


class OneFile(Programs):
    """A node of the one file."""

    def __init__(self, redis: int):
        super().__init__(free_port())
        self.process = subprocess.Popen(
            [BUILT / "one-file", str(self.port), str(redis)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )

    def wait(self) -> None:
        line = self.process.stdout.readline()
        assert line == "listening\n", f"the program said {line!r}"

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def nodes():
    """Two nodes of one chat."""
    port = free_port()
    redis = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL
    )
    nodes = []
    try:
        ping = ["redis-cli", "-p", str(port), "ping"]
        wait_until(lambda: b"PONG" in subprocess.run(ping, capture_output=True).stdout, "Redis")
        for _ in range(2):
            nodes.append(OneFile(port))
            nodes[-1].wait()
        yield nodes
    finally:
        for node in nodes:
            node.end()
        redis.kill()
        redis.wait()


@contextlib.contextmanager
def listening(node: OneFile, room: str, speaker: OneFile):
    """What somebody hears in a room: a function that waits for so many texts. The speaker has been heard before it is there."""
    process = node.start("tail", room, "--json")
    heard: list[str] = []

    def read():
        for line in process.stdout:
            heard.append(json.loads(line)["text"])

    reader = threading.Thread(target=read)
    reader.start()
    try:

        def is_there():
            speaker.say("knock", "Mina", room)
            return heard

        wait_until(is_there, f"anything in {room}")
        speaker.say("begin", "Mina", room)
        wait_until(lambda: "begin" in heard, "begin")

        def texts(count: int) -> list[str]:
            start = heard.index("begin") + 1
            wait_until(lambda: len(heard) >= start + count, f"{count} messages")
            return heard[start : start + count]

        yield texts
    finally:
        process.kill()
        reader.join(PATIENCE_SECONDS)
        process.stdout.close()
        process.wait()


def test_what_is_said_at_one_node_is_heard_at_the_other_and_at_its_own(nodes):
    here, there = nodes
    greeting = '"안녕" 👋🏽 \\ </b>'
    for listener in (there, here):
        with listening(listener, "lobby", here) as texts:
            here.say(greeting, "Mina")
            assert texts(1) == [greeting]


def test_rooms_are_apart(nodes):
    here, there = nodes
    with listening(there, "a", here) as in_a, listening(there, "b", here) as in_b:
        for number in range(5):
            here.say(f"a{number}", "Mina", "a")
            here.say(f"b{number}", "Mina", "b")
        assert in_a(5) == [f"a{number}" for number in range(5)]
        assert in_b(5) == [f"b{number}" for number in range(5)]


def test_one_speakers_lines_come_in_their_order(nodes):
    here, there = nodes
    lines = [f"line {number}" for number in range(200)]
    with listening(there, "lobby", here) as texts:
        result = here.cli("send", "lobby", "--name", "Mina", input="\n".join(lines))
        assert result.returncode == 0, result.stderr
        assert texts(200) == lines


def test_a_load_on_both_nodes_comes_whole(nodes):
    servers = [word for node in nodes for word in ("--server", node.url)]
    # One sender in each room: two could be overtaken between number and publication, and that is another matter.
    result = nodes[0].cli("bench", "--json", "--clients", "20", "--rooms", "4", "--senders", "1", "--duration", "1", "--warmup", "0", *servers)
    assert result.stdout, result.stderr
    found = json.loads(result.stdout)
    assert (result.returncode, found["ok"], found["missing"]) == (0, True, 0), found
    assert found["acknowledged"] > 0


def test_it_is_one_short_file_of_nio_and_hiredis():
    text = SOURCE.read_text()
    assert 50 < len(text.splitlines()) <= 180
    assert [path.name for path in SOURCE.parent.glob("*.swift")] == ["main.swift"]
    imports = set(re.findall(r"^import (\w+)", text, re.M))
    assert imports <= {"CHiredis", "Foundation", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOWebSocket"}
