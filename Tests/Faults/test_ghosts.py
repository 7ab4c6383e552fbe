"""Who was on a node that died for good is gone from the rooms, and the members on other nodes are told."""

import asyncio
import tempfile
from pathlib import Path

from member import member
from stage import PATIENCE_SECONDS, Stage

LEASE_SECONDS = 12
"""A third of it passes between two renewals: a node that a busy machine holds up for two thirds keeps its members."""

async def scene(folder: Path) -> None:
    stage = Stage(folder, 2, ["--lease-seconds", str(LEASE_SECONDS), "--log-level", "error"])
    async with asyncio.timeout(PATIENCE_SECONDS), stage.running():
        dying, staying = stage.nodes
        async with member(staying, "Juno") as juno, member(dying, "Mina"):
            joined = await juno.next("joined")
            # Her own comes as well.
            while joined["user"]["name"] != "Mina":
                joined = await juno.next("joined")
            await dying.kill()
            left = await juno.next("left")
            assert left["user"] == joined["user"]
            assert left["member_count"] == 1
            assert left["presence_version"] == joined["presence_version"] + 1


def test_who_was_on_a_node_that_died_is_gone_when_its_lease_ends():
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(scene(Path(folder)))
