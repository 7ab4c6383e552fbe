"""Deleting messages: a moderator by token, somebody who is none, and what both see, then and later."""

import json

import pytest
from playwright.sync_api import expect

from test_accessibility import finds_nothing

MODERATOR = "*=read,write,moderate"


@pytest.fixture
def make_pair(account, room):
    """A moderator and somebody who talks, in one room."""

    def make(locale="en-US"):
        mina = account("mina", "Mina", MODERATOR, locale=locale)
        jun = account("jun", "Jun", locale=locale)
        mina.enter(room, "Mina")
        jun.enter(room, "Jun")
        return mina, jun

    return make


def say_all(person, *texts):
    for text in texts:
        person.say(text)
        expect(person.messages.last).to_have_text(text)


def dialog_of(person, title="Delete the message"):
    return person.page.get_by_role("dialog", name=title)


def focus_last(person):
    """Puts the focus on the last message, once the code for that is there."""
    person.page.locator(".scroller").focus()
    person.page.wait_for_function(
        "() => { document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true })); return document.activeElement.matches('.message'); }"
    )


@pytest.mark.parametrize("locale, words", [
    ("en-US", {
        "title": "Delete the message", "button": "Delete", "gone": "This message was deleted.", "done": "The message was deleted.",
        "hint": "does not come back",
    }),
    ("ko-KR", {
        "title": "메시지 삭제", "button": "삭제", "gone": "삭제된 메시지입니다.", "done": "메시지를 삭제했습니다.", "hint": "되돌릴 수 없습니다",
    }),
])
def test_a_message_is_deleted_for_everybody_by_its_button(make_pair, locale, words):
    mina, jun = make_pair(locale)
    say_all(jun, "an advert", "hello")
    mina.sees("an advert", "hello")
    mina.messages.first.hover()
    mina.page.locator(".bin").click()
    dialog = dialog_of(mina, words["title"])
    expect(dialog.locator("blockquote")).to_have_text("\u2068Jun\u2069: an advert")
    expect(dialog).to_contain_text(words["hint"])
    dialog.locator("#delete-reason").fill("spam")
    dialog.get_by_role("button", name=words["button"], exact=True).click()
    expect(mina.page.locator("#notice")).to_contain_text(words["done"])
    for person in (mina, jun):
        person.sees(words["gone"], "hello")
        person.page.reload()
        person.is_in()
        person.sees(words["gone"], "hello")
    # What is deleted cannot be deleted again.
    mina.messages.first.hover()
    expect(mina.page.locator(".bin")).to_have_count(0)
    mina.messages.last.hover()
    expect(mina.page.locator(".bin")).to_be_visible()


def test_a_message_is_deleted_by_the_keyboard_alone(make_pair):
    mina, jun = make_pair()
    say_all(jun, "one", "two", "three")
    mina.sees("one", "two", "three")
    focus_last(mina)
    keys = mina.page.keyboard
    keys.press("ArrowUp")
    keys.press("Delete")
    dialog = dialog_of(mina)
    expect(dialog).to_contain_text("two")
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    expect(mina.page.locator(".message:focus .text")).to_have_text("two")
    keys.press("Delete")
    expect(dialog).to_contain_text("two")
    keys.press("Enter")
    mina.sees("one", "This message was deleted.", "three")
    # The focus stays where it was.
    expect(mina.page.locator(".message:focus .text")).to_have_text("This message was deleted.")
    keys.press("Delete")
    keys.press("ArrowUp")
    expect(mina.page.locator(".message:focus .text")).to_have_text("one")
    expect(mina.page.locator(".message:focus .bin")).to_be_visible()
    expect(dialog).to_have_count(0)
    keys.press("Tab")
    expect(mina.page.locator(".bin")).to_be_focused()
    keys.press("Enter")
    expect(dialog).to_contain_text("one")
    keys.press("Enter")
    jun.sees("This message was deleted.", "This message was deleted.", "three")


