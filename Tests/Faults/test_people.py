"""Who is told of somebody who is not there, or not told of somebody who is, is found out."""

import asyncio
from types import SimpleNamespace

import pytest

from people import People


def watcher(name: str, rooms: dict[str, set[str]], is_over: bool = False) -> SimpleNamespace:
    over = asyncio.Event()
    if is_over:
        over.set()
    return SimpleNamespace(name=name, id=name.lower(), rooms=rooms, is_over=over)


def test_those_who_watch_and_nobody_else_are_there():
    watchers = [watcher("A", {"lobby": {"a", "b"}}), watcher("B", {"lobby": {"a", "b"}, "den": {"b"}})]
    assert People._complaints(watchers, {"lobby": 2, "den": 1, "empty": 0}) == []


@pytest.mark.parametrize(
    ("told", "counts", "complaint"),
    [
        ({"a", "b", "ghost"}, {"lobby": 2}, "A is told of 3 in lobby, where 2 are"),
        ({"a"}, {"lobby": 2}, "A is told of 1 in lobby, where 2 are"),
        ({"a", "b"}, {"lobby": 3}, "3 are listed in lobby, where 2 are"),
        ({"a", "b"}, {"lobby": 1}, "1 are listed in lobby, where 2 are"),
        ({"a", "b"}, {"lobby": 2, "den": 1}, "1 are listed in den, where 0 are"),
    ],
)
def test_a_ghost_and_one_who_is_missing_are_found(told, counts, complaint):
    watchers = [watcher("A", {"lobby": told}), watcher("B", {"lobby": {"a", "b"}})]
    assert People._complaints(watchers, counts) == [complaint]


def test_a_watcher_that_was_parted_from_sees_nothing():
    assert People._complaints([watcher("A", {"lobby": {"a"}}, is_over=True)], {"lobby": 1}) != []
