"""People in rooms."""

import re
from urllib.parse import quote

from playwright.sync_api import expect

GREETING = "안녕하세요 👋🏽👨‍👩‍👧"


def test_two_people_talk(people, room):
    mina, jonas = people().enter(room, "민아"), people().enter(room, "Jonas")
    mina.say("hello")
    jonas.sees("hello")
    jonas.say("hi")
    for person in (mina, jonas):
        person.sees("hello", "hi")
        expect(person.page.locator(".message .author")).to_have_text(["민아", "Jonas"])
    expect(mina.outgoing).to_have_count(0)


def test_korean_room_name_and_text_come_through_unchanged(people, room):
    korean = f"래블업-{room[-6:]}"
    mina, other = people().enter(quote(korean), "민아"), people().enter(korean, "철수")
    mina.say(GREETING)
    other.sees(GREETING)
    expect(other.page.locator(".room-header h1")).to_have_text(f"#{korean}")
    expect(other.page.locator(".message .author")).to_have_text("민아")
    assert other.messages.text_content() == GREETING


def test_a_deep_link_opens_its_room_and_the_name_is_remembered(people, room):
    mina = people().enter(room, "Mina")
    assert mina.page.url.endswith(f"/#{room}")
    mina.page.goto("about:blank")
    mina.page.goto(f"{mina.url}/#{room}-2")
    mina.is_in()
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    expect(mina.page.locator(".self .name")).to_have_text("Mina")
    expect(mina.page.locator(".room-link")).to_contain_text([room, f"{room}-2"])


def test_the_browsers_back_goes_to_the_room_before(people, room):
    mina = people().enter(room, "Mina")
    mina.page.get_by_role("button", name="Join a room").click()
    mina.page.fill("#join-room", f"{room}-2")
    mina.page.keyboard.press("Enter")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    mina.page.go_back()
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}")


def test_a_wrong_name_or_room_is_told_before_anything_is_sent(people, server):
    page = people().page
    page.goto(server.url)
    page.fill("#welcome-name", "   ")
    page.fill("#welcome-room", "no spaces")
    page.keyboard.press("Enter")
    expect(page.locator("#welcome-name-hint")).to_have_class(re.compile("wrong"))
    expect(page.locator("#welcome-room-hint")).to_have_class(re.compile("wrong"))


def test_history_is_there_after_a_reload(people, room):
    mina = people().enter(room, "Mina")
    mina.say("one")
    mina.say("two")
    mina.sees("one", "two")
    mina.page.reload()
    mina.is_in()
    mina.sees("one", "two")
    expect(mina.page.locator(".older")).to_have_text(f"This is the beginning of #{room}.")


def test_older_messages_come_by_scrolling_up_and_the_place_does_not_move(people, server, room):
    for number in range(130):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    expect(mina.messages.last).to_have_text("line 129")
    before = mina.messages.first.text_content()
    # The row at the top of the window, and where it is, while an older page comes in above it.
    moved = mina.page.evaluate(
        """async () => {
          const scroller = document.querySelector(".scroller"), rows = document.querySelector(".rows");
          const count = rows.children.length;
          scroller.scrollTop = 300;
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const top = scroller.getBoundingClientRect().top;
          const row = [...rows.querySelectorAll(".message")].find((node) => node.getBoundingClientRect().bottom > top);
          const place = row.getBoundingClientRect().top;
          if (rows.children.length === count) {
            await new Promise((done) => new MutationObserver(done).observe(rows, { childList: true }));
          }
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          return Math.abs(row.getBoundingClientRect().top - place);
        }"""
    )
    assert moved <= 2
    assert mina.messages.first.text_content() != before
    up_to_the_beginning(mina)
    expect(mina.messages).to_have_count(130)


