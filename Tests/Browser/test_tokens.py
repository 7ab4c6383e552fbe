"""Signing in: a server that requires tokens, and a log-in that gives them. Moderation, as the page shows it.

The server is the real one; what it does not do for everybody (asking for a token, ending it, removing somebody) is put
between it and the page, frame by frame.
"""

import base64
import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from conftest import PATIENCE_SECONDS


def token(name, **claims):
    """As a log-in would make it, save for the signature, which the page does not look at."""
    payload = base64.urlsafe_b64encode(json.dumps({"sub": name, **claims}).encode()).decode().rstrip("=")
    return f"e30.{payload}.{name}"


class Gate:
    """Stands between a page and the server, and wants tokens."""

    def __init__(self, page, seconds=3600, is_open=False, words=("read", "write")):
        self.words = list(words)
        self.orders = []
        self.page = page
        self.seconds = seconds
        self.is_open = is_open
        self.hellos, self.refreshes, self.asked = [], [], 0
        self.is_signed_in = True
        self.socket = None
        page.route("**/api/page", lambda route: route.fulfill(json={"token_url": "/token", "login_url": "/login"}))
        page.route("**/token", self._give)
        page.route("**/login**", lambda route: route.fulfill(body="<h1>Log in</h1>", content_type="text/html"))
        page.route_web_socket("**/ws", self._connect)

    def _give(self, route):
        if not self.is_signed_in:
            return route.fulfill(status=401)
        self.asked += 1
        route.fulfill(json={"token": token(f"t{self.asked}", rooms={"*": self.words})})

    def _connect(self, socket):
        self.socket = socket
        server = socket.connect_to_server()

        def said(text):
            command = json.loads(text)
            if command["type"] == "hello":
                self.hellos.append(command)
                if not self.is_open and "token" not in command:
                    return socket.close(code=4505, reason="hello with a token comes first")
            if command["type"] == "refresh":
                self.refreshes.append(command["token"])
                return socket.send(json.dumps({"type": "ok", "id": command["id"], "token_seconds": self.seconds}))
            if command["type"] in ("kick", "ban", "mute", "clear", "slow"):
                self.orders.append({key: value for key, value in command.items() if key != "id"})
                return socket.send(json.dumps({"type": "ok", "id": command["id"], "room": command["room"]}))
            server.send(text)

        def answered(text):
            event = json.loads(text)
            if event["type"] == "welcome" and not self.is_open:
                event["token_seconds"] = self.seconds
            socket.send(json.dumps(event))

        socket.on_message(said)
        server.on_message(answered)

    def tell(self, **event):
        self.socket.send(json.dumps(event))

    def close(self, code):
        self.socket.close(code=code, reason="")


