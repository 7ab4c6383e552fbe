"""The live picture of a node."""

import pytest
from playwright.sync_api import expect
from test_accessibility import finds_nothing
from test_page import MAX_BYTES, weight_of


@pytest.fixture
def watcher(people, start_server):
    """Somebody before the status page of a server of their own."""

    def make(*flags, **options):
        server = start_server("--unlimited", *flags)
        person = people(server.url, **options)
        person.server = server
        person.page.goto(f"{server.url}/status.html")
        return person

    return make


def value(person, card):
    return person.page.locator(f"#card-{card} .value")


def test_the_chat_leads_to_the_status_and_back(people, room):
    mina = people().enter(room, "Mina")
    mina.page.get_by_role("link", name="Live status of the server").click()
    expect(mina.page.get_by_role("heading", name="Live status", exact=True)).to_be_visible()
    mina.page.get_by_role("link", name="To the chat").click()
    mina.is_in()


def test_a_load_is_seen(watcher, people, room):
    ops = watcher("--node", "north")
    expect(ops.page.locator(".facts")).to_contain_text("north")
    expect(ops.page.locator(".facts")).to_contain_text("In memory")
    expect(value(ops, "connections")).to_have_text("0")
    mina, jonas = people(ops.url).enter(room, "Mina"), people(ops.url).enter(room, "Jonas")
    expect(value(ops, "connections")).to_have_text("2")
    expect(value(ops, "rooms")).to_have_text("1")
    expect(value(ops, "members")).to_have_text("2")
    for number in range(40):
        ops.server.say(room, f"load {number}")
    for person in (mina, jonas):
        expect(person.messages).to_have_count(40)
    # A second of the load stands in the picture when it is over, too.
    for card in ("published", "deliveries"):
        ops.page.wait_for_function("card => / [0-8]?\\d\\.\\d/.test(document.querySelector(`#card-${card} .line`).getAttribute('d'))", arg=card)
    expect(value(ops, "latency")).to_contain_text("ms")
    expect(ops.page.locator("#card-latency .legend")).to_contain_text("p99")


def test_a_node_that_is_gone_or_silent_is_told(watcher):
    ops = watcher()
    expect(value(ops, "connections")).to_have_text("0")
    ops.server.kill()
    expect(ops.page.locator(".trouble")).to_have_text("The node does not answer.")
    quiet = watcher("--status", "off")
    expect(quiet.page.locator(".trouble")).to_have_text("The operator has switched the status off.")


def test_a_lost_store_is_told(watcher, redis):
    ops = watcher("--redis", redis.url)
    expect(ops.page.locator(".facts")).to_contain_text("Redis")
    expect(ops.page.locator(".light.bad")).to_have_count(0)
    redis.kill()
    expect(ops.page.locator(".light.bad")).to_have_count(2)
    redis.start()
    expect(ops.page.locator(".light.bad")).to_have_count(0)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_and_it_weighs_little(watcher, screenshots, locale, scheme, width):
    ops = watcher(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=locale, bypass_csp=True)
    for number in range(5):
        ops.server.say("lobby", f"load {number}")
    expect(value(ops, "published")).to_contain_text("/s")
    finds_nothing(ops.page)
    assert ops.page.evaluate("document.documentElement.scrollWidth") <= width
    assert weight_of(ops.page) <= MAX_BYTES
    ops.page.screenshot(path=screenshots / f"status-{scheme}-{locale}.png", full_page=True)


def test_the_language_can_be_switched(watcher):
    ops = watcher()
    ops.page.get_by_role("button", name="한국어").click()
    expect(ops.page.get_by_role("heading", name="실시간 상태")).to_be_visible()
