"""The connection fails in every way it can; the page says what is going on and comes back by itself."""

import json
import re

from playwright.sync_api import expect

SOCKET = re.compile("/ws$")
QUICK = "Math.random = () => 0"


def watched(person):
    """The WebSockets that a person's pages open from now on, which lead to the server; a test may close them."""
    sockets = []

    def watch(socket):
        sockets.append(socket)
        socket.connect_to_server()

    person.context.route_web_socket(SOCKET, watch)
    return sockets


def reconnect(person):
    """Presses the banner's button, unless the page has come back by itself meanwhile."""
    person.page.evaluate("document.querySelector('.banner:not([hidden]) .button')?.click()")


def test_who_has_a_name_is_greeted_once_while_the_page_is_fetched(people, room):
    mina = people().enter(room, "Mina")
    sent = []
    mina.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append((socket, json.loads(frame)["type"]))))
    mina.page.reload()
    mina.is_in()
    mina.say("hello")
    mina.sees("hello")
    assert len({socket for socket, _ in sent}) == 1
    assert [command for _, command in sent if command != "typing"] == ["hello", "join", "send"]


def test_an_early_connection_that_ended_before_it_was_used_is_made_anew(people, room):
    mina = people().enter(room, "Mina")
    mina.context.add_init_script(
        """const Real = WebSocket;
           globalThis.made = 0;
           globalThis.WebSocket = class extends Real {
             constructor(...to) { super(...to); if (++made === 1) this.close(); }
           };"""
    )
    mina.page.reload()
    mina.is_in()
    assert mina.page.evaluate("made") == 2


def test_a_message_written_while_the_server_is_down_is_delivered_once(people, own_server, room):
    mina, jonas = people(own_server.url).enter(room, "Mina"), people(own_server.url).enter(room, "Jonas")
    mina.say("before")
    jonas.sees("before")
    own_server.kill()
    expect(mina.banner).to_contain_text("Connection lost")
    mina.say("meanwhile 하나")
    mina.say("meanwhile 둘")
    expect(mina.outgoing).to_have_count(2)
    expect(mina.outgoing.first).to_contain_text("Waits for the connection")
    own_server.start()
    for person in (mina, jonas):
        expect(person.page.locator("html")).to_have_attribute("data-connection", "open")
        expect(person.banner).to_be_hidden()
    expect(mina.outgoing).to_have_count(0)
    for person in (mina, jonas):
        # A server that keeps its log in memory begins a new one; what was seen before stays on the page.
        person.sees("before", "meanwhile 하나", "meanwhile 둘")


def test_unsent_messages_survive_a_reload(people, room):
    mina, jonas = people(), people().enter(room, "Jonas")
    is_cut = []

    def cut_sends(socket):
        server = socket.connect_to_server()
        socket.on_message(lambda text: None if is_cut and json.loads(text)["type"] == "send" else server.send(text))

    mina.context.route_web_socket(SOCKET, cut_sends)
    mina.enter(room, "Mina")
    is_cut.append(True)
    mina.say("do not lose me")
    expect(mina.outgoing).to_have_count(1)
    is_cut.clear()
    mina.page.reload()
    mina.sees("do not lose me")
    jonas.sees("do not lose me")
    mina.page.reload()
    mina.is_in()
    mina.sees("do not lose me")


def test_an_answer_that_is_lost_does_not_make_a_second_message(people, room):
    mina = people()
    sockets = []

    def lose_answers(socket):
        server = socket.connect_to_server()
        sockets.append(socket)
        is_first = len(sockets) == 1

        def from_server(text):
            event = json.loads(text)
            is_answer = event["type"] == "message" or (event["type"] == "ok" and "duplicate" in event)
            if is_first and is_answer:
                socket.close(code=4000, reason="slow consumer")
            elif not is_first or not is_answer:
                socket.send(text)

        server.on_message(from_server)

    mina.context.route_web_socket(SOCKET, lose_answers)
    mina.enter(room, "Mina")
    mina.say("once")
    expect(mina.banner).to_contain_text("Connection lost")
    reconnect(mina)
    mina.sees("once")
    expect(mina.outgoing).to_have_count(0)


