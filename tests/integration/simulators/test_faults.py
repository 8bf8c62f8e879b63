"""Every fault of the menu as a client meets it, on each protocol it applies to."""

from __future__ import annotations

import httpx
import pytest

from simulators.publishers import Fault, Simulator
from tests.integration.simulators.worlds import ARCGIS, FILE, FILES, LAYER, RESOURCE, ROWS, SOCRATA, ask

PAGE = {"$order": "issued,:id", "$limit": "4"}
QUERY = {"where": "1=1", "outFields": "*", "f": "json", "orderByFields": "OBJECTID"}
EVERYWHERE = [(SOCRATA, RESOURCE, PAGE), (ARCGIS, f"{LAYER}/query", QUERY), (FILES, FILE, {})]
TABLES = EVERYWHERE[:2]
RETRY_AFTER = [("none", None), ("seconds", "3"), ("date", "GMT"), ("garbage", "while"), ("past", "GMT")]
WALLS = [("block", 200, "blocked"), ("captcha", 200, "captcha"), ("login", 200, "login"), ("private", 403, "logged in")]


def permits(reply: httpx.Response) -> list[str]:
    """Permit numbers of an answer of any protocol."""
    if reply.headers["content-type"].startswith("text/csv"):
        return [line.split(",")[0] for line in reply.text.splitlines()[1:]]
    body = reply.json()
    rows = [feature["attributes"] for feature in body["features"]] if isinstance(body, dict) else body
    return [row["permit"] for row in rows]


