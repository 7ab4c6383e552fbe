"""The page as a thing: its weight, its policy, its languages and sizes."""

import pathlib
import re
import urllib.request

import pytest
from conftest import PATIENCE_SECONDS
from playwright.sync_api import expect

STATIC = pathlib.Path(__file__).parent.parent.parent / "static"
MAX_BYTES = 100_000


def without_comments(text):
    """What a browser needs of a file: without the lines that are only a comment."""
    text = re.sub(r"^\s*/\*.*?\*/\s*\n", "", text, flags=re.M | re.S)
    return re.sub(r"^\s*//.*\n", "", text, flags=re.M)


def weight_of(page):
    """The bytes of all files of ours that the page has fetched until now, uncompressed, comments stripped."""
    paths = page.evaluate(
        """[location, ...performance.getEntriesByType("resource").map(({ name }) => new URL(name))]
             .filter(({ host }) => host === location.host).map(({ pathname }) => pathname)"""
    )
    files = {STATIC / ("index.html" if path == "/" else path.lstrip("/")) for path in paths}
    return sum(len(without_comments(file.read_text()).encode()) for file in files if file.is_file())


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_the_page_weighs_little(people, room, locale):
    """A first visit, from the dialog that asks for a name to the first message in the room."""
    mina = people(locale=locale).enter(room, "Mina")
    mina.say("hello")
    mina.sees("hello")
    assert 50_000 < weight_of(mina.page) <= MAX_BYTES


def test_no_file_has_inline_script_or_style_or_reads_markup():
    for path in STATIC.rglob("*.*"):
        text = path.read_text()
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=", " onclick=", "//localhost"):
            assert forbidden not in text, f"{path.name}: {forbidden}"


def test_the_policy_allows_nothing_foreign(server):
    with urllib.request.urlopen(server.url, timeout=PATIENCE_SECONDS) as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_module_is_fetched_at_once(people, room):
    """One that neither the head nor main.js names costs a round trip per level of imports; one that is not needed, its own."""
    mina = people().enter(room, "Mina")
    mina.page.reload()
    mina.is_in()
    head = mina.page.locator("link[rel=modulepreload], script[src]").evaluate_all("nodes => nodes.map((node) => new URL(node.href || node.src).pathname)")
    main = re.findall(r'^import .* from "\./([^"]+)"', (STATIC / "js/main.js").read_text(), re.M)
    named = head + [f"/js/{path}" for path in main]
    loaded = mina.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    assert {path for path in loaded if path.endswith(".js")} == set(named)
    assert len(set(named)) == len(named)
    assert not [path for path in loaded if path.startswith("/api/")]


@pytest.mark.parametrize("locale, title", [("ko-KR", "들어오세요"), ("en-GB", "Come in"), ("fr-FR", "Come in")])
def test_the_language_is_the_browsers(people, server, locale, title):
    page = people(locale=locale).page
    page.goto(server.url)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "ko" if locale == "ko-KR" else "en")


def test_the_language_can_be_switched(people, room):
    mina = people().enter(room, "Mina")
    mina.page.get_by_role("button", name="Settings").click()
    mina.page.get_by_label("Language").select_option("ko")
    expect(mina.page.locator("html")).to_have_attribute("lang", "ko")
    mina.is_in()
    expect(mina.page.get_by_role("button", name="설정")).to_be_visible()


def test_the_appearance_can_be_chosen_and_stays(people, room):
    mina = people(color_scheme="light").enter(room, "Mina")
    mina.page.get_by_role("button", name="Settings").click()
    mina.page.get_by_label("Appearance").select_option("dark")
    expect(mina.page.locator("#main")).to_have_css("background-color", "rgb(25, 31, 34)")
    mina.page.reload()
    mina.is_in()
    expect(mina.page.locator("#main")).to_have_css("background-color", "rgb(25, 31, 34)")


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_cut_off_at_any_width(people, server, room, width):
    server.say(room, "A rather long line with a-very-long-word-" + "x" * 200)
    mina = people(viewport={"width": width, "height": 700})
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    expect(mina.messages).to_have_count(1)
    assert mina.page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (".room-header h1", "#composer-text", ".send", ".people-button"):
        box = mina.page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 700, part


