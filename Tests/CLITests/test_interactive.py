"""What a session in a terminal shows and keeps, beyond talking."""

import os
import signal
import stat
import subprocess

import pytest

from conftest import CLI, CLI_, Terminal, wait_until
from faulty_proxy import faulty


@pytest.fixture
def second():
    """Another window, of another user."""
    window = Terminal()
    yield window
    window.close()


def status(window) -> str:
    """The row above the input line."""
    return "".join(window.lines()[-2:-1]).strip()


# ---- Status, typing, mentions


def test_the_status_line_says_where_with_whom_and_how_far_the_server_is(joined, second, shared_server, room):
    wait_until(lambda: status(joined).startswith(f"{room} · 1 here · ") and status(joined).endswith(" ms"))
    second.join(shared_server, room, "--name", "Jun")
    wait_until(lambda: status(joined).startswith(f"{room} · 2 here · "), what="the second member")
    second.shell("/quit")


def test_the_status_line_says_that_there_is_no_connection(terminal, own_server, room):
    terminal.join(own_server, room)
    wait_until(lambda: "1 here" in status(terminal), what="the status")
    own_server.kill()
    wait_until(lambda: "not connected" in status(terminal), what="the loss")
    terminal.shell("patience")
    terminal.wait_for("… patience")
    own_server.start()
    terminal.wait_for(": patience")
    terminal.wait_for("the room's log began anew")
    wait_until(lambda: "… patience" not in terminal.text(), what="the end of the waiting")


def test_the_status_line_can_be_left_out(terminal, shared_server, room):
    terminal.join(shared_server, room, "--no-status", "--name", "Mina")
    terminal.wait_for("1 here (Mina)")
    terminal.wait_for_input_line(f"{room}>")
    assert status(terminal).startswith("--")


def test_who_types_is_shown_until_the_message_comes(joined, second, shared_server, room):
    second.join(shared_server, room, "--name", "Jun")
    second.wait_for("2 here")
    second.type("h")
    wait_until(lambda: "Jun is typing" in status(joined), what="the typing")
    second.type("i")
    second.press("Enter")
    joined.wait_for("Jun: hi")
    assert "typing" not in status(joined)
    second.type("x")
    wait_until(lambda: "Jun is typing" in status(joined), what="the typing")
    second.press("BSpace")
    wait_until(lambda: "typing" not in status(joined), what="the end of the typing")


def test_a_command_and_a_session_without_typing_are_not_seen_to_type(joined, second, shared_server, room):
    second.join(shared_server, room, "--name", "Jun", "--no-typing")
    second.wait_for("2 here")
    joined.type("/nick x")
    second.type("h")
    second.wait_for_input_line(f"{room}> h")
    # What comes after the typing would have come is there, and it is not.
    CLI_(shared_server).run("send", room, "later", "--name", "Sam")
    joined.wait_for("Sam: later")
    second.wait_for("Sam: later")
    assert "typing" not in status(joined) and "typing" not in status(second)


def test_who_is_named_is_called(joined, cli, room):
    recording = joined.record()
    cli.run("send", room, "hello everybody", "--name", "Jun")
    joined.wait_for("hello everybody")
    assert b"\x07" not in recording.read_bytes()
    cli.run("send", room, input="mina!\nMina?\n@Mina\n")
    joined.wait_for("@Mina")
    wait_until(lambda: b"@Mina" in recording.read_bytes(), what="the recording")
    assert b"\x07" in recording.read_bytes()
    assert "\x1b[1m\x1b[35mmina!" in joined.tmux("capture-pane", "-p", "-e")


def test_the_past_calls_nobody_and_a_bell_can_be_turned_off(terminal, shared_server, cli, room):
    recording = terminal.record()
    cli.run("send", room, "Mina was named before", "--name", "Jun")
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("named before")
    terminal.shell("/quit")
    terminal.wait_for("status=0")
    terminal.join(shared_server, room, "--name", "Mina", "--no-bell")
    terminal.wait_for("1 here")
    cli.run("send", room, "Mina, now", "--name", "Jun")
    terminal.wait_for("Mina, now")
    wait_until(lambda: b"Mina, now" in recording.read_bytes(), what="the recording")
    assert b"\x07" not in recording.read_bytes()


