"""`chat-cli join` in a real terminal."""

import os
import signal

import pytest

from conftest import CLI_, Terminal, wait_until


def test_messages_appear_above_a_line_that_is_half_written(joined, cli, room):
    joined.type("half a thou")
    joined.wait_for_input_line(f"{room}> half a thou")
    cli.run("send", room, "incoming", "--name", "Jun")
    joined.wait_for("Jun: incoming")
    joined.wait_for_input_line(f"{room}> half a thou")
    joined.type("ght")
    joined.press("Enter")
    joined.wait_for("Mina: half a thought")
    joined.wait_for_input_line(f"{room}>")


def test_many_messages_leave_the_line_whole(joined, cli, room):
    joined.type("안녕 ")
    for number in range(3):
        cli.run("send", room, input="\n".join(f"{number}-{line}" for line in range(6)))
    joined.wait_for("2-5")
    joined.wait_for_input_line(f"{room}> 안녕")
    # Somebody who left may just be told of.
    wait_until(lambda: joined.text().count(f"{room}>") == 1, what="one line of input")


def test_the_cursor_stands_where_the_next_character_goes(joined, room):
    joined.type("한글 👨‍👩‍👧 é")
    joined.wait_for(f"{room}> 한글")
    start = len(room) + 2
    wait_until(lambda: joined.cursor()[0] == start + 4 + 1 + 2 + 1 + 1, what="the cursor")
    joined.press("C-a")
    wait_until(lambda: joined.cursor()[0] == start, what="the cursor")
    joined.press("Right", "Right")
    wait_until(lambda: joined.cursor()[0] == start + 4, what="the cursor")


def test_a_composed_syllable_and_an_emoji_are_erased_as_one(joined, cli, room):
    joined.type("가나👨‍👩‍👧")
    joined.press("BSpace")
    joined.press("BSpace")
    joined.type("다")
    joined.press("Enter")
    joined.wait_for("Mina: 가다")
    assert cli.run("history", room).stdout.endswith(": 가다\n")


def test_emacs_keys_edit(joined, room):
    joined.type("one two three")
    joined.press("C-w", "C-a", "C-k", "C-y")
    joined.wait_for_input_line(f"{room}> one two")
    joined.press("C-u")
    joined.wait_for_input_line(f"{room}>")
    joined.press("C-_")
    joined.wait_for_input_line(f"{room}> one two")


def test_the_history_of_lines_comes_back(joined, room):
    joined.type("first")
    joined.press("Enter")
    joined.wait_for("Mina: first")
    joined.type("draft")
    joined.press("Up")
    joined.wait_for_input_line(f"{room}> first")
    joined.press("Down")
    joined.wait_for_input_line(f"{room}> draft")


def test_a_long_line_scrolls_in_a_narrow_window(shared_server, room):
    window = Terminal(columns=40)
    try:
        window.join(shared_server, room, "--name", "Mina")
        window.wait_for("1 here")
        window.type("가나다라마바사아자차카타파하" * 4 + "end")
        window.wait_for("하end")
        assert sum(f"{room}>" in line for line in window.lines()) == 1
        window.press("C-a")
        window.wait_for(f"{room}> 가나")
        window.press("Enter")
        window.wait_for_input_line(f"{room}>")
    finally:
        window.close()


def test_the_line_survives_resizing(joined, cli, room):
    joined.type("stay with me, whatever the width of the window may be")
    for columns in (30, 100, 24, 80):
        joined.resize(columns)
        cli.run("send", room, f"width {columns}", "--name", "Jun")
        joined.wait_for(f"width {columns}")
    joined.wait_for_input_line(f"{room}> stay with me, whatever the width of the window may be")
    wait_until(lambda: joined.text().count(f"{room}>") == 1, what="one line of input")


