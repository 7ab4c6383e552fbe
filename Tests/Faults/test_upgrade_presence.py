"""While servers of the version before are replaced, who is where is right for the members on both.

`OLD_SERVER=` names a server that was built of that version; without it there is nothing to try.
"""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from member import Member, member
from stage import PATIENCE_SECONDS, Stage

OLD_SERVER = os.environ.get("OLD_SERVER")
OPTIONS = ["--lease-seconds", "12", "--presence-seconds", "1", "--log-level", "error"]

pytestmark = pytest.mark.skipif(not OLD_SERVER, reason="OLD_SERVER names no server of the version before")


async def left(somebody: Member, but: set[str] = frozenset()) -> str:
    """The name of who leaves next, others than these."""
    while (name := (await somebody.next("left"))["user"]["name"]) in but:
        pass
    return name


async def both_are_there(stage: Stage) -> None:
    old, new, other = stage.nodes
    visitors = {f"Visitor{number}" for number in range(6)}
    async with member(old, "Otto") as otto, member(new, "Mina"), member(other, "Juno") as juno:
        for name in sorted(visitors):
            async with member(old if name < "Visitor3" else new, name) as visitor:
                assert {"Otto", "Mina", "Juno", name} <= {user["name"] for user in visitor.answer["members"]}
        gone = {await left(juno) for _ in visitors}
        assert gone == visitors
        # Whoever is told in error to have left is told so before these.
        await new.kill()
        assert await left(juno) == "Mina"
        assert await left(otto, but=visitors) == "Mina"
        await old.kill()
        assert await left(juno) == "Otto"
        async with member(other, "Last") as last:
            assert {user["name"] for user in last.answer["members"]} == {"Juno", "Last"}


async def a_new_one_died_among_old_ones(stage: Stage) -> None:
    old, new, other = stage.nodes
    async with member(old, "Otto") as otto, member(new, "Mina"):
        await otto.next("joined")
        for node in (new, other):
            await node.kill()
        await other.start()
        assert await left(otto) == "Mina"
        async with member(old, "Last") as last:
            assert {user["name"] for user in last.answer["members"]} == {"Otto", "Last"}


@pytest.mark.parametrize("scene", [both_are_there, a_new_one_died_among_old_ones])
def test_nobody_stays_who_has_left_and_nobody_leaves_who_is_there(scene):
    async def run(folder: Path) -> None:
        stage = Stage(folder, 3, OPTIONS)
        stage.nodes[0].server = OLD_SERVER
        async with asyncio.timeout(PATIENCE_SECONDS), stage.running():
            await scene(stage)
            assert stage.crashes == []

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
