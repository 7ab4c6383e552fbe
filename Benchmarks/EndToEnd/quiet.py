"""Whether other programs used the machine while something was measured.

What the processors did is in /proc/stat, what we did in the times of this process and of those that it started and that have
ended; the difference is others'. A ratio of two figures, one of which was taken beside a compiler, says nothing.
"""

from __future__ import annotations

import functools
import os
import resource
import socket
import time
from dataclasses import dataclass
from pathlib import Path

OTHERS_PERCENT = 12
"""How much of one core others may use: the daemons of an idle machine stay below, a program that works does not."""
STEAL_PERCENT = 2
"""How much of one core the host of a virtual machine may keep from it."""


@dataclass(frozen=True)
class Reading:
    """What had been used at a moment, in seconds of a processor."""

    at: float
    tasks: float  # user, nice and system time of everybody
    interrupts: float
    steal: float
    ours: float


def parsed(stat: str, at: float, ours: float, tick: float) -> Reading:
    """A reading of the text of /proc/stat, whose times are in ticks of so many seconds."""
    first = stat.splitlines()[0].split()
    if first[0] != "cpu" or len(first) < 9:
        raise ValueError(f"/proc/stat begins with {stat[:60]!r}")
    user, nice, system, _, _, irq, softirq, steal = (int(word) * tick for word in first[1:9])
    return Reading(at, user + nice + system, irq + softirq, steal, ours)


def read() -> Reading:
    """A reading of now. What we started counts when it has ended, so nothing may run that had not ended at the other reading."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ours = sum(each.ru_utime + each.ru_stime for each in used)
    return parsed(Path("/proc/stat").read_text(), time.monotonic(), ours, 1 / os.sysconf("SC_CLK_TCK"))


@functools.cache
def interrupts_are_in_processes() -> bool:
    """Whether the time in which the kernel serves sockets counts for the process that it interrupts.

    Most kernels do it so, and some time interrupts apart (CONFIG_IRQ_TIME_ACCOUNTING). Datagrams to oneself are received in soft
    interrupts: where these are counted apart, a process that does nothing else never has the whole of the time that went by. A
    process that others interrupt has not either, but seldom in each of forty short whiles.
    """
    most = 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        own.connect(own.getsockname())
        own.setblocking(False)
        for _ in range(40):
            at, used = time.perf_counter(), time.process_time()
            for _ in range(200):
                try:
                    own.send(bytes(1024))
                    own.recv(1024)
                except BlockingIOError:
                    pass
            most = max(most, (time.process_time() - used) / (time.perf_counter() - at))
    return most > 0.93


def disturbance(before: Reading, after: Reading, others_percent: float, steal_percent: float, interrupts_are_ours: bool) -> str | None:
    """What disturbed us between two readings, for people; None when nothing did."""
    seconds = max(after.at - before.at, 1e-9)
    others = after.tasks - before.tasks - (after.ours - before.ours)
    # Where processes have the time of their interrupts, /proc/stat has it beside the system's.
    if interrupts_are_ours:
        others += after.interrupts - before.interrupts
    others, steal = 100 * others / seconds, 100 * (after.steal - before.steal) / seconds
    found = []
    if others > others_percent:
        found.append(f"other programs used {others:.0f} % of a core (limit: {others_percent:g} %)")
    if steal > steal_percent:
        found.append(f"the host kept {steal:.0f} % of a core from this machine (limit: {steal_percent:g} %)")
    return " and ".join(found) or None


def since(before: Reading, others_percent: float = OTHERS_PERCENT, steal_percent: float = STEAL_PERCENT) -> str | None:
    """What has disturbed us since a reading."""
    return disturbance(before, read(), others_percent, steal_percent, interrupts_are_in_processes())