def test_drawers_of_a_phone_open_close_and_keep_the_focus(people, room):
    mina = people(viewport={"width": 390, "height": 844})
    mina.page.goto(f"{mina.url}/#{room}")
    mina.page.fill("#welcome-name", "Mina")
    mina.page.keyboard.press("Enter")
    rooms = mina.page.locator("#rooms")
    expect(rooms).to_be_hidden()
    mina.page.get_by_role("button", name="Show rooms").click()
    expect(rooms).to_be_visible()
    expect(rooms.get_by_role("button", name="Close")).to_be_focused()
    mina.page.keyboard.press("Escape")
    expect(rooms).to_be_hidden()
    expect(mina.page.get_by_role("button", name="Show rooms")).to_be_focused()
    mina.page.get_by_role("button", name="Show or hide members").click()
    expect(mina.page.locator("#members")).to_be_visible()
    # Whoever goes on by keyboard does not wander beneath it.
    mina.page.keyboard.press("Shift+Tab")
    expect(mina.page.locator("#members")).to_be_hidden()
    mina.page.get_by_role("button", name="Show rooms").click()
    rooms.locator(".room-link").click()
    expect(rooms).to_be_hidden()


def test_the_page_has_landmarks_and_every_control_a_name(people, room):
    mina = people().enter(room, "Mina")
    for role in ("main", "navigation", "complementary", "log"):
        expect(mina.page.get_by_role(role)).to_have_count(1)
    nameless = mina.page.evaluate(
        """[...document.querySelectorAll("button, a, input, select, textarea")]
             .filter((node) => node.checkVisibility() && !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length))
             .map((node) => node.outerHTML)"""
    )
    assert nameless == []


def test_everything_is_reached_by_the_keyboard_with_a_visible_focus(people, room):
    mina = people().enter(room, "Mina")
    reached = set()
    mina.page.evaluate("document.activeElement.blur()")
    for _ in range(15):
        mina.page.keyboard.press("Tab")
        name, outline = mina.page.evaluate(
            """() => {
              const node = document.activeElement, style = getComputedStyle(node), frame = getComputedStyle(node.parentElement);
              return [node.id || node.getAttribute("aria-label") || node.className, style.outlineStyle !== "none" || frame.boxShadow !== "none"];
            }"""
        )
        reached.add(name)
        assert outline or name == "", name
    assert {"skip", "Join a room", "Settings", "Copy a link to this room", "composer-text", "Messages"} <= reached


def test_the_shortcuts_are_listed_at_a_key(people, room):
    mina = people().enter(room, "Mina")
    mina.page.evaluate("document.activeElement.blur()")
    mina.page.keyboard.press("?")
    expect(mina.page.get_by_role("dialog")).to_contain_text("New line")
    mina.page.keyboard.press("Escape")
    expect(mina.page.get_by_role("dialog")).to_have_count(0)


def test_there_is_no_way_to_markup(people, room):
    """Trusted Types: a browser that knows them refuses every string as markup or script."""
    mina = people().enter(room, "Mina")
    for attempt in ("document.body.innerHTML = '<b>x</b>'", "new DOMParser().parseFromString('<b>x</b>', 'text/html')", "Object.assign(document.createElement('script'), { text: '1' })"):
        refusal = mina.page.evaluate(f"() => {{ try {{ {attempt}; return '' }} catch (error) {{ return error.name }} }}")
        assert refusal == "TypeError", attempt
    mina.errors.clear()


def test_nothing_shifts_while_the_page_loads(people, server, room):
    for number in range(30):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    mina.context.add_init_script(
        """window.shifts = [];
           new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });"""
    )
    mina.page.reload()
    expect(mina.messages).to_have_count(30)
    mina.is_in()
    # A replay may come in several frames, and then pushes up what stands above it; all else stands still.
    moved = mina.page.evaluate(
        """shifts.filter(({ value }) => value > 0.01).flatMap(({ sources }) => sources.map(({ node }) => node))
             .filter((node) => node && !node.parentElement?.closest(".scroller"))
             .map((node) => node.id || node.className || node.nodeName)"""
    )
    assert moved == []


def test_a_link_to_the_room_is_copied_by_a_button(people, room):
    mina = people().enter(room, "Mina")
    mina.page.get_by_role("button", name="Copy a link to this room").click()
    expect(mina.page.locator(".notice")).to_contain_text("Copied")
    assert mina.page.evaluate("navigator.clipboard.readText()") == f"{mina.url}/#{room}"
