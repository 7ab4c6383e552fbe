"""A real node that requires tokens, a real log-in that gives them, and what people see of moderators.

`test_tokens.py` has what a real one does not do by itself.
"""

import pytest
from playwright.sync_api import expect

from test_tokens import stored, until

MODERATOR = "*=read,write,moderate"


def visit(person, room, name):
    person.page.goto(f"{person.url}/#{room}")
    person.page.fill("#welcome-name", name)
    person.page.keyboard.press("Enter")


def test_a_stranger_signs_in_and_is_in_the_room(people, front_door, room):
    """From a first visit over the log-in to a message, and again without it."""
    front_door.account("mina", "Mina Kim")
    front_door.who_signs_in = "mina"
    mina = people(front_door.url)
    visit(mina, room, "Somebody")
    mina.page.wait_for_url("**/login?return_to=*")
    assert front_door.tokens == []
    mina.page.get_by_role("button", name="Sign in").click()
    mina.is_in()
    # The name is the account's.
    expect(mina.page.locator(".self .name")).to_have_text("Mina Kim")
    mina.say("hello")
    mina.sees("hello")
    assert len(front_door.tokens) == 1
    assert front_door.tokens[0] not in stored(mina.page)
    mina.page.reload()
    mina.is_in()
    mina.sees("hello")
    assert len(front_door.tokens) == 2


def test_the_log_in_may_be_on_another_origin(people, start_server, front_door, room):
    node = start_server(
        "--unlimited", "--token-key", str(front_door.key), "--token-url", f"{front_door.url}/token", "--login-url", f"{front_door.url}/login"
    )
    front_door.guest_origin = node.url
    front_door.account("mina", "Mina Kim")
    front_door.who_signs_in = "mina"
    mina = people(node.url)
    visit(mina, room, "Somebody")
    mina.page.wait_for_url("**/login?return_to=*")
    assert mina.page.url.startswith(front_door.url)
    mina.page.get_by_role("button", name="Sign in").click()
    mina.is_in()
    assert mina.page.url.startswith(node.url)
    mina.say("hello")
    mina.sees("hello")
    assert len(front_door.tokens) == 1


def test_tokens_are_renewed_while_people_talk_and_the_connection_stays(account, front_door, room):
    front_door.life = "20s"
    mina = account("mina", "Mina").enter(room, "Mina")
    connections = len(front_door.connections)
    said = []
    # With the third token, the first has ended.
    for number in (2, 3):
        until(mina.page, lambda: len(front_door.tokens) >= number)
        said.append(f"with token {number}")
        mina.say(said[-1])
        mina.sees(*said)
    assert len(front_door.connections) == connections


def test_a_laptop_that_wakes_with_an_expired_token_is_back_with_another(account, front_door, room):
    # Jun's token is good for an hour: nothing but Mina's makes another connection.
    jun = account("jun", "Jun").enter(room, "Jun")
    front_door.life = "15s"
    mina = account("mina", "Mina")
    mina.page.clock.install()
    mina.enter(room, "Mina")
    # Her first one had no token.
    asleep = front_door.connections[-1]
    mina.say("good night")
    jun.sees("good night")
    # Its lid is closed: no timer runs, so no token is renewed, and the node ends the connection.
    mina.page.clock.pause_at(mina.page.evaluate("Date.now()") / 1000 + 1)
    until(jun.page, asleep.ended.is_set)
    assert asleep.code == 4002
    jun.say("while you slept")
    jun.sees("good night", "while you slept")
    connections = len(front_door.connections)
    mina.page.clock.resume()
    mina.sees("good night", "while you slept")
    mina.say("good morning")
    for person in (mina, jun):
        person.sees("good night", "while you slept", "good morning")
    assert len(front_door.connections) == connections + 1


@pytest.mark.parametrize("locale, words, button", [
    ("en-US", "You are signed out. Sign in to go on.", "Sign in"),
    ("ko-KR", "로그아웃되었습니다. 계속하려면 로그인하세요.", "로그인"),
])
def test_whoever_is_signed_out_elsewhere_signs_in_and_goes_on(account, front_door, room, locale, words, button):
    front_door.life = "5s"
    mina = account("mina", "Mina", locale=locale).enter(room, "Mina")
    front_door.who_signs_in = "mina"
    mina.composer.fill("half a sen")
    front_door.sign_out("mina")
    # The token ends, and there is no other.
    expect(mina.banner).to_contain_text(words)
    expect(mina.composer).to_have_value("half a sen")
    front_door.life = "1h"
    mina.banner.get_by_role("button", name=button).click()
    mina.page.wait_for_url("**/login?return_to=*")
    mina.page.get_by_role("button", name="Sign in").click()
    mina.is_in()
    expect(mina.composer).to_have_value("half a sen")
    mina.page.keyboard.press("Enter")
    mina.sees("half a sen")


@pytest.mark.parametrize("locale, muted, kicked, banned", [
    ("en-US", "You may not write in this room until", "A moderator removed you from this room; you may come back: rude.", "You are banned until"),
    ("ko-KR", "까지 이 방에서 말할 수 없습니다", "관리자가 이 방에서 내보냈습니다. 다시 들어올 수 있습니다. 이유: rude", "까지 이 방에 들어올 수 없습니다"),
])
def test_who_is_muted_unmuted_kicked_and_banned_is_told_in_a_sentence(account, room, locale, muted, kicked, banned):
    mina = account("mina", "Mina", MODERATOR).enter(room, "Mina")
    jun = account("jun", "Jun", locale=locale).enter(room, "Jun")
    done, notice, empty = mina.page.locator("#notice"), jun.page.locator("#notice"), jun.page.locator(".empty")
    expect(mina.page.locator(".people .name")).to_have_count(2)

    mina.say("/mute Jun 10m calm down")
    expect(done).to_contain_text("is muted")
    jun.say("hello?")
    expect(notice).to_contain_text(muted)
    expect(notice).to_contain_text("calm down")
    mina.sees()
    mina.say("/unmute Jun")
    expect(done).to_contain_text("may speak")
    # What waited goes out by itself.
    mina.sees("hello?")
    jun.sees("hello?")
    expect(jun.outgoing).to_have_count(0)

    mina.say("/kick Jun rude")
    expect(empty).to_contain_text(kicked)
    expect(mina.page.locator(".people .name")).to_have_count(1)
    # A person who was removed comes back by wanting to.
    jun.page.reload()
    jun.is_in()
    expect(mina.page.locator(".people .name")).to_have_count(2)

    mina.say("/ban Jun 1d spam")
    for _ in range(2):
        expect(empty).to_contain_text(banned)
        expect(empty).to_contain_text("spam")
        # Coming back does not help.
        jun.page.reload()
    expect(jun.page.locator("html")).to_have_attribute("data-connection", "open")
    mina.say("/unban Jun")
    expect(done).to_contain_text("may enter")
    jun.page.reload()
    jun.is_in()
    jun.say("sorry")
    mina.sees("hello?", "sorry")
