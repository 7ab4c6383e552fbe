"""The cells that a cluster takes: what chat-cli counts, what the terminal draws, and where the cursor stands."""

import pytest

from conftest import wait_until

# Cells as chat-cli counts them (InputLineTests has the same) and as tmux draws them.
AGREED = {
    "abc": 3, "한글": 4, "漢字": 4, "かなｶﾅ": 6, "ＡＢ": 4, "e\u0301o\u0308": 2, "😀👋": 4, "☕⌚": 4, "·…→─": 4, "ก็ที่": 2,
    "a\u200bb": 2, "👨‍👩‍👧": 2, "🇰🇷": 2, "\u1112\u1161\u11ab": 2, "☕\ufe0e": 2, "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": 2,
}  # fmt: skip
# What chat-cli counts as 2 cells and tmux 3.3 draws in another number.
DIFFERENT = ["👋🏽", "❤️", "1️⃣", "🏳️‍🌈", "क्षि"]


@pytest.fixture
def joined(terminal, shared_server, room):
    terminal.join(shared_server, room, "--name", "Mina", "--no-status", "--no-typing")
    terminal.wait_for("1 here")
    terminal.wait_for_input_line(f"{room}>")
    return terminal


def place(terminal, expected: int) -> None:
    try:
        wait_until(lambda: terminal.cursor()[0] == expected, what="the cursor")
    except AssertionError as error:
        raise AssertionError(f"{error}: it stands at {terminal.cursor()[0]}, not at {expected}") from None


def test_a_terminal_draws_as_many_cells_as_are_counted(joined, room):
    start = len(room) + 2
    for text, cells in AGREED.items():
        joined.type(text)
        place(joined, start + cells)
        joined.press("C-u")
        place(joined, start)


# tmux keeps no more than the beginning of a flag of tags in its copy of the screen, by which this test waits.
@pytest.mark.parametrize("text", [text for text in [*AGREED, *DIFFERENT] if "\U000e0067" not in text])
def test_the_cursor_stands_where_the_terminal_drew_whether_or_not_they_agree(joined, room, text):
    start = len(room) + 2
    joined.type(f"가{text}")
    joined.wait_for_input_line(f"{room}> 가{text}")
    end = joined.cursor()[0]
    joined.type("|b")
    wait_until(lambda: joined.lines()[-1].endswith("|b"), what="the bar")
    joined.press("Left", "Left")
    place(joined, end)
    joined.press("C-a")
    place(joined, start)


def test_a_row_that_the_terminal_takes_for_longer_is_not_wrapped(joined, cli, room):
    """Forty waving hands of another colour: twice as many cells in tmux as in Unicode."""
    joined.type("👋🏽" * 40)
    wait_until(lambda: "👋" in joined.lines()[-1], what="the hands")
    cli.run("send", room, "incoming", "--name", "Jun")
    joined.wait_for("Jun: incoming")
    joined.press("C-u")
    joined.wait_for_input_line(f"{room}>")
    assert "👋" not in joined.text()
