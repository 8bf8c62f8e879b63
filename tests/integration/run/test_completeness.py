"""Late, edited, deleted and renumbered rows of every protocol are in the store within two cycles, whatever the seed.

The same city, judge and rounds as in benchmarks.completeness, in a size that a test can wait for.
"""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks.completeness import PROTOCOLS, ZONE, Follower, follow
from benchmarks.completeness_city import City, Publisher
from simulators.publishers import serve

PERMITS = 380
ROUNDS = (20, 20)  # the publisher replaces everything in the second


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_change_is_captured_within_two_cycles(protocol: str, database_url: str, tmp_path: Path) -> None:
    city = City(random.Random(PROTOCOLS.index(protocol)), datetime.now(ZoneInfo(ZONE)).date())
    city.found(PERMITS)
    publisher = Publisher(protocol, city)
    with serve([publisher.host]) as simulator:
        follower = Follower(protocol, database_url, simulator.url, tmp_path)
        score = follow(publisher, follower, ROUNDS, replaced_every=2)
    assert (score.mutations, score.replacements) == (sum(ROUNDS), 1)
    assert score.missed == {}
    assert score.captured_share == 1.0
    assert score.duplicates == 0
    assert score.spurious_changes == 0
    assert score.captured_by_sync > 0.5  # late and edited rows need no reconcile, also in a replacement that is read
    told = follower.stored()
    replay = follower.run(is_replay=True)
    assert (replay.permit_new_count, replay.permit_changed_count, follower.stored()) == (0, 0, told)
