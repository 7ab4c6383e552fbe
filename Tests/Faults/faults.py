"""Breaks a chat by a schedule while `chat-cli verify` uses it, and says whether the chat kept its promises.

    .cache/venv/bin/python Tests/Faults/faults.py --seed 7 --seconds 20 --redis keeps

What happened, the logs and the history stay in `.cache/faults` when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from people import People
from schedule import LOSING, Fault, Kind, schedule
from stage import CLI, PATIENCE_SECONDS, ROOT, SERVER, Chat, Node, Program, Stage, end_with_parent

DELAY = 0.15
"""Seconds that a slow network takes, either way."""

PRESENCE = ["--lease-seconds", "12", "--presence-seconds", "2"]
"""Who was on a node that was killed is gone soon, so that a run need not wait a minute for its end."""

EVICTION = (
    "local metas = redis.call('KEYS', 'chat:{*}:meta') table.sort(metas) "
    "local meta = metas[ARGV[1] % #metas + 1] if meta then for _, key in ipairs(redis.call('KEYS', "
    "string.sub(meta, 1, -5) .. '*')) do if not string.find(key, ':log$') then redis.call('DEL', key) end end end "
    "return 1"
)
"""Drops all keys of the room with this number, but for its log."""


@dataclass
class Run:
    """What is done to a chat, and by how many clients it is used."""

    seed: int
    seconds: float = 22
    keeps_data: bool = True
    """Whether Redis has its data again after it was killed."""
    clients: int = 12
    rooms: int = 3
    every: float = 1.0
    settle: float = PATIENCE_SECONDS
    kinds: list[Kind] = field(default_factory=lambda: list(Kind))
    nodes: int = 2
    server_options: list[str] = field(default_factory=list)
    old_server: Path | None = None
    """A server of another version, which all nodes are at first; one that is killed comes back as the present one."""
    place: Path | None = None
    """Where it leaves its traces; none: in a folder that its seed names."""

    @property
    def schedule(self) -> list[Fault]:
        kinds = set(self.kinds) - LOSING if self.keeps_data else self.kinds
        return schedule(self.seed, self.seconds, self.nodes, self.every, kinds)

    @property
    def command(self) -> str:
        """Makes the run again."""
        words = [".cache/venv/bin/python", "Tests/Faults/faults.py"]
        for name, value in (
            ("seed", self.seed), ("seconds", self.seconds), ("redis", "keeps" if self.keeps_data else "forgets"),
            ("clients", self.clients), ("rooms", self.rooms), ("every", self.every), ("nodes", self.nodes),
        ):  # fmt: skip
            words += [f"--{name}", f"{value}"]
        if set(self.kinds) != set(Kind):
            words += ["--kinds", ",".join(kind.value for kind in self.kinds)]
        if self.old_server:
            words += ["--old-server", str(self.old_server)]
        return shlex.join(words + [f"--server-option={option}" for option in self.server_options])

    @property
    def folder(self) -> Path:
        return self.place or ROOT / ".cache/faults" / f"{'keeps' if self.keeps_data else 'forgets'}-{self.seed}"


class Director:
    """Does what the schedule says, and puts everything right again."""

    def __init__(self, stage: Stage, run: Run, people: People, say):
        self.stage, self.run, self.people, self.say = stage, run, people, say

    async def perform(self) -> None:
        """Returns when the last fault is over. The schedule's own clock decides when each begins, and nothing else."""
        clock = asyncio.get_running_loop()
        start = clock.time()
        async with asyncio.TaskGroup() as group:
            for fault in self.run.schedule:
                await asyncio.sleep(max(0, start + fault.at - clock.time()))
                self.say(fault)
                group.create_task(self._happen(fault))

    async def _happen(self, fault: Fault) -> None:
        redis = self.stage.redis
        node = self.stage.nodes[fault.node] if fault.node is not None else None
        match fault.kind:
            case Kind.KILL_NODE:
                node.server = SERVER
                await self._kill(node, fault.hold)
            case Kind.KILL_REDIS:
                await self._kill(redis, fault.hold, **({} if self.run.keeps_data else {"with_data": False}))
            case Kind.ROLL_BACK_REDIS:
                await self._roll_back([redis], fault.hold)
            case Kind.ROLL_BACK_UNSEEN:
                await self._roll_back(self.stage.programs, fault.hold)
            case Kind.EVICT:
                await self._tell_redis("EVAL", f'"{EVICTION}"', "0", str(int(fault.at)))
            case Kind.PAUSE_NODE:
                await self._pause(node, fault.hold)
            case Kind.PAUSE_REDIS:
                await self._pause(redis, fault.hold)
            case Kind.KILL_PUBSUB:
                await self._tell_redis("CLIENT", "KILL", "TYPE", "pubsub")
            case Kind.KILL_NORMAL:
                await self._tell_redis("CLIENT", "KILL", "TYPE", "normal")
            case Kind.FLUSH_SCRIPTS:
                await self._tell_redis("SCRIPT", "FLUSH")
            case Kind.LOSE_MEMBERS:
                await self.people.lose()
            case Kind.MANY_ROOMS:
                await self.people.crowd(node, fault.hold)
            case Kind.STORM:
                for node in self.stage.nodes:
                    node.to_clients.reset()
            case _:
                await self._spoil(node, fault)

    async def _kill(self, program: Program, hold: float, **options) -> None:
        async with program.lock:
            await program.kill()
            await asyncio.sleep(hold)
            await program.start(**options)

    async def _roll_back(self, programs: list[Program], hold: float) -> None:
        """Kills all of these together, Redis first; it comes back with what it had before `hold`."""
        redis = self.stage.redis
        async with contextlib.AsyncExitStack() as locks:
            for program in programs:
                await locks.enter_async_context(program.lock)
            redis.save()
            await asyncio.sleep(hold)
            for program in programs:
                await program.kill()
            redis.roll_back()
            for program in programs:
                await program.start()

    async def _pause(self, program: Program, hold: float) -> None:
        async with program.lock:
            program.signal(signal.SIGSTOP)
            await asyncio.sleep(hold)
            program.signal(signal.SIGCONT)

    async def _tell_redis(self, *words: str) -> None:
        async with self.stage.redis.lock:
            await self.stage.redis.tell(*words)

    async def _spoil(self, node: Node, fault: Fault) -> None:
        side, what = fault.kind.value.split("-")
        relay = node.to_clients if side == "clients" else node.to_redis
        match what:
            case "reset":
                relay.reset()
            case "close":
                relay.close()
            case "delay":
                async with relay.lock:
                    relay.delay = DELAY
                    await asyncio.sleep(fault.hold)
                    relay.delay = 0
            case "deaf":
                relay.deafen()
            case "blackhole":
                async with relay.lock:
                    relay.blackhole()
                    await asyncio.sleep(fault.hold)
                    relay.is_blackhole = False


