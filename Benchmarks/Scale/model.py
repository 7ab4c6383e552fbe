"""The cost model: what a chat of a given shape costs its nodes, its Redis and its network. Arithmetic alone, without input or output.

A message is stored once, published to each node that has members in its room, and written by each of these to its members there:

    nodes    messages × send  +  publications × take  +  writes × write  +  deliveries × copy  +  connections × pings
    Redis    messages × message  +  publications × publish  +  joins × join  (one core)
    network  deliveries × (frame + headers); from Redis, publications × publication and messages × answer

`constants.json` has what each of these costs (costs.py measures it).
"""

from __future__ import annotations

from dataclasses import dataclass, field

# What a text of 128 bytes becomes: the event, and the header of its frame (docs/PROTOCOL.md). Of it, all but the text is the same.
EVENT_BYTES = 155
HEADER_BYTES = 66  # Ethernet, IPv4, TCP with timestamps
ACK_BYTES = 66  # what the receiver's kernel answers, for the way in
PING_SECONDS = 25
WINDOW_SECONDS = 0.005  # a busy loop flushes a room once in this time (--flush-window 5, FlushPacer)
BUSY_DELIVERIES = 75_000  # a second, of one loop, from which on it does so (DeliveryMeter)
KEPT_MESSAGES = 1000  # of a room's log (--log-messages)
KEPT_SECONDS = 86_400  # of a log and of a key (--log-seconds, --dedup-seconds)
NODE_BYTES = 40e6  # a node without anybody
TAIL_BYTES = 64 << 10  # a room's last messages, on each loop that has members of it (RoomTail)
TAIL_MESSAGES = 128
TLS_FACTOR = 2.0  # what a write costs more where each one is enciphered (docs/BENCHMARKS.md)


@dataclass
class Chat:
    """What people do."""

    rooms: list[int]
    """The number of members of each room."""
    rooms_of_each: float = 1
    """Rooms that a person is in."""
    sends_per_person: float = 0.01
    """Messages a second of each person, in all rooms together."""
    room_rate: float = 5
    """The most messages a second in one room: people stop writing where nobody can read so fast."""
    text_bytes: int = 128
    churn: float = 1 / 1800
    """How often each connection is lost or closed and made again, a second."""

    @property
    def members(self) -> int:
        return sum(self.rooms)

    @property
    def people(self) -> float:
        return self.members / self.rooms_of_each

    def rate(self, members: int) -> float:
        """Messages a second in a room."""
        return min(self.room_rate, members * self.sends_per_person / self.rooms_of_each)


@dataclass
class Site:
    """What there is to carry it."""

    nodes: int
    loops: int = 4
    """Event loops of a node, each on a core of its own."""
    stores: int = 1
    """Servers of Redis that share the rooms among them: 1, or what a cluster or independent servers come to."""
    tls: bool = False
    evenly: bool = False
    """Whether the members of a room are dealt out to the nodes in turn, in place of coming to any of them by chance."""
    node_memory: float = 16e9
    redis_memory: float = 16e9
    node_bits: float = 10e9
    redis_bits: float = 10e9
    descriptors: int = 1_000_000


@dataclass
class Load:
    """What each part does, and how much of it that is."""

    people: float
    messages: float
    publications: float
    deliveries: float
    node_cores: float
    """Cores of each node that are busy."""
    node_bytes: float
    node_bits: float
    store_cores: float
    """Of the one core that each Redis has for commands."""
    store_bytes: float
    store_bits: float
    used: dict[str, float] = field(default_factory=dict)
    """The part of each bound that is used; 1 is all of it."""

    @property
    def first(self) -> str:
        """What is full first when more of the same comes."""
        return max(self.used, key=lambda name: self.used[name])


def loops_with_members(members: int, loops: int, evenly: bool = False) -> float:
    """How many of so many loops (or nodes) have a member of a room."""
    return min(members, loops) if evenly else loops * (1 - (1 - 1 / loops) ** members)


