"""Exercise 4: the topic of a room, at a real server and in a real terminal."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from support import PATIENCE_SECONDS, Server, Terminal, wait_until


@pytest.fixture
def server():
    # A short log, which is soon at its end.
    with Server("--log-messages", "5") as server:
        yield server


def post(server: Server, **fields: str) -> int:
    """Says something over HTTP; gives the status."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/rooms/lobby/messages", json.dumps(fields).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_topic_is_a_message_of_its_kind(server):
    assert post(server, text="release on Friday", kind="topic", name="Mina") == 201
    (message,) = server.messages()
    assert (message["kind"], message["text"], message["seq"]) == ("topic", "release on Friday", 1)
    assert post(server, text="  ", kind="topic", name="Mina") == 400, "a topic is a text like any other"


def test_whoever_cannot_show_it_better_shows_a_line(server):
    assert post(server, text="release on Friday", kind="topic", name="Mina") == 201
    assert "# Mina: release on Friday" in server.cli("history", "lobby").stdout


def test_the_command_sets_it_and_shows_it(server):
    with Terminal(server, "Mina") as mina, Terminal(server, "Jun") as jun:
        mina.enter("/topic release on Friday")
        wait_until(lambda: ("Mina", "release on Friday") in server.said(), "the topic")
        assert server.messages()[-1]["kind"] == "topic"
        jun.wait_for("# Mina: release on Friday")
        mina.enter("hello")
        jun.enter("/topic")
        jun.wait_for("lobby: release on Friday (Mina)")
        mina.enter("/topic release on Monday")
        wait_until(lambda: ("Mina", "release on Monday") in server.said(), "the topic")
        jun.enter("/topic")
        jun.wait_for("lobby: release on Monday (Mina)")


def test_who_comes_later_finds_it_and_nobody_finds_what_the_log_has_lost(server):
    assert post(server, text="release on Friday", kind="topic", name="Mina") == 201
    for number in range(4):
        assert post(server, text=f"message {number}", name="Jun") == 201
    with Terminal(server, "Sora") as sora:
        sora.enter("/topic")
        sora.wait_for("lobby: release on Friday (Mina)")
        assert post(server, text="one more", name="Jun") == 201
        sora.enter("/topic")
        sora.wait_for("lobby: no topic in the log")
