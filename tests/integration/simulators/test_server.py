"""Files, robots.txt, the request log, the control host and the command line."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from simulators.publishers import NOTE_HEADER, Robots, Simulator
from simulators.publishers.robots import RobotsKind
from tests.integration.simulators.worlds import FILE, FILES, NO_AUTHORITIES, NOTE, RESOURCE, ROWS, SOCRATA, ask


def test_a_file_is_served_with_validators_and_not_twice(elm: Simulator) -> None:
    first = ask(elm, FILES, FILE)
    assert len(first.text.splitlines()) == ROWS + 1
    assert first.headers[NOTE_HEADER] == NOTE
    assert ask(elm, FILES, FILE, If_None_Match=first.headers["etag"]).status_code == 304
    assert ask(elm, FILES, FILE, If_None_Match="W/" + first.headers["etag"]).status_code == 304
    assert ask(elm, FILES, FILE, If_Modified_Since=first.headers["last-modified"]).status_code == 304
    assert (
        ask(elm, FILES, FILE, If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"]).status_code
        == 200
    )
    assert ask(elm, FILES, FILE, If_Modified_Since="nonsense").status_code == 200


def test_unknown_hosts_and_paths_are_refused(elm: Simulator) -> None:
    assert ask(elm, "nobody.example", "/").status_code == 421
    assert ask(elm, FILES, "/other.csv").status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("allow", 200, "User-agent: *\nDisallow:\n"),
        ("disallow", 200, "User-agent: *\nDisallow: /\n"),
        ("missing", 404, "not found"),
        ("status", 500, ""),
    ],
)
def test_robots_are_set_per_host(elm: Simulator, kind: RobotsKind, status: int, text: str) -> None:
    elm.hosts[FILES].robots = Robots(kind, status=500)
    reply = ask(elm, FILES, "/robots.txt")
    assert (reply.status_code, reply.text) == (status, text)
    assert ask(elm, SOCRATA, "/robots.txt").status_code == 200


def test_robots_may_hang(elm: Simulator) -> None:
    elm.hosts[FILES].robots = Robots("timeout", seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{elm.url}/robots.txt", headers={"Host": FILES}, timeout=0.2)


def test_every_request_is_logged_with_its_time(elm: Simulator) -> None:
    ask(elm, SOCRATA, RESOURCE, {"$limit": "1"}, User_Agent="tester")
    ask(elm, FILES, FILE)
    first, second = elm.requests
    assert (first.host, first.path, first.query) == (SOCRATA, RESOURCE, [("$limit", "1")])
    assert first.headers["user-agent"] == "tester"
    assert second.at > first.at


def test_faults_and_log_are_steered_over_http(elm: Simulator) -> None:
    def control(method: str, path: str, **more: object) -> httpx.Response:
        return httpx.request(method, elm.url + path, headers={"Host": "control.invalid"}, verify=NO_AUTHORITIES, **more)  # type: ignore[arg-type]

    assert control("POST", "/faults", json={"id": "F02", "host": FILES}).status_code == 200
    assert ask(elm, FILES, FILE).status_code == 503
    assert control("GET", "/faults").json()[0]["fired"] == 1
    assert control("POST", "/faults", json={"id": "F77"}).status_code == 400
    assert [logged["path"] for logged in control("GET", "/requests").json()] == [FILE]
    assert {dataset["rows"] for dataset in control("GET", "/datasets").json()} == {ROWS}
    control("DELETE", "/faults")
    control("DELETE", "/requests")
    assert ask(elm, FILES, FILE).status_code == 200


def test_the_command_says_when_it_is_ready_and_where() -> None:
    command = [
        sys.executable,
        "-m",
        "simulators.publishers",
        "--port",
        "0",
        "--only",
        "southlake_permits",
        "--today",
        "2026-11-23",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        reply = httpx.get(f"{ready.split()[-1]}/permits.csv", headers={"Host": "southlake.recorded.invalid"})
        process.terminate()
    assert ready.startswith("simulated publishers ready on http://127.0.0.1:")
    assert reply.headers[NOTE_HEADER].endswith("dates shifted by 50 weeks")
