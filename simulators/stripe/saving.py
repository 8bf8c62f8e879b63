"""The account's state in a file, so that it outlives the simulator."""

from __future__ import annotations

import os
from dataclasses import astuple
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from simulators.stripe.idempotency import Remembered
from simulators.stripe.simulator import StripeSimulator

FORMAT = 1


class StateFile:
    """Written whole and put in place at once: a reader sees the old state or the new one."""

    def __init__(self, path: Path, simulator: StripeSimulator) -> None:
        self.path = path
        self.simulator = simulator
        self._lock = Lock()
        self._saved_at_change = -1

    def load(self) -> bool:
        """Whether there was a state to take up.

        Raises:
            ValueError: the file is of another format.
        """
        if not self.path.exists():
            return False
        state = orjson.loads(self.path.read_bytes())
        if state.get("format") != FORMAT:
            raise ValueError(f"{self.path} is no state of this simulator; delete it to begin anew")
        world, front = self.simulator.world, self.simulator.front
        world.clock.advanced = state["advanced"]
        world.resources = {one["id"]: one for one in state["resources"]}
        front.restricted = {key: set(permissions) for key, permissions in state["restricted"].items()}
        front.idempotency.kept = {key: _recall(kept) for key, kept in state["idempotency"].items()}
        self.simulator.courier.restore(state["deliveries"])
        return True

    def save(self) -> None:
        """Write what changed since the last time, if anything did."""
        world, front = self.simulator.world, self.simulator.front
        with self._lock, world.lock:
            change = world.change_count
            if change == self._saved_at_change:
                return
            kept = {key: _write_down(*one) for key, one in front.idempotency.recent(world.now()).items()}
            state = {
                "format": FORMAT,
                "advanced": world.clock.advanced,
                "resources": list(world.resources.values()),
                "restricted": {key: sorted(permissions) for key, permissions in front.restricted.items()},
                "idempotency": kept,
                "deliveries": self.simulator.courier.waiting(),
            }
            self._replace(orjson.dumps(state))
            self._saved_at_change = change

    def _replace(self, content: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(self.path.name + ".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


def _write_down(fingerprint: str, at: int, result: Remembered) -> list[Any]:
    status, body, request_id = astuple(result)
    return [fingerprint, at, status, body.decode(), request_id]


def _recall(kept: list[Any]) -> tuple[str, int, Remembered]:
    fingerprint, at, status, body, request_id = kept
    return fingerprint, at, Remembered(status, body.encode(), request_id)
