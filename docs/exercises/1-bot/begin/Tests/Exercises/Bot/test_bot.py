"""Exercise 1: the bot, at a real server."""

from __future__ import annotations

import subprocess

import pytest

from support import BUILT, Server, wait_until


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def bot(server):
    """The bot in the lobby, with somebody who was heard there before it came."""
    server.say("!ping", "Early")
    process = subprocess.Popen([BUILT / "ping-bot", "lobby"], env=server.environment, stdin=subprocess.DEVNULL)
    try:

        def is_there():
            if process.poll() is not None:
                pytest.fail(f"the bot has ended, with status {process.poll()}", pytrace=False)
            return "ping-bot" in server.members()

        wait_until(is_there, "the bot")
        yield process
    finally:
        process.kill()
        process.wait()


def said_until(server: Server, last: str) -> list[tuple[str, str]]:
    """All that was said, when the bot has said this: it answers one thing after the other."""
    wait_until(lambda: ("ping-bot", last) in server.said(), repr(last))
    return server.said()


def test_it_answers_whoever_asks(server, bot):
    server.say("!ping", "Mina")
    server.say("!ping", "준")
    said = said_until(server, "pong, 준")
    assert [text for name, text in said if name == "ping-bot"] == ["pong, Mina", "pong, 준"]


def test_it_repeats_what_it_is_told(server, bot):
    server.say("!echo 안녕 👋🏽  two blanks", "Mina")
    said_until(server, "안녕 👋🏽  two blanks")


def test_it_does_not_answer_itself_nor_what_was_no_question(server, bot):
    for text in ("!echo !ping", "!pingpong", "ping", "say !ping", "!echo end"):
        server.say(text, "Mina")
    said = said_until(server, "end")
    # Had it answered its own "!ping", it would have done so before it was told to say "end".
    assert [text for name, text in said if name == "ping-bot"] == ["!ping", "end"]


def test_a_text_that_cannot_be_said_does_not_end_it(server, bot):
    server.say("!echo   ", "Mina")
    server.say("!ping", "Mina")
    said_until(server, "pong, Mina")


def test_it_comes_back_when_the_server_does(server, bot):
    server.restart()
    wait_until(lambda: "ping-bot" in server.members(), "the bot")
    server.say("!ping", "Mina")
    said_until(server, "pong, Mina")
