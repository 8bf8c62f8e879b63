"""A real HTTP server that speaks like the cities' portals; for demo, tests and benchmarks, never for the product."""

from simulators.publishers.faults import Fault, read_faults
from simulators.publishers.hosts import NOTE_HEADER, Host
from simulators.publishers.robots import Robots
from simulators.publishers.running import Simulator, serve
from simulators.publishers.snapshot import load_snapshot

__all__ = ["NOTE_HEADER", "Fault", "Host", "Robots", "Simulator", "load_snapshot", "read_faults", "serve"]
