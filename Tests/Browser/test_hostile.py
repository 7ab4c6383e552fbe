"""What strangers write must not stop the page of anybody, and a part that fails must not take others with it."""

import json
import re
import time

from playwright.sync_api import expect

SOCKET = re.compile("/ws$")
FORMATTED = ".message :is(a, code, strong, em, ul, blockquote)"
HOSTILE = [
    "https://a" + ")" * 8100,
    "https://a" + "(" * 8100,
    "https://" * 1020,
    "@Mina" * 1600,
    "**a** " * 1300,
    "*a **b " * 1100,
    "`" * 8190,
    "`a` " * 2000,
    "```a" * 2000,
    "> " * 4000,
    "> a\nb\n" * 1300,
    "- a\n" * 2000,
    "\n" * 8000 + "x",
    "」" * 2700,
    "www." * 2000,
    "Z" + "\u0300\u0301" * 2000,
]


REFERENCE_SECONDS = 0.06
"""What the loop of `slowness` takes of a processor on a machine on which no task comes near its bound."""


def slowness():
    """How many times longer a computation takes at present than on that machine: neighbours also make a processor's own time longer."""
    began = time.thread_time()
    sum(number * number for number in range(1_000_000))
    return max(1, (time.thread_time() - began) / REFERENCE_SECONDS)


def hands_in(person, messages):
    """The page gets these messages from the socket, in one go, behind what the server says."""
    sockets = []

    def watch(socket):
        socket.connect_to_server()
        sockets.append(socket)

    person.context.route_web_socket(SOCKET, watch)

    def send(room):
        for number, text in enumerate(messages):
            event = {"type": "message", "room": room, "time": 1_790_000_000_000 + number, "from": {"id": f"u{number}", "name": "Mallory"}, "text": text, "kind": "text"}
            sockets[-1].send(json.dumps(event))

    return send


def longest_task(trace):
    """Milliseconds that the page's main thread had of a processor for one task: what others do on the machine does not count."""
    events = json.loads(trace)["traceEvents"]
    main = {(event["pid"], event["tid"]) for event in events if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"}
    tasks = [event.get("tdur", 0) for event in events if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main]
    assert len(tasks) > 10
    return max(tasks) / 1000


def test_no_text_stops_the_page(browser, people, server, room):
    """A room of the worst texts opens, and more of them come: no task of the page takes 100 ms, in the best of three tries.

    They are milliseconds of a machine of the usual speed.
    """
    texts = HOSTILE + ["https://a" + ")" * 8100] * 4
    for text in texts:
        server.say(room, text)
    longest = []
    while len(longest) < 3 and min(longest, default=100) >= 100:
        mina = people()
        browser.start_tracing(page=mina.page, categories=["devtools.timeline", "disabled-by-default-devtools.timeline"])
        mina.enter(room, "Mina")
        came = len(texts) + len(longest) * len(HOSTILE)
        expect(mina.messages).to_have_count(min(came, 50))
        expect(mina.page.locator(FORMATTED).first).to_be_attached()
        for text in HOSTILE:
            server.say(room, text)
        expect(mina.messages).to_have_count(min(came, 50) + len(HOSTILE))
        longest.append(longest_task(browser.stop_tracing()) / slowness())
        # However much of it is marked up, a message has a bounded number of nodes.
        assert mina.page.evaluate("document.querySelectorAll('.rows *').length") < 250 * mina.messages.count()
    assert min(longest) < 100, longest


def test_a_renderer_that_throws_shows_plain_text_and_harms_nothing_else(people, server, room):
    mina = people()
    mina.context.route(re.compile("/js/components/formatted.js$"), lambda route: route.fulfill(content_type="text/javascript", body="export function formatted(text) { if (text.includes('boom')) throw new Error('boom'); return [document.createTextNode(text.toUpperCase())]; }"))
    mina.enter(room, "Mina")
    server.say(room, "`before`")
    server.say(room, "`boom`")
    server.say(room, "`after`")
    mina.sees("`BEFORE`", "`boom`", "`AFTER`")
    assert mina.errors and all("boom" in error for error in mina.errors)
    mina.errors.clear()


def test_a_module_that_does_not_come_leaves_the_text_as_it_was_written(people, server, room):
    mina = people()
    mina.context.route(re.compile("/js/core/markup.js$"), lambda route: route.abort())
    mina.enter(room, "Mina")
    server.say(room, "**bold** https://example.com")
    mina.sees("**bold** https://example.com")
    mina.say("still here")
    mina.sees("**bold** https://example.com", "still here")


def test_a_row_that_throws_harms_itself_alone(people, room):
    mina = people()
    send = hands_in(mina, ["one", "two"])
    # No browser can show such a time.
    mina.enter(room, "Mina")
    mina.page.evaluate("(() => { const real = Date.prototype.toISOString; Date.prototype.toISOString = function () { if (+this === 1790000000001) throw new RangeError('no such time'); return real.call(this); }; })()")
    send(room)
    mina.sees("one", "two")
    assert mina.errors and all("no such time" in error for error in mina.errors)
    mina.errors.clear()


def test_a_part_of_the_page_that_throws_does_not_keep_the_others_from_what_is_new(people, server, room):
    mina = people()
    mina.context.route(re.compile("/js/components/announcer.js$"), lambda route: route.fulfill(content_type="text/javascript", body="export function mountAnnouncer(root, store) { let calls = 0; store.subscribe(() => { if (calls++) throw new Error('announcer'); }); }"))
    mina.enter(room, "Mina")
    server.say(room, "hello")
    mina.sees("hello")
    assert mina.errors and all("announcer" in error for error in mina.errors)
    mina.errors.clear()
