"""Files in all their kinds: what the bytes are decides, and what is not whole or not as declared is never rows."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import orjson
import pytest
import xlsxwriter

from permit_leads.errors import SourceChanged, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.download import reissues_last
from permit_leads.page import Page, Window
from permit_leads.registry import Protocol
from permit_leads.registry_files import find_file_mistakes
from tests.unit.fetch.fakes import HOST, Answer, Setup, dataset, in_turn, ok

ALL = Window(None, None)
XLS = "application/vnd.ms-excel"
NAMED: dict[str, Any] = {"header_names": ("Permit",), "key": ("Permit",)}


def rows(protocol: Protocol, body: bytes, **options: Any) -> list[dict[str, str | None]]:
    return read_rows(dataset(protocol, **options), body, "").to_dicts()


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        book.add_worksheet().write_column(0, 0, ["Permit", "a"])
    return packed.getvalue()


def fetched(answer: Answer, protocol: Protocol = "xlsx", **options: Any) -> list[Page]:
    setup = Setup(in_turn(answer))
    return list(fetch_pages(dataset(protocol, url=f"https://{HOST}/a", **options), ALL, setup.client))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("utf-8", "Permit;Café\n".encode()),
        ("utf-8", b"\xef\xbb\xbf" + "Permit;Café\n".encode()),
        ("utf-8", "Permit;Café\n".encode("utf-16")),
        ("utf-8", b"\xfe\xff" + "Permit;Café\n".encode("utf-16-be")),
        ("cp1252", "Permit;Café\n".encode("cp1252")),
        ("cp1252", b"\xef\xbb\xbf" + "Permit;Café\n".encode()),
        ("latin-1", "Permit;Café\n".encode("latin-1")),
    ],
)
def test_a_file_is_read_in_its_own_encoding(encoding: str, body: bytes) -> None:
    frame = read_rows(dataset("csv", encoding=encoding, delimiter=";"), body, "text/csv")
    assert frame.columns == ["Permit", "Café"]


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("utf-8", "Permit,Café\n".encode("cp1252"), "byte 10 of the file is not utf-8"),
        ("cp1252", "Permit,Café\n".encode(), "the file is UTF-8, not cp1252"),
        ("latin-1", "Permit,“Café”\n".encode("cp1252"), "is '\\\\x93'"),
        ("utf-8", "Permit,Cafe\n".encode("utf-16-le"), "is '\\\\x00'"),
        ("cp1252", b"Permit,\x81\n", "byte 7 of the file is not cp1252"),
        ("utf-8", b"\xff\xfeP", "is not utf-16"),
    ],
)
def test_a_file_in_another_encoding_fails_and_is_never_mangled(encoding: str, body: bytes, words: str) -> None:
    with pytest.raises(SourceChanged, match=f"{words}.*edit encoding"):
        rows("csv", body, encoding=encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters_are_declared(delimiter: str) -> None:
    body = f'Permit{delimiter}Note\na{delimiter}"x{delimiter}y"\n'.encode()
    assert rows("csv", body, delimiter=delimiter) == [{"Permit": "a", "Note": f"x{delimiter}y"}]
    other = ";" if delimiter == "," else ","
    with pytest.raises(SourceChanged, match="edit delimiter"):
        rows("csv", body, delimiter=other)


def test_a_quote_that_never_ends_does_not_swallow_the_rest_of_the_file() -> None:
    with pytest.raises(SourceChanged, match="ends inside a quoted cell"):
        rows("csv", b'Permit,Note\na,"cut\nb,y\n')
    assert rows("csv", b'Permit,Note\na,"6" pipe"\n') == [{"Permit": "a", "Note": '6 pipe"'}]


def test_a_header_of_a_csv_file_is_found_by_its_names() -> None:
    assert rows("csv", b"Report of\n\nPermit,Note\na,x\n", **NAMED) == [{"Permit": "a", "Note": "x"}]


GEO = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"Permit": "a", "Cost": 1.5, "Note": None},
         "geometry": {"type": "Point", "coordinates": [-97.5, 30.25]}},
        {"type": "Feature", "properties": {"Permit": "b", "Kind": "x"}, "geometry": None},
        {"type": "Feature", "properties": {"Permit": "c"}, "geometry": {"type": "Polygon", "coordinates": [[]]}},
    ],
}  # fmt: skip


def test_features_become_rows() -> None:
    found = rows("geojson", orjson.dumps(GEO), key=("Permit",))
    nothing = {"Cost": None, "Note": None, "geometry.x": None, "geometry.y": None, "Kind": None}
    assert found == [
        nothing | {"Permit": "a", "Cost": "1.5", "geometry.x": "-97.5", "geometry.y": "30.25"},
        nothing | {"Permit": "b", "Kind": "x"},
        nothing | {"Permit": "c"},
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"features": {}}, "no FeatureCollection"),
        ({"type": "Feature"}, "no FeatureCollection"),
        ({"exceededTransferLimit": True}, "only a part"),
        ({"properties": {"exceededTransferLimit": True}}, "only a part"),
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2277"}}}, "not degrees"),
        ({"features": [{"properties": {"PERMIT_NO": "a"}}]}, r"column Permit is gone \(found PERMIT_NO\)"),
        ({"error": 1, "features": None}, "no FeatureCollection"),
    ],
)
def test_what_is_no_whole_geojson_of_degrees_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceChanged, match=words):
        rows("geojson", orjson.dumps(GEO | change), key=("Permit",))


@pytest.mark.parametrize(
    ("protocol", "name", "content"),
    [("csv", "out/p 1.csv", b"Permit\na\n"), ("xlsx", "p.xlsx", workbook()), ("geojson", "p.json", orjson.dumps(GEO))],
)
def test_the_member_of_a_zip_is_chosen_by_its_name(protocol: Protocol, name: str, content: bytes) -> None:
    body = zipped(**{"readme.txt": b"x", name: content, "out/": b""})
    options = {"zip_member": rf"{name.rpartition('.')[2]}$", "key": ("Permit",)}
    assert rows(protocol, body, **options)[0]["Permit"] == "a"
    (page,) = fetched(ok(body, content_type="application/zip"), protocol, **options)
    assert page.body == body


def broken() -> bytes:
    body = bytearray(zipped(**{"a.csv": b"Permit\n" * 99}))
    body[40] ^= 0xFF
    return bytes(body)


def bomb() -> bytes:
    return zipped(**{"a.csv": b"Permit\n" + b"a" * 4_000_000})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (zipped(**{"a.txt": b"x"}), r"no member of the ZIP matches .*found a\.txt.*edit zip_member"),
        (zipped(**{"a.csv": b"x", "b.csv": b"y"}), "2 members of the ZIP"),
        (zipped(**{"../a.csv": b"x"}), "leads elsewhere"),
        (zipped(**{"/etc/a.csv": b"x"}), "leads elsewhere"),
        (zipped(**{"x\\..\\a.csv": b"x"}), "leads elsewhere"),
        (zipped(**{"C:a.csv": b"x"}), "leads elsewhere"),
        (b"PK\x03\x04 but no ZIP", "no readable ZIP"),
        (broken(), "no readable ZIP"),
        (bomb(), "unpacks to more than 1000000 bytes"),
    ],
)
def test_a_zip_with_tricks_is_refused(body: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permit_leads.fetch.zipped.MAX_BODY_BYTES", 1_000_000)
    with pytest.raises(SourceChanged, match=words):
        rows("csv", body, zip_member=r"\.csv$")


def test_an_encrypted_member_is_refused() -> None:
    body = bytearray(zipped(**{"a.csv": b"Permit\na\n"}))
    body[6] |= 1
    body[body.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceChanged, match="encrypted"):
        rows("csv", bytes(body), zip_member=r"\.csv$")


def test_a_workbook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permit_leads.fetch.zipped.MAX_WORKBOOK_BYTES", 1000)
    with pytest.raises(SourceChanged, match="unpacks to"):
        rows("xlsx", workbook())


@pytest.mark.parametrize("options", [{}, {"protocol": "csv", "zip_member": "csv$"}])
def test_a_zip_without_its_end_is_asked_for_again(options: dict[str, Any]) -> None:
    body = zipped(**{"a.csv": b"Permit\n" * 100}) if options else workbook()
    with pytest.raises(SourceUnavailable, match="cut off, 6 times"):
        fetched(ok(body[:-30], content_type="application/zip"), **options)


REPORT = b"""<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body>
<table><tr><td colspan=2>Permits of March</td></tr></table>
<table><tr><th>Permit</th><th>Note</th></tr><tr><td>a</td><td>x</td></tr></table></body></html>"""


@pytest.mark.parametrize("body", [REPORT, REPORT[REPORT.index(b"<table>") :]])
def test_a_html_table_under_a_workbooks_name_is_read_as_one(body: bytes) -> None:
    (page,) = fetched(ok(body, content_type=XLS), **NAMED)
    assert page.row_count == 1
    assert rows("xlsx", body, **NAMED) == [{"Permit": "a", "Note": "x"}]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><title>Error</title><body><table><tr><td>Oops</td></tr></table></body></html>", "'Error'"),
        (b"<html><title>Sorry</title><body>Server Error in '/'</body></html>", "'Sorry'"),
    ],
)
def test_an_error_page_under_a_workbooks_name_is_said_to_be_one(body: bytes, words: str) -> None:
    with pytest.raises(SourceChanged, match=words):
        fetched(ok(body, content_type=XLS), **NAMED)


def test_without_header_names_no_html_page_passes_for_a_workbook() -> None:
    with pytest.raises(SourceChanged, match="give header_names"):
        fetched(ok(REPORT, content_type=XLS))


def test_a_file_put_up_again_comes_after_the_one_it_corrects() -> None:
    links = [
        "/f/Sept 7-13.xlsx",
        "/f/Aug 24-30_1.xlsx",
        "/f/Aug 24-30_0.xlsx",
        "/f/Aug 24-30.xlsx",
        "/f/April 20_26.xls",
    ]
    assert reissues_last(links) == [
        "/f/Sept 7-13.xlsx",
        "/f/Aug 24-30.xlsx",
        "/f/Aug 24-30_0.xlsx",
        "/f/Aug 24-30_1.xlsx",
        "/f/April 20_26.xls",
    ]


@pytest.mark.parametrize(
    ("protocol", "options", "mistake"),
    [
        ("xlsx", {"delimiter": ";"}, "delimiter: only for protocol 'csv'"),
        ("socrata", {"zip_member": "a"}, "zip_member: only for"),
        ("csv", {"zip_member": "("}, "zip_member: '\\(' is no pattern"),
        ("csv", {"encoding": "utf-9"}, "encoding: 'utf-9' is unknown"),
    ],
)
def test_keys_of_files_are_checked(protocol: Protocol, options: dict[str, Any], mistake: str) -> None:
    (found,) = find_file_mistakes(dataset(protocol, **options))
    assert found.startswith(mistake.replace("\\", ""))