def predict(chat: Chat, site: Site, cost: dict[str, float]) -> Load:
    loops = site.nodes * site.loops
    rates = [chat.rate(members) for members in chat.rooms]
    messages = sum(rates)
    publications = sum(rate * loops_with_members(members, site.nodes, site.evenly) for rate, members in zip(rates, chat.rooms))
    # A node takes a publication once, and hands it to each of its loops that has members.
    takes = sum(rate * loops_with_members(members, loops, site.evenly) for rate, members in zip(rates, chat.rooms))
    deliveries = sum(rate * members for rate, members in zip(rates, chat.rooms))
    writes = deliveries
    if deliveries / loops > BUSY_DELIVERIES:
        writes = sum(min(rate, 1 / WINDOW_SECONDS) * members for rate, members in zip(rates, chat.rooms))
    people = chat.people
    arrivals = people * chat.churn
    kind = "tls" if site.tls else "plain"

    microseconds = messages * cost["node_send_us"] + takes * cost["node_take_us"]
    microseconds += writes * cost["node_write_us"] * (TLS_FACTOR if site.tls else 1) + deliveries * cost["node_copy_us"]
    microseconds += site.nodes * cost["node_idle_us"] + people / PING_SECONDS * cost[f"{kind}_ping_us"] + arrivals * cost[f"{kind}_arrival_us"]

    frame = EVENT_BYTES + chat.text_bytes + 4
    # What holds a message costs more than a short message.
    tail = min(TAIL_MESSAGES, TAIL_BYTES / frame) * (cost["node_kept_bytes"] + chat.text_bytes - 128)
    tails = sum(loops_with_members(members, loops) * tail for members, rate in zip(chat.rooms, rates) if rate)
    node_bytes = NODE_BYTES + (people * (cost[f"{kind}_bytes"] + cost[f"{kind}_kernel_bytes"]) + tails) / site.nodes

    store = messages * cost["redis_message_us"] + publications * cost["redis_publish_us"]
    store += site.nodes * cost["redis_idle_us"] + arrivals * (cost["redis_session_us"] + 2 * chat.rooms_of_each * cost["redis_join_us"])
    day = [rate * KEPT_SECONDS for rate in rates]
    per_message = cost["redis_message_bytes"] + chat.text_bytes - 128
    store_bytes = sum(min(KEPT_MESSAGES, count) * per_message + count * cost["redis_key_bytes"] for count in day)
    store_bytes += len(chat.rooms) * cost["redis_room_bytes"] + chat.members * cost["redis_member_bytes"]
    store_bytes += people * cost["redis_session_bytes"]

    publication = cost["redis_publication_bytes"] + chat.text_bytes - 128
    load = Load(
        people=people,
        messages=messages,
        publications=publications,
        deliveries=deliveries,
        node_cores=microseconds / 1e6 / site.nodes,
        node_bytes=node_bytes,
        node_bits=8 * (deliveries * frame + writes * HEADER_BYTES) / site.nodes,
        store_cores=store / 1e6 / site.stores,
        store_bytes=store_bytes / site.stores,
        store_bits=8 * (messages * cost["redis_answer_bytes"] + publications * publication) / site.stores,
    )
    load.used = {
        "processors of the nodes": load.node_cores / site.loops,
        "memory of the nodes": load.node_bytes / site.node_memory,
        "network of the nodes": load.node_bits / site.node_bits,
        "descriptors of the nodes": people / site.nodes / site.descriptors,
        "processor of Redis": load.store_cores,
        "memory of Redis": load.store_bytes / site.redis_memory,
        "network of Redis": load.store_bits / site.redis_bits,
    }
    return load


def zipf(rooms: int, members: int, skew: float = 1.0, largest: int = 50_000) -> list[int]:
    """The sizes of rooms by rank: the k-th has a share of 1/k^skew; none is empty, and none larger than a room may be."""
    weights = [1 / rank**skew for rank in range(1, rooms + 1)]
    total = sum(weights)
    return [max(1, min(largest, round(members * weight / total))) for weight in weights]
