"""A network that lets no WebSocket through: chat-cli goes on by a stream and requests, and says so."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CLI_, PATIENCE_SECONDS, Terminal, wait_until

sys.path.append(str(Path(__file__).parent.parent / "Browser"))
from strict_proxy import StrictProxy


class Detour:
    """What `CLI_` and `Terminal` need of a server: the address, which is that of a proxy before it."""

    def __init__(self, proxy: StrictProxy):
        self.url = proxy.url.replace("http", "ws") + "/ws"


@pytest.fixture
def network(own_server):
    proxy = StrictProxy(own_server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def other():
    window = Terminal()
    yield window
    window.close()


def test_what_is_piped_is_sent_in_order_and_once(network, own_server, room):
    lines = [f"number {number}" for number in range(15)]
    sent = CLI_(Detour(network)).run("send", room, input="\n".join(lines) + "\n")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert CLI_(own_server).texts(room) == lines
    assert network.count("POST /api/commands") >= len(lines)


def test_a_tail_that_was_cut_off_goes_on_without_loss(network, own_server, room):
    direct = CLI_(own_server)
    tail = CLI_(Detour(network)).start("tail", room, "--history", "10", "--format", "{text}", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        for text in ("one", "two"):
            assert direct.run("send", room, text).returncode == 0
            assert tail.stdout.readline() == f"{text}\n"
            before = network.count("GET /api/events")
            network.cut()
            wait_until(lambda: network.count("GET /api/events") > before, what="another stream")
        assert direct.run("send", room, "three").returncode == 0
        assert tail.stdout.readline() == "three\n"
    finally:
        tail.kill()
        tail.wait(PATIENCE_SECONDS)


def test_two_people_talk_and_are_told_how(terminal, other, network, own_server, room):
    other.join(own_server, room, "--name", "Jun")
    other.wait_for("1 here (Jun)")
    terminal.join(Detour(network), room, "--name", "Mina")
    terminal.wait_for("no WebSocket comes through here")
    terminal.wait_for("2 here")
    terminal.shell("hello 하나")
    other.wait_for("Mina: hello 하나")
    other.shell("hello 둘")
    terminal.wait_for("Jun: hello 둘")
    terminal.shell("/quit")
    terminal.wait_for("status=0")
    other.shell("/quit")


def test_a_server_without_a_chat_is_told_as_before(room):
    missing = CLI_(type("Nowhere", (), {"url": "ws://127.0.0.1:9/ws"})).run("send", room, "x", "--timeout", "1")
    assert missing.returncode == 69
