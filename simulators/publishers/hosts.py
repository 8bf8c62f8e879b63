"""Hosts and what they publish: finds the resource a request is for and lets faults strike before it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from simulators.publishers.damage import damaged
from simulators.publishers.disturbances import Identity, disturb
from simulators.publishers.faults import Fault, FaultBook, bend, early_reply
from simulators.publishers.menu import OF_THE_DATA
from simulators.publishers.messages import Kind, Reply, Request
from simulators.publishers.quirks import Quirks
from simulators.publishers.robots import Robots, odd_robots
from simulators.publishers.table import Table

NOTE_HEADER = "X-Simulated-Publisher"
_NOT_FOUND = Reply(404, b"not found\n", {"Content-Type": "text/plain"})


class Resource(Protocol):
    """Something a host publishes: a dataset, a layer, a file."""

    dataset_id: str
    table: Table
    identity: Identity
    note: str
    last_selection: Sequence[int]

    @property
    def names(self) -> tuple[str, ...]:
        """The names a fault may call it by."""

    def serves(self, request: Request) -> bool:
        """Whether the request is for it."""

    def warm_up(self) -> None:
        """Do now what the first request would have to wait for."""

    def kind_of(self, request: Request) -> Kind:
        """What the request asks for."""

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The answer."""


@dataclass
class Host:
    """One authority: its robots.txt and its resources."""

    name: str
    resources: list[Resource] = field(default_factory=list)
    robots: Robots = field(default_factory=Robots)
    not_found: Callable[[Request], Reply] = field(default=lambda _: _NOT_FOUND, repr=False)

    def find(self, request: Request) -> Resource | None:
        """The resource a request is for."""
        return next((resource for resource in self.resources if resource.serves(request)), None)


class World:
    """All simulated hosts, their faults, and their tables as they were before any fault changed them."""

    def __init__(self, hosts: Iterable[Host], faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.hosts = {host.name: host for host in hosts}
        self.faults = FaultBook(faults)
        self._seed = seed
        self._count = 0
        self._originals = [(resource, resource.table) for host in self.hosts.values() for resource in host.resources]

    def answer(self, request: Request) -> Reply:
        """The answer to any request, with the note that says it is simulated."""
        host = self.hosts.get(request.host)
        if host is None:
            return Reply(
                421, f"no simulated publisher is called {request.host}\n".encode(), {"Content-Type": "text/plain"}
            )
        resource = host.find(request)
        note = resource.note if resource else host.resources[0].note if host.resources else f"no rows of {host.name}"
        reply = self._answer(host, resource, request)
        return replace(reply, headers=reply.headers | {NOTE_HEADER: note})

    def warm_up(self) -> None:
        """Make every resource ready for its first request."""
        for host in self.hosts.values():
            for resource in host.resources:
                resource.warm_up()

    def restore(self) -> None:
        """Switch all faults off and undo what they did to the data."""
        self.faults.clear()
        for resource, table in self._originals:
            resource.table = table

    def _answer(self, host: Host, resource: Resource | None, request: Request) -> Reply:
        if host.robots.serves(request.path):
            return self._answer_robots(host, request)
        if resource is None:
            return host.not_found(request)
        struck = self.faults.strike(host.name, resource.names, resource.kind_of(request))
        early = early_reply(struck)
        if early is not None:
            return early
        for fault in struck:
            if fault.id in OF_THE_DATA:
                resource.table = disturb(resource.table, resource.identity, resource.last_selection, fault)
        self._count += 1
        return damaged(resource.answer(request, bend(struck, self._seed + self._count)), struck)

    def _answer_robots(self, host: Host, request: Request) -> Reply:
        struck = self.faults.strike(host.name, (), "robots")
        odd = next((fault.kind for fault in struck if fault.id == "F24"), None)
        return early_reply(struck) or (odd_robots(odd) if odd else host.robots).answer(request)