def test_pasted_lines_are_one_message(joined, cli, room):
    joined.paste("one\ntwo")
    joined.wait_for_input_line(f"{room}> one↵two")
    joined.press("Enter")
    joined.wait_for("Mina: one")
    joined.wait_for("    two")


@pytest.mark.parametrize("leave", ["C-d", "/quit"])
def test_leaving_puts_the_terminal_back(terminal, shared_server, room, leave):
    before = terminal.mode()
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    assert terminal.mode() != before
    if leave == "C-d":
        terminal.press(leave)
    else:
        terminal.shell(leave)
    terminal.wait_for("status=0")
    # The shell takes the terminal a moment later.
    wait_until(lambda: terminal.mode() == before, what="the terminal as it was")


def test_ctrl_d_leaves_only_from_an_empty_line(joined, room):
    joined.type("x")
    joined.press("C-d", "C-c")
    joined.wait_for_input_line(f"{room}>")
    joined.press("C-d")
    joined.wait_for("status=0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV])
def test_a_signal_puts_the_terminal_back(terminal, shared_server, room, number):
    before = terminal.mode()
    terminal.join(shared_server, room)
    terminal.wait_for("1 here")
    os.kill(terminal.program(), number)
    terminal.wait_for(f"status={128 + number}")
    # The shell takes the terminal a moment later.
    wait_until(lambda: terminal.mode() == before, what="the terminal as it was")


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(joined, cli, room):
    joined.type("still here")
    joined.wait_for_input_line(f"{room}> still here")
    joined.press("C-z")
    joined.wait_for("Stopped")
    joined.shell("echo $((40 + 2))")
    joined.wait_for("42")
    cli.run("send", room, "meanwhile", "--name", "Jun")
    joined.shell("fg")
    joined.wait_for("Jun: meanwhile")
    joined.wait_for_input_line(f"{room}> still here")


def test_commands_come_from_one_table(joined, cli, room):
    joined.shell("/help")
    joined.wait_for("/nick <name>")
    joined.shell("/me waves")
    joined.wait_for("* Mina waves")
    joined.shell("/nick 민아")
    joined.wait_for("you are 민아 now")
    joined.shell("/who")
    joined.wait_for(f"{room}: 1 here: 민아")
    joined.shell("/dance")
    joined.wait_for("no such command: /dance")
    joined.shell("//slash")
    joined.wait_for("민아: /slash")


def test_several_rooms_at_once(joined, cli, room):
    joined.shell(f"/join {room}-b")
    joined.wait_for_input_line(f"{room}-b>")
    cli.run("send", room, "over here", "--name", "Jun")
    joined.wait_for(f"#{room} Jun: over here")
    joined.wait_for_input_line(f"{room}-b +1>")
    joined.press("M-1")
    joined.wait_for_input_line(f"{room}>")


def test_a_killed_server_is_told_and_resumed_and_a_line_written_meanwhile_is_sent_once(terminal, own_server, room):
    terminal.join(own_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    terminal.type("half")
    own_server.kill()
    terminal.wait_for("not connected")
    terminal.wait_for_input_line(f"{room} (offline)> half")
    terminal.type(" offline")
    terminal.press("Enter")
    terminal.wait_for_input_line(f"{room} …1 (offline)>")
    own_server.start()
    terminal.wait_for("Mina: half offline")
    terminal.wait_for_input_line(f"{room}>")
    assert CLI_(own_server).run("history", room).stdout.count("half offline") == 1
    # The server has forgotten the session, and knows a guest first; the name that was chosen is kept, and is no news.
    assert "again" in terminal.text() and "guest-" not in terminal.text()


def test_no_color_is_respected(terminal, shared_server, room):
    terminal.shell("export NO_COLOR=1")
    terminal.join(shared_server, room, "--name", "Mina")
    terminal.wait_for("1 here")
    terminal.shell("plain")
    terminal.wait_for("Mina: plain")
    assert "\x1b[" not in terminal.tmux("capture-pane", "-p", "-e")
