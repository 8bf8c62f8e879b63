"""One simulator for the tests of this folder, as new before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.publishers import Robots, Simulator, serve
from tests.integration.simulators.worlds import small_world


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with serve(small_world(), seed=7) as simulator:
        yield simulator


@pytest.fixture
def elm(running: Simulator) -> Simulator:
    running.restore()
    for host in running.hosts.values():
        host.robots = Robots()
    return running