@dataclass
class Outcome:
    """What came of a run."""

    report: dict
    """What `chat-cli verify` found."""
    complaints: list[str]
    """Why the run failed; empty when it did not."""

    @property
    def means_something(self) -> bool:
        """Whether people talked while all was broken; how much they say depends on the machine."""
        return self.report["acknowledged"] >= 20


async def carry_out(run: Run, say=print) -> Outcome:
    """Makes a run in a folder of its own, which stays only when the run failed or was interrupted."""
    shutil.rmtree(run.folder, ignore_errors=True)
    run.folder.mkdir(parents=True)
    say(f"# {run.command}")
    for fault in run.schedule:
        say(f"# {fault}")
    # A log that is longer than any run: whatever a client lacks in the end is lost, and no gap excuses it.
    options = ["--log-messages", "50000", *PRESENCE, *run.server_options]
    with (run.folder / "schedule.log").open("w", encoding="utf-8") as log:

        def note(line) -> None:
            print(line, file=log, flush=True)
            say(line)

        stage = Stage(run.folder, run.nodes, options)
        for node in stage.nodes if run.old_server else []:
            node.server = run.old_server
        async with stage.running(), verifying(run, stage) as result:
            await everybody_came(run, stage, result)
            people = People(stage)
            await Director(stage, run, people, note).perform()
            note("the last fault is over")
            outcome = judge(run, stage.crashes, *await result)
            # A server of another version may not know better.
            outcome.complaints += [] if run.old_server else await people.ghosts()
            if Kind.LOSE_MEMBERS in {fault.kind for fault in run.schedule} and not people.left:
                outcome.complaints.append("nobody could come who was to leave while data were lost")
        for line in outcome.complaints:
            note(line)
    if outcome.complaints:
        say(f"FAILED; {run.folder.relative_to(ROOT)} has the logs and the history. Once more: {run.command}")
    else:
        shutil.rmtree(run.folder)
    return outcome


