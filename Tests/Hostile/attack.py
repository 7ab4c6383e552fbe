"""A calm, then a mix of attacks, then a calm: what do the good notice, and what does it leave behind?

    attack.py --seconds 600

Everything stays on this machine and is bounded: so many strangers at once, so many visits a second, so much time. It ends with
1 when a good client lost a message, was cut off, or waited longer than it may, or when the server kept what it need not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Faults"))

from good import Person, percentile  # noqa: E402
from mix import Report  # noqa: E402
from stage import SERVER, Program, end_with_parent, free_port  # noqa: E402

SETTLE_SECONDS = 300
"""How long the server may need to be without strangers again, at most: a bound for what never comes."""


def memory(pid: int) -> int:
    """Bytes of the process in memory."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


async def strangers(port: int, seconds: float, arguments: argparse.Namespace) -> Report:
    """Lets a mix of attacks come from a process of its own: what strangers compute must not delay those who talk.

    For the same reason it gets what nobody else needs of the processors, which in life are not the server's.
    """
    words = ["--port", port, "--seconds", seconds, "--seed", arguments.seed, "--at-once", arguments.at_once]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("mix.py")), *map(str, words), stdout=asyncio.subprocess.PIPE, preexec_fn=polite
    )
    output, _ = await process.communicate()
    return Report(**json.loads(output))


def polite() -> None:
    end_with_parent()
    os.nice(19)


async def talk(people: list[Person], seconds: float, each_second: float) -> list[float]:
    """Lets people talk in turn; gives how long what they said took."""
    for person in people:
        person.delays.clear()
    end = asyncio.get_running_loop().time() + seconds
    index = 0
    while asyncio.get_running_loop().time() < end:
        await people[index % len(people)].say()
        index += 1
        await asyncio.sleep(1 / each_second)
    return [delay for person in people for delay in person.delays]


async def settled(people: list[Person]) -> bool:
    """Waits until everybody has an answer to what they sent, and has heard what was acknowledged."""
    for _ in range(SETTLE_SECONDS):
        said = {text for person in people for text in person.acknowledged}
        if all(person.waits == 0 and said <= person.heard or person.trouble for person in people):
            return True
        await asyncio.sleep(1)
    return False


async def rested(pid: int, before: tuple[int, int], arguments: argparse.Namespace) -> tuple[int, int]:
    """Waits until the server has let go of what it need not keep, at most for as long as it may take."""
    after = (memory(pid), descriptors(pid))
    for _ in range(int(arguments.rest)):
        if after[0] <= before[0] * arguments.growth and after[1] <= before[1]:
            break
        await asyncio.sleep(1)
        after = (memory(pid), descriptors(pid))
    return after


async def attacked(arguments: argparse.Namespace, folder: Path) -> list[str]:
    """Runs it; gives what went wrong."""
    port = free_port()
    command = [SERVER, "--host", "127.0.0.1", "--port", str(port), *arguments.server]
    server = Program("server", command, folder / "server.log", "listening")
    await server.start()
    people = [Person(f"good{index}") for index in range(arguments.people)]
    wrong: list[str] = []
    lives = [asyncio.create_task(person.live(port)) for person in people]
    try:
        for person in people:
            await person.is_there()
        calm = await talk(people, arguments.calm, arguments.rate)
        # Once before it is weighed: what is made at the first use stays.
        await strangers(port, min(20, arguments.seconds / 4), arguments)
        before = (memory(server.pid), descriptors(server.pid))
        attack = asyncio.create_task(strangers(port, arguments.seconds, arguments))
        under = await talk(people, arguments.seconds, arguments.rate)
        mix = await attack
        if not await settled(people):
            wrong.append("some of what the good said was never answered or heard")
        after = await rested(server.pid, before, arguments)
    finally:
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        wrong += server.crashes
        await server.kill()
    wrong += mix.wrong + [f"{person.name}: {person.trouble}" for person in people if person.trouble]
    print(f"visits: {sum(mix.visits.values())} ({', '.join(f'{name} {count}' for name, count in sorted(mix.visits.items()))})")
    print(f"cut off: {mix.refused}")
    print(f"good: {sum(len(person.acknowledged) for person in people)} messages acknowledged and heard by {len(people)}")
    for name, delays in (("calm", calm), ("attack", under)):
        print(f"{name}: p50 {percentile(delays, 0.5):.2f} ms, p99 {percentile(delays, 0.99):.2f} ms, of {len(delays)}")
    print(f"memory: {before[0] / 1e6:.1f} MB before, {after[0] / 1e6:.1f} MB after ({after[0] / before[0]:.2f})")
    print(f"descriptors: {before[1]} before, {after[1]} after")
    if after[0] > before[0] * arguments.growth:
        wrong.append(f"the server kept more than {arguments.growth} times its memory")
    if after[1] > before[1]:
        wrong.append("the server kept descriptors")
    return wrong


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long the attacks go on")
    parser.add_argument("--calm", type=float, default=30, help="how long it is calm before")
    parser.add_argument("--rest", type=float, default=240, help="the seconds in which the server has to let go")
    parser.add_argument("--people", type=int, default=20, help="good clients")
    parser.add_argument("--rate", type=float, default=20, help="what they say in a second, together")
    parser.add_argument("--at-once", type=int, default=40, help="attacks at a time")
    parser.add_argument("--growth", type=float, default=1.2, help="the most memory after it, against that before")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("server", nargs="*", help="options of the server, after --")
    return parser.parse_args(words)


def main() -> int:
    arguments = parsed()
    with tempfile.TemporaryDirectory() as folder:
        wrong = asyncio.run(attacked(arguments, Path(folder)))
    for line in wrong:
        print(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