def test_the_last_message_of_somebody_is_deleted_by_a_command(make_pair):
    mina, jun = make_pair()
    notice = mina.page.locator("#notice")
    say_all(jun, "one", "two")
    mina.sees("one", "two")
    mina.composer.press_sequentially("/del")
    expect(mina.page.get_by_role("option", name="/delete")).to_be_visible()
    mina.say("/delete jun rude")
    dialog = dialog_of(mina)
    expect(dialog.locator("#delete-reason")).to_have_value("rude")
    expect(dialog).to_contain_text("two")
    mina.page.keyboard.press("Enter")
    jun.sees("one", "This message was deleted.")
    expect(mina.composer).to_have_value("")
    for line, words in (("/delete", "followed by a name"), ("/delete Nobody", "Nobody of this name"), ("/delete Mina", "no message of \u2068Mina\u2069"), ("/delete 99", "no such message")):
        mina.say(line)
        expect(notice).to_contain_text(words)
        expect(mina.composer).to_have_value(line)
    mina.say("/help")
    expect(mina.page.locator("dialog")).to_contain_text("/delete <name> [reason]")


def test_what_somebody_else_deleted_meanwhile_is_told(make_pair, room):
    mina, jun = make_pair()
    say_all(jun, "one")
    mina.sees("one")
    answers = []

    def connect(socket):
        node = socket.connect_to_server()

        def said(text):
            command = json.loads(text)
            if command["type"] == "delete" and answers:
                return socket.send(json.dumps({"id": command["id"], **answers.pop()}))
            node.send(text)

        socket.on_message(said)

    mina.page.route_web_socket("**/ws", connect)
    mina.page.reload()
    mina.is_in()
    for answer, words in (
        ({"type": "ok", "room": room, "epoch": "e", "seq": 1, "time": 1, "duplicate": True}, "was deleted before"),
        ({"type": "error", "code": "not_found", "message": "no"}, "There is no such message"),
        ({"type": "error", "code": "forbidden", "message": "no"}, "does not allow that"),
    ):
        answers.append(answer)
        mina.say("/delete Jun")
        expect(dialog_of(mina)).to_be_visible()
        mina.page.keyboard.press("Enter")
        expect(mina.page.locator("#notice")).to_contain_text(words)


def test_who_does_not_moderate_has_neither_button_nor_command(make_pair):
    mina, jun = make_pair()
    say_all(mina, "hello")
    jun.sees("hello")
    jun.messages.last.hover()
    expect(jun.page.locator(".copy")).to_be_visible()
    focus_last(jun)
    jun.page.keyboard.press("Delete")
    jun.say("/delete Mina")
    expect(jun.page.locator("#notice")).to_contain_text("does not allow that")
    expect(jun.page.locator(".bin, dialog")).to_have_count(0)
    jun.composer.fill("")
    jun.say("/help")
    expect(jun.page.locator("dialog")).to_contain_text("/leave")
    expect(jun.page.locator("dialog")).not_to_contain_text("/delete")


def test_a_finger_finds_the_button_too(account, room):
    mina = account("mina", "Mina", MODERATOR, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    mina.composer.fill("oops")
    mina.page.locator(".send").click()
    mina.sees("oops")
    mina.messages.first.tap()
    mina.page.locator(".bin").tap()
    dialog_of(mina).get_by_role("button", name="Delete", exact=True).tap()
    mina.sees("This message was deleted.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_messages_are_deleted(account, room, scheme):
    mina = account("mina", "Mina", MODERATOR, color_scheme=scheme, bypass_csp=True).enter(room, "Mina")
    say_all(mina, "oops")
    mina.messages.first.hover()
    expect(mina.page.locator(".bin")).to_be_visible()
    finds_nothing(mina.page)
    mina.page.locator(".bin").click()
    expect(dialog_of(mina)).to_be_visible()
    finds_nothing(mina.page)
    mina.page.keyboard.press("Enter")
    mina.sees("This message was deleted.")
    finds_nothing(mina.page)
