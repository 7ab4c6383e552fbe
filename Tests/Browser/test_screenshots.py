"""Pictures for people to look at: every state of the page on a laptop and on a phone, in light and in dark."""

import pytest
from playwright.sync_api import expect

DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2},
}
TALK = [
    ("민아", "안녕하세요! 오늘 배포는 몇 시에 시작하나요? 👋🏽"),
    ("Jonas", "Morning! The second node is up, both pass `/readyz`."),
    ("Jonas", "Notes are at https://example.com/notes/42 (see the part on failover)."),
    ("하준", "3시에 시작해요. 그 전에 대시보드를 한 번 더 확인할게요."),
    ("민아", "좋아요 👨‍👩‍👧 그럼 3시에 만나요"),
    ("Ada", "```\nredis-cli SUBSCRIBE 'chat:{lobby}'\nredis-cli PUBLISH 'chat:{lobby}' 'hello'\n```"),
    ("Ada", "That is all it takes to listen in from a terminal."),
    ("Jonas", "Nice. @Mina, will you take the release notes?"),
]


def enter(person, room, name="Mina"):
    person.page.goto(f"{person.url}/#{room}")
    person.page.fill("#welcome-name", name)
    person.page.keyboard.press("Enter")
    expect(person.page.locator("html")).to_have_attribute("data-connection", "open")
    expect(person.page.locator(".rows")).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", DEVICES)
def test_pictures(people, own_server, screenshots, device, scheme):
    mina = people(own_server.url, color_scheme=scheme, **DEVICES[device])

    def picture(state):
        # What fades in is at its end: pictures are taken without motion.
        mina.page.screenshot(path=screenshots / f"{device}-{scheme}-{state}.png", animations="disabled")

    mina.page.goto(f"{mina.url}/#lobby")
    expect(mina.page.locator("#welcome-name")).to_be_focused()
    picture("welcome")
    enter(mina, "lobby")
    expect(mina.page.locator(".empty h3")).to_be_visible()
    picture("empty")

    for name, text in TALK:
        own_server.say("lobby", text, name=name)
    own_server.say("래블업", "@Mina 회의실로 와 주세요", name="하준")
    mina.page.evaluate("location.hash = '래블업'")
    expect(mina.messages).to_have_count(1)
    mina.page.go_back()
    expect(mina.messages).to_have_count(len(TALK))
    own_server.say("래블업", "@Mina 여기예요!", name="하준")
    mina.page.fill("#composer-text", "On it — give me ten minutes")
    mina.page.locator(".send").click()
    expect(mina.messages).to_have_count(len(TALK) + 1)
    expect(mina.page.locator(".badge")).to_have_count(1)
    picture("busy")

    if device == "phone":
        mina.page.get_by_role("button", name="Show rooms").click()
        expect(mina.page.locator("#rooms")).to_be_visible()
        picture("rooms")
        mina.page.keyboard.press("Escape")
    else:
        mina.page.get_by_role("button", name="Settings").click()
        expect(mina.page.get_by_role("dialog")).to_be_visible()
        picture("settings")
        mina.page.keyboard.press("Escape")

    own_server.kill()
    expect(mina.banner).to_contain_text("Connection lost")
    mina.page.fill("#composer-text", "Can you still read me?")
    mina.page.locator(".send").click()
    expect(mina.outgoing).to_have_count(1)
    picture("disconnected")


FORMATTED = """**배포 순서** / *the order of things*
> 3시에 시작해요, 하준 님은 `대시보드`를 봐 주세요
- 첫째, 두 번째 노드를 올립니다
- then we wait for `/readyz`
  - both of them
1. https://example.com/docs를 읽고
2. 끝나면 **@Mina**에게 알려 주세요"""


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", DEVICES)
def test_pictures_of_what_comes_when_it_is_asked_for(people, own_server, screenshots, device, scheme, locale):
    for name, text in TALK[:3]:
        own_server.say("lobby", text, name=name)
    own_server.say("lobby", FORMATTED, name="하준")
    own_server.say("lobby", "\n".join(f"{number:4} GET /api/rooms 200" for number in range(200)), name="Ada")
    mina = people(own_server.url, color_scheme=scheme, locale=locale, **DEVICES[device])
    page = mina.page

    def picture(state):
        page.screenshot(path=screenshots / f"{device}-{scheme}-{locale[:2]}-{state}.png", animations="disabled")

    enter(mina, "lobby")
    expect(page.locator(".fold")).to_have_count(1)
    picture("folded")
    page.locator(".scroller").evaluate("node => { node.scrollTop -= 330 }")
    expect(page.locator("blockquote")).to_be_in_viewport()
    picture("formatted")
    for typed, state in (("@", "names"), ("/", "commands"), (":하트" if locale == "ko-KR" else ":heart", "emoji-names")):
        page.fill("#composer-text", "")
        mina.composer.press_sequentially(typed)
        expect(page.get_by_role("option").first).to_be_visible()
        picture(state)
    page.fill("#composer-text", "")
    page.locator(".emoji-button").click()
    expect(page.locator(".sign-button").first).to_be_visible()
    picture("emoji")
    page.keyboard.press("Escape")
    page.fill("#composer-text", "/search readyz")
    page.locator(".send").click()
    expect(page.locator(".result").first).to_be_visible()
    picture("search")
    page.keyboard.press("Escape")
    page.fill("#composer-text", "/help")
    page.locator(".send").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    picture("help")
    page.keyboard.press("Escape")
    page.fill("#composer-text", "/msg jonas 1234")
    page.locator(".send").click()
    expect(page.locator(".notice")).to_be_visible()
    picture("unknown")
