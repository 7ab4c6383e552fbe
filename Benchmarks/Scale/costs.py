#!/usr/bin/env python3
"""What each thing costs a node, its kernel and Redis, measured with real ones: the constants of the cost model.

  costs.py [PART...]        writes Benchmarks/Scale/constants.json; parts that are not named keep their figures

Parts: plain, tls and deflate (memory and pings of a connection; needs root for the kernel's share), tails (what a node keeps of its
rooms), redis (bytes and processor time of sessions, members, rooms, messages, keys), messages (processor time of a node and of Redis
for a message, by the sizes of rooms). Memory is the growth over thousands of the same thing; processor time is that of the process and not of a clock on the
wall, so that a busy machine makes it a quarter dearer and not ten times. CHAT_SERVER_BIN and CHAT_CLI_BIN name other programs than
the release build.
"""

from __future__ import annotations

import contextlib
import functools
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crowd import Crowd, Person
from fit import least_squares
from model import TAIL_MESSAGES
from world import CLI, Sample, certificate, processor_seconds, resident_bytes, socket_bytes, world

CONSTANTS = Path(__file__).resolve().parent / "constants.json"
TEXT = "What do the graphs of last night say about the deploy at noon? " * 2
PING_SECONDS = 5


def settled(crowd: Crowd) -> None:
    crowd.read(10, quiet=1.5)


def connection(kind: str, count: int = 3000) -> dict[str, float]:
    """Idle members in rooms of 50."""
    with tempfile.TemporaryDirectory() as folder:
        options, context = ["--ping-seconds", str(PING_SECONDS)], None
        if kind == "tls":
            file, key = certificate(Path(folder))
            options += ["--tls-certificate", str(file), "--tls-key", str(key)]
            context = ssl.create_default_context(cafile=str(file))
        elif kind == "deflate":
            options += ["--deflate", "on"]
        with world(1, *options) as place, contextlib.closing(Crowd()) as crowd:
            node = place.nodes[0]

            def come(first: int, last: int) -> None:
                for number in range(first, last):
                    crowd.add(Person(node.port, f"?room=r{number // 50}&name=p{number}", context, kind == "deflate"))
                    if number % 100 == 0:
                        crowd.read(0.01)
                settled(crowd)

            # What the first ones make the program and the kernel allocate is not theirs.
            come(0, 200)
            before = resident_bytes(node.pid), socket_bytes(), processor_seconds(node.pid)
            come(200, 200 + count)
            arrival = processor_seconds(node.pid) - before[2]
            figures = {
                f"{kind}_bytes": (resident_bytes(node.pid) - before[0]) / count,
                # Both ends of a connection are on this machine.
                f"{kind}_kernel_bytes": (socket_bytes() - before[1]) / count / 2,
                f"{kind}_arrival_us": arrival / count * 1e6,
            }
            pings, processor = crowd.pings(), processor_seconds(node.pid)
            crowd.read(4 * PING_SECONDS)
            processor = processor_seconds(node.pid) - processor
            figures[f"{kind}_ping_us"] = processor / (crowd.pings() - pings) * 1e6
        return figures


def tails(count: int = 1000) -> dict[str, float]:
    """What a loop keeps of a room in which people have talked, by message: its bytes, and what holds them."""
    with world(1) as place, contextlib.closing(Crowd()) as crowd:
        node = place.nodes[0]
        people = {f"r{number}": Person(node.port, f"?room=r{number}&name=p{number}") for number in range(count)}
        for person in people.values():
            crowd.add(person)
        settled(crowd)
        before = resident_bytes(node.pid)
        for room, person in people.items():
            person.send(*[{"type": "send", "room": room, "text": TEXT}] * (TAIL_MESSAGES + 12))
        settled(crowd)
        return {"node_kept_bytes": (resident_bytes(node.pid) - before) / count / TAIL_MESSAGES}


