"""Reading: what is new, alerts, keys, rooms that live, and rooms with very much in them."""

import json
import re

import pytest
from playwright.sync_api import expect

SOCKET = re.compile("/ws$")

# A page can be neither hidden nor heard in a test; these stand for what the browser would do.
STAGE = """
  window.shown = [];
  window.rung = 0;
  window.Notification = class {
    static permission = "granted";
    static async requestPermission() { window.asked = (window.asked ?? 0) + 1; return window.answer ?? "granted"; }
    constructor(title, options) { shown.push([title, options.body, options.tag]); }
    close() {}
  };
  window.AudioContext = class {
    currentTime = 0;
    destination = {};
    resume() {}
    createOscillator() { window.rung += 0.5; return { frequency: {}, connect: (node) => node, start() {}, stop() {} }; }
    createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (node) => node }; }
  };
"""
LOOK_AWAY = """() => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def staged(people):
    def make(**options):
        person = people(**options)
        person.context.add_init_script(STAGE)
        return person

    return make


def settings(person):
    person.page.get_by_role("button", name="Settings").click()
    return person.page.get_by_role("dialog")


def test_what_is_new_since_the_last_visit_is_marked_after_a_reload(people, server, room):
    mina = people().enter(room, "Mina")
    server.say(room, "seen")
    mina.sees("seen")
    mina.page.goto("about:blank")
    server.say(room, "missed")
    mina.page.goto(f"{mina.url}/#{room}")
    mina.sees("seen", "missed")
    rows = mina.page.locator(".row:is(.new, .message)")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_have_class(re.compile("new"))
    mina.page.reload()
    mina.sees("seen", "missed")
    expect(mina.page.locator(".row.new")).to_have_count(0)


def test_rooms_keep_their_unread_counts_over_a_reload(people, server, room):
    mina = people().enter(room, "Mina")
    server.say(room, "seen")
    mina.sees("seen")
    mina.page.evaluate("room => { location.hash = room }", f"{room}-2")
    mina.is_in()
    mina.page.goto("about:blank")
    for number in range(3):
        server.say(room, f"missed {number}")
    mina.page.goto(f"{mina.url}/#{room}-2")
    expect(mina.page.locator(".badge")).to_have_text(re.compile("^3 "))


def test_notifications_and_sound_are_asked_for_on_a_click_only(staged, server, room):
    mina = staged().enter(room, "Mina")
    mina.page.evaluate(LOOK_AWAY)
    server.say(room, "unasked @Mina")
    expect(mina.page).to_have_title(re.compile(r"^\(1\)"))
    assert mina.page.evaluate("[shown.length, rung, window.asked]") == [0, 0, None]
    settings(mina)
    mina.page.get_by_label("Notifications").select_option("mentions")
    mina.page.get_by_label("Sound").check()
    mina.page.keyboard.press("Escape")
    assert mina.page.evaluate("asked") >= 1
    before = mina.page.evaluate("rung")
    server.say(room, "not for her")
    server.say(room, "@Mina for her", name="Jonas")
    mina.page.wait_for_function("() => shown.length > 0")
    # A mention from before that is not read yet makes no mention of what comes after it.
    assert mina.page.evaluate("shown") == [[f"Jonas · #{room}", "@Mina for her", f"chat {room}"]]
    assert mina.page.evaluate("rung") > before
    # The choice holds for the next page, which asks for nothing.
    mina.page.reload()
    mina.is_in()
    assert mina.page.evaluate("window.asked") is None
    mina.page.evaluate(LOOK_AWAY)
    server.say(room, "@Mina again", name="Jonas")
    mina.page.wait_for_function("() => shown.length === 1")


def test_what_comes_before_the_code_that_alerts_is_alerted_too(staged, server, room):
    mina = staged().enter(room, "Mina")
    mina.page.evaluate("localStorage.setItem('chat.alerts', JSON.stringify({ notify: 'all', sound: false }))")
    held = []
    mina.page.route("**/alerts.js", lambda route: held.append(route))
    mina.page.reload()
    mina.is_in()
    mina.page.evaluate(LOOK_AWAY)
    server.say(room, "early", name="Jonas")
    expect(mina.page).to_have_title(re.compile(r"^\(1\)"))
    assert mina.page.evaluate("shown.length") == 0
    for route in held:
        route.continue_()
    mina.page.wait_for_function("() => shown.length === 1")


def test_a_refusal_to_notify_is_told_and_not_kept(staged, room):
    mina = staged().enter(room, "Mina")
    mina.page.evaluate("window.answer = 'denied'")
    dialog = settings(mina)
    mina.page.get_by_label("Notifications").select_option("all")
    expect(dialog).to_contain_text("does not allow")
    expect(mina.page.get_by_label("Notifications")).to_have_value("off")
    assert mina.page.evaluate("localStorage.getItem('chat.alerts')") is None


def test_of_two_tabs_one_alerts_and_none_while_one_is_looked_at(staged, server, room):
    mina = staged().enter(room, "Mina")
    mina.page.evaluate("localStorage.setItem('chat.alerts', JSON.stringify({ notify: 'all', sound: false }))")
    mina.page.reload()
    mina.is_in()
    first, mina.page = mina.page, mina.new_tab()
    mina.page.goto(f"{mina.url}/#{room}")
    mina.is_in()
    tabs = (first, mina.page)
    # Each of them holds it from when the code for it has come.
    first.wait_for_function("() => navigator.locks.query().then(({ held }) => held.filter(({ name }) => name === 'chat.visible').length === 2)")
    first.evaluate(LOOK_AWAY)
    server.say(room, "one of them sees this")
    # Its count is gone as soon as the other tab has read it: whether the title showed it is a matter of luck.
    expect(first.get_by_text("one of them sees this").first).to_be_attached()
    mina.page.evaluate(LOOK_AWAY)
    first.wait_for_function("() => navigator.locks.query().then(({ held }) => !held.some(({ name }) => name === 'chat.visible'))")
    server.say(room, "nobody looks")
    for tab in tabs:
        expect(tab).to_have_title(re.compile(r"^\([12]\)"))
    # Which of them alerts is a matter of luck.
    for tab in tabs:
        expect(tab.get_by_text("nobody looks").first).to_be_attached()
    shown = []
    while not shown:
        shown = [text for tab in tabs for _, text, _ in tab.evaluate("shown")]
    assert shown == ["nobody looks"]


def test_messages_are_walked_through_and_copied_by_keyboard(people, server, room):
    for number in range(30):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    page = mina.page
    expect(mina.messages).to_have_count(30)
    # The pointer has been there, too: nothing happens twice.
    mina.messages.last.hover()
    expect(page.locator(".copy")).to_be_visible()
    focused = page.locator(".message:focus .text")
    page.locator(".scroller").focus()
    # What keys do is fetched at the first look at the list.
    page.wait_for_function("() => { const { activeElement } = document; activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true })); return document.activeElement.matches('.message'); }")
    expect(focused).to_have_text("line 29")
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_text("line 28")
    page.keyboard.press("Home")
    expect(focused).to_have_text("line 0")
    expect(focused).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(focused).to_have_text("line 1")
    page.keyboard.press("c")
    page.wait_for_function("() => navigator.clipboard.readText().then((text) => text === 'line 1')")
    page.keyboard.press("Escape")
    expect(mina.composer).to_be_focused()
    expect(mina.messages.last).to_be_in_viewport()


def test_a_message_is_copied_by_its_button(people, server, room):
    server.say(room, "copy `me`\n안녕")
    mina = people().enter(room, "Mina")
    mina.messages.first.hover()
    mina.page.get_by_role("button", name="Copy the message").click()
    mina.page.wait_for_function("() => navigator.clipboard.readText().then((text) => text === 'copy `me`\\n안녕')")


def test_rooms_that_live_are_listed_and_stay_fresh(people, server, room):
    mina = people().enter(room, "Mina")
    mina.page.clock.install()
    mina.page.get_by_role("button", name="Join a room").click()
    rooms = mina.page.locator(".live-room .name")
    expect(rooms.first).to_be_visible() if rooms.count() else None
    server.say(f"{room}-new", "hello")
    mina.page.clock.run_for(6_000)
    entry = mina.page.locator(".live-room", has_text=f"{room}-new")
    expect(entry).to_be_visible()
    entry.click()
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-new")


def test_without_a_room_those_that_live_are_offered(people, server, room):
    server.say(f"{room}-open", "hello")
    mina = people().enter(room, "Mina")
    mina.page.locator(".room-item").hover()
    mina.page.get_by_role("button", name=f"Leave #{room}").click()
    expect(mina.page.get_by_role("heading", name="No room is open")).to_be_visible()
    mina.page.locator(".empty .live-room", has_text=f"{room}-open").click()
    mina.is_in()
    mina.sees("hello")


def test_a_hole_in_presence_that_lasts_asks_for_the_members_once(people, room):
    mina = people()
    asked, sockets = [], []

    def watch(socket):
        server = socket.connect_to_server()
        sockets.append(socket)

        def from_page(text):
            if json.loads(text)["type"] == "members":
                asked.append(text)
            server.send(text)

        socket.on_message(from_page)

    mina.context.route_web_socket(SOCKET, watch)
    mina.enter(room, "Mina")
    mina.page.clock.install()
    ghost = {"type": "joined", "room": room, "user": {"id": "u-ghost", "name": "Ghost"}, "member_count": 9}
    for version in (40, 41):
        sockets[-1].send(json.dumps({**ghost, "presence_version": version}))
    expect(mina.page.locator("#members h2")).to_have_text("9 members")
    # It is asked about after 5 to 7.5 s; the clock goes on by itself, too.
    mina.page.clock.run_for(1_000)
    assert asked == []
    mina.page.clock.run_for(7_000)
    expect(mina.page.locator("#members h2")).to_have_text("1 member")
    mina.page.clock.run_for(30_000)
    assert len(asked) == 1


def test_ten_thousand_messages_stay_light(people, room):
    """They come through the socket as fast as the page takes them; it keeps few nodes and shows the last."""
    mina = people()
    sockets = []

    def watch(socket):
        socket.connect_to_server()
        sockets.append(socket)

    mina.context.route_web_socket(SOCKET, watch)
    mina.enter(room, "Mina")
    for number in range(1, 10_001):
        author = {"id": f"u{number % 7}", "name": f"Author {number % 7}"}
        event = {"type": "message", "room": room, "time": 1_790_000_000_000 + number * 900, "from": author, "text": f"message {number} of **many** https://example.com/{number}", "kind": "text"}
        sockets[-1].send(json.dumps(event))
    expect(mina.messages.last).to_contain_text("message 10000")
    assert mina.messages.count() <= 401
    expect(mina.messages.last).to_be_in_viewport()
    # Up through what is here: more nodes come, and the reader's place holds.
    mina.page.locator(".scroller").evaluate("node => { node.scrollTop = 0 }")
    expect(mina.page.locator(".pill")).to_be_visible()
    mina.page.locator(".pill").click()
    expect(mina.messages.last).to_be_in_viewport()


@pytest.mark.parametrize("width", [375, 1280])
def test_text_of_twice_the_size_cuts_nothing_off(people, server, room, width):
    server.say(room, "A rather long line of text that needs more than one line when it is large.")
    mina = people(viewport={"width": width, "height": 800}, bypass_csp=True)
    mina.context.add_init_script("document.addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })")
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(1)
    assert mina.page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (".room-header h1", "#composer-text", ".send"):
        box = mina.page.locator(part).bounding_box()
        assert box["width"] > 0 and box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 800, part


def test_forced_colours_leave_everything_told(people, server, room, screenshots):
    server.say(room, "@Mina see `this`", name="Jonas")
    mina = people(forced_colors="active").enter(room, "Mina")
    current = mina.page.locator(".room-link[aria-current]")
    expect(current).to_have_css("outline-style", "solid")
    for part in (".avatar", "mark", "code"):
        expect(mina.page.locator(f".rows {part}").first).to_have_css("border-top-style", "solid")
    mina.page.screenshot(path=screenshots / "desktop-forced-colours.png")