def test_a_reconnected_page_has_what_it_missed_and_nothing_twice(people, server, room):
    mina = people()
    sockets = watched(mina)
    mina.enter(room, "Mina")
    server.say(room, "one")
    mina.sees("one")
    sockets[-1].close(code=1012, reason="draining")
    expect(mina.banner).to_be_visible()
    server.say(room, "two")
    reconnect(mina)
    server.say(room, "three")
    mina.sees("one", "two", "three")


def test_what_has_left_the_log_meanwhile_is_shown_as_a_gap(people, start_server, room):
    server = start_server("--unlimited", "--log-messages", "10")
    mina = people(server.url)
    sockets = watched(mina)
    mina.enter(room, "Mina")
    server.say(room, "first")
    mina.sees("first")
    sockets[-1].close(code=1012, reason="draining")
    expect(mina.banner).to_be_visible()
    for number in range(2, 41):
        server.say(room, f"line {number}")
    reconnect(mina)
    expect(mina.messages.last).to_have_text("line 40")
    expect(mina.page.locator(".seam")).to_contain_text("no longer available")
    shown = mina.messages.count()
    lost = int(mina.page.locator(".seam").text_content().split()[0])
    assert shown + lost == 40


HOLD_FRAMES = """() => {
  const { requestAnimationFrame, setTimeout } = window;
  const held = [];
  window.requestAnimationFrame = (draw) => held.push(draw);
  // The store draws without a frame where none comes.
  window.setTimeout = (action, delay, ...rest) => (delay === 100 ? 0 : setTimeout(action, delay, ...rest));
  const { parse } = JSON;
  window.heard = 0;
  JSON.parse = (text, ...rest) => {
    window.heard += text.includes('"type":"message"');
    return parse(text, ...rest);
  };
  window.releaseFrames = () => {
    Object.assign(window, { requestAnimationFrame, setTimeout });
    for (const draw of held) draw();
  };
}"""


def test_a_list_that_is_shown_in_part_loads_no_older_messages(people, server, room):
    for number in range(60):
        server.say(room, f"line {number}")
    mina = people()
    kept, asked = [], []

    def watch(socket):
        upstream = socket.connect_to_server()

        def hand_on(frame):
            asked.extend([frame] * ('"history"' in frame))
            upstream.send(frame)

        def receive(frame):
            known = kept or '"line 19"' in frame
            kept.append(lambda: socket.send(frame)) if known else socket.send(frame)

        socket.on_message(hand_on)
        upstream.on_message(receive)

    mina.context.route_web_socket(SOCKET, watch)
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(9)
    # All is here, and not shown yet, when the browser says that the list was scrolled.
    mina.page.evaluate(HOLD_FRAMES)
    while len(kept) < 41:
        mina.page.wait_for_timeout(20)
    for hand_over in kept:
        hand_over()
    mina.page.wait_for_function("heard === 41", polling=20)
    mina.page.evaluate("() => { document.querySelector('.scroller').dispatchEvent(new Event('scroll')); releaseFrames(); }")
    expect(mina.messages).to_have_count(50)
    expect(mina.messages.last).to_have_text("line 59")
    assert not [frame for frame in asked if '"type":"history"' in frame]


class Injected:
    """A socket through which a test can speak as the server."""

    def __init__(self, person):
        self.socket = None
        self.server = None
        self.is_deaf = False
        person.context.route_web_socket(SOCKET, self._opened)

    def _opened(self, socket):
        self.socket, self.server = socket, socket.connect_to_server()
        deaf = [self.is_deaf]
        self.deafen = lambda: deaf.__setitem__(0, True)
        server = self.server
        socket.on_message(lambda text: None if deaf[0] else server.send(text))
        server.on_message(lambda text: None if deaf[0] else socket.send(text))

    def tell(self, **event):
        self.socket.send(json.dumps(event))