def test_a_long_room_keeps_few_nodes_at_its_end_and_all_messages_above(people, server, room):
    for number in range(450):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    up_to_the_beginning(mina)
    expect(mina.messages).to_have_count(450)
    mina.page.locator(".pill").click()
    server.say(room, "line 450")
    expect(mina.messages).to_have_count(200)
    expect(mina.messages.last).to_be_in_viewport()
    up_to_the_beginning(mina)
    mina.sees(*[f"line {number}" for number in range(451)])


def up_to_the_beginning(person):
    # Asked and scrolled in one step of the page: what comes in between two steps would be waited for in vain.
    person.page.wait_for_function(
        """() => {
            const texts = [...document.querySelectorAll(".message .text")];
            if (texts.some((node) => node.textContent === "line 0")) return true;
            document.querySelector(".scroller").scrollTop = 0;
            return false;
        }""",
    )
    expect(person.page.locator(".older")).to_contain_text("beginning")


def test_what_comes_while_scrolled_up_is_counted_and_one_click_away(people, server, room):
    for number in range(60):
        server.say(room, f"line {number}")
    mina = people().enter(room, "Mina")
    expect(mina.messages.last).to_be_in_viewport()
    mina.page.locator(".scroller").evaluate("node => { node.scrollTop = 200 }")
    expect(mina.page.locator(".pill")).to_have_text("To the newest message")
    server.say(room, "news")
    expect(mina.page.locator(".pill")).to_have_text("1 new message")
    mina.page.locator(".pill").click()
    expect(mina.page.get_by_text("news", exact=True)).to_be_in_viewport()
    expect(mina.page.locator(".pill")).to_be_hidden()


def test_members_are_listed_with_their_count_and_leave_it(people, room):
    mina, jonas = people().enter(room, "Mina"), people().enter(room, "Jonas")
    members = mina.page.locator("#members")
    expect(members.locator("h2")).to_have_text("2 members")
    expect(members.locator(".person .name")).to_have_text(["Mina", "Jonas"])
    expect(mina.page.locator(".note")).to_have_text("\u2068Jonas\u2069 joined")
    jonas.page.locator(".room-item").hover()
    jonas.page.get_by_role("button", name=f"Leave #{room}").click()
    expect(members.locator(".person .name")).to_have_text(["Mina"])
    expect(members.locator("h2")).to_have_text("1 member")


def test_two_tabs_are_one_member(people, room):
    mina = people().enter(room, "Mina")
    first, mina.page = mina.page, mina.new_tab()
    mina.page.goto(f"{mina.url}/#{room}")
    mina.is_in()
    mina.say("from the second tab")
    expect(first.locator(".message.mine .text")).to_have_text("from the second tab")
    for page in (first, mina.page):
        expect(page.locator("#members h2")).to_have_text("1 member")


def test_typing_is_shown_and_ends_with_the_message(people, room):
    mina, jonas = people().enter(room, "민아"), people().enter(room, "Jonas")
    mina.composer.press_sequentially("hel")
    expect(jonas.page.locator("#typing")).to_have_text("\u2068민아\u2069 is typing…")
    expect(mina.page.locator("#typing")).to_have_text("")
    mina.page.keyboard.press("Enter")
    expect(jonas.page.locator("#typing")).to_have_text("")
    jonas.sees("hel")


def test_me_is_an_action(people, room):
    mina, jonas = people().enter(room, "Mina"), people().enter(room, "Jonas")
    mina.say("/me waves")
    expect(jonas.page.locator(".message.action .text")).to_have_text("Mina waves")


def test_markup_in_name_and_text_is_only_text(people, room):
    name, text = "<b>bold</b>", "<img src=x onerror=alert(1)> <script>alert(1)</script> javascript:alert(1) &amp;"
    mallory, mina = people().enter(room, name), people().enter(room, "Mina")
    for person in (mallory, mina):
        person.page.on("dialog", lambda dialog: person.errors.append(f"a dialog opened: {dialog.message}"))
    mallory.say(text)
    mina.sees(text)
    expect(mina.page.locator(".message .author")).to_have_text(name)
    assert mina.page.locator(".rows :is(img, script, b, a), .people :is(img, script, b)").count() == 0