# ---- Editing


def test_an_earlier_line_is_found(joined, room):
    for line in ("make test", "git push", "make lint"):
        joined.shell(line)
        joined.wait_for(f"Mina: {line}")
    joined.press("C-r")
    joined.wait_for_input_line("(search: )")
    joined.type("mak")
    joined.wait_for_input_line("(search: mak) make lint")
    joined.press("C-r")
    joined.wait_for_input_line("(search: mak) make test")
    joined.press("C-e")
    joined.wait_for_input_line(f"{room}> make test")
    joined.press("C-u", "C-r")
    joined.type("zzz")
    joined.press("C-g")
    joined.wait_for_input_line(f"{room}>")


def test_lines_are_remembered_by_the_next_session_and_by_nobody_else(joined, shared_server, room):
    joined.shell("remember 나")
    joined.wait_for("Mina: remember 나")
    joined.shell("/quit")
    joined.wait_for("status=0")
    path = joined.home / ".local/state/chat-cli/history"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    joined.join(shared_server, room)
    joined.wait_for("1 here")
    joined.press("Up", "Up")
    joined.wait_for_input_line(f"{room}> remember 나")


def test_lines_behind_a_link_are_remembered_where_the_link_leads(terminal, shared_server, room):
    """Some keep what their programs remember in a folder of their own."""
    folder = terminal.home / ".local/state/chat-cli"
    folder.mkdir(parents=True)
    (terminal.home / "kept").write_text("an earlier line\n")
    (folder / "history").symlink_to(terminal.home / "kept")
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    terminal.press("Up")
    terminal.wait_for_input_line(f"{room}> an earlier line")
    terminal.press("C-u")
    terminal.shell("a later line")
    terminal.wait_for("Mina: a later line")
    terminal.shell("/quit")
    terminal.wait_for("status=0")
    assert (folder / "history").is_symlink()
    assert (terminal.home / "kept").read_text() == "an earlier line\na later line\n/quit\n"


def test_pasted_lines_wait_for_enter(joined, cli, room):
    joined.paste("one\ntwo\nthree")
    joined.wait_for("3 lines pasted")
    joined.wait_for_input_line(f"{room}> one↵two↵three")
    joined.press("C-c")
    joined.wait_for_input_line(f"{room}>")
    assert cli.texts(room) == []


def test_names_of_members_and_rooms_are_completed(joined, room):
    joined.type("Mi")
    joined.press("Tab")
    joined.wait_for_input_line(f"{room}> Mina:")
    joined.press("C-u")
    # No other test has a room that begins so.
    joined.shell(f"/join {room}-lounge")
    joined.wait_for_input_line(f"{room}-lounge>")
    joined.type(f"#{room}-lou")
    joined.press("Tab")
    joined.wait_for_input_line(f"{room}-lounge> #{room}-lounge")


# ---- Commands


def test_somebody_is_ignored_until_they_are_heard_again(joined, second, shared_server, cli, room):
    second.join(shared_server, room, "--name", "Troll")
    joined.wait_for("Troll joined")
    joined.shell("/ignore troll")
    joined.wait_for("troll is ignored")
    second.shell("/nick Angel")
    second.wait_for("you are Angel now")
    second.shell("not heard")
    second.wait_for("Angel: not heard")
    cli.run("send", room, "heard", "--name", "Jun")
    joined.wait_for("Jun: heard")
    assert "not heard" not in joined.text() and "Angel" not in joined.text()
    joined.shell("/ignore")
    joined.wait_for("ignored: troll")
    joined.shell("/ignore troll")
    joined.wait_for("troll is heard again")
    second.shell("here I am")
    joined.wait_for("Angel: here I am")