def page(elm: Simulator, at: int) -> list[str]:
    return permits(ask(elm, SOCRATA, RESOURCE, PAGE | {"$offset": str(at)}))


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
@pytest.mark.parametrize(("kind", "pattern"), RETRY_AFTER)
def test_f01_throttles_and_then_answers(
    elm: Simulator, host: str, path: str, params: dict[str, str], kind: str, pattern: str | None
) -> None:
    elm.faults.add(Fault("F01", host=host, kind=kind, seconds=3, count=2))
    replies = [ask(elm, host, path, params) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [429, 429, 200]
    told = replies[0].headers.get("retry-after")
    assert told is None if pattern is None else pattern in str(told)


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f02_is_down_for_a_while_or_for_ever(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F02", host=host))
    assert [ask(elm, host, path, params).status_code for _ in range(2)] == [503, 200]
    elm.faults.add(Fault("F02", host=host, status=500, count="forever"))
    assert {ask(elm, host, path, params).status_code for _ in range(3)} == {500}


def test_f03_accepts_and_answers_the_second_time(elm: Simulator) -> None:
    elm.faults.add(Fault("F03", dataset="elmm-0001"))
    replies = [ask(elm, SOCRATA, RESOURCE, PAGE) for _ in range(2)]
    assert [(reply.status_code, bool(reply.content)) for reply in replies] == [(202, False), (200, True)]


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f04_carries_an_error_in_http_200(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F04", host=host, code=498, message="Invalid token."))
    reply = ask(elm, host, path, params)
    assert reply.status_code == 200
    refusal = reply.json()
    if host == SOCRATA:
        assert (refusal["error"], refusal["message"]) == (True, "Invalid token.")
    else:
        assert (refusal["error"]["code"], refusal["error"]["message"]) == (498, "Invalid token.")


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
@pytest.mark.parametrize(("kind", "status", "word"), WALLS)
def test_f05_shows_a_page_instead_of_rows(
    elm: Simulator, host: str, path: str, params: dict[str, str], kind: str, status: int, word: str
) -> None:
    elm.faults.add(Fault("F05", host=host, kind=kind))
    reply = ask(elm, host, path, params)
    assert (reply.status_code, word in reply.text) == (status, True)


def test_f06_describes_the_service(elm: Simulator) -> None:
    elm.faults.add(Fault("F06", dataset="elm_layer"))
    reply = ask(elm, ARCGIS, f"{LAYER}/query", QUERY)
    assert "layers" in reply.json()
    assert "features" not in reply.json()


@pytest.mark.parametrize("rows", [0, 2])
def test_f07_serves_a_short_page_that_promises_more(elm: Simulator, rows: int) -> None:
    elm.faults.add(Fault("F07", host=ARCGIS, rows=rows, count=1))
    short = ask(elm, ARCGIS, f"{LAYER}/query", QUERY)
    assert (len(permits(short)), short.json()["exceededTransferLimit"]) == (rows, True)
    assert len(permits(ask(elm, ARCGIS, f"{LAYER}/query", QUERY))) == 5


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f07_cuts_a_page_short_on_any_protocol(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F07", host=host, rows=3))
    assert len(permits(ask(elm, host, path, params))) == 3


@pytest.mark.parametrize(("host", "path", "params"), TABLES)
def test_f08_caps_pages_below_what_was_asked(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F08", host=host, cap=2))
    assert len(permits(ask(elm, host, path, params))) == 2


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f09_ignores_the_order_asked_for(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    steady = {tuple(permits(ask(elm, host, path, params))) for _ in range(2)}
    elm.faults.add(Fault("F09", host=host))
    assert len(steady) == 1
    assert len({tuple(permits(ask(elm, host, path, params))) for _ in range(4)}) > 1


def test_f10_deletes_a_served_row_so_that_paging_skips_one(elm: Simulator) -> None:
    whole = [number for at in (0, 4, 8) for number in page(elm, at)]
    elm.faults.add(Fault("F10", host=SOCRATA, kind="delete"))
    seen = [number for at in (0, 4, 8) for number in page(elm, at)]
    assert sorted({*whole} - {*seen}) == [whole[4]]


def test_f10_inserts_a_row_before_the_page_so_that_paging_repeats_one(elm: Simulator) -> None:
    elm.faults.add(Fault("F10", host=SOCRATA, kind="insert", rows=1))
    seen = [number for at in (0, 4, 8, 12) for number in page(elm, at)]
    assert len(seen) - len({*seen}) == 1
    assert ask(elm, SOCRATA, RESOURCE, {"$select": "count(*) as n"}).json() == [{"n": str(ROWS + 1)}]


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f10_updates_a_row_between_pages(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F10", host=host, kind="update", column="status", where="ahead"))
    assert "(revised)" not in ask(elm, host, path, params).text
    whole = params | {SOCRATA: {"$limit": "100"}, ARCGIS: {"resultOffset": "10"}}.get(host, {})
    assert ask(elm, host, path, whole).text.count("(revised)") == 1
    elm.restore()
    assert "(revised)" not in ask(elm, host, path, whole).text


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
def test_f10_grows_and_shrinks_every_protocol(elm: Simulator, host: str, path: str, params: dict[str, str]) -> None:
    elm.faults.add(Fault("F10", host=host, kind="insert", rows=3, after=0))
    elm.faults.add(Fault("F10", host=host, kind="delete", rows=2, after=0))
    ask(elm, host, path, params)
    assert next(iter(elm.hosts[host].resources)).table.rows.height == ROWS + 1


def test_f11_gives_every_row_a_new_id_and_nothing_else(elm: Simulator) -> None:
    shown = {"$select": ":*,*", "$order": ":id", "$limit": "100"}
    before = ask(elm, SOCRATA, RESOURCE, shown).json()
    elm.faults.add(Fault("F11", host=SOCRATA, after=0))
    after = ask(elm, SOCRATA, RESOURCE, shown).json()
    assert not {row[":id"] for row in before} & {row[":id"] for row in after}
    assert not {row[":updated_at"] for row in before} & {row[":updated_at"] for row in after}
    assert sorted(row["permit"] for row in before) == sorted(row["permit"] for row in after)


def test_f11_renumbers_object_ids(elm: Simulator) -> None:
    elm.faults.add(Fault("F11", host=ARCGIS, after=0))
    reply = ask(elm, ARCGIS, f"{LAYER}/query", QUERY)
    assert [feature["attributes"]["OBJECTID"] for feature in reply.json()["features"]] == [15, 16, 17, 18, 19]
    assert permits(reply) == ["P-01", "P-02", "P-03", "P-04", "P-05"]


@pytest.mark.parametrize(("host", "path", "params"), EVERYWHERE)
@pytest.mark.parametrize(("kind", "to"), [("rename", "status_word"), ("drop", "")])
def test_f12_renames_or_drops_a_column(
    elm: Simulator, host: str, path: str, params: dict[str, str], kind: str, to: str
) -> None:
    elm.faults.add(Fault("F12", host=host, kind=kind, column="status", to=to))
    text = ask(elm, host, path, params).text
    assert '"status"' not in text
    assert ",status," not in text
    assert to in text


def test_f12_makes_a_query_of_the_lost_column_an_error(elm: Simulator) -> None:
    elm.faults.add(Fault("F12", kind="rename", column="issued", host=SOCRATA))
    elm.faults.add(Fault("F12", kind="drop", column="issued", host=ARCGIS))
    assert ask(elm, SOCRATA, RESOURCE, PAGE).json()["errorCode"] == "query.soql.no-such-column"
    assert ask(elm, ARCGIS, f"{LAYER}/query", QUERY | {"outFields": "permit,issued"}).json()["error"]["code"] == 400


def test_f12_turns_dates_and_amounts_into_text(elm: Simulator) -> None:
    for host in (SOCRATA, ARCGIS):
        elm.faults.add(*[Fault("F12", kind="retype", column=column, host=host) for column in ("issued", "cost")])
    row = ask(elm, SOCRATA, RESOURCE, {"$order": "permit", "$limit": "1", "$offset": "1"}).json()[0]
    assert (row["issued"], row["cost"]) == ("11/01/2026", "$1000")
    attributes = ask(elm, ARCGIS, f"{LAYER}/query", QUERY).json()["features"][1]["attributes"]
    assert (attributes["issued"], attributes["cost"]) == ("11/01/2026", "$1000")
    fields = ask(elm, ARCGIS, LAYER, {"f": "json"}).json()["fields"]
    assert {field["name"]: field["type"] for field in fields}["issued"] == "esriFieldTypeString"
