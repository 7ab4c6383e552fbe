"""What the README has people type is typed, one thing after the other, at a server of its own; and both languages of it agree."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import threading
import time
import urllib.request

import pytest

from conftest import CLI, PATIENCE_SECONDS, ROOT, SERVER
from programs import free_port
from shell import lines

HERE = "http://127.0.0.1:8080"


@pytest.fixture
def port(tmp_path):
    """A server, by its port."""
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        command = [SERVER, "--port", str(port), "--static", ROOT / "static"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_SECONDS):
                break
            assert time.monotonic() < deadline and process.poll() is None, (tmp_path / "log").read_text(errors="replace")
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def typed(program: str) -> list[str]:
    """The lines of the README that call a program at the first server of `make run`; not those for a load, which wants a release build."""
    others = ("bench", "docker", "--server")
    found = [line for line in lines(ROOT / "README.md") if program in line and not any(word in line for word in others)]
    assert found
    return found


@pytest.fixture
def shell(port, tmp_path):
    """Starts a line of the README at that server, as somebody with settings of their own."""
    environment = os.environ | {
        "CHAT_SERVER": f"ws://127.0.0.1:{port}/ws",
        "CHAT_LANGUAGE": "en",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }

    def start(line: str) -> subprocess.Popen:
        # `exec` where it is one program, so that it is the one that is ended.
        line = line.partition(" #")[0].replace(HERE, f"http://127.0.0.1:{port}").replace(".build/debug/chat-cli", str(CLI))
        line = line if "|" in line else f"exec {line}"
        return subprocess.Popen(
            ["bash", "-c", line], cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    return start


def finish(process: subprocess.Popen) -> str:
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, (process.args, output, errors)
    return output


@contextlib.contextmanager
def reading(process: subprocess.Popen):
    """A program that goes on until the block has found what it looks for in its lines; it is ended then, or after a while."""
    killer = threading.Timer(PATIENCE_SECONDS, process.kill)
    killer.start()
    try:
        yield iter(process.stdout.readline, "")
    finally:
        killer.cancel()
        process.kill()
        process.communicate()


def test_what_is_said_in_the_terminal_is_read_there(shell):
    said, read = [], []
    for line in typed("chat-cli"):
        (read if " tail " in line else said).append(line)
    assert len(said) == 3 and len(read) == 1
    for line in said:
        finish(shell(line))
    # It shows what comes from now on, so somebody speaks until it has heard something.
    with reading(shell(read[0])) as tail:
        heard = threading.Event()

        def speak():
            while not heard.is_set():
                finish(shell(said[1]))

        speaker = threading.Thread(target=speak)
        speaker.start()
        try:
            assert any("the build is green" in line for line in tail)
        finally:
            heard.set()
            speaker.join()


def test_what_curl_asks_for_is_answered(shell):
    asked = typed("curl")
    posts = [line for line in asked if "-d" in line]
    streams = [line for line in asked if "-N" in line]
    assert len(posts) == len(streams) == 1 and len(asked) == 5
    with reading(shell(streams[0])) as stream:
        heard = threading.Event()

        def post():
            while not heard.is_set():
                assert '"seq"' in finish(shell(posts[0]))
                # Nobody may send as fast as a machine can start curl.
                heard.wait(0.2)

        poster = threading.Thread(target=post)
        poster.start()
        try:
            assert any("deployed" in line for line in stream)
        finally:
            heard.set()
            poster.join()
    answers = {shlex.split(line)[1]: finish(shell(line)) for line in asked if line not in posts + streams}
    assert "openapi: 3" in answers[f"{HERE}/openapi.yaml"]
    assert '"lobby"' in answers[f"{HERE}/api/rooms"]
    assert "deployed" in answers[f"{HERE}/api/rooms/lobby/messages?limit=10"]


def test_both_languages_have_the_same_commands_figures_and_places():
    english, korean = (ROOT / name for name in ("README.md", "README.ko.md"))

    def commands(path):
        return [line.partition(" #")[0].rstrip() for line in lines(path)]

    def figures(path):
        rows = [row for row in path.read_text().splitlines() if row.startswith("|")]
        found = [sorted(re.findall(r"[0-9][0-9,.]*[0-9]", row)) for row in rows]
        return [numbers for numbers in found if len(numbers) > 2]

    def places(path):
        found = re.findall(r"\]\((?!#|README)([^)]+)\)", path.read_text())
        # Each leads to its own language where there is one.
        return {place.replace(".ko.", ".") for place in found}

    assert commands(english) == commands(korean)
    assert figures(english) == figures(korean) and len(figures(english)) > 3
    assert places(english) == places(korean)


@pytest.mark.parametrize("name", ["talk.png", "talk.ko.png"])
def test_the_picture_moves_and_is_small(name):
    picture = (ROOT / "docs/images" / name).read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) < 1_000_000
    # How many frames it has (APNG, acTL).
    place = picture.index(b"acTL") + 4
    assert int.from_bytes(picture[place : place + 4], "big") > 10