def test_the_past_is_searched(joined, cli, room):
    cli.run("send", room, input="\n".join(["the needle", "hay", "hay", "another Needle"]))
    joined.wait_for("another Needle")
    joined.shell("/clear")
    joined.shell("/search needle")
    joined.wait_for(f'{room}: 2 found for "needle"')
    joined.wait_for("the needle")
    joined.wait_for("another Needle")
    assert "hay" not in joined.text()
    joined.shell("/search nothing of it")
    joined.wait_for('nothing found for "nothing of it"')


def test_times_and_notices_can_be_turned_off_and_on(joined, second, shared_server, cli, room):
    joined.shell("/timestamps off")
    joined.wait_for("timestamps: off")
    joined.shell("plain")
    wait_until(lambda: "Mina: plain" in joined.lines(), what="a line without a time")
    joined.shell("/notices")
    joined.wait_for("notices: off")
    second.join(shared_server, room, "--name", "Ghost")
    second.wait_for("2 here")
    wait_until(lambda: "2 here" in status(joined), what="the second member")
    cli.run("send", room, "after", "--name", "Sam")
    joined.wait_for("Sam: after")
    assert "Ghost joined" not in joined.text()
    joined.shell("/notices maybe")
    joined.wait_for("/notices is followed by on, off or nothing")


def test_the_rooms_of_the_server_are_listed(terminal, own_server, room):
    # A server of its own: of many rooms, as other tests make them, the first page alone is listed.
    terminal.join(own_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    terminal.shell("hi")
    terminal.wait_for("Mina: hi")
    # The server's index of rooms lags behind.
    wait_until(lambda: f"{room}\t1\t" in CLI_(own_server).run("rooms").stdout, what="the room in the index")
    terminal.shell("/rooms")
    terminal.wait_for(f"-- {room}: 1 here\n")


def test_alt_and_a_digit_go_to_a_room_and_unread_is_counted_for_each(joined, cli, room):
    for name in ("b", "c"):
        joined.shell(f"/join {room}-{name}")
        joined.wait_for_input_line(f"{room}-{name}>")
        joined.wait_for(f"{room}-{name}: 1 here")
    cli.run("send", room, input="one\ntwo\n")
    cli.run("send", f"{room}-b", "three")
    joined.wait_for_input_line(f"{room}-c +3>")
    wait_until(lambda: f"1:{room} +2 · 2:{room}-b +1" in status(joined), what="the counts")
    joined.press("M-2")
    joined.wait_for_input_line(f"{room}-b +2>")
    joined.press("M-1")
    joined.wait_for_input_line(f"{room}>")


def test_people_are_spoken_to_in_korean(terminal, shared_server, room):
    terminal.join(shared_server, room, "--name", "민아", "--language", "ko")
    terminal.wait_for(f"{room}: 1명 (민아)")
    terminal.wait_for("민아로 연결했습니다")
    terminal.shell("/help")
    terminal.wait_for("이 도움말 보기")
    terminal.shell("/dance")
    terminal.wait_for("/dance라는 명령은 없습니다")
    wait_until(lambda: f"{room} · 1명" in status(terminal), what="the status in Korean")


# ---- The terminal itself


@pytest.mark.parametrize("columns", [20, 41, 200])
def test_every_width_has_one_input_line_and_one_status_line(columns, shared_server, cli, room):
    window = Terminal(columns=columns)
    try:
        window.join(shared_server, room, "--name", "Mina")
        window.wait_for("Mina)")
        # A room's name that would take half of the row is left out.
        window.wait_for_input_line(">" if len(room) + 2 > (columns - 1) // 2 else f"{room}>")
        window.type("가나다라마바사 " * 3)
        wait_until(lambda: window.lines()[-1].endswith("라마바사"), what="what was typed")
        cli.run("send", room, "incoming " * 5, "--name", "Jun")
        window.wait_for("Jun: inc")

        def is_whole() -> bool:
            # One look: while somebody is told of who came or left, rows are drawn anew.
            *above, last = window.lines()
            return last.startswith((f"{room}> ", "> ")) and sum(line.strip().startswith(room) for line in above) == 1

        wait_until(lambda: status(window).startswith(room), what="the status")
        wait_until(is_whole, what="one line of input and one status line")
    finally:
        window.close()


def test_a_terminal_that_tells_its_new_width_late_is_left_whole(joined, cli, room):
    """tmux wraps at once and tells the program a quarter of a second later; messages come all the while."""
    line = "a line that is much longer than a narrow window is wide"
    joined.type(line)
    joined.wait_for_input_line(f"{room}> {line}")
    for columns in (30, 100, 24, 60, 80):
        with cli.start("send", room, stdin=subprocess.PIPE) as sender:
            sender.stdin.write("\n".join(f"{columns}-{number}" for number in range(8)))
            sender.stdin.close()
            joined.tmux("resize-window", "-x", str(columns), "-y", "24")
        joined.wait_for(f"{columns}-7")
        joined.resize(columns)
        wait_until(lambda: "window is wide" in joined.lines()[-1] or "is wide" in joined.lines()[-1], what="the line")
    joined.wait_for_input_line(f"{room}> {line}")

    def is_once() -> bool:
        # One look: while somebody is told of who came or left, rows are drawn anew.
        text = joined.text()
        return all(text.count(part) == 1 for part in (f"{room}>", "a line that is", f"{room} · "))

    wait_until(is_once, what="each of them once")


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGQUIT])
def test_a_crash_puts_the_terminal_back(terminal, shared_server, room, number):
    before = terminal.mode()
    terminal.join(shared_server, room)
    terminal.wait_for("1 here")
    os.kill(terminal.program(), number)
    terminal.wait_for(f"status={128 + number}")
    # The shell takes the terminal a moment later.
    wait_until(lambda: terminal.mode() == before, what="the terminal as it was")


