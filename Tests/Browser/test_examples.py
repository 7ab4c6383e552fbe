"""The programs of `Examples`, as their READMEs say to run them."""

import contextlib
import functools
import http.server
import os
import re
import subprocess
import sys
import threading

import pytest
from conftest import PATIENCE_SECONDS, ROOT
from playwright.sync_api import expect

EXAMPLES = ROOT / "Examples"
BOT = os.environ.get("KARMA_BOT_BIN", str(ROOT / ".build/debug/karma-bot"))
BRIDGE = [sys.executable, str(EXAMPLES / "Bridge/bridge.py")]


@contextlib.contextmanager
def running(command, **options):
    """A program that is killed at the end of the block, if not before; whoever reads its output does not wait for ever."""
    process = subprocess.Popen(command, text=True, **options)
    killer = threading.Timer(PATIENCE_SECONDS, process.kill)
    killer.start()
    try:
        yield process
    finally:
        killer.cancel()
        process.kill()
        process.communicate()


class TestBot:
    def test_it_answers_once_also_what_it_missed_while_it_was_away(self, people, server, room, tmp_path):
        command = [BOT, f"ws://127.0.0.1:{server.port}", room, str(tmp_path / "karma.outbox")]
        jonas = people().enter(room, "Jonas")
        with running(command):
            jonas.say("Mina++")
            jonas.sees("Mina++", "Mina: 1")
        jonas.say("Mina++")
        jonas.say("Jonas++")
        with running(command):
            jonas.sees("Mina++", "Mina: 1", "Mina++", "Jonas++", "Mina: 2")
            # Its answers are stored in their order: before this one, it has sent all of the others again.
            jonas.say("karma?")
            jonas.sees("Mina++", "Mina: 1", "Mina++", "Jonas++", "Mina: 2", "karma?", "Mina: 2")


class TestBridge:
    @pytest.fixture
    def mina(self, people, start_server, redis, room):
        return people(start_server("--unlimited", "--redis", redis.url).url).enter(room, "Mina")

    def test_lines_of_another_program_are_said_in_the_room(self, mina, redis, room):
        lines = "the backup is done\n\n  안녕 <b>\x1b[31m  \n"
        found = subprocess.run(
            [*BRIDGE, "say", room, "--name", "cron", "--redis", redis.url],
            input=lines,
            text=True,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
        assert found.stderr == ""
        expect(mina.messages).to_have_count(2)
        expect(mina.messages.first).to_have_text("the backup is done")
        expect(mina.messages.last).to_contain_text("안녕 <b>")
        expect(mina.page.locator(".message").first).to_contain_text("cron")

    def test_what_people_say_comes_out_as_lines_and_what_programs_say_does_not(self, mina, redis, room):
        with running([*BRIDGE, "hear", room, "--redis", redis.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as bridge:
            assert bridge.stderr.readline() == "bridge: listening\n"
            subprocess.run(
                [*BRIDGE, "say", room, "--redis", redis.url], input="is that an echo?\n", text=True, timeout=PATIENCE_SECONDS, check=True
            )
            mina.sees("is that an echo?")
            mina.say("민아 here")
            assert bridge.stdout.readline() == "Mina: 민아 here\n"

    def test_what_nobody_hears_is_told(self, redis, room):
        found = subprocess.run(
            [*BRIDGE, "say", room, "--redis", redis.url], input="hello?\n", text=True, capture_output=True, timeout=PATIENCE_SECONDS, check=True
        )
        assert "nobody" in found.stderr and "hello?" in found.stderr


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    """The dashboard's files at an origin of their own."""
    handler = functools.partial(Quiet, directory=EXAMPLES / "Dashboard")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()
        thread.join()


class TestDashboard:
    def texts(self, person):
        return person.page.locator("#messages li")

    def test_it_shows_a_room_and_figures_and_finds_its_place_again(self, people, start_server, redis, origin, room):
        server = start_server("--unlimited", "--redis", redis.url, "--cors-origin", origin)
        server.say(room, "before", name="Jonas")
        wall = people(origin)
        wall.page.goto(f"{origin}/?server={server.url}&room={room}")
        expect(self.texts(wall)).to_have_text(["Jonasbefore"])
        markup = "<img src=x onerror=alert(1)>"
        server.say(room, markup, name="Mina")
        expect(self.texts(wall)).to_have_text([f"Mina{markup}", "Jonasbefore"])
        expect(wall.page.locator("#state")).to_contain_text("ok")
        expect(wall.page.locator("#connections")).to_have_text("1")
        expect(wall.page.locator("#line")).to_have_attribute("points", re.compile(r"^\d"))
        server.kill()
        server.start()
        server.say(room, "after", name="Jonas")
        expect(self.texts(wall)).to_have_text(["Jonasafter", f"Mina{markup}", "Jonasbefore"])

    def test_a_server_that_does_not_name_its_origin_is_not_read(self, people, server, origin, room):
        wall = people(origin)
        wall.page.goto(f"{origin}/?server={server.url}&room={room}")
        expect(wall.page.locator("#state")).to_contain_text("no answer")
        # A browser says so in its console; the page itself has no error.
        wall.errors = [error for error in wall.errors if "CORS policy" not in error]
        assert self.texts(wall).count() == 0
