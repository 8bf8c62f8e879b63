"""A source file is either right or refused with file, key, what was seen and the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from permit_leads.errors import RegistryError
from permit_leads.registry import load_registry, load_source, resolved_url

RIGHT = """
[publisher]
name = "Town of Elm"
state = "TX"
time_zone = "America/Chicago"

[[dataset]]
id = "elm_permits"
title = "Permits"
protocol = "socrata"
url = "https://data.elm.example/resource/aaaa-0001.json"
url_env = "ELM_URL"
key = ["num"]

[dataset.fields]
PermitNum = { column = "num" }
IssuedDate = { column = "issued", parse = "floating_date" }
Description = { column = "what" }
StatusCurrent = { column = "status" }
ContractorCompanyName = { first_of = ["c1", "c2"], role_columns = ["r1", "r2"], roles = ["CONTRACTOR"] }

[dataset.constants]
OriginalCity = "ELM"

[dataset.values.StatusCurrentMapped]
"Open" = "Permit Issued"

[dataset.trades]
column = "kind"
values = { EP = ["electrical"] }
"""


def write(folder: Path, text: str, name: str = "elm.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def message_for(folder: Path, seen: str, wrong: str) -> str:
    assert seen in RIGHT
    with pytest.raises(RegistryError) as caught:
        load_source(write(folder, RIGHT.replace(seen, wrong)))
    return str(caught.value)


def test_a_right_file_is_read(tmp_path: Path) -> None:
    (dataset,) = load_source(write(tmp_path, RIGHT))
    assert dataset.publisher.name == "Town of Elm"
    assert dataset.fields["IssuedDate"].parse == "floating_date"


PROVEN = '[dataset.jurisdiction]\nevidence = "distinct cities"\nread_on = 2026-11-01\n'
MISTAKES = [
    ("misspelt key of a dataset", 'title = "Permits"', 'titel = "Permits"', ["titel: unknown key", "'title'"]),
    ("misspelt key of a rule", '{ column = "what" }', '{ colum = "what" }', ["fields.Description.colum", "'column'"]),
    ("misspelt key of the publisher", 'time_zone = "America', 'timezone = "America', ["timezone", "'time_zone'"]),
    ("misspelt key of the labels", 'column = "kind"', 'colunm = "kind"', ["trades.colunm", "'column'"]),
    ("unknown BLDS field", "Description =", "Descripton =", ["fields.Descripton", "'Description'"]),
    ("unknown parse", '"floating_date"', '"floatingdate"',
     ["fields.IssuedDate.parse", "'floatingdate'", "'floating_date'"]),
    ("unknown protocol", '"socrata"', '"socarta"', ["protocol", "'socarta'", "'socrata'"]),
    ("wrong type", 'key = ["num"]', 'key = "num"', ["key", "'num'"]),
    ("empty key", 'key = ["num"]', "key = []", ["key: empty"]),
    ("blank key column", 'key = ["num"]', 'key = [" "]', ["key: a column name is blank"]),
    ("doubled key column", 'key = ["num"]', 'key = ["num", "num"]', ["key: 'num' stands there 2 times"]),
    ("values for an unmapped field", "values.StatusCurrentMapped", "values.WorkClassMapped",
     ["values.WorkClassMapped: the field is not mapped"]),
    ("no standard word", '"Permit Issued"', '"Permit Isued"', ["'Permit Isued'", "'Permit Issued'"]),
    ("word stands twice", '"Open" =', '"open" = "In Review"\n"Open" =', ["stands there twice"]),
    ("column feeds two fields", 'column = "status"', 'column = "what"', ["already feeds Description"]),
    ("column twice in a rule", '["c1", "c2"]', '["c1", "c1"]', ["'c1' stands there 2 times"]),
    ("no column at all", '{ column = "what" }', "{ }", ["fields.Description", "exactly one of"]),
    ("two kinds of columns", '{ column = "what" }', '{ column = "what", columns = ["a"] }', ["exactly one of"]),
    ("template without a column", '{ column = "what" }', '{ template = "CP-1" }', ["fields.Description.template"]),
    ("parse of another kind", 'parse = "floating_date"', 'parse = "usd"', ["does not give a date"]),
    ("money without a parse", "StatusCurrent =", 'EstProjectCost = { column = "cost" }\nStatusCurrent =',
     ["money", "usd"]),
    ("latitude from the wrong parse", "StatusCurrent =",
     'Latitude = { column = "y", parse = "longitude" }\nStatusCurrent =',
     ["only for Longitude"]),
    ("roles without columns", 'role_columns = ["r1", "r2"], ', "", ["role_columns"]),
    ("unknown trade", '["electrical"]', '["electrial"]', ["'electrial'", "'electrical'"]),
    ("no permit number", 'PermitNum = { column = "num" }', "", ["fields.PermitNum: missing"]),
    ("neither where nor what", 'Description = { column = "what" }', "", ["neither OriginalAddress1 nor Description"]),
    ("epoch without a zone", 'parse = "floating_date"', 'parse = "epoch_ms"', ["date_zone: missing"]),
    ("no such zone", "America/Chicago", "America/Chikago", ["publisher.time_zone", "Chikago"]),
    ("recorded host without the mark", "data.elm.example", "elm.recorded.invalid", ["is_recorded_only"]),
    ("no address", "https://data.elm.example", "data.elm.example", ["url: seen"]),
    ("disabled without a reason", 'key = ["num"]', 'key = ["num"]\nis_enabled = false', ["disabled_reason"]),
    ("disabled without a day", 'key = ["num"]', 'key = ["num"]\nis_enabled = false\ndisabled_reason = "x"',
     ["disabled_status", "disabled_on"]),
    ("disabled in no known way", 'key = ["num"]', 'key = ["num"]\ndisabled_status = "ded"',
     ["disabled_status", "'dead'"]),
    ("a reason, and yet enabled", 'key = ["num"]', 'key = ["num"]\ndisabled_reason = "x"', ["only with it"]),
    ("seen alive without evidence", 'key = ["num"]', 'key = ["num"]\nverified_on = 2026-11-01', ["evidence:"]),
    ("band upside down", "[dataset.fields]",
     '[dataset.volume]\nlow = 9\nhigh = 3\nsource = "x"\nread_on = 2026-11-01\n\n[dataset.fields]',
     ["volume: low 9 is above high 3"]),
    ("band without a source", "[dataset.fields]", "[dataset.volume]\nlow = 1\nhigh = 3\n\n[dataset.fields]",
     ["volume.source: missing", "volume.read_on: missing"]),
    ("no cron expression", 'key = ["num"]', 'key = ["num"]\ncadence = "daily"', ["cadence: 'daily'", "weekday"]),
    ("an hour that no day has", 'key = ["num"]', 'key = ["num"]\ncadence = "0 25 * * 1-5"', ["'25'", "0 to 23"]),
    ("jurisdiction without proof", "[dataset.fields]", '[dataset.jurisdiction]\ncities = ["ELM"]\n\n[dataset.fields]',
     ["jurisdiction.evidence: missing"]),
    ("city in lower case", "[dataset.fields]", PROVEN + 'cities = ["Elm", "ELM"]\n\n[dataset.fields]',
     ["jurisdiction.cities: 'Elm'"]),
    ("city outside its own land", "[dataset.fields]", PROVEN + 'cities = ["OAK"]\n\n[dataset.fields]',
     ["constants.OriginalCity: 'ELM' lies outside"]),
    ("box with latitude first", "[dataset.fields]",
     PROVEN + "bounding_box = [30.1, -98.0, 30.6, -97.5]\n\n[dataset.fields]", ["west, south, east, north"]),
    ("points, and a city that can never be wrong", "[dataset.fields]\nPermitNum",
     PROVEN + 'cities = ["ELM"]\n\n[dataset.fields]\nLatitude = { column = "y", parse = "latitude" }\n'
     'Longitude = { column = "x", parse = "longitude" }\nPermitNum', ["jurisdiction.bounding_box: missing"]),
    ("grain by a day that is not mapped", "[dataset.fields]",
     '[dataset.grain]\nrows = "one a contact"\nnewest_by = ["StatusDate"]\n\n[dataset.fields]',
     ["grain.newest_by: 'StatusDate' is no day that is mapped (these are: IssuedDate)"]),
    ("SODA of a file", '"socrata"', '"csv"\nsoda = "3.0"', ["soda: only for protocol 'socrata'"]),
    ("cursor of another name", 'key = ["num"]', 'key = ["num"]\ndate_column = "d"\nsystem_cursor = "updated"',
     ["system_cursor: seen 'updated'", ":updated_at"]),
    ("cursor without a date", 'key = ["num"]', 'key = ["num"]\nsystem_cursor = ":updated_at"', ["needs date_column"]),
    ("cursor of a file", '"socrata"', '"csv"\nsystem_cursor = "a"', ["only for protocols 'socrata' and 'arcgis'"]),
    ("option of another protocol", 'key = ["num"]', 'key = ["num"]\nsheets = ["A"]', ["sheets", "xlsx"]),
    ("days of a layer that do not sort", 'protocol = "socrata"', 'protocol = "arcgis"\ndate_format = "%m/%d/%Y"',
     ["date_format", "year first"]),
    ("unknown encoding", 'key = ["num"]', 'key = ["num"]\nencoding = "utf-9"', ["encoding: 'utf-9'"]),
    ("broken pattern", '{ column = "what" }', '{ column = "what", extract = "(" }', ["fields.Description.extract"]),
    ("pattern without a group", '{ column = "what" }', '{ column = "what", extract = "a" }', ["has 0 groups"]),
    ("pattern without its column", 'key = ["num"]', 'key = ["num"]\nrecord_pattern = "x"', ["belong together"]),
    ("mapped field without its words", "StatusCurrent =", 'WorkClassMapped = { column = "w" }\nStatusCurrent =',
     ["values.WorkClassMapped: missing"]),
    ("constant for a date", "[dataset.constants]", '[dataset.constants]\nAppliedDate = "2020-01-01"', ["only text"]),
    ("limit that is no share", 'key = ["num"]', 'key = ["num"]\nrejection_limit = 2.0', ["rejection_limit", "2.0"]),
    ("not TOML", "[publisher]", "[publisher", ["not valid TOML"]),
    ("unknown table", "[publisher]", "[other]\na = 1\n[publisher]", ["other: unknown table"]),
    ("no publisher", '[publisher]\nname = "Town of Elm"\nstate = "TX"\ntime_zone = "America/Chicago"\n', "",
     ["[publisher]"]),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "wrong", "said"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES])
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, seen: str, wrong: str, said: list[str]) -> None:
    message = message_for(tmp_path, seen, wrong)
    assert message.startswith("elm.toml")
    for words in said:
        assert words in message


def test_facts_beside_the_mapping_are_read(tmp_path: Path) -> None:
    facts = """
