"""The field where messages are written, and Korean, Japanese and Chinese input in it.

Compositions are made by the DevTools protocol, in the orders in which browsers and input methods report them.
"""

import json
import re

import pytest
from playwright.sync_api import expect


class InputMethod:
    """What an input method does to the focused field."""

    def __init__(self, page):
        self.devtools = page.context.new_cdp_session(page)

    def compose(self, *texts):
        for text in texts:
            self.devtools.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})

    def commit(self, text):
        self.devtools.send("Input.insertText", {"text": text})

    def enter_within_composition(self):
        """The key press that belongs to the input method: code 229."""
        self._key("rawKeyDown", 229, "Process")
        self._key("keyUp", 13, "Enter")

    def _key(self, kind, code, key):
        self.devtools.send("Input.dispatchKeyEvent", {"type": kind, "windowsVirtualKeyCode": code, "key": key, "code": "Enter"})


@pytest.fixture
def mina(people, room):
    return people().enter(room, "민아")


def settled(page):
    """Two frames and the composer's own short wait have passed."""
    page.evaluate("() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 80))")


def test_enter_sends_and_shift_enter_breaks_the_line(mina):
    mina.composer.press_sequentially("one")
    mina.page.keyboard.press("Shift+Enter")
    mina.composer.press_sequentially("two")
    expect(mina.composer).to_have_value("one\ntwo")
    mina.page.keyboard.press("Enter")
    mina.sees("one\ntwo")
    expect(mina.composer).to_have_value("")


def test_blanks_are_not_sent(mina):
    mina.say("  \n ")
    expect(mina.page.locator(".send")).to_be_disabled()
    mina.say("word")
    mina.sees("word")


def test_korean_enter_with_a_second_keydown_sends_once_with_the_last_syllable(mina):
    method = InputMethod(mina.page)
    mina.composer.focus()
    method.commit("안녕하세")
    method.compose("ㅇ", "요")
    method.enter_within_composition()
    expect(mina.composer).to_have_value("안녕하세요")
    method.commit("요")
    mina.page.keyboard.press("Enter")
    settled(mina.page)
    mina.sees("안녕하세요")
    expect(mina.composer).to_have_value("")
    expect(mina.outgoing).to_have_count(0)


def test_korean_enter_without_a_second_keydown_sends_at_once(mina):
    method = InputMethod(mina.page)
    mina.composer.focus()
    method.compose("ㅇ", "아", "안")
    method.enter_within_composition()
    method.commit("안")
    settled(mina.page)
    mina.sees("안")
    expect(mina.composer).to_have_value("")


def test_korean_enter_in_safaris_order_sends_once(mina):
    method = InputMethod(mina.page)
    mina.composer.focus()
    method.compose("요")
    method.commit("요")
    method.enter_within_composition()
    settled(mina.page)
    mina.sees("요")
    expect(mina.composer).to_have_value("")


@pytest.mark.parametrize("reading, taken", [("にほん", "日本"), ("ni hao", "你好"), ("ni hao", "ni hao")])
def test_an_enter_that_takes_a_candidate_never_sends(mina, reading, taken):
    method = InputMethod(mina.page)
    mina.composer.focus()
    method.compose(reading, taken)
    method.enter_within_composition()
    method.commit(taken)
    settled(mina.page)
    expect(mina.composer).to_have_value(taken)
    mina.sees()
    mina.page.keyboard.press("Enter")
    mina.sees(taken)


def test_the_button_sends_what_is_still_composed(mina):
    method = InputMethod(mina.page)
    mina.composer.focus()
    method.commit("감사합니")
    method.compose("다")
    mina.page.get_by_role("button", name="Send").click()
    mina.sees("감사합니다")
    expect(mina.composer).to_have_value("")


def test_on_touch_enter_is_a_new_line_and_the_button_sends(people, room):
    mina = people(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).enter_by_touch(room, "Mina")
    mina.composer.tap()
    mina.composer.press_sequentially("one")
    mina.page.keyboard.press("Enter")
    mina.composer.press_sequentially("two")
    expect(mina.composer).to_have_value("one\ntwo")
    mina.page.get_by_role("button", name="Send").tap()
    mina.sees("one\ntwo")


def test_the_limit_shows_as_it_nears_and_holds(mina):
    limit = mina.page.locator(".limit")
    mina.page.fill("#composer-text", "가" * 2000)
    expect(limit).to_have_text("")
    mina.page.fill("#composer-text", "가" * 2700)
    expect(limit).to_have_text("92 bytes left")
    mina.page.fill("#composer-text", "가" * 2731)
    # What is offered follows, as soon as it was fetched.
    expect(limit).to_have_text(re.compile("^1 byte too long"))
    expect(mina.page.locator(".send")).to_be_disabled()
    mina.page.keyboard.press("Enter")
    mina.sees()
    expect(mina.composer).to_have_value("가" * 2731)


