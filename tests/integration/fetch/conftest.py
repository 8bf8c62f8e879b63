"""One simulator for the tests of this folder; a new client, and the data as recorded, for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.publishers import Robots, Simulator, serve
from tests.integration.fetch.publishers import Fetch, world


@pytest.fixture(scope="session")
def simulated() -> Iterator[Simulator]:
    with serve(world(), seed=7) as simulator:
        yield simulator


@pytest.fixture
def fetch(simulated: Simulator) -> Iterator[Fetch]:
    simulated.restore()
    for host in simulated.hosts.values():
        host.robots = Robots()
    fetching = Fetch(simulated)
    with fetching.client:
        yield fetching
