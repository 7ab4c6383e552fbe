"""The commands in documents, as lists of words."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from conftest import documents, prose

PROGRAMS = r"(?:[\w./-]*/)?(?:chat-cli|ChatServer)|make|docker compose|scripts/\S+\.sh"


@dataclass(frozen=True)
class Command:
    """A command in a document: its words, with what is assigned before them."""

    document: Path
    text: str
    words: tuple[str, ...]
    assigned: tuple[str, ...]
    is_whole: bool
    """Whether it stands in a block of commands; a mention in a sentence may leave out what a command needs."""

    def __str__(self) -> str:
        return f"{self.document.name}: {self.text}"


def simple(text: str) -> list[list[str]]:
    """The simple commands of a line: what stands between pipes, `&&` and the like, without what is redirected, and with what is
    called for its output (`$(…)`)."""
    inner = re.findall(r"\$\(([^()]*)\)", text)
    text = re.sub(r"\$\([^()]*\)", "VALUE", text)
    words = shlex.shlex(text, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    words.commenters = "#"
    found: list[list[str]] = [[]]
    redirects = False
    for word in words:
        if redirects:
            redirects = False
        elif re.fullmatch(r"[|&;()]+", word) and not (word == "&" and found[-1][-1:] and found[-1][-1].endswith(">")):
            found.append([])
        elif re.fullmatch(r"[<>]+[&]?", word):
            redirects = True
            if found[-1] and found[-1][-1] in ("1", "2"):
                found[-1].pop()
        else:
            found[-1].append(word)
    return [command for command in found if command] + [command for called in inner for command in simple(called)]


def parsed(document: Path, text: str, is_whole: bool) -> list[Command]:
    commands = []
    for words in simple(text):
        assigned = []
        while words and re.match(r"[A-Z_]+=", words[0]):
            assigned.append(words.pop(0))
        if words:
            commands.append(Command(document, text, tuple(words), tuple(assigned), is_whole))
    return commands


def lines(document: Path) -> list[str]:
    """The lines of the blocks of commands, with those that go on joined. A line of JSON is typed into the program before it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.M | re.S)
    found = [line.strip() for block in blocks for line in re.sub(r" *\\\n *", " ", block).splitlines()]
    # What stands before the command of a crontab is the time.
    return [re.sub(r"^(\S+ ){4}\S+ {2,}", "", line) if line.startswith("*/") else line for line in found if line and line[0] not in "{#"]


def commands() -> list[Command]:
    found = []
    for document in documents():
        for line in lines(document):
            found += parsed(document, line, is_whole=True)
        # A command in backticks, also where the sentence breaks its line.
        for code in re.findall(r"`([^`]+)`", prose(document.read_text())):
            code = re.sub(r"\s*\n\s*", " ", code)
            if re.match(rf"(?:[A-Z_]+=\S* )*(?:{PROGRAMS})(?: |$)", code):
                found += parsed(document, code, is_whole=False)
    assert len(found) > 150
    return found