def growth(place, work) -> tuple[float, float]:
    """The bytes and the processor time of Redis that some work takes."""
    before = place.sample()
    work()
    time.sleep(1)
    spent = place.sample().since(before)
    return spent.redis["used_memory"], spent.redis_processor


def redis() -> dict[str, float]:
    count, rooms = 10_000, 100
    figures = {}
    with world(1, "--log-messages", "100000", "--rooms-per-connection", "300") as place:
        port = place.nodes[0].port

        def sessions() -> None:
            for number in range(count):
                Person(port, f"?name=somebody-{number}").close()

        size, processor = growth(place, sessions)
        figures |= {"redis_session_bytes": size / count, "redis_session_us": processor / count * 1e6}

        people = [Person(port, f"?name=member-{number}") for number in range(rooms)]
        settle = Crowd()
        for person in people:
            settle.add(person)

        def join(prefix: str, own: bool) -> None:
            for number, person in enumerate(people):
                names = [f"{prefix}{number}-{room}" if own else f"{prefix}{room}" for room in range(count // rooms)]
                person.send(*({"type": "join", "room": name} for name in names))
                settle.read(0.01)
            settled(settle)

        # The same number of memberships, first in rooms of everybody, then in rooms of one: x members + 100 rooms, x + 10,000.
        for person in people:
            person.send({"type": "join", "room": "warm"})
        shared, processor = growth(place, lambda: join("shared", own=False))
        figures["redis_join_us"] = processor / count * 1e6
        for person in people:
            person.send(*({"type": "leave", "room": f"shared{room}"} for room in range(count // rooms)))
        settled(settle)
        own, _ = growth(place, lambda: join("own", own=True))
        figures["redis_room_bytes"] = (own - shared) / (count - count // rooms)
        figures["redis_member_bytes"] = (shared - count // rooms * figures["redis_room_bytes"]) / count
        settle.close()

        talker = Person(port, "?room=talk&name=talker")
        send = {"type": "send", "room": "talk", "text": TEXT}
        talker.send(*[send] * 500)
        size, processor = growth(place, lambda: talker.send(*[send] * count))
        figures["redis_message_bytes"] = size / count
        talker.close()
    figures["redis_key_bytes"] = keys(count)
    return figures


def keys(count: int) -> float:
    """The bytes of an idempotency key: what still grows when the log is as long as it may be."""
    with world(1, "--log-messages", "100") as place:
        talker = Person(place.nodes[0].port, "?room=talk&name=talker")
        send = {"type": "send", "room": "talk", "text": TEXT}
        sends = [{**send, "key": f"3f2a8c51-key-{number:022}"} for number in range(count + 500)]
        talker.send(*sends[:500])
        size, _ = growth(place, lambda: talker.send(*sends[500:]))
        talker.close()
        return size / count


SHAPES = [
    # nodes, rooms, members of each room, messages a second: loops and Redis have work for a good part of the time. Where they sleep
    # between two messages, each of them costs several times as much, and nobody cares.
    (1, 100, 1, 3000),
    (1, 20, 20, 1500),
    (1, 10, 100, 300),
    (1, 2, 500, 60),
    (2, 100, 2, 2000),
    (2, 20, 20, 1200),
    (4, 100, 4, 1000),
    (1, 1, 100, 1500),
]
WINDOW_SECONDS = 0.005
ROUNDS = 3


def load(place, rooms: int, members: int, rate: int, seconds: float = 6) -> Sample:
    """What everything uses while the generator talks: a part from the middle of its run."""
    servers = [word for node in place.nodes for word in ("--server", f"ws://127.0.0.1:{node.port}/ws")]
    command = [CLI, "bench", *servers, "--clients", str(rooms * members), "--rooms", str(rooms), "--senders", "1"]
    command += ["--rate", str(rate), "--duration", str(seconds), "--warmup", "2", "--json"]
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        start = place.sample()
        while place.sample().since(start).total("chat_messages_published_total") < rate:
            if generator.poll() is not None:
                raise SystemExit(generator.communicate()[1].decode())
            time.sleep(0.1)
        before = place.sample()
        time.sleep(seconds - 2)
        spent = place.sample().since(before)
        if generator.wait() != 0:
            raise SystemExit(generator.communicate()[1].decode())
        return spent
    finally:
        generator.kill()
        generator.wait()


def idle() -> dict[str, float]:
    """What a node and its Redis do for each other while nobody is there: leases, checks, connections that are kept alive."""
    with world(1) as place:
        time.sleep(2)
        before = place.sample()
        time.sleep(6)
        spent = place.sample().since(before)
    return {
        "node_idle_us": spent.processors[0] / spent.at * 1e6,
        "redis_idle_us": spent.redis_processor / spent.at * 1e6,
    }


def usual(samples: list[Sample]) -> Sample:
    """The one of several of the same load in which the nodes took neither most nor least for a message."""
    each = {sum(sample.processors) / sample.total("chat_messages_published_total"): sample for sample in samples}
    return each[statistics.median_low(each)]


def messages() -> dict[str, float]:
    rows, processors, store_rows, store, written = [], [], [], [], []
    rounds: dict[tuple, list[Sample]] = {shape: [] for shape in SHAPES}
    # One after the other: a machine that is shared is faster in one minute than in the next.
    for _ in range(ROUNDS):
        for shape, samples in rounds.items():
            with world(shape[0]) as place:
                samples.append(load(place, *shape[1:]))
    for (count, rooms, members, _), samples in rounds.items():
        spent = usual(samples)
        sent, delivered = spent.total("chat_messages_published_total"), spent.total("chat_deliveries_total")
        taken = sent * min(count, members)
        # Past 75,000 deliveries a second of a loop a room is flushed once in a window (FlushPacer).
        flushes = 1.0
        if delivered / count / spent.at > 75_000:
            flushes = min(1.0, spent.at / WINDOW_SECONDS / (sent / rooms))
        # Each row by message: what does not depend on their number (leases, checks) is small beside these rates.
        rows.append([1, taken / sent, delivered * flushes / sent, delivered / sent])
        processors.append(sum(spent.processors) / sent * 1e6)
        store_rows.append([1, taken / sent])
        store.append(spent.redis_processor / sent * 1e6)
        written.append(spent.redis["total_net_output_bytes"] / sent)
        print(
            f"{count} nodes, {rooms} rooms of {members}, {sent / spent.at:.0f} messages/s: {processors[-1]:.1f} us a message of "
            f"the nodes, {store[-1]:.1f} of Redis; {processors[-1] * sent / delivered:.2f} us a delivery",
            file=sys.stderr,
        )
    send, take, write, copy = least_squares(rows, processors)
    store_message, publish = least_squares(store_rows, store)
    answer, publication = least_squares(store_rows, written)
    return idle() | {
        "node_send_us": send,
        "node_take_us": take,
        "node_write_us": write,
        "node_copy_us": copy,
        "redis_message_us": store_message,
        "redis_publish_us": publish,
        "redis_answer_bytes": answer,
        "redis_publication_bytes": publication,
    }


def main() -> None:
    parts = {kind: functools.partial(connection, kind) for kind in ("plain", "tls", "deflate")}
    parts |= {"tails": tails, "redis": redis, "messages": messages}
    named = sys.argv[1:] or list(parts)
    if unknown := [name for name in named if name not in parts]:
        sys.exit(f"there is no {unknown[0]} (there are: {', '.join(parts)})")
    constants = json.loads(CONSTANTS.read_text()) if CONSTANTS.exists() else {}
    for name in named:
        constants |= {key: round(value, 2) for key, value in parts[name]().items()}
        CONSTANTS.write_text(json.dumps(constants, indent=2) + "\n")
        print(json.dumps(constants, indent=2))


if __name__ == "__main__":
    main()
