"""A node is shut down while its clients talk: they come back on the other one and miss nothing, and who does not has left."""

import pytest
from drain import drained, parsed, peak


@pytest.mark.parametrize("rooms", [20, 1], ids=["of names", "of a number"])
def test_a_node_that_is_shut_down_is_not_missed(rooms):
    # When they come back is a matter of the machine (`scripts/soak.sh`); when they are told to is not.
    outcome = drained(parsed(["--clients", "300", "--rooms", str(rooms), "--rate", "20", "--calm", "1"]))
    assert outcome["complaints"] == []
    assert outcome["came_back"] == 285
    assert outcome["messages"] > 20
    assert 1 < outcome["told_window_seconds"] <= 2.1


def test_a_crowd_is_a_peak():
    even = [number / 100 for number in range(400)]
    assert 0.9 < peak(even) < 1.2
    assert peak(even + [1.0] * 100) > 2