@contextlib.asynccontextmanager
async def verifying(run: Run, chat: Chat):
    """Lets clients use the chat; gives the task that ends with what `chat-cli verify` says."""
    command = [CLI, "verify", "--json", "--record", run.folder / "history.ndjson", "--seed", str(run.seed)]
    command += ["--clients", str(run.clients), "--rooms", str(run.rooms)]
    command += ["--duration", str(run.seconds + 1), "--settle", str(run.settle)]
    for node in chat.nodes:
        command += ["--server", node.url]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=(run.folder / "verify.log").open("wb"),
        preexec_fn=end_with_parent,
        limit=1 << 24,
    )

    async def result() -> tuple[int, bytes]:
        # A bound for a program that hangs; one that lives has a long history to write down and to judge.
        async with asyncio.timeout(2 * run.seconds + run.settle + PATIENCE_SECONDS):
            output = await process.stdout.read()
            return await process.wait(), output

    task = asyncio.create_task(result())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def everybody_came(run: Run, chat: Chat, result: asyncio.Task) -> None:
    """Waits until each client of `verify` has connected."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(node.to_clients.accepted for node in chat.nodes) < run.clients and not result.done():
            await asyncio.sleep(0.02)


def judge(run: Run, crashes: list[str], status: int, output: bytes) -> Outcome:
    """What is wrong with a run, by what ended that must not and what `chat-cli verify` said."""
    if not output:
        return Outcome({}, [f"verify ended with status {status} and said nothing; see verify.log", *crashes])
    report = json.loads(output)
    complaints = list(crashes)
    for violation in report["violations"][:20]:
        complaints.append(" ".join(f"{name}={value}" for name, value in violation.items()))
    if status != 0 and not complaints:
        complaints.append(f"verify ended with status {status}")
    if report["gaps"]:
        complaints.append(f"{report['gaps']} gaps in a log that keeps everything")
    if run.keeps_data and report["resets"]:
        complaints.append(f"{report['resets']} resets although Redis lost nothing")
    if report["connections"] <= run.clients:
        complaints.append("nobody ever had to come back: the faults did nothing")
    return Outcome(report, complaints)


def conclude(outcome: Outcome, folder: Path, say) -> Outcome:
    """Says what is wrong with a run; where nothing is, its folder goes."""
    for line in outcome.complaints:
        say(line)
    if outcome.complaints:
        say(f"FAILED; {folder.relative_to(ROOT)} has the logs and the history")
    else:
        shutil.rmtree(folder)
    return outcome


def told(outcome: Outcome) -> int:
    """Prints what `chat-cli verify` found; gives the exit status of a run."""
    print(json.dumps({name: value for name, value in outcome.report.items() if name != "violations"}))
    return 1 if outcome.complaints else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, required=True, help="draws the schedule and what the clients do")
    parser.add_argument("--seconds", type=float, default=Run.seconds, help="how long the chat is broken")
    parser.add_argument("--redis", choices=["keeps", "forgets"], default="keeps", help="its data, when it is killed")
    parser.add_argument("--clients", type=int, default=Run.clients)
    parser.add_argument("--rooms", type=int, default=Run.rooms)
    parser.add_argument("--nodes", type=int, default=Run.nodes)
    parser.add_argument("--every", type=float, default=Run.every, help="seconds from one fault to the next")
    parser.add_argument("--kinds", default=",".join(kind.value for kind in Kind), help="with commas between")
    parser.add_argument("--server-option", action="append", default=[], help="one more option for the nodes")
    parser.add_argument("--old-server", type=Path, help="a server of another version, which killed nodes are no more")
    words = parser.parse_args()
    run = Run(
        seed=words.seed,
        seconds=words.seconds,
        keeps_data=words.redis == "keeps",
        clients=words.clients,
        rooms=words.rooms,
        every=words.every,
        kinds=[Kind(name) for name in words.kinds.split(",")],
        nodes=words.nodes,
        server_options=words.server_option,
        old_server=words.old_server,
    )
    return told(asyncio.run(carry_out(run)))


if __name__ == "__main__":
    sys.exit(main())
