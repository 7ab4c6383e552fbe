"""What the device does: midnight, paper, clipboard, keyboards on the screen, full storage, files."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def mina(people, room):
    return people().enter(room, "Mina")


def test_the_day_follows_the_calendar_without_a_reload(people, server, room):
    at = server.say(room, "before midnight")["time"]
    mina = people(timezone_id="Asia/Seoul").enter(room, "Mina")
    days = mina.page.locator(".rule time")
    expect(days).to_have_text(["Today"])
    mina.page.clock.install(time=at / 1000 + 86_400)
    mina.page.clock.run_for(2_000)
    expect(days).to_have_text(["Yesterday"])
    mina.page.clock.fast_forward(86_400_000)
    mina.page.clock.run_for(2_000)
    expect(days).to_have_text([re.compile("day, ")])


def test_who_came_stands_under_the_line_of_the_day(people, server, room):
    mina, _ = people().enter(room, "Mina"), people().enter(room, "Jonas")
    expect(mina.page.locator(".note")).to_have_count(1)
    expect(mina.page.locator(".row.rule")).to_have_count(0)
    server.say(room, "hello")
    mina.sees("hello")
    expect(mina.page.locator(".row")).to_have_text([re.compile("Today"), re.compile("joined"), re.compile("hello")])


def test_several_messages_are_copied_as_lines(people, server, room):
    for name, text in (("Jonas", "first `message`"), ("Jonas", "second"), ("민아", "셋째")):
        server.say(room, text, name=name)
    mina = people(timezone_id="Asia/Seoul").enter(room, "Mina")
    mina.messages.first.hover()
    expect(mina.page.locator(".copy")).to_be_attached()
    mina.page.evaluate(
        """() => {
          const texts = [...document.querySelectorAll(".message .text")];
          getSelection().setBaseAndExtent(texts[0], 0, texts[2], texts[2].childNodes.length);
        }"""
    )
    mina.page.keyboard.press("Control+c")
    copied = mina.page.evaluate("navigator.clipboard.readText()").split("\n")
    assert [re.sub(r"^\[\d\d:\d\d\]", "[12:14]", line) for line in copied] == ["[12:14] Jonas: first `message`", "[12:14] Jonas: second", "[12:14] 민아: 셋째"]
    # A part of the first and of the last.
    mina.page.evaluate(
        """() => {
          const texts = [...document.querySelectorAll(".message .text")];
          getSelection().setBaseAndExtent(texts[1].firstChild, 3, texts[2].firstChild, 1);
        }"""
    )
    mina.page.keyboard.press("Control+c")
    copied = mina.page.evaluate("navigator.clipboard.readText()").split("\n")
    assert [line.split("] ")[1] for line in copied] == ["Jonas: ond", "민아: 셋"]


def test_all_that_is_loaded_is_printed(people, server, room):
    for number in range(60):
        server.say(room, f"printed {number} of sixty")
    mina = people().enter(room, "Mina")
    expect(mina.messages).to_have_count(50)
    mina.page.locator(".scroller").evaluate("node => { node.scrollTop = 0 }")
    expect(mina.messages).to_have_count(60)
    # As a browser does that prints.
    mina.page.emulate_media(media="print")
    mina.page.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")
    expect(mina.messages.last).to_have_text("printed 59 of sixty")
    hidden = mina.page.evaluate(
        """() => [...document.querySelectorAll(".message .text")].filter((node) => {
             const { top, bottom, height } = node.getBoundingClientRect();
             return !node.checkVisibility({ contentVisibilityAuto: true }) || height === 0 || top + scrollY < 0 || bottom + scrollY > document.documentElement.scrollHeight;
           }).length"""
    )
    assert hidden == 0
    expect(mina.page.locator("h1")).to_be_visible()
    for part in ("#rooms", "#composer", ".older"):
        expect(mina.page.locator(part)).to_be_hidden()
    pages = len(re.findall(rb"/Type\s*/Page\b", mina.page.pdf()))
    assert pages > 1


def test_a_long_text_is_printed_as_a_whole(people, server, room):
    server.say(room, "\n".join(f"row {number}" for number in range(100)))
    mina = people().enter(room, "Mina")
    expect(mina.page.get_by_role("button", name="Show all of it")).to_be_visible()
    mina.page.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")
    expect(mina.messages.first).to_contain_text("row 99")


STUB = """
  const stub = Object.assign(new EventTarget(), { width: 390, height: innerHeight, offsetTop: 0, offsetLeft: 0, scale: 1 });
  Object.defineProperty(window, "visualViewport", { get: () => stub });
  window.see = (change, type) => { Object.assign(stub, change); stub.dispatchEvent(new Event(type)); };
