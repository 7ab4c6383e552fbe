"""Search, completion, emoji and formatting: by pointer, by keyboard, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from test_writing import InputMethod, settled


@pytest.fixture
def mina(people, room):
    return people().enter(room, "Mina")


def test_search_finds_what_is_loaded_and_what_the_server_keeps(people, server, room):
    server.say(room, "배포는 3시입니다", name="하준")
    for number in range(160):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    expect(mina.messages.last).to_have_text("line 159")
    mina.page.get_by_role("button", name="Search in this room").click()
    dialog = mina.page.get_by_role("dialog")
    expect(dialog.get_by_label("Words in a message")).to_be_focused()
    mina.page.keyboard.type("배포")
    results = dialog.locator(".result")
    expect(results).to_have_count(1)
    expect(results.locator("mark")).to_have_text("배포")
    expect(dialog.get_by_role("status")).to_have_text("1 message")
    # By keyboard: down to the result, and there.
    mina.page.keyboard.press("ArrowDown")
    expect(results.first).to_be_focused()
    mina.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    focused = mina.page.locator(".message:focus .text")
    expect(focused).to_have_text("배포는 3시입니다")
    expect(focused).to_be_in_viewport()
    # Everything between is there, too.
    expect(mina.page.locator(".pill")).to_be_visible()
    mina.page.locator(".pill").click()
    expect(mina.messages.last).to_be_in_viewport()


def test_search_opens_by_its_key_finds_names_and_tells_when_there_is_nothing(people, server, room):
    server.say(room, "hello", name="Jonas")
    mina = people().enter(room, "Mina")
    mina.sees("hello")
    dialog = mina.page.get_by_role("dialog")
    # The search is fetched when it is asked for: what is typed before it is there is the search's, and no message.
    held = []
    mina.page.route("**/search-dialog.js", lambda route: held.append(route))
    with mina.page.expect_request("**/search-dialog.js"):
        mina.page.keyboard.press("Alt+/")
    mina.page.keyboard.type("JON")
    held[0].continue_()
    expect(mina.page.locator("#search-words")).to_be_focused()
    mina.page.keyboard.type("AS")
    expect(mina.page.locator("#search-words")).to_have_value("JONAS")
    expect(mina.composer).to_have_value("")
    expect(dialog.locator(".result")).to_have_count(1)
    mina.page.fill("#search-words", "nowhere")
    expect(dialog.get_by_role("status")).to_have_text("0 messages")
    mina.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    mina.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(mina.composer).to_be_focused()


def test_a_name_is_completed_by_keyboard(people, room, mina):
    people().enter(room, "Mino")
    people().enter(room, "민아")
    expect(mina.page.locator("#members h2")).to_have_text("3 members")
    options = mina.page.get_by_role("option")
    mina.composer.press_sequentially("hi @mi")
    expect(options.first).to_have_text("@Mino")
    expect(mina.composer).to_have_attribute("aria-activedescendant", "completion-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    mina.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    mina.page.keyboard.press("ArrowUp")
    mina.page.keyboard.press("Enter")
    expect(mina.composer).to_have_value("hi @Mino ")
    expect(options).to_have_count(0)
    # Escape leaves it as it is, and Enter sends.
    mina.composer.press_sequentially("@mi")
    expect(options.first).to_be_visible()
    mina.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    mina.page.keyboard.press("Enter")
    mina.sees("hi @Mino @mi")


def test_enter_sends_a_name_that_is_typed_to_its_end(people, room, mina):
    people().enter(room, "Minami")
    expect(mina.page.locator("#members h2")).to_have_text("2 members")
    options = mina.page.get_by_role("option")
    mina.composer.press_sequentially("I am @Mina")
    expect(options).to_have_text(["@Mina", "@Minami"])
    mina.page.keyboard.press("Enter")
    mina.sees("I am @Mina")
    mina.composer.press_sequentially("You are @Mina")
    expect(options).to_have_text(["@Mina", "@Minami"])
    mina.page.keyboard.press("ArrowDown")
    mina.page.keyboard.press("Enter")
    expect(mina.composer).to_have_value("You are @Minami ")


def test_a_korean_name_is_completed_while_its_syllable_is_composed(people, room, mina):
    people().enter(room, "민아")
    expect(mina.page.locator("#members h2")).to_have_text("2 members")
    method = InputMethod(mina.page)
    mina.composer.focus()
    mina.composer.press_sequentially("@")
    expect(mina.page.get_by_role("option").first).to_be_visible()
    method.compose("ㅁ", "미")
    option = mina.page.get_by_role("option", name="@민아")
    expect(option).to_be_visible()
    method.enter_within_composition()
    method.commit("미")
    settled(mina.page)
    # A particle may follow at once.
    expect(mina.composer).to_have_value("@민아")
    mina.sees()


def test_a_suggestion_is_taken_by_a_finger(people, room):
    mina = people(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).enter_by_touch(room, "Mina")
    mina.composer.tap()
    mina.composer.press_sequentially("/jo")
    mina.page.get_by_role("option", name=re.compile("^.join")).tap()
    expect(mina.composer).to_have_value("/join ")
    expect(mina.composer).to_be_focused()
    mina.page.fill("#composer-text", "")
    mina.page.get_by_role("button", name="Emoji").tap()
    mina.page.get_by_role("button", name="rocket").tap()
    expect(mina.composer).to_have_value("🚀")
    expect(mina.page.locator(".picker")).to_be_hidden()


@pytest.mark.parametrize("typed, becomes", [(":rocket: go", "🚀 go"), ("출발 :로켓:", "출발 🚀"), ("10:30:", "10:30:"), (":nosuchthing:", ":nosuchthing:")])
def test_emoji_come_by_their_names(mina, typed, becomes):
    # What a name stands for is fetched at the first that is typed.
    mina.composer.press_sequentially(":ro")
    expect(mina.page.get_by_role("option").first).to_be_visible()
    mina.page.fill("#composer-text", "")
    mina.composer.press_sequentially(typed)
    expect(mina.composer).to_have_value(becomes)


def test_emoji_are_found_and_picked_by_keyboard(people, room):
    mina = people(locale="ko-KR").enter(room, "민아")
    mina.page.fill("#composer-text", "축하해요 ")
    mina.page.get_by_role("button", name="이모지").press("Enter")
    find = mina.page.get_by_label("이름으로 이모지 찾기")
    expect(find).to_be_focused()
    mina.page.keyboard.type("축하")
    expect(mina.page.locator(".sign-button").first).to_have_text("🎉")
    mina.page.keyboard.press("ArrowDown")
    expect(mina.page.get_by_role("button", name="축하", exact=True)).to_be_focused()
    mina.page.keyboard.press("Enter")
    expect(mina.composer).to_have_value("축하해요 🎉")
    expect(mina.composer).to_be_focused()
    # What was put in can be taken back.
    mina.page.keyboard.press("Control+z")
    expect(mina.composer).to_have_value("축하해요 ")


def test_a_text_is_formatted_by_nodes_alone(people, server, room):
    server.say(room, "**굵게** *기울여* `코드` https://example.com를\n> 인용 **말**\n- 하나\n  - 안쪽\n- 둘\n3. 셋\nwww.example.com")
    mina = people().enter(room, "Mina")
    text = mina.messages.first
    expect(text.locator("> strong")).to_have_text("굵게")
    expect(text.locator("> em")).to_have_text("기울여")
    expect(text.locator("> code")).to_have_text("코드")
    expect(text.locator("blockquote")).to_have_text("인용 말")
    expect(text.locator("ul > li")).to_have_text(["하나", "안쪽", "둘"])
    expect(text.locator("ol > li")).to_have_js_property("value", 3)
    expect(text.locator("a").first).to_have_attribute("href", "https://example.com/")
    expect(text.locator("a").last).to_have_attribute("href", "https://www.example.com/")


def test_a_link_to_a_room_of_this_page_stays_in_this_tab(people, room, mina):
    mina.say(f"see {mina.url}/#{room}-2 and {mina.url}/status.html")
    expect(mina.page.locator(".message a")).to_have_count(2)
    expect(mina.page.locator(".message a").last).to_have_attribute("target", "_blank")
    mina.page.locator(".message a").first.click()
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    assert len(mina.context.pages) == 1


def test_ones_own_name_is_marked_in_what_one_says(mina):
    mina.say("I am @Mina")
    expect(mina.page.locator(".message mark")).to_have_text("@Mina")
    expect(mina.page.locator(".to-me")).to_have_count(0)


def test_a_long_text_is_folded_and_unfolds(people, server, room):
    server.say(room, "\n".join(["line"] * 1600))
    mina = people().enter(room, "Mina")
    row = mina.page.locator(".message")
    unfold = row.get_by_role("button", name="Show all of it")
    expect(unfold).to_have_attribute("aria-expanded", "false")
    assert row.bounding_box()["height"] < 500
    unfold.press("Enter")
    assert row.bounding_box()["height"] > 10_000
    assert mina.messages.first.evaluate("node => node.textContent.length") == 1600 * 5 - 1
    row.get_by_role("button", name="Show less").press("Enter")
    assert row.bounding_box()["height"] < 500
