"""Makes docs/images/talk.png and talk.ko.png: the page and chat-cli talk, and the server between them is killed.

    .cache/venv/bin/python Tests/CLITests/talk.py

All of it is real: Chromium, a terminal, the programs that were built, and a Redis that outlives the server. A frame stays as long
as it takes to read it, so the waiting is shorter than it was.
"""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import tempfile

from animation import animated
from conftest import CLI, PATIENCE_SECONDS, ROOT, Server, Terminal, free_port, wait_until
from playwright.sync_api import expect, sync_playwright
from screenshot import draw

COLUMNS, ROWS = 62, 21
PAGE = {"width": 620, "height": 454}
WHOLE = {"width": 1206, "height": 500}
FIELD = 'body{margin:0;background:#e9edf3;font:600 15px "Noto Sans CJK KR","Noto Sans",sans-serif;color:#3b4252}'
STYLE = FIELD + "img{position:absolute;top:10px;border-radius:10px}p{position:absolute;margin:0;left:14px;top:470px}"

STORY = {
    "en": {
        "people": ("Mina", "Joon"),
        "locale": "en-US",
        "question": "Lunch at noon?",
        "answer": "Yes! The new place ☕",
        "page": "I go on writing anyway",
        "terminal": "What I write arrives once",
        "talk": "Mina in a browser, Joon in a terminal",
        "kill": "kill -9: the server is gone, and both go on writing",
        "start": "The server is back: each message is there, once, in the same order for both",
    },
    "ko": {
        "people": ("민아", "준"),
        "locale": "ko-KR",
        "question": "12시에 점심 어때요?",
        "answer": "좋아요! 새로 생긴 데로 가요 ☕",
        "page": "저는 그냥 계속 쓸게요",
        "terminal": "제가 쓴 건 한 번만 도착해요",
        "talk": "민아는 브라우저에서, 준은 터미널에서",
        "kill": "kill -9: 서버가 죽었지만 두 사람은 계속 씁니다",
        "start": "서버가 돌아왔습니다. 메시지가 하나도 빠짐없이, 한 번씩, 둘 다 같은 순서로 보입니다",
    },
}


@contextlib.contextmanager
def redis():
    """A Redis that has on its disk what it acknowledges, by its address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert any("Ready to accept connections" in line for line in process.stdout)
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.kill()
            process.communicate()


class Film:
    """What both of them see, side by side, frame by frame."""

    def __init__(self, page, terminal: Terminal, screen):
        self.page, self.terminal, self.screen = page, terminal, screen
        self.caption = ""
        self.pictures: list[tuple[bytes, float]] = []

    def shoot(self, seconds: float) -> None:
        lines = self.terminal.tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")
        lines += [""] * (ROWS - len(lines))
        left = base64.b64encode(self.page.screenshot(animations="disabled")).decode()
        right = base64.b64encode(draw(lines, self.terminal.cursor(), COLUMNS).encode()).decode()
        self.screen.set_content(
            f"<style>{STYLE}</style><img style='left:10px' src='data:image/png;base64,{left}'>"
            f"<img style='left:640px;height:{PAGE['height']}px' src='data:image/svg+xml;base64,{right}'><p>{self.caption}</p>",
            wait_until="load",
        )
        self.pictures.append((self.screen.screenshot(), seconds))

    def write_on_page(self, text: str) -> None:
        for end in (len(text) // 2, len(text)):
            self.page.fill("#composer-text", text[:end])
            self.shoot(0.4)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#composer-text")).to_have_value("")

    def write_in_terminal(self, text: str) -> None:
        for part in (text[: len(text) // 2], text[len(text) // 2 :]):
            self.terminal.type(part)
            self.terminal.wait_for(part.strip())
            self.shoot(0.4)
        self.terminal.press("Enter")


def act(story: dict, server: Server, film: Film, language: str) -> None:
    page, terminal = film.page, film.terminal
    here, there = story["people"]
    page.goto(f"http://127.0.0.1:{server.port}/#lobby")
    page.fill("#welcome-name", here)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    said = page.locator(".message:not(.outgoing) .text")

    terminal.shell(f"alias chat-cli='CHAT_SERVER={server.url} CHAT_LANGUAGE={language} {CLI}'; clear")
    wait_until(lambda: terminal.lines() == ["$"], what="a clear screen")
    film.caption = story["talk"]
    terminal.type(f"chat-cli join lobby --name {there}")
    terminal.wait_for(f"--name {there}")
    film.shoot(1)
    terminal.press("Enter")
    terminal.wait_for("lobby>")
    wait_until(lambda: " ms" in terminal.text(), what="the way to the server")
    film.shoot(1)

    film.write_on_page(story["question"])
    terminal.wait_for(story["question"])
    film.shoot(1)
    film.write_in_terminal(story["answer"])
    expect(said).to_have_text([story["question"], story["answer"]])
    film.shoot(1.5)

    server.kill()
    expect(page.locator(".banner")).to_be_visible()
    terminal.wait_for("lobby (")
    film.caption = story["kill"]
    film.shoot(1.8)
    film.write_on_page(story["page"])
    expect(page.locator(".message.outgoing")).to_have_count(1)
    film.shoot(0.8)
    film.write_in_terminal(story["terminal"])
    wait_until(lambda: "…1" in terminal.text(), what="a message that waits")
    film.shoot(1.8)

    server.start()
    expect(page.locator(".message.outgoing")).to_have_count(0)
    expect(said).to_have_count(4)
    expect(page.locator(".banner")).to_be_hidden()
    terminal.wait_for(story["page"])
    wait_until(lambda: "…" not in terminal.text().splitlines()[-1] and " ms" in terminal.text(), what="a calm terminal")
    # Both have the same four, each once.
    order = said.all_text_contents()
    assert sorted(order) == sorted(story[part] for part in ("question", "answer", "page", "terminal"))
    shown = [text for line in terminal.lines() for text in order if line.endswith(f": {text}")]
    assert shown == order, (shown, order)
    film.caption = story["start"]
    film.shoot(5)


def main() -> None:
    with redis() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        for language, story in STORY.items():
            # Each is a chat of its own on the same Redis.
            server = Server(0, "--redis", url, "--redis-prefix", f"{language}:", "--static", str(ROOT / "static"), "--node", "seoul-1")
            terminal = Terminal(COLUMNS, ROWS)
            try:
                mina = browser.new_page(viewport=PAGE, locale=story["locale"], reduced_motion="reduce")
                film = Film(mina, terminal, browser.new_page(viewport=WHOLE))
                act(story, server, film, language)
                name = "talk.png" if language == "en" else f"talk.{language}.png"
                (ROOT / "docs/images" / name).write_bytes(animated(browser.new_page(), film.pictures))
            finally:
                terminal.close()
                server.kill()


if __name__ == "__main__":
    main()