"""


@pytest.mark.parametrize("change, event", [({"height": 500}, "resize"), ({"height": 500, "offsetTop": 344}, "scroll"), ({"offsetTop": 300}, "scroll")])
def test_the_field_stays_where_it_is_seen_above_a_keyboard_on_the_screen(people, room, change, event):
    mina = people(viewport={"width": 390, "height": 844})
    mina.context.add_init_script(STUB)
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    mina.page.evaluate("([change, event]) => see(change, event)", [change, event])
    seen = {"height": 844, "offsetTop": 0, **change}
    mina.page.wait_for_function(
        """({ height, offsetTop }) => {
          const { top, bottom } = document.querySelector("#composer").getBoundingClientRect();
          return top >= offsetTop && bottom <= offsetTop + height && bottom > offsetTop + height - 60;
        }""",
        arg=seen,
    )
    mina.page.evaluate("see({ height: innerHeight, offsetTop: 0 }, 'scroll')")
    mina.page.wait_for_function("() => document.querySelector('#app').getBoundingClientRect().height === innerHeight")


def test_a_pinch_leaves_the_page_as_it_is(people, room):
    mina = people(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.get_by_role("button", name="Enter").tap()
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    mina.page.evaluate("() => { window.heard = new Promise((done) => visualViewport.addEventListener('resize', done)); }")
    mina.context.new_cdp_session(mina.page).send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    mina.page.evaluate("() => heard.then(() => import('/js/viewport.js')).then(() => undefined)")
    assert mina.page.evaluate("[visualViewport.scale > 1.5, document.querySelector('#app').getBoundingClientRect().height === innerHeight]") == [True, True]


def test_a_full_storage_is_told_once(mina):
    mina.page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }")
    mina.page.fill("#composer-text", "a thought")
    notice = mina.page.locator(".notice")
    expect(notice).to_contain_text("no room left")
    notice.get_by_role("button", name="Close").click()
    mina.composer.press("Enter")
    mina.sees("a thought")
    expect(notice).to_be_hidden()


def test_files_that_are_pasted_or_dropped_are_told_about_and_do_not_take_the_page_away(mina):
    notice = mina.page.locator(".notice")
    give = """(type) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "x.png", { type: "image/png" }));
      const event = type === "paste" ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector(type === "paste" ? "#composer-text" : "#messages").dispatchEvent(event);
      return event.defaultPrevented;
    }"""
    mina.page.evaluate(give, "paste")
    expect(notice).to_contain_text("Only text can be sent")
    notice.get_by_role("button", name="Close").click()
    assert mina.page.evaluate(give, "dragover") and mina.page.evaluate(give, "drop")
    expect(notice).to_contain_text("Only text can be sent")


def test_back_does_not_enter_a_room_that_was_left(mina, room):
    mina.say(f"/join {room}-2")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    mina.is_in()
    mina.say(f"/leave {room}")
    expect(mina.page.locator(".room-link")).to_have_count(1)
    mina.page.go_back()
    notice = mina.page.locator(".notice")
    expect(notice).to_contain_text(f"You have left #{room}")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    expect(mina.page.locator(".room-link")).to_have_count(1)
    notice.get_by_role("button", name="Join again").click()
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}")


def test_a_burst_is_read_to_who_listens_in_few_lines(people, server, room):
    mina = people().enter(room, "Mina")
    mina.page.evaluate("window.heard = []; new MutationObserver((list) => heard.push(...list.flatMap(({ addedNodes }) => [...addedNodes].map((node) => node.textContent)))).observe(document.querySelector('#announcer'), { childList: true })")
    for number in range(40):
        server.say(room, f"line {number}")
    expect(mina.messages).to_have_count(40)
    # What comes next would be one of those that still wait to be counted.
    mina.page.wait_for_function("() => heard.reduce((sum, words) => sum + Number(/^(\\d+) new messages/.exec(words)?.[1] ?? 1), 0) === 40")
    assert len(mina.page.evaluate("heard")) < 40
    server.say(room, "at last")
    mina.page.wait_for_function("() => heard.some((words) => words.includes('at last'))")


def test_how_many_are_new_is_told_where_it_is_known(people, server, room):
    mina = people().enter(room, "Mina")
    server.say(room, "seen")
    mina.sees("seen")
    mina.page.goto("about:blank")
    for number in range(40):
        server.say(room, f"missed {number}")
    mina.page.goto(f"{mina.url}/#{room}")
    expect(mina.page.locator(".row.new")).to_be_in_viewport()
    expect(mina.page.locator(".pill")).to_have_text("40 new messages")


def test_the_banner_covers_nothing_on_a_phone(people, own_server, room):
    mina = people(own_server.url, viewport={"width": 390, "height": 844})
    for number in range(3):
        own_server.say(room, f"line {number}")
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(3)
    own_server.kill()
    expect(mina.banner).to_contain_text("Connection lost")
    banner, messages = mina.banner.bounding_box(), mina.page.locator("#messages").bounding_box()
    assert banner["y"] + banner["height"] <= messages["y"]


def test_a_typed_name_outlives_a_switch_of_the_language(people, server, room):
    page = people().page
    page.goto(f"{server.url}/#{room}")
    page.fill("#welcome-name", "민아")
    page.get_by_label("Language").select_option("ko")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#welcome-name")).to_have_value("민아")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="설정").click()
    page.fill("#settings-name", "하준")
    page.get_by_label("언어").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".self .name")).to_have_text("하준")


def test_a_room_that_differs_by_capital_letters_alone_is_hinted_at(mina, room):
    mina.page.get_by_role("button", name="Join a room").click()
    mina.page.fill("#join-room", room.upper())
    expect(mina.page.locator("#join-room-hint")).to_contain_text(f"another room than #{room}")
    mina.page.fill("#join-room", room)
    expect(mina.page.locator("#join-room-hint")).to_contain_text("Letters, digits")
