"""axe looks at every state of the page, in light and dark, on a laptop and on a phone."""

import pathlib

import axe_playwright_python
import pytest
from playwright.sync_api import expect

AXE = next(pathlib.Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def finds_nothing(page, without=()):
    page.evaluate(AXE)
    result = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    assert len(result["passes"]) > 10
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"] if rule["id"] not in without] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(people, start_server, room, scheme, width):
    server = start_server("--unlimited")
    # The policy forbids what axe does to the page; that it holds is tested elsewhere.
    mina = people(server.url, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = mina.page
    for number, name in enumerate(["a", "b", "c", "d", "e", "민아", "하준", "Jonas", "Ada", "철수"]):
        server.say(room, f"`code` @Mina https://example.com/{number}\n```\nblock\n```", name=name)
    page.goto(f"{mina.url}/#{room}")
    expect(page.locator("#welcome-name")).to_be_focused()
    finds_nothing(page)
    page.keyboard.press("Enter")
    expect(page.locator(".hint.wrong")).to_be_visible()
    finds_nothing(page)
    page.fill("#welcome-name", "Mina")
    page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(10)
    mina.page.fill("#composer-text", "가" * 2700)
    finds_nothing(page)
    if width > 1000:
        for name in ("Settings", "Join a room", "Help", "Search in this room"):
            if name == "Help":
                page.get_by_role("button", name="Settings").click()
            page.get_by_role("button", name=name).click()
            expect(page.get_by_role("dialog").last).to_be_visible()
            finds_nothing(page)
            page.keyboard.press("Escape")
            if name == "Help":
                page.keyboard.press("Escape")
        mina.messages.first.hover()
        expect(page.locator(".copy")).to_be_visible()
        finds_nothing(page)
    else:
        for opener, panel in (("Show rooms", "#rooms"), ("Show or hide members", "#members")):
            page.get_by_role("button", name=opener).click()
            expect(page.locator(panel)).to_be_visible()
            finds_nothing(page)
            page.keyboard.press("Escape")
            expect(page.locator(panel)).to_be_hidden()
    server.kill()
    expect(mina.banner).to_contain_text("Connection lost")
    finds_nothing(page)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_in_what_is_fetched_when_it_is_asked_for(people, start_server, room, locale, width):
    server = start_server("--unlimited")
    server.say(room, "**굵게** *and* `code`\n> a quotation\n- one\n- two\n1. https://example.com/docs를 읽고 @Mina", name="하준")
    server.say(room, "\n".join(f"line {number}" for number in range(100)), name="Ada")
    mina = people(server.url, viewport={"width": width, "height": 800}, locale=locale, bypass_csp=True)
    page = mina.page
    page.goto(f"{mina.url}/#{room}")
    page.fill("#welcome-name", "Mina")
    page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(2)

    def type_and_send(text):
        page.fill("#composer-text", text)
        page.locator(".send").click()

    fold = page.locator(".fold")
    expect(fold).to_have_attribute("aria-expanded", "false")
    finds_nothing(page)
    fold.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    finds_nothing(page)
    for typed in ("@", "/", ":하트" if locale == "ko-KR" else ":heart"):
        page.fill("#composer-text", "")
        mina.composer.press_sequentially(typed)
        expect(page.get_by_role("option").first).to_be_visible()
        # The list scrolls with the option that the arrows choose, while the field keeps the focus.
        finds_nothing(page, without=["scrollable-region-focusable"])
    page.fill("#composer-text", "")
    page.locator(".emoji-button").press("Enter")
    expect(page.locator(".sign-button").first).to_be_visible()
    finds_nothing(page)
    page.keyboard.press("Escape")
    expect(page.locator(".picker")).to_be_hidden()
    for typed, shown in (("/search line", ".result"), ("/help", "dialog kbd")):
        type_and_send(typed)
        expect(page.locator(shown).first).to_be_visible()
        finds_nothing(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    type_and_send("/msg jonas 1234")
    expect(page.locator(".notice")).to_be_visible()
    finds_nothing(page)