def test_links_are_followed_in_a_new_tab_without_telling_where_from(people, room):
    mina = people().enter(room, "Mina")
    mina.say("see https://example.com/a_(b). ftp://example.com")
    link = mina.page.locator(".message a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://example.com/a_(b)")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_marks_stacked_by_the_thousand_and_bidi_stay_in_their_line(people, room):
    mallory, mina = people().enter(room, "Mallory"), people().enter(room, "Mina")
    mallory.say("Z" + "\u0300\u0301\u0302" * 1300)
    mallory.say("\u202e\u2066abc")
    mina.say("calm")
    expect(mina.messages).to_have_count(3)
    row = mina.page.locator(".message").first
    assert row.evaluate("node => getComputedStyle(node).contentVisibility") == "auto"
    assert mina.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_several_rooms_with_unread_counts_and_mentions(people, room):
    mina = people().enter(room, "Mina")
    mina.page.evaluate("room => { location.hash = room }", f"{room}-2")
    expect(mina.page.locator(".room-header h1")).to_have_text(f"#{room}-2")
    mina.is_in()
    jonas = people().enter(room, "Jonas")
    jonas.say("one")
    badge = mina.page.locator(".badge")
    expect(badge).to_have_text(re.compile("^1 "))
    jonas.say("@mina two")
    expect(badge).to_have_text(re.compile("^@2 "))
    expect(mina.page).to_have_title(f"(2) #{room}-2 · Chat")
    mina.page.get_by_role("link", name=re.compile(f"^{room} @")).click()
    expect(mina.page.locator(".row.new")).to_be_visible()
    expect(mina.page.locator(".message.to-me mark")).to_have_text("@mina")
    expect(badge).to_have_count(0)
    expect(mina.page).to_have_title(f"#{room} · Chat")


def test_a_new_name_is_told_to_everybody(people, room):
    mina, jonas = people().enter(room, "Mina"), people().enter(room, "Jonas")
    mina.page.get_by_role("button", name="Settings").click()
    mina.page.fill("#settings-name", "민아")
    mina.page.get_by_role("button", name="Done").click()
    expect(mina.page.locator(".self .name")).to_have_text("민아")
    expect(jonas.page.locator("#members .person .name")).to_have_text(["Jonas", "민아"])
    expect(jonas.page.locator(".note")).to_have_text("\u2068Mina\u2069 is now \u2068민아\u2069")


def test_an_attacker_changes_nothing_outside_their_own_lines(people, server, room):
    """What stands elsewhere looks the same, to the pixel, with what they wrote and without it."""
    marks = "\u0300\u0301\u0302\u0489"
    name = "M" + marks * 12
    mina = people().enter(room, "Mina")
    server.say(room, "calm before")
    for text in ("Z" + marks * 900, "\u202e\u2067\u2066 abc \u202e", "<img src=x onerror=alert(1)><style>*{display:none}</style>", "[x](javascript:alert(1)) javascript:alert(1)", "\u200f" * 500 + "x"):
        server.say(room, text, name=name)
    server.say(room, "calm after")
    expect(mina.messages).to_have_count(7)
    lines = mina.page.locator(".message", has=mina.page.locator(".author", has_text="M\u0300")).or_(mina.page.locator(".message:not(.head)"))
    # The button of the long text comes with code of its own.
    expect(mina.page.locator(".fold")).to_have_count(1)
    # Round corners are not always smoothed alike.
    look = {"mask": [lines, mina.page.locator(".avatar")], "animations": "disabled"}
    calm = mina.page.locator("#messages").screenshot(**look)
    mina.page.evaluate("for (const node of document.querySelectorAll('.message :is(.text, .author, .avatar)')) if (!node.textContent.startsWith('calm') && !node.textContent.startsWith('B')) node.style.visibility = 'hidden'")
    assert mina.page.locator("#messages").screenshot(**look) == calm
    assert mina.page.locator(".rows :is(a, img, style, script)").count() == 0