def test_what_peers_and_servers_write_steers_no_terminal(terminal, shared_server, cli, room):
    """A server that strips nothing: its texts, the name of its node and its errors bear sequences that set a title."""
    recording = terminal.record()
    with faulty(shared_server.port, "steer") as port:
        terminal.shell(f"CHAT_SERVER=ws://127.0.0.1:{port} {CLI} join {room} --name Mina; echo status=$?")
        terminal.wait_for_input_line(f"{room}>")
        cli.run("send", room, "a\u202eb\u2066c end", "--name", "Jun")
        terminal.wait_for("]0;pwnedabc end")
        terminal.shell("x" * 9000)
        terminal.wait_for("not sent")
        terminal.shell("/quit")
        terminal.wait_for("status=0")
        terminal.shell(f"CHAT_SERVER=ws://127.0.0.1:{port} {CLI} tail {room} --history 1 --count 1 --json")
        terminal.wait_for('"text":')
    wait_until(lambda: b'"text":' in recording.read_bytes(), what="the recording")
    shown = recording.read_bytes().decode(errors="replace")
    assert "pwned" in shown
    assert not [sign for sign in ("\x1b]", "\u202e", "\u2066", "\u009d") if sign in shown]


# ---- What is unread, and answers


def test_what_is_unread_is_found_again_in_the_next_session(joined, cli, shared_server, room):
    cli.run("send", room, "read", "--name", "Jun")
    joined.wait_for("Jun: read")
    joined.shell("/quit")
    joined.wait_for("status=0")
    cli.run("send", room, input="".join(f"unread {number}\n" for number in range(30)))
    joined.join(shared_server, room, "--name", "Mina", "--history", "5")
    joined.wait_for("unread from here")
    joined.wait_for("unread 29")
    joined.wait_for_input_line(f"{room}>")
    joined.shell("/clear")
    wait_until(lambda: "unread 29" not in joined.text(), what="the clear screen")
    joined.shell("/unread")
    joined.wait_for("unread 29")
    shown = joined.tmux("capture-pane", "-p", "-S", "-100")
    assert f"{room}: 30 unread" in shown and "unread 12" in shown