is_enabled = false
disabled_reason = "the newest permit is of 2020"
disabled_status = "frozen"
disabled_on = 2026-11-01
verified_on = 2026-10-01
evidence = "rows read by hand"
cadence = "30 6,18 * * 1-5"
volume = { low = 3, high = 40, source = "counted over a year", read_on = 2026-11-01 }
"""
    text = RIGHT.replace('key = ["num"]', 'key = ["num"]' + facts)
    box = (
        PROVEN + 'cities = ["ELM"]\ncounties = ["48453"]\nbounding_box = [-98.0, 30.1, -97.5, 30.6]\n\n[dataset.fields]'
    )
    (dataset,) = load_source(write(tmp_path, text.replace("[dataset.fields]", box)))
    assert dataset.disabled_status == "frozen"
    assert dataset.volume
    assert dataset.volume.high == 40
    assert dataset.jurisdiction
    assert dataset.jurisdiction.bounding_box == (-98.0, 30.1, -97.5, 30.6)


def test_general_status_words_are_added_where_asked_for_and_own_words_win(tmp_path: Path) -> None:
    own = '"Open" = "Permit Issued"\n"EXPIRED" = "In Review"'
    asked = RIGHT.replace('key = ["num"]', 'key = ["num"]\nstatus_words = "general"')
    (dataset,) = load_source(write(tmp_path, asked.replace('"Open" = "Permit Issued"', own)))
    words = dataset.values["StatusCurrentMapped"]
    assert (words["Open"], words["EXPIRED"], words["Finaled"]) == ("Permit Issued", "In Review", "Permit Finaled")
    assert "Expired" not in words
    assert "Closed" not in words
    (plain,) = load_source(write(tmp_path, RIGHT))
    assert list(plain.values["StatusCurrentMapped"]) == ["Open"]


def test_two_files_cannot_share_a_dataset_id(tmp_path: Path) -> None:
    write(tmp_path, RIGHT, "ash.toml")
    write(tmp_path, RIGHT, "elm.toml")
    with pytest.raises(RegistryError, match=r"elm\.toml.*'elm_permits' is already taken by ash\.toml"):
        load_registry(tmp_path)


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, RIGHT)
    load_registry(tmp_path).clear()
    assert list(load_registry(tmp_path)) == ["elm_permits"]
    write(tmp_path, RIGHT.replace("elm_permits", "elm_town_permits"))
    assert list(load_registry(tmp_path)) == ["elm_town_permits"]


def test_all_mistakes_of_a_dataset_are_told_at_once(tmp_path: Path) -> None:
    text = RIGHT.replace('"Permit Issued"', '"Issued"').replace('["electrical"]', '["electric"]')
    with pytest.raises(RegistryError) as caught:
        load_source(write(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 2


def test_environment_overrides_the_address(tmp_path: Path) -> None:
    (dataset,) = load_source(write(tmp_path, RIGHT))
    assert resolved_url(dataset, {}) == dataset.url
    assert resolved_url(dataset, {"ELM_URL": " "}) == dataset.url
    assert resolved_url(dataset, {"ELM_URL": "https://other.example/x"}) == "https://other.example/x"


def test_an_override_that_is_no_address_is_refused_without_showing_it(tmp_path: Path) -> None:
    (dataset,) = load_source(write(tmp_path, RIGHT))
    with pytest.raises(RegistryError) as caught:
        resolved_url(dataset, {"ELM_URL": "secret-token"})
    assert "ELM_URL" in str(caught.value)
    assert "secret-token" not in str(caught.value)