def test_the_whole_date_is_told_when_a_time_is_pointed_at(people, server, room):
    at = server.say(room, "when was that?")
    mina = people(timezone_id="Asia/Seoul").enter(room, "Mina")
    time = mina.page.locator(".meta time")
    expect(time).to_have_text(re.compile(r"^\d{1,2}:\d\d [AP]M$"))
    expect(time).to_have_attribute("title", re.compile(r"^\w+day, \w+ \d{1,2}, \d{4} at \d{1,2}:\d\d:\d\d [AP]M$"))
    assert mina.page.evaluate("() => Date.parse(document.querySelector('.meta time').dateTime)") == at["time"]


def test_names_that_look_alike_are_told_apart(people, room):
    """Equal names, and a name with letters of another script; who spoke and left counts, a third one has no mark."""
    mina, jonas, other = people().enter(room, "Mina"), people().enter(room, "Jonas"), people().enter(room, "M\u0456na")
    mina.say("it is me")
    other.sees("it is me")
    other.say("no, me")
    jonas.sees("it is me", "no, me")
    authors = jonas.page.locator(".message .author")
    marks = jonas.page.locator(".message .author[data-mark]")
    expect(marks).to_have_text(["Mina", "M\u0456na"])
    ids = [authors.nth(index).get_attribute("data-user") for index in range(2)]
    assert [marks.nth(index).get_attribute("data-mark") for index in range(2)] == [id[-4:] for id in ids]
    assert jonas.page.evaluate("getComputedStyle(document.querySelector('.author[data-mark]'), '::after').content") == f'"·{ids[0][-4:]}"'
    expect(jonas.page.locator(".people .name[data-mark]")).to_have_count(2)
    expect(jonas.page.locator(".people .name")).to_have_count(3)

    other.page.close()
    expect(jonas.page.locator(".people .name")).to_have_count(2)
    expect(marks).to_have_count(2)
    jonas.page.locator(".scroller").focus()
    jonas.page.keyboard.press("ControlOrMeta+a")
    # The page copies by itself once the code for it has come, which the focus asked for.
    copied = jonas.page.wait_for_function("""() => {
      const clipboardData = new DataTransfer();
      document.querySelector(".scroller").dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }));
      return clipboardData.getData("text/plain");
    }""")
    assert f"Mina·{ids[0][-4:]}: it is me" in copied.json_value()


def test_a_room_without_names_that_look_alike_does_not_fetch_the_letters(people, room):
    mina, jonas = people().enter(room, "Mina"), people().enter(room, "Jonas")
    jonas.say("hello")
    mina.sees("hello")
    expect(mina.page.locator(".people .name")).to_have_count(2)
    mina.page.wait_for_function("() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('names-watch.js'))")
    fetched = mina.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in fetched if name.endswith(("lookalikes.js", "marks.js"))]
    expect(mina.page.locator("[data-mark]")).to_have_count(0)


def test_messages_that_are_compressed_look_the_same(people, start_server, room):
    """The browser agrees to compression by itself; who sends by HTTP knows nothing of it."""
    server = start_server("--deflate", "on")
    mina = people(server.url)
    devtools, answers = mina.context.new_cdp_session(mina.page), []
    devtools.on("Network.webSocketHandshakeResponseReceived", lambda event: answers.append(event["response"]["headers"]))
    devtools.send("Network.enable")
    mina.enter(room, "민아")
    jonas = people(server.url).enter(room, "Jonas")
    long = " ".join(f"{GREETING} {number}" for number in range(40))
    mina.say("hello")
    jonas.sees("hello")
    jonas.say(long)
    mina.sees("hello", long)
    server.say(room, f"bot: {long}")
    for person in (mina, jonas):
        person.sees("hello", long, f"bot: {long}")
    late = people(server.url).enter(room, "Late")
    late.sees("hello", long, f"bot: {long}")
    fields = {name.lower(): value for name, value in answers[0].items()}
    assert "permessage-deflate" in fields["sec-websocket-extensions"]
