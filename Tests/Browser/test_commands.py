"""Commands: what they do, and that nothing that begins with / is said by mistake."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def mina(people, room):
    return people().enter(room, "Mina")


@pytest.fixture
def notice(mina):
    return mina.page.locator(".notice")


def test_what_is_no_command_is_never_said(people, room, mina, notice):
    jonas = people().enter(room, "Jonas")
    for text in ("/msg jonas the password is 1234", "  /msg jonas the password is 1234", "/usr/bin/env"):
        mina.say(text)
        expect(notice).to_contain_text("nothing was sent")
        # It stays, to be mended.
        expect(mina.composer).to_have_value(text)
        notice.get_by_role("button", name="Close").click()
    mina.say("/msg")
    expect(notice).to_be_visible()
    # What is said is seen, and not behind the notice.
    mina.say("//msg is said")
    expect(notice).to_be_hidden()
    jonas.sees("/msg is said")
    mina.sees("/msg is said")


def test_nobody_is_told_that_a_command_is_typed(people, room, mina):
    jonas = people().enter(room, "Jonas")
    mina.composer.press_sequentially("/msg jonas")
    mina.page.fill("#composer-text", "")
    mina.composer.press_sequentially("h")
    expect(jonas.page.locator("#typing")).to_contain_text("Mina")
    jonas.sees()


def test_nick_join_switch_and_leave(mina, notice, room):
    mina.say("/nick 민아")
    expect(mina.page.locator(".self .name")).to_have_text("민아")
    expect(mina.composer).to_have_value("")
    mina.say(f"/join #{room}-2")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    mina.is_in()
    mina.say(f"/switch {room}")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}")
    mina.say(f"/Leave {room}-2")
    expect(mina.page.locator(".room-link")).to_have_count(1)
    mina.say("/switch nowhere")
    expect(notice).to_contain_text("You are not in #nowhere")
    mina.say("/join")
    expect(notice).to_contain_text("/join <room>")
    mina.say("/join no spaces")
    expect(notice).to_contain_text("letters and digits")
    mina.page.fill("#composer-text", "")
    mina.say("/leave")
    expect(mina.page.get_by_role("heading", name="No room is open")).to_be_visible()


def test_who_help_rooms_and_search_show_what_they_name(people, room, mina, notice):
    people().enter(room, "Jonas")
    expect(mina.page.locator("#members h2")).to_have_text("2 members")
    mina.say("/who")
    expect(notice).to_contain_text("2 members: \u2068Mina\u2069 and \u2068Jonas\u2069")
    for command, title in (("/help", "Help"), ("/rooms", "Join a room"), ("/search words", f"Search in #{room}")):
        mina.say(command)
        dialog = mina.page.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        if command == "/help":
            expect(dialog).to_contain_text("/nick <name>")
            expect(dialog).to_contain_text("**bold**")
        mina.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(mina.composer).to_have_value("")


def test_each_command_that_is_offered_is_carried_out(mina):
    forgotten = mina.page.evaluate("""async () => {
      const [{ COMMANDS, inputOf, messageOf }, { ACTIONS }] = await Promise.all([
        import("/js/core/input.js"), import("/js/components/commands.js")]);
      return COMMANDS.filter((name) => !(name in ACTIONS) && !messageOf(inputOf(`/${name} something`)));
    }""")
    assert forgotten == []


def test_me_needs_something_to_do(mina, notice):
    mina.say("/me")
    expect(notice).to_contain_text("/me <text>")
    mina.say("/ME waves\nand bows")
    expect(mina.page.locator(".message.action:not(.outgoing) .text")).to_have_text("Mina waves\nand bows")


def test_commands_are_told_in_korean(people, room):
    mina = people(locale="ko-KR").enter(room, "민아")
    mina.say("/msg x")
    expect(mina.page.locator(".notice")).to_contain_text("명령어는 없어서 보내지 않았습니다")
    mina.page.fill("#composer-text", "")
    mina.say(f"/join {room.upper()}")
    expect(mina.page.locator(".notice")).to_contain_text(re.compile("다른 방입니다"))


def test_blank_lines_around_a_text_are_not_sent(mina):
    mina.page.fill("#composer-text", "\n\n\n  hello \n\n\n")
    mina.page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(1)
    assert mina.messages.first.evaluate("node => node.textContent") == "  hello"