def test_a_draft_is_kept_per_room_and_over_a_reload(mina, room):
    mina.page.fill("#composer-text", "half a thought")
    mina.page.evaluate("room => { location.hash = room }", f"{room}-2")
    expect(mina.composer).to_have_value("")
    mina.page.go_back()
    expect(mina.composer).to_have_value("half a thought")
    mina.page.reload()
    expect(mina.composer).to_have_value("half a thought")


def test_the_last_message_comes_back_by_the_up_arrow(mina):
    mina.say("again")
    mina.sees("again")
    mina.page.keyboard.press("ArrowUp")
    expect(mina.composer).to_have_value("again")


def test_a_message_is_pending_then_there(people, room):
    mina = people()
    held = []
    mina.context.route_web_socket(re.compile("/ws$"), lambda socket: hold_sends(socket, held))
    mina.enter(room, "Mina")
    mina.say("slow")
    expect(mina.outgoing).to_have_class(re.compile("sending"))
    expect(mina.outgoing.locator(".text")).to_have_text("slow")
    held.pop()()
    mina.sees("slow")
    expect(mina.outgoing).to_have_count(0)


def hold_sends(socket, held):
    server = socket.connect_to_server()

    def from_page(text):
        if json.loads(text)["type"] == "send":
            held.append(lambda: server.send(text))
        else:
            server.send(text)

    socket.on_message(from_page)


def test_a_refused_message_can_be_tried_again_or_discarded(people, room):
    mina = people()
    seen = []

    def refuse_first_two(socket):
        server = socket.connect_to_server()

        def from_page(text):
            command = json.loads(text)
            if command["type"] == "send":
                seen.append(command["key"])
                if len(seen) != 2:
                    refusal = {"type": "error", "id": command["id"], "code": "forbidden", "message": "no", "room": room}
                    socket.send(json.dumps(refusal))
                    return
            server.send(text)

        socket.on_message(from_page)

    mina.context.route_web_socket(re.compile("/ws$"), refuse_first_two)
    mina.enter(room, "Mina")
    mina.say("mine")
    expect(mina.outgoing).to_contain_text("Not sent. You may not write here.")
    mina.page.get_by_role("button", name="Try again").click()
    mina.sees("mine")
    assert seen[0] == seen[1]
    mina.say("not this")
    mina.page.get_by_role("button", name="Discard").click()
    expect(mina.outgoing).to_have_count(0)
    mina.sees("mine")


def test_a_full_bucket_delays_and_loses_nothing(people, own_server, room):
    mina, jonas = people(own_server.url).enter(room, "Mina"), people(own_server.url).enter(room, "Jonas")
    texts = [f"burst {number}" for number in range(25)]
    for text in texts:
        mina.say(text)
    expect(jonas.messages).to_have_text(texts)
    mina.sees(*texts)


def unfold_all(person, count):
    for _ in range(count):
        person.page.get_by_role("button", name="Show all of it").first.click()


def test_a_text_that_is_too_long_goes_in_parts_when_the_user_wants_that(people, room):
    mina, jonas = people().enter(room, "Mina"), people().enter(room, "Jonas")
    text = "\n".join(f"line {number} of what was pasted" for number in range(700))
    mina.page.fill("#composer-text", text)
    expect(mina.page.locator(".limit")).to_contain_text("bytes too long")
    mina.page.keyboard.press("Enter")
    jonas.sees()
    mina.page.get_by_role("button", name="Send as 3 messages").click()
    expect(jonas.messages).to_have_count(3)
    expect(mina.composer).to_have_value("")
    unfold_all(jonas, 3)
    assert "\n".join(jonas.messages.all_text_contents()) == text


def test_of_a_text_that_is_too_long_the_first_part_can_go_and_the_rest_stays(mina):
    text = "가나다 " * 1200
    mina.page.fill("#composer-text", text)
    mina.page.get_by_role("button", name="Send the first part").click()
    expect(mina.messages).to_have_count(1)
    unfold_all(mina, 1)
    rest = mina.composer.input_value()
    assert rest and (mina.messages.text_content() + " " + rest) == text
    expect(mina.page.locator(".limit")).not_to_contain_text("too long")
    mina.page.reload()
    expect(mina.composer).to_have_value(rest)
