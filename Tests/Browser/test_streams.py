"""A network that lets no WebSocket through: the page goes on by a stream and requests, and goes back when it can."""

import pytest
from playwright.sync_api import expect
from strict_proxy import StrictProxy


@pytest.fixture
def network(own_server):
    proxy = StrictProxy(own_server.port)
    yield proxy
    proxy.close()


def test_a_page_talks_without_a_websocket_and_says_so_once(people, own_server, network, room):
    mina = people(network.url).enter(room, "Mina")
    jonas = people(own_server.url).enter(room, "Jonas")
    expect(mina.page.locator(".notice")).to_contain_text("lets no WebSocket through")
    mina.say("hello 하나")
    jonas.sees("hello 하나")
    jonas.say("hello 둘")
    mina.sees("hello 하나", "hello 둘")
    for person in (mina, jonas):
        expect(person.page.locator(".people .person")).to_have_count(2)
    assert network.count("POST /api/commands") > 0


def test_one_can_talk_in_a_room_with_a_past(people, own_server, network, room):
    # The answer and the messages behind it come in one piece.
    for text in ("one", "two", "three"):
        own_server.say(room, text)
    mina = people(network.url).enter(room, "Mina")
    mina.say("four")
    mina.sees("one", "two", "three", "four")
    assert network.count("POST /api/commands") > 0


def test_the_notice_is_korean_for_koreans(people, network, room):
    mina = people(network.url, locale="ko-KR").enter(room, "민아")
    expect(mina.page.locator(".notice")).to_contain_text("웹소켓을 쓸 수 없어")


def test_a_stream_that_was_cut_is_resumed_without_loss(people, own_server, network, room):
    mina = people(network.url).enter(room, "Mina")
    own_server.say(room, "one")
    mina.sees("one")
    mina.page.context.set_offline(True)
    network.cut()
    expect(mina.page.locator("html")).not_to_have_attribute("data-connection", "open")
    own_server.say(room, "two")
    mina.page.context.set_offline(False)
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    own_server.say(room, "three")
    mina.sees("one", "two", "three")


def test_more_rooms_are_one_stream(people, own_server, network, room):
    mina = people(network.url).enter(room, "Mina")
    for number in range(3):
        mina.page.goto(f"{network.url}/#{room}-{number}")
        mina.is_in()
    for number in range(3):
        own_server.say(f"{room}-{number}", f"in {number}")
        mina.page.goto(f"{network.url}/#{room}-{number}")
        mina.sees(f"in {number}")


def test_the_page_goes_back_to_a_websocket(people, own_server, network, room):
    mina = people(network.url).enter(room, "Mina")
    own_server.say(room, "one")
    mina.sees("one")
    network.strips = False
    network.cut()
    with mina.page.expect_websocket(lambda socket: socket.url.endswith("/ws")) as opened:
        mina.page.evaluate("document.querySelector('.banner:not([hidden]) .button')?.click()")
    expect(mina.page.locator("html")).to_have_attribute("data-connection", "open")
    own_server.say(room, "two")
    mina.sees("one", "two")
    assert not opened.value.is_closed()
