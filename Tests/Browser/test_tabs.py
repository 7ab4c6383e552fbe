"""Tabs of one browser are one person, without a reload."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def tabs(people, room):
    """One person in two tabs."""
    mina = people().enter(room, "Mina")
    first, mina.page = mina.page, mina.new_tab()
    mina.page.goto(f"{mina.url}/#{room}")
    mina.is_in()
    return mina, first, mina.page


LOOK_AWAY = "() => { document.hasFocus = () => false; dispatchEvent(new Event('blur')); }"
LOOK = "() => { document.hasFocus = () => true; dispatchEvent(new Event('focus')); }"


def join(page, room):
    page.get_by_role("button", name="Join a room").click()
    page.fill("#join-room", room)
    page.keyboard.press("Enter")
    expect(page.locator(".room-header h1")).to_have_text(f"#{room}")


def test_rooms_that_are_joined_and_left_are_so_in_every_tab(tabs, room):
    _, first, second = tabs
    join(first, f"{room}-2")
    expect(second.locator(".room-link")).to_contain_text([room, f"{room}-2"])
    join(second, f"{room}-3")
    expect(first.locator(".room-link")).to_contain_text([room, f"{room}-2", f"{room}-3"])
    expect(first.locator(".room-header h1")).to_have_text(f"#{room}-2")
    # The room that the other tab shows is left here: it shows the next.
    second.locator(".room-item", has_text=f"{room}-2").hover()
    second.get_by_role("button", name=f"Leave #{room}-2").click()
    expect(first.locator(".room-link")).to_contain_text([room, f"{room}-3"])
    expect(first.locator(".room-header h1")).to_have_text(f"#{room}-3")
    expect(first).to_have_url(re.compile(f"#{room}-3$"))
    for page in (first, second):
        page.reload()
        expect(page.locator(".room-link")).to_contain_text([room, f"{room}-3"])


def test_what_is_read_in_one_tab_is_read_in_the_other(tabs, server, room):
    _, first, second = tabs
    first.evaluate(LOOK_AWAY)
    second.evaluate(LOOK_AWAY)
    server.say(room, "news")
    for page in (first, second):
        expect(page).to_have_title(re.compile(r"^\(1\)"))
    second.evaluate(LOOK)
    for page in (first, second):
        expect(page).to_have_title(f"#{room} · Chat")
    expect(first.locator(".badge")).to_have_count(0)


def test_a_draft_is_one_and_is_gone_where_it_was_sent(tabs):
    mina, first, second = tabs
    first.fill("#composer-text", "half a thought")
    expect(second.locator("#composer-text")).to_have_value("half a thought")
    second.locator("#composer-text").focus()
    second.keyboard.press("Enter")
    expect(second.locator("#composer-text")).to_have_value("")
    expect(first.locator("#composer-text")).to_have_value("")
    expect(first.locator(".send")).to_be_disabled()
    expect(first.locator(".message:not(.outgoing) .text")).to_have_text(["half a thought"])


def test_name_and_appearance_hold_in_every_tab(tabs, room):
    _, first, second = tabs
    first.get_by_role("button", name="Settings").click()
    first.get_by_label("Appearance").select_option("dark")
    expect(second.locator("html")).to_have_attribute("data-theme", "dark")
    first.fill("#settings-name", "민아")
    first.keyboard.press("Enter")
    expect(second.locator(".self .name")).to_have_text("민아")
    # The next connection of the other tab does not bring the old name back.
    second.evaluate("localStorage.getItem('chat.name')")
    second.reload()
    expect(second.locator(".self .name")).to_have_text("민아")
    expect(first.locator(".self .name")).to_have_text("민아")


def test_the_language_holds_in_every_tab(tabs):
    _, first, second = tabs
    second.fill("#composer-text", "kept")
    first.get_by_role("button", name="Settings").click()
    first.get_by_label("Language").select_option("ko")
    for page in (first, second):
        expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(second.locator("#composer-text")).to_have_value("kept")


def test_a_window_beside_another_is_seen_and_not_read(people, server, room):
    mina = people().enter(room, "Mina")
    mina.page.evaluate(LOOK_AWAY)
    server.say(room, "@Mina are you there?")
    expect(mina.page).to_have_title(re.compile(r"^\(1\)"))
    expect(mina.page.locator(".row.new")).to_be_visible()
    mina.page.evaluate(LOOK)
    expect(mina.page).to_have_title(f"#{room} · Chat")
    expect(mina.page.locator(".row.new")).to_be_visible()
