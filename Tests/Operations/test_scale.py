"""The cost model of docs/SCALING.md: its arithmetic, and that the document shows what the simulation says."""

from __future__ import annotations

import math
import random
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "Benchmarks/Scale"))

from fit import least_squares  # noqa: E402
from model import Chat, Site, loops_with_members, predict, zipf  # noqa: E402
from simulate import constants, ladder, report, table  # noqa: E402


def test_each_message_is_published_to_the_nodes_and_delivered_to_the_members():
    chat = Chat([1, 2, 100], sends_per_person=0.1, room_rate=2)
    load = predict(chat, Site(nodes=1), constants())
    assert load.messages == pytest.approx(0.1 + 0.2 + 2)
    assert load.publications == pytest.approx(load.messages)
    assert load.deliveries == pytest.approx(0.1 + 0.4 + 200)


def test_more_nodes_cost_redis_publications_and_the_nodes_less_each():
    chat = Chat(zipf(500, 10_000))
    loads = [predict(chat, Site(nodes), constants()) for nodes in (1, 2, 4, 8)]
    for fewer, more in zip(loads, loads[1:]):
        assert more.publications > fewer.publications and more.store_cores > fewer.store_cores
        assert more.node_cores < fewer.node_cores
        assert more.messages == fewer.messages and more.deliveries == fewer.deliveries


def test_a_room_is_on_no_more_nodes_than_it_has_members():
    assert loops_with_members(1, 8) == pytest.approx(1)
    assert loops_with_members(10_000, 8) == pytest.approx(8)
    for members in range(1, 40):
        assert loops_with_members(members, 8) <= min(members, 8) + 1e-9


def test_more_servers_of_redis_divide_what_it_does():
    chat = Chat(zipf(5_000, 100_000))
    one, four = (predict(chat, Site(8, stores=stores), constants()) for stores in (1, 4))
    assert four.store_cores == pytest.approx(one.store_cores / 4)
    assert four.store_bytes == pytest.approx(one.store_bytes / 4)
    assert four.node_cores == one.node_cores


def test_what_is_full_first_is_what_most_is_used_of():
    load = predict(Chat(zipf(500, 10_000)), Site(1, redis_memory=1e6), constants())
    assert load.first == "memory of Redis" and load.used[load.first] > 1


def test_sizes_follow_the_law_and_no_room_is_empty():
    sizes = zipf(1_000, 100_000)
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] >= 1
    assert sizes[0] == pytest.approx(2 * sizes[1], rel=0.01)
    assert sum(sizes) == pytest.approx(100_000, rel=0.02)
    assert max(zipf(10, 10_000_000)) == 50_000


def test_costs_are_found_again_in_what_they_add_up_to():
    generator = random.Random(1)
    costs = [26.0, 105.0, 6.5, 0.4]
    rows = [[1, generator.uniform(1, 4), generator.uniform(1, 500), generator.uniform(1, 500)] for _ in range(12)]
    values = [sum(cell * cost for cell, cost in zip(row, costs)) for row in rows]
    assert least_squares(rows, values) == pytest.approx(costs)


def test_a_cost_is_never_below_nothing():
    rows = [[1, 1], [1, 2], [1, 3]]
    assert least_squares(rows, [3, 2, 1])[1] == 0


def test_every_constant_is_a_number_above_nothing():
    assert all(math.isfinite(value) and value > 0 for value in constants().values())


def test_the_documents_show_what_the_simulation_says():
    scaling = (ROOT / "docs/SCALING.md").read_text()
    assert ladder() in scaling and table() in scaling
    assert report(predict(Chat(zipf(500, 10_000)), Site(2), constants())) in (ROOT / "docs/OPERATIONS.md").read_text()
