"""A short mix of attacks (attack.py has a longer one): nobody good is harmed, and nothing stays behind."""

import asyncio
import random

import attack
import attacks
import pytest
from wire import strangers


@pytest.mark.parametrize("seed", [1, 2])
def test_good_clients_lose_nothing_while_strangers_attack(tmp_path, seed):
    # Times and the last megabyte belong to a run that has the machine for itself (scripts/attack.sh).
    words = ["--seconds", "12", "--calm", "1", "--rest", "60", "--people", "6", "--at-once", "8", "--growth", "3"]
    key = tmp_path / "key"
    key.write_text("0123456789abcdef")
    server = ["--deflate", "on", "--admin-key-file", str(key)]
    assert asyncio.run(attack.attacked(attack.parsed([*words, "--seed", str(seed), "--", *server]), tmp_path)) == []


def test_every_attack_is_made():
    rng = random.Random(1)
    made = {rng.choice(attacks.ALL).__name__ for _ in range(500)}
    assert made == {each.__name__ for each in attacks.ALL}
    assert all(address.startswith("127.") for address in strangers(1000))
    assert len(set(strangers(1000))) == 1000