def test_mentions_are_counted_apart_and_a_room_that_is_left_leaves_no_count(joined, cli, room):
    joined.shell(f"/join {room}-b")
    joined.wait_for_input_line(f"{room}-b>")
    joined.wait_for(f"{room}-b: 1 here")
    cli.run("send", room, input="one\nMina?\n")
    joined.wait_for_input_line(f"{room}-b +2 @1>")
    wait_until(lambda: f"1:{room} +2 @1" in status(joined), what="the count of mentions")
    joined.shell("/leave")
    joined.wait_for_input_line(f"{room}>")
    wait_until(lambda: "+2" not in status(joined), what="the end of the count")


def test_one_message_is_answered(joined, cli, room):
    cli.run("send", room, "lunch?", "--name", "Jun")
    joined.wait_for("lunch?")
    cli.run("send", room, "tea?", "--name", "Sam")
    joined.wait_for("tea?")
    joined.shell("/reply yes")
    joined.wait_for("    yes")
    joined.shell("/reply @Jun at noon")
    joined.wait_for("    at noon")
    assert cli.texts(room)[-2:] == ["> Sam: tea?\nyes", "> Jun: lunch?\nat noon"]
    joined.shell("/reply")
    joined.wait_for("^4 Jun: lunch?")


def test_people_of_one_name_are_told_apart(joined, second, shared_server, cli, room):
    second.join(shared_server, room, "--name", "Mina")
    second.wait_for("2 here (Mina·")
    joined.shell("/who")
    joined.wait_for("2 here: Mina·")
    second.shell("which one?")
    joined.wait_for(": which one?")
    line = next(line for line in joined.lines() if line.endswith(": which one?"))
    assert "Mina·" in line
    assert line.split("Mina·")[1].split(":")[0] in second.text()


def test_people_whose_names_look_alike_are_told_apart(joined, second, shared_server, cli, room):
    second.join(shared_server, room, "--name", "M\u0456na")
    second.wait_for("2 here (")
    second.shell("which one?")
    joined.wait_for(": which one?")
    line = next(line for line in joined.lines() if line.endswith(": which one?"))
    mark = line.split("M\u0456na·")[1].split(":")[0]
    joined.shell(f"/ignore Mina·{mark}")
    joined.wait_for("is ignored")
    second.shell("nobody hears this")
    second.wait_for(": nobody hears this")
    cli.run("send", room, "but this", "--name", "Jun")
    joined.wait_for("Jun: but this")
    assert "nobody hears" not in joined.text()


def test_lines_are_broken_between_words(joined, cli, room):
    words = "the quick brown fox jumps over the lazy dog and runs through the forest until nothing is lost at all"
    cli.run("send", room, words, "--name", "Jun")
    joined.wait_for("lost at all")
    rows = joined.text().split("\n")
    start = next(number for number, row in enumerate(rows) if "Jun: the quick" in row)
    shown = [rows[start].split("Jun: ")[1], rows[start + 1]]
    assert " ".join(" ".join(shown).split()) == words and rows[start + 1].startswith("    ")
    joined.shell("/help")
    joined.wait_for("is said with one slash")
    assert not [row for row in joined.lines() if row.startswith("until")]


def test_what_was_refused_is_told_in_one_row(joined, room):
    joined.paste("가" * 3000)
    joined.press("Enter")
    joined.wait_for("a text has at most 8192 bytes")
    row = next(row for row in joined.lines() if "not sent" in row)
    assert row.endswith("…")


# ---- Long work


def test_long_work_shows_how_far_it_is_and_leaves_nothing_of_that(terminal, shared_server, cli, room):
    cli.run("send", room, input="\n".join("abc"))
    recording = terminal.record()
    terminal.shell(f"CHAT_SERVER={shared_server.url} {CLI} history {room} > /dev/null; echo status=$?")
    terminal.wait_for("status=0")
    terminal.shell(f"clear; CHAT_SERVER={shared_server.url} {CLI} verify --clients 2 --duration 5 > /dev/null; echo done=$?")
    terminal.wait_for("done=0")
    wait_until(lambda: b"done=0" in recording.read_bytes(), what="the recording")
    shown = recording.read_bytes()
    assert b"3 of 50 messages" in shown and b"talking" in shown and b"settling" in shown
    assert not {"messages", "talking", "settling"} & set(terminal.text().split())
