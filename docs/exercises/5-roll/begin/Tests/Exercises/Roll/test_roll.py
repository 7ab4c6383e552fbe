"""Exercise 5: `/roll`, from the page and the terminal through the server."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from support import PATIENCE_SECONDS, ROOT, Server, Terminal, wait_until


@pytest.fixture
def server():
    with Server() as server:
        yield server


class Member:
    """Somebody in the lobby, who commands over HTTP."""

    def __init__(self, server: Server, stream, session: str):
        self.server = server
        self.stream = stream
        self.session = session

    def ask(self, **command) -> dict:
        """Gives a command; gives the answer, an `ok` or an error."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.session}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}/api/commands", json.dumps(command).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)["error"]

    def roll(self, dice: str, **more) -> dict:
        return self.ask(type="roll", room="lobby", dice=dice, **more)


@pytest.fixture
def mina(server):
    """Mina, whose stream of events tells her session."""
    address = f"http://127.0.0.1:{server.port}/api/events?room=lobby&name=Mina"
    with contextlib.closing(urllib.request.urlopen(address, timeout=PATIENCE_SECONDS)) as stream:
        for line in stream:
            if line.startswith(b"data:") and b'"welcome"' in line:
                yield Member(server, stream, json.loads(line[5:])["session"])
                return


RESULT = re.compile(r"🎲 (\d+)d(\d+): ([0-9+ ]+?)(?: = (\d+))?")


def numbers(text: str) -> list[int]:
    """The dice of a result, whose sum has been checked."""
    found = RESULT.fullmatch(text)
    assert found, text
    count, sides = int(found[1]), int(found[2])
    numbers = [int(number) for number in found[3].split(" + ")]
    assert len(numbers) == count and all(1 <= number <= sides for number in numbers), text
    assert found[4] == (str(sum(numbers)) if count > 1 else None), text
    return numbers


def test_the_server_throws_and_everybody_gets_the_result(server, mina):
    answer = mina.roll("2d6", id=7)
    assert (answer["type"], answer.get("id"), answer.get("seq"), answer.get("duplicate")) == ("ok", 7, 1, False), answer
    (message,) = server.messages()
    assert (message["kind"], message["from"]["name"], message["seq"]) == ("roll", "Mina", 1)
    assert len(numbers(message["text"])) == 2
    assert server.cli("history", "lobby").stdout.rstrip().endswith(f"* Mina {message['text']}")


def test_one_die_has_no_sum_and_its_number_may_be_left_out(server, mina):
    for dice in ("d20", "1d20", "D20"):
        assert mina.roll(dice)["type"] == "ok"
    assert all(len(numbers(text)) == 1 and text.startswith("🎲 1d20: ") for _, text in server.said())


def test_every_side_comes_and_no_other(server, mina):
    for _ in range(20):
        assert mina.roll("20d3")["type"] == "ok"
    # One of three sides is missing among 400 dice once in more than 10^69 times.
    assert {number for _, text in server.said() for number in numbers(text)} == {1, 2, 3}


@pytest.mark.parametrize("dice", ["", "d", "2", "2d", "d1", "2d0", "0d6", "21d6", "2d1001", "-2d6", "2d-6", "2d6d6", "2 d6", "٢d6", "2d6+1", "00000002d6"])
def test_anything_else_is_refused_and_says_what_dice_are(server, mina, dice):
    answer = mina.roll(dice)
    assert answer.get("code") == "bad_command" and "2d6" in answer["message"], answer
    assert server.messages() == []


def test_what_is_asked_for_again_with_its_key_is_not_thrown_again(server, mina):
    first = mina.roll("20d1000", key="k1")
    second = mina.roll("20d1000", key="k1")
    assert (first["duplicate"], second["duplicate"], second["seq"]) == (False, True, first["seq"])
    assert len(server.messages()) == 1


def test_nobody_can_say_a_result_that_was_not_thrown(server, mina):
    answer = mina.ask(type="send", room="lobby", text="🎲 1d6: 6", kind="roll")
    assert answer.get("code") == "bad_command", answer
    assert mina.ask(type="roll", room="lobby", dice="d6", kind="text", text="6")["type"] == "ok"
    assert server.messages()[0]["kind"] == "roll", "fields of other commands are ignored"


def test_people_roll_in_the_terminal(server):
    with Terminal(server, "Mina") as mina, Terminal(server, "Jun") as jun:
        mina.enter("/roll 2d6")
        jun.wait_for("* Mina 🎲 2d6: ")
        mina.wait_for("* Mina 🎲 2d6: ")
        mina.enter("/roll")
        jun.wait_for("* Mina 🎲 1d6: ")
        mina.enter("/roll 2d")
        mina.wait_for("!! ")
        wait_until(lambda: len(server.messages()) == 2, "both results")


def test_the_page_knows_the_command_and_the_kind():
    node = shutil.which("node")
    if not node:
        pytest.skip("there is no Node.js here")
    script = """
        import { inputOf, messageOf } from "./static/js/core/input.js";
        import { lineOf } from "./static/js/core/kinds.js";
        import { namesAuthor } from "./static/js/core/protocol.js";
        const input = inputOf("/roll 2d6");
        const message = { kind: "roll", text: "🎲 2d6: 1 + 2 = 3" };
        console.log(JSON.stringify([input, messageOf(input), lineOf(message, "Mina", message.text), namesAuthor(message)]));
    """
    result = subprocess.run([node, "--input-type=module", "-e", script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert result.returncode == 0, result.stderr
    input, said, line, names_author = json.loads(result.stdout)
    assert input == {"is": "command", "name": "roll", "argument": "2d6"}
    # Only the server can say it.
    assert said is None
    assert (line, names_author) == ("* Mina 🎲 2d6: 1 + 2 = 3", True)