def until(page, condition):
    """Lets the page go on until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def stored(page):
    return page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + location.href")


def test_the_page_gets_a_token_and_keeps_it_nowhere(people, room):
    mina = people()
    gate = Gate(mina.page)
    mina.enter(room, "Mina")
    assert [hello.get("token") for hello in gate.hellos] == [None, token("t1", rooms={"*": ["read", "write"]})]
    mina.say("hello")
    mina.sees("hello")
    assert "e30." not in stored(mina.page)
    # The next visit asks for a token at once.
    mina.page.reload()
    mina.is_in()
    assert len(gate.hellos) == 3 and "token" in gate.hellos[2]


def test_an_open_server_costs_no_request(people, room):
    mina = people()
    gate = Gate(mina.page, is_open=True)
    mina.enter(room, "Mina")
    fetched = mina.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert gate.asked == 0 and not [name for name in fetched if name.endswith(("tokens.js", "api/page"))]


def test_a_token_is_renewed_on_the_connection(people, room):
    mina = people()
    gate = Gate(mina.page, seconds=2)
    mina.enter(room, "Mina")
    until(mina.page, lambda: gate.refreshes)
    mina.say("still here")
    mina.sees("still here")
    assert len(gate.hellos) == 2


def test_after_a_token_expired_the_page_comes_back_with_another(people, room):
    mina = people()
    gate = Gate(mina.page)
    mina.enter(room, "Mina")
    gate.close(4002)
    mina.say("on my way")
    mina.sees("on my way")
    assert [hello.get("token") for hello in gate.hellos][1:] == [token(f"t{n}", rooms={"*": ["read", "write"]}) for n in (1, 2)]


@pytest.mark.parametrize("locale, words, button", [
    ("en-US", "You are signed out. Sign in to go on.", "Sign in"),
    ("ko-KR", "로그아웃되었습니다. 계속하려면 로그인하세요.", "로그인"),
])
def test_whoever_is_signed_out_is_sent_to_the_log_in_and_asked_before_when_they_were_talking(people, room, locale, words, button):
    mina = people(locale=locale)
    gate = Gate(mina.page)
    mina.enter(room, "Mina")
    mina.composer.fill("half a sen")
    gate.is_signed_in = False
    gate.close(4002)
    expect(mina.banner).to_contain_text(words)
    expect(mina.composer).to_have_value("half a sen")
    mina.banner.get_by_role("button", name=button).click()
    mina.page.wait_for_url("**/login?return_to=*")
    assert f"%23{room}" in mina.page.url and "e30." not in mina.page.url
    # Whoever comes back without having signed in does not go in circles.
    mina.page.goto(f"{mina.url}/#{room}")
    expect(mina.banner).to_contain_text(words)
    gate.is_signed_in = True
    mina.page.reload()
    mina.is_in()
    expect(mina.composer).to_have_value("half a sen")


def test_a_first_visit_without_being_signed_in_goes_to_the_log_in(people, room):
    mina = people()
    gate = Gate(mina.page)
    gate.is_signed_in = False
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    mina.page.wait_for_url("**/login?return_to=*")


@pytest.mark.parametrize("locale, words", [
    ("en-US", "This name, or one that looks like it, is somebody else's."),
    ("ko-KR", "다른 사람의 이름이거나 그와 비슷해 보이는 이름입니다."),
])
def test_whoever_has_a_name_that_is_reserved_becomes_a_guest(people, start_server, tmp_path, room, locale, words):
    key = tmp_path / "key"
    key.write_text("an-admin-key-for-tests")
    server = start_server("--admin-key-file", key)
    mina, jonas = people(server.url, locale=locale).enter(room, "Mina"), people(server.url).enter(room, "Jonas")
    body = json.dumps({"name": "mina", "user": "u-boss"}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key.read_text()}"}
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/admin/reserve", data=body, headers=headers)).close()
    expect(mina.page.locator("#notice")).to_contain_text(words)
    expect(mina.page.locator(".self .name")).to_have_text(re.compile("^guest-"))
    expect(jonas.page.locator("#members .person .name")).to_have_text(["Jonas", re.compile("^guest-")])
    # A new visit does not get it either.
    other = people(server.url, locale=locale).enter(room, "M\u0456na")
    expect(other.page.locator("#notice")).to_contain_text(words)
    expect(other.page.locator(".self .name")).to_have_text(re.compile("^guest-"))


@pytest.mark.parametrize("locale, code, until, words", [
    ("en-US", "kicked", None, "A moderator removed you from this room"),
    ("en-US", "banned", 4102444800000, "You are banned until"),
    ("en-US", "room_closed", None, "This room is closed"),
    ("ko-KR", "kicked", None, "관리자가 이 방에서 내보냈습니다"),
    ("ko-KR", "banned", 4102444800000, "까지 이 방에 들어올 수 없습니다"),
    ("ko-KR", "forbidden", None, "서버가 허락하지 않습니다"),
])
def test_whoever_is_removed_is_told_and_does_not_come_back_by_itself(people, room, locale, code, until, words):
    mina = people(locale=locale)
    gate = Gate(mina.page)
    mina.enter(room, "Mina")
    mina.say("hello")
    mina.sees("hello")
    more = {"until": until, "reason": "spam"} if until else {}
    gate.tell(type="removed", room=room, code=code, message="no", **more)
    expect(mina.page.locator(".empty")).to_contain_text(words)
    if until:
        expect(mina.page.locator(".empty")).to_contain_text("spam")
    expect(mina.page.locator(".room-item")).to_have_class("room-item  refused")


@pytest.mark.parametrize("locale, words", [("en-US", "You may not write in this room until"), ("ko-KR", "까지 이 방에서 말할 수 없습니다")])
def test_a_muted_message_waits_and_the_writer_is_told(people, room, locale, words):
    mina = people(locale=locale)
    mutes = [{"retry_ms": 3000, "until": 4102444800000, "reason": "calm down"}]

    def connect(socket):
        server = socket.connect_to_server()

        def said(text):
            command = json.loads(text)
            if command["type"] == "send" and mutes:
                return socket.send(json.dumps({"type": "error", "id": command["id"], "code": "muted", "message": "no", **mutes.pop()}))
            server.send(text)

        socket.on_message(said)

    mina.page.route_web_socket("**/ws", connect)
    mina.enter(room, "Mina")
    mina.say("hear me")
    expect(mina.page.locator("#notice")).to_contain_text(words)
    expect(mina.page.locator("#notice")).to_contain_text("calm down")
    mina.sees("hear me")


def test_a_moderator_has_commands_that_others_do_not_see(people, room):
    mina, jonas = people(), people().enter(room, "Jonas")
    gate = Gate(mina.page, words=("read", "write", "moderate"))
    mina.enter(room, "Mina")
    expect(mina.page.locator(".people .name")).to_have_count(2)
    jonas_id = mina.page.locator(".people .name", has_text="Jonas").get_attribute("data-user")
    mina.say("/mute Jonas 10m calm down")
    expect(mina.page.locator("#notice")).to_contain_text("Jonas\u2069 is muted")
    mina.say("/slow 10s")
    expect(mina.page.locator("#notice")).to_contain_text("The pace of")
    mina.say("/purge spam")
    expect(mina.page.locator("#notice")).to_contain_text("Every message of")
    assert gate.orders == [
        {"type": "mute", "room": room, "user": jonas_id, "seconds": 600, "reason": "calm down"},
        {"type": "slow", "room": room, "seconds": 10},
        {"type": "clear", "room": room, "reason": "spam"},
    ]
    mina.say("/kick Nobody")
    expect(mina.page.locator("#notice")).to_contain_text("Nobody of this name")
    expect(mina.composer).to_have_value("/kick Nobody")
    mina.composer.fill("")
    mina.say("/help")
    expect(mina.page.locator("dialog")).to_contain_text("/kick <name> [reason]")

    jonas.say("/kick Mina")
    expect(jonas.page.locator("#notice")).to_contain_text("does not allow that")
    jonas.composer.fill("")
    jonas.say("/help")
    expect(jonas.page.locator("dialog")).to_contain_text("/leave")
    expect(jonas.page.locator("dialog")).not_to_contain_text("/kick")
