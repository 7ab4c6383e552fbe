"""The reference of the modules that others build on has a word on everything that is public."""

from __future__ import annotations

import json

import pytest

from conftest import ROOT, run

SYMBOLS = ROOT / ".cache/docs/symbols"
COMPILING_SECONDS = 1000
"""How long the compiler may take on a machine that has others to work for: it waits for nothing, it computes."""
pytestmark = pytest.mark.timeout(COMPILING_SECONDS + 200)


@pytest.fixture(scope="module")
def graphs():
    """What each module declares, as its compiler says."""
    made = run([ROOT / "scripts/docs.sh", "symbols"], timeout=COMPILING_SECONDS)
    assert made.returncode == 0, made.stdout
    return {module: json.loads((SYMBOLS / module / f"{module}.symbols.json").read_text()) for module in ("ChatCore", "ChatClient")}


def public(graph: dict) -> list[dict]:
    """What somebody has written and is public; what the compiler adds has no place in a file."""
    return [symbol for symbol in graph["symbols"] if symbol["accessLevel"] == "public" and "location" in symbol]


def undocumented(graph: dict) -> list[str]:
    """The public symbols that say nothing of themselves."""
    return [
        ".".join(symbol["pathComponents"])
        for symbol in public(graph)
        if not any(line["text"].strip() for line in symbol.get("docComment", {}).get("lines", []))
    ]


@pytest.mark.parametrize("module", ["ChatCore", "ChatClient"])
def test_every_public_symbol_says_what_it_is(graphs, module):
    assert len(public(graphs[module])) > 100
    assert not undocumented(graphs[module])


def test_a_symbol_without_a_word_is_found(graphs):
    (room,) = [symbol for symbol in graphs["ChatCore"]["symbols"] if symbol["pathComponents"] == ["RoomName"]]
    assert room["accessLevel"] == "public" and room["docComment"]
    silent = {key: value for key, value in room.items() if key != "docComment"}
    blank = room | {"docComment": {"lines": [{"text": " "}]}}
    assert undocumented({"symbols": [silent, blank, room]}) == ["RoomName", "RoomName"]


def test_the_parts_of_a_broker_are_in_the_reference_of_the_core(graphs):
    """They are not public: whoever writes a broker does it in this package."""
    named = {".".join(symbol["pathComponents"]) for symbol in graphs["ChatCore"]["symbols"]}
    assert {"Broker", "MessageLog.publish(_:)", "RoomEvent.publication(_:)", "Draft.tail"} <= named
    assert not [symbol for symbol in graphs["ChatClient"]["symbols"] if symbol["accessLevel"] != "public"]
