"""Makes docs/images/terminal.svg: a session of the program that was built, as the terminal shows it.

    .cache/venv/bin/python Tests/CLITests/screenshot.py
"""

from __future__ import annotations

import re
import unicodedata
from html import escape

from conftest import CLI, CLI_, ROOT, Server, Terminal, wait_until

COLUMNS, ROWS = 84, 20
CELL, ROW, LEFT, TOP = 8.43, 19, 16, 54
INK, PAPER = "#d8dee9", "#1b1f27"
BASIC = ["#1b1f27", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#c895bf", "#88c0d0", "#e5e9f0"]


def color(number: int) -> str:
    """One of the 256 colours."""
    if number < 16:
        return BASIC[number % 8]
    if number > 231:
        return "#" + f"{(number - 232) * 10 + 8:02x}" * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + "".join(f"{levels[part]:02x}" for part in (number // 36, number // 6 % 6, number % 6))


class Style:
    """What the sequences of the terminal have switched on."""

    def __init__(self):
        self.fill, self.bold, self.faint, self.reverse = INK, False, False, False

    def apply(self, codes: str) -> None:
        numbers = [int(code or 0) for code in codes.split(";")]
        while numbers:
            match numbers.pop(0):
                case 0:
                    self.__init__()
                case 1:
                    self.bold = True
                case 2:
                    self.faint = True
                case 7:
                    self.reverse = True
                case 27:
                    self.reverse = False
                case 38:
                    numbers.pop(0)
                    self.fill = color(numbers.pop(0))
                case number if 30 <= number < 38:
                    self.fill = color(number - 30)
                case 39:
                    self.fill = INK


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def row(line: str, y: float, style: Style) -> list[str]:
    """The SVG of one row; what it has switched on holds in the next."""
    shapes, column = [], 0
    pieces = re.split(r"(\x1b\[[0-9;]*m)", line)
    for piece in pieces:
        if piece.startswith("\x1b["):
            style.apply(piece[2:-1])
            continue
        # A run of blanks has no shape of its own.
        for text in [piece] if style.reverse else re.split(r"( {2,})", piece):
            width = cells(text) * CELL
            x = LEFT + column * CELL
            column += cells(text)
            if style.reverse:
                shapes.append(f'<rect x="{x:.1f}" y="{y - 14}" width="{width:.1f}" height="{ROW}" fill="{INK}"/>')
            if text.strip():
                fill = PAPER if style.reverse else style.fill
                marks = "".join(mark for mark, on in (("b", style.bold), ("f", style.faint)) if on)
                head = f'<text x="{x:.1f}" y="{y}"' + (f' class="{" ".join(marks)}"' if marks else "")
                paint = f' style="fill:{fill}"' if fill != INK else ""
                shapes.append(
                    f'{head}{paint} textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
                )
    return shapes


def draw(lines: list[str], cursor: tuple[int, int], columns: int = COLUMNS) -> str:
    width, height = LEFT * 2 + columns * CELL, TOP + len(lines) * ROW
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img" aria-label="chat-cli in a terminal">\n'
        '<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,"D2Coding","DejaVu Sans Mono",'
        f'"Noto Sans Mono CJK KR",monospace;white-space:pre;fill:{INK}}}.f{{opacity:.6}}.b{{font-weight:700}}</style>\n'
        f'<rect width="100%" height="100%" rx="10" fill="{PAPER}"/><circle cx="20" cy="18" r="6" fill="#ff5f57"/>'
        '<circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>\n'
    )
    style = Style()
    shapes = [shape for index, line in enumerate(lines) for shape in row(line, TOP + index * ROW, style)]
    x, y = LEFT + cursor[0] * CELL, TOP + cursor[1] * ROW - 14
    shapes.append(f'<rect x="{x:.1f}" y="{y}" width="{CELL}" height="{ROW}" fill="{INK}" opacity=".7"/>')
    return head + "\n".join(shapes) + "\n</svg>\n"


def main() -> None:
    server = Server(0, "--node", "seoul-1")
    window, other = Terminal(COLUMNS, ROWS), Terminal()
    try:
        cli = CLI_(server)
        cli.run("send", "lobby", "good morning ☕", "--name", "Jun")
        cli.run("send", "lobby", "좋은 아침이에요 👋", "--name", "민아")
        other.join(server, "lobby", "--name", "민아")
        other.wait_for("Jun left")
        other.wait_for("민아 left")
        window.tmux("send-keys", "-l", f"alias chat-cli='CHAT_SERVER={server.url} {CLI}'; clear")
        window.press("Enter")
        wait_until(lambda: window.lines() == ["$"], what="a clear screen")
        window.shell("chat-cli join lobby ops --name Sam")
        window.wait_for("ops: 1 here")
        window.shell("morning, all")
        other.wait_for("morning, all")
        other.shell("Sam, 배포는 끝났나요? 🚀")
        window.wait_for("🚀")
        window.shell("/me looks")
        cli.run("send", "ops", "build 1042 is green", "--name", "ci")
        window.wait_for("1042")
        window.wait_for("ci left")
        other.type("t")
        window.type("네, 방금 끝났")
        window.wait_for("방금")
        wait_until(lambda: "is typing" in window.text() and " ms" in window.text(), what="the typing")
        lines = window.tmux("capture-pane", "-p", "-e").rstrip("\n").split("\n")
        image = draw(lines, window.cursor())
        (ROOT / "docs/images/terminal.svg").write_text(image, encoding="utf-8")
    finally:
        window.close()
        other.close()
        server.kill()


if __name__ == "__main__":
    main()
