"""Runs the simulator: for tests in a thread on an ephemeral port, from the command line in the foreground."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from simulators.publishers.app import Application, CutConnectionError
from simulators.publishers.faults import Fault, FaultBook
from simulators.publishers.hosts import Host, World
from simulators.publishers.messages import Request


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator; `url` is where a client's connect_to points."""

    url: str
    application: Application

    @property
    def requests(self) -> list[Request]:
        """Requests received so far, oldest first."""
        return self.application.log

    @property
    def faults(self) -> FaultBook:
        """The faults that are on."""
        return self.application.world.faults

    @property
    def hosts(self) -> dict[str, Host]:
        """The hosts by name; their robots and resources may be changed."""
        return self.application.world.hosts

    def restore(self) -> None:
        """Faults off, data as recorded, request log empty."""
        self.application.world.restore()
        self.application.forget()


@contextmanager
def serve(publishers: Iterable[Host], faults: Iterable[Fault] = (), seed: int = 0) -> Iterator[Simulator]:
    """A simulator of these hosts on an ephemeral port of 127.0.0.1, in a thread, until the block ends."""
    application = Application(World(publishers, faults, seed))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(_config(application))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _wait_until_started(server, thread)
        try:
            yield Simulator(f"http://127.0.0.1:{listening.getsockname()[1]}", application)
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def run_forever(publishers: Iterable[Host], port: int, faults: Iterable[Fault] = ()) -> None:
    """Serve in the foreground; prints one line with the port as soon as requests are answered."""
    application = Application(World(publishers, faults))
    application.world.warm_up()
    with socket.create_server(("127.0.0.1", port)) as listening:
        _Announcing(_config(application)).run(sockets=[listening])


class _Announcing(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            print(f"simulated publishers ready on http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


def _is_no_accident(record: logging.LogRecord) -> bool:
    """A connection that a fault cut is no error of the simulator's."""
    return record.exc_info is None or not isinstance(record.exc_info[1], CutConnectionError)


def _config(application: Application) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_is_no_accident)
    return uvicorn.Config(
        application,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=1 << 20,
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the simulator did not start")
        time.sleep(0.005)
