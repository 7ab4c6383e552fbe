"""The real server, a real browser, and people who use it."""

import json
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from urllib.parse import quote

import pytest
from front_door import FrontDoor, new_key
from playwright.sync_api import expect, sync_playwright

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "PythonSupport"))

from programs import ROOT, SERVER, free_port  # noqa: E402

SCREENSHOTS = HERE / "screenshots"
PATIENCE_SECONDS = 120
"""How long anything may take: a bound for what never comes, which no busy machine outlasts."""
PATIENCE_MS = PATIENCE_SECONDS * 1000

expect.set_options(timeout=PATIENCE_MS)


class Server:
    """A server process on a port of its own, which it keeps over restarts."""

    def __init__(self, *flags):
        self.flags = flags
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [SERVER, "--host", "127.0.0.1", "--port", str(self.port), "--static", ROOT / "static", *self.flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._await_listening()
        return self

    def _await_listening(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        output = self.process.stdout.fileno()
        text = b""
        while time.monotonic() < deadline:
            if select.select([output], [], [], 0.1)[0]:
                chunk = os.read(output, 4096)
                if not chunk:
                    break
                text += chunk
                for line in text.decode().splitlines(keepends=True):
                    if line.startswith("listening on ") and line.endswith("\n"):
                        return
        self.kill()
        raise RuntimeError(f"{SERVER} did not say where it listens; it said: {text.decode()!r}")

    def kill(self):
        """Without a word, as a crash."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        self._reap()

    def stop(self):
        """As an operator does: the server drains."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self._reap(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _reap(self, timeout=None):
        if self.process:
            self.process.wait(timeout)
            self.process.stdout.close()
            self.process = None

    def say(self, room, text, name="Bot"):
        """A message by the HTTP API."""
        body = json.dumps({"text": text, "name": name}).encode()
        request = urllib.request.Request(
            f"{self.url}/api/rooms/{quote(room)}/messages",
            data=body,
            headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            return json.load(response)


class Redis:
    """A Redis that keeps what it was told over restarts, on a port of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        command += ["--appendonly", "yes", "--appendfsync", "always"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)
        return self

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Proxy:
    """Stands between a browser and a server, and fails like a network."""

    def __init__(self, target):
        self.target = target
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            pair = {"sockets": (client, server), "is_deaf": False}
            self.pairs.append(pair)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(pair, source, sink), daemon=True).start()

    @staticmethod
    def _pump(pair, source, sink):
        try:
            while data := source.recv(65536):
                # What is swallowed is acknowledged: nobody is told that it went nowhere.
                if not pair["is_deaf"]:
                    sink.sendall(data)
        except OSError:
            pass
        if not pair["is_deaf"]:
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def reset(self):
        """Ends every connection as a router does that has forgotten it."""
        for pair in self.pairs:
            client, _ = pair["sockets"]
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            for end in pair["sockets"]:
                try:
                    end.shutdown(socket.SHUT_RD)
                except OSError:
                    pass
                end.close()
        self.pairs.clear()

    def swallow(self):
        """From now on nothing comes through the connections there are, and nobody is told."""
        for pair in self.pairs:
            pair["is_deaf"] = True

    def close(self):
        self.listener.close()
        self.reset()


@pytest.fixture
def redis(tmp_path):
    redis = Redis(tmp_path).start()
    yield redis
    redis.kill()


@pytest.fixture(scope="session")
def server():
    """The server that all tests share; each has rooms of its own. A suite is quicker than any person may be."""
    server = Server("--unlimited").start()
    yield server
    server.kill()


@pytest.fixture
def start_server():
    """Starts servers with flags of their own, which a test may kill and start again."""
    servers = []

    def start(*flags):
        servers.append(Server(*flags).start())
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def front_door(start_server, tmp_path):
    """A node that requires tokens, behind a log-in that gives them."""
    key = new_key(tmp_path / "token.key")
    node = start_server("--unlimited", "--token-key", str(key), "--token-url", "/token", "--login-url", "/login")
    door = FrontDoor(node.port, key)
    yield door
    door.close()


@pytest.fixture
def account(people, front_door):
    """Makes persons who have an account and are signed in."""

    def make(sub, name, *rooms, **options):
        front_door.account(sub, name, *rooms)
        person = people(front_door.url, **options)
        person.context.add_cookies([front_door.sign_in(sub)])
        return person

    return make


@pytest.fixture
def own_server(start_server):
    """A server as it comes, with its limits."""
    return start_server()


@pytest.fixture
def room():
    return f"room-{uuid.uuid4().hex[:10]}"


def chromium(playwright):
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        # The sandbox does not work for root, as which containers run.
        args=["--no-sandbox", "--disable-dev-shm-usage"],
        timeout=PATIENCE_MS,
    )


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


class Person:
    """Somebody before the page: what they do and see."""

    def __init__(self, context, url):
        self.context = context
        self.url = url
        self.errors = []
        self.page = self.new_tab()

    def new_tab(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heed)
        return page

    def _heed(self, message):
        # That a connection failed is what some tests are about; a broken policy or script never is.
        if message.type == "error" and "WebSocket" not in message.text and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def enter(self, room, name):
        self.page.goto(f"{self.url}/#{room}")
        self.page.fill("#welcome-name", name)
        self.page.keyboard.press("Enter")
        self.is_in()
        return self

    def enter_by_touch(self, room, name):
        self.page.goto(f"{self.url}/#{room}")
        self.page.fill("#welcome-name", name)
        self.page.get_by_role("button", name="Enter").tap()
        expect(self.page.locator("html")).to_have_attribute("data-connection", "open")
        return self

    def is_in(self):
        expect(self.page.locator("html")).to_have_attribute("data-connection", "open")
        expect(self.page.locator(".rows")).to_have_attribute("aria-busy", "false")
        expect(self.page.locator(".people .person").first).to_be_visible()

    def say(self, text):
        self.page.fill("#composer-text", text)
        self.page.keyboard.press("Enter")

    @property
    def composer(self):
        return self.page.locator("#composer-text")

    @property
    def messages(self):
        return self.page.locator(".message:not(.outgoing) .text")

    @property
    def outgoing(self):
        return self.page.locator(".message.outgoing")

    def sees(self, *texts):
        """Exactly these messages, in this order."""
        expect(self.messages).to_have_text(list(texts))

    @property
    def banner(self):
        return self.page.locator(".banner")


@pytest.fixture
def people(browser, server):
    """Makes persons, each in a browser context of their own; afterwards no page may have had an error."""
    made = []

    def make(url=None, **options):
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "reduced_motion": "reduce", **options}
        context = browser.new_context(**options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE_MS)
        made.append(Person(context, url or server.url))
        return made[-1]

    yield make
    errors = [error for person in made for error in person.errors]
    for person in made:
        person.context.close()
    assert errors == []


@pytest.fixture
def screenshots():
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
