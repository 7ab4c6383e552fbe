"""Several nodes on one Redis, and a network that fails: pages heal by themselves, and nothing is lost or doubled."""

import pytest
from conftest import Proxy
from playwright.sync_api import expect


@pytest.fixture
def nodes(redis, start_server):
    return [start_server("--unlimited", "--redis", redis.url, "--node", name) for name in ("north", "south")]


def heals(person):
    expect(person.page.locator("html")).to_have_attribute("data-connection", "open")
    expect(person.banner).to_be_hidden()


def test_people_on_two_nodes_talk_and_see_each_other(people, nodes, room):
    mina, jonas = (people(node.url).enter(room, name) for node, name in zip(nodes, ("민아", "Jonas")))
    expect(mina.page.locator("#members h2")).to_have_text("2 members")
    mina.say("from the north")
    jonas.sees("from the north")
    jonas.composer.press_sequentially("w")
    expect(mina.page.locator("#typing")).to_contain_text("is typing")
    jonas.say("and from the south")
    for person in (mina, jonas):
        person.sees("from the north", "and from the south")


def test_a_node_that_dies_and_comes_back_is_come_back_to(people, nodes, room):
    mina, jonas = (people(node.url).enter(room, name) for node, name in zip(nodes, ("Mina", "Jonas")))
    mina.say("before")
    jonas.sees("before")
    nodes[1].kill()
    expect(jonas.banner).to_contain_text("Connection lost")
    mina.say("meanwhile")
    mina.sees("before", "meanwhile")
    jonas.say("kept on the page")
    nodes[1].start()
    heals(jonas)
    for person in (mina, jonas):
        person.sees("before", "meanwhile", "kept on the page")
    expect(jonas.page.locator(".seam")).to_have_count(0)


def test_a_redis_that_restarts_is_told_and_healed(people, nodes, redis, room):
    mina, jonas = (people(node.url).enter(room, name) for node, name in zip(nodes, ("Mina", "Jonas")))
    mina.say("before")
    jonas.sees("before")
    redis.kill()
    for person in (mina, jonas):
        expect(person.banner).to_contain_text("lost its store")
    mina.say("while it was away")
    expect(mina.outgoing).to_have_count(1)
    redis.start()
    for person in (mina, jonas):
        heals(person)
        expect(person.messages).to_have_text(["before", "while it was away"])
    expect(mina.outgoing).to_have_count(0)


@pytest.fixture
def proxy(server):
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


def test_a_connection_that_is_reset_heals(people, server, proxy, room):
    mina = people(proxy.url).enter(room, "Mina")
    server.say(room, "one")
    mina.sees("one")
    proxy.reset()
    expect(mina.banner).to_contain_text("Connection lost")
    server.say(room, "two")
    heals(mina)
    server.say(room, "three")
    mina.sees("one", "two", "three")


@pytest.mark.parametrize("wake", ["dispatchEvent(new Event('online'))", "document.dispatchEvent(new Event('visibilitychange'))"])
def test_a_connection_that_swallows_everything_is_noticed_when_the_device_wakes(people, server, proxy, room, wake):
    mina = people(proxy.url).enter(room, "Mina")
    # What else would notice takes ten seconds or longer: here it never does.
    mina.page.evaluate("(real => { window.setTimeout = (work, ms, ...rest) => ms < 10_000 ? real(work, ms, ...rest) : 0 })(window.setTimeout)")
    proxy.swallow()
    server.say(room, "unheard")
    mina.say("into the void")
    mina.page.evaluate("window.phases = []; new MutationObserver(() => phases.push(document.documentElement.dataset.connection)).observe(document.documentElement, { attributeFilter: ['data-connection'] })")
    mina.page.evaluate(wake)
    expect(mina.messages).to_have_text(["unheard", "into the void"])
    assert mina.page.evaluate("phases")[-1] == "open"
    expect(mina.outgoing).to_have_count(0)
