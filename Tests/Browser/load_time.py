"""Measures the first load of the page, from the start of the navigation to the joined room (docs/PAGE.md).

    CHAT_SERVER_BIN=.build/release/ChatServer .cache/venv/bin/python Tests/Browser/load_time.py [LOADS [MESSAGES]]

Every load (20) has a browser context of its own: nothing is cached, and the process of the page is new. The user has a
name; the room has so many messages (0), and as members those who loaded the page in the last ten seconds. All times are the page's own clock, in milliseconds. Run by hand: no test depends on a time.
"""

import statistics
import sys

from conftest import Server, chromium
from playwright.sync_api import sync_playwright

# `joined`: the reply to the join came. `shown`: the room is drawn, with oneself among its members.
MARKS = """
  localStorage.setItem("chat.name", "Mina");
  globalThis.loaded = new Promise((finish) => {
    const marks = {};
    const mark = (name) => (marks[name] ??= performance.now());
    globalThis.WebSocket = class extends WebSocket {
      constructor(...to) {
        super(...to);
        mark("socket");
        this.addEventListener("message", ({ data }) => mark({ welcome: "welcome", ok: "joined" }[JSON.parse(data).type]));
      }
    };
    const observer = new MutationObserver(() => {
      const isIn = document.documentElement.dataset.connection === "open" && document.querySelector('.rows[aria-busy="false"]');
      if (!isIn || !document.querySelector(".people .person")) return;
      mark("shown");
      observer.disconnect();
      finish(marks);
    });
    observer.observe(document, { subtree: true, childList: true, attributes: true });
  });
"""
RESOURCES = """() => {
  const files = performance.getEntriesByType("resource").filter(({ name }) => /\\.(js|css)$/.test(name));
  const [{ responseEnd, domContentLoadedEventStart: parsed }] = performance.getEntriesByType("navigation");
  return { html: responseEnd, fetched: Math.max(...files.map((file) => file.responseEnd)), parsed, files: files.length };
}"""
STEPS = ["html", "socket", "fetched", "parsed", "welcome", "joined", "shown"]


def load(browser, url):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.add_init_script(MARKS)
    page = context.new_page()
    page.goto(f"{url}/#load", wait_until="commit")
    times = page.evaluate("loaded")
    times |= page.evaluate(RESOURCES)
    context.close()
    return times


def main(loads=20, messages=0):
    server = Server("--unlimited").start()
    try:
        for number in range(messages):
            server.say("load", f"message {number}")
        with sync_playwright() as playwright:
            browser = chromium(playwright)
            first, *runs = [load(browser, server.url) for _ in range(loads + 1)]
            browser.close()
    finally:
        server.stop()
    print(f"{loads} loads of {runs[0]['files']} scripts and style sheets; ms, without the browser's very first load ({first['shown']:.0f})")
    print(f"{'':8} {'min':>5} {'median':>7} {'max':>5}")
    for step in STEPS:
        times = [run[step] for run in runs]
        print(f"{step:8} {min(times):5.0f} {statistics.median(times):7.0f} {max(times):5.0f}")
    every = sorted(run["shown"] for run in [first, *runs])
    print(f"shown, the first load included: median {statistics.median(every):.0f}; all: {' '.join(f'{time:.0f}' for time in every)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