def test_lost_messages_are_shown_as_a_gap(people, server, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    at = server.say(room, "one")
    mina.sees("one")
    injected.tell(type="gap", room=room, epoch=at["epoch"], **{"from": 2, "to": 13})
    expect(mina.page.locator(".seam")).to_have_text("12 messages are no longer available")


def test_a_log_that_began_anew_is_shown(people, server, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    server.say(room, "one")
    mina.sees("one")
    injected.tell(type="reset", room=room, epoch="another1", seq=0)
    expect(mina.page.locator(".seam")).to_contain_text("began anew")


def test_a_degraded_server_is_shown(people, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    injected.tell(type="status", state="degraded", detail="redis")
    expect(mina.banner).to_contain_text("lost its store")
    injected.tell(type="status", state="ok", detail="")
    expect(mina.banner).to_be_hidden()


def test_an_error_that_belongs_to_nothing_is_told(people, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    injected.tell(type="error", code="rate_limited", message="slow down")
    expect(mina.page.locator(".notice")).to_contain_text("too fast")


def test_a_closing_server_is_come_back_to_when_it_says(people, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    injected.tell(type="closing", code=1012, reason="draining", reconnect_ms=10_000)
    injected.socket.close(code=1012, reason="draining")
    # By itself it would try again within two seconds.
    expect(mina.banner).to_contain_text(re.compile(r"restarting\. Next try in ([3-9]|1[01]) seconds"))
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")


def test_a_final_code_ends_it_and_says_why(people, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    injected.socket.close(code=4503, reason="removed")
    expect(mina.banner).to_contain_text("removed by a moderator")
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "ended")
    mina.page.get_by_role("button", name="Try again").click()
    mina.is_in()


def test_a_half_open_connection_is_noticed_when_the_device_wakes(people, server, room):
    mina = people()
    injected = Injected(mina)
    mina.enter(room, "Mina")
    injected.deafen()
    server.say(room, "unheard")
    mina.page.evaluate("dispatchEvent(new Event('online'))")
    mina.sees("unheard")


def test_a_page_that_is_turned_away_asks_why(people, room):
    mina = people()
    mina.context.add_init_script(QUICK)
    mina.context.route_web_socket(SOCKET, lambda socket: socket.close(code=1013, reason="no"))
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.banner).to_contain_text("full")
    expect(mina.banner).to_contain_text("The server is up but refuses this page")


def test_a_server_that_is_gone_is_told_from_one_that_refuses(people, own_server, room):
    mina = people(own_server.url)
    mina.context.add_init_script(QUICK)
    mina.enter(room, "Mina")
    own_server.kill()
    expect(mina.banner).to_contain_text("The server does not answer")


def test_replayed_messages_are_not_read_out_and_live_ones_are_once(people, server, room):
    server.say(room, "old")
    mina = people().enter(room, "Mina")
    mina.sees("old")
    announcer = mina.page.locator("#announcer")
    expect(announcer).to_have_attribute("aria-live", "polite")
    expect(announcer).to_be_empty()
    server.say(room, "new", name="Jonas")
    expect(announcer.locator("p")).to_have_text(["Jonas: new"])


def test_a_dialog_that_could_not_be_fetched_comes_when_the_server_is_back(people, own_server, room):
    mina = people(own_server.url).enter(room, "Mina")
    own_server.kill()
    expect(mina.banner).to_contain_text("Connection lost")
    mina.page.get_by_role("button", name="Settings").click()
    expect(mina.page.get_by_role("dialog")).to_have_count(0)
    own_server.start()
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    mina.page.get_by_role("button", name="Settings").click()
    expect(mina.page.get_by_role("dialog")).to_be_visible()
    expect(mina.page.locator(".check")).to_have_css("display", "flex")
