"""From the publisher's columns to one text per field: blanks, joins, roles, prefixes, words, drifting names."""

from __future__ import annotations

import pytest

from tests.unit.normalize.elm import elm, one, run


@pytest.mark.parametrize("text", ["", "   ", "\r\n", "\u00a0", "\ufeff", None])
def test_blank_says_nothing(text: str | None) -> None:
    assert one(elm({"WorkClass": {"column": "kind"}}), kind=text)["work_class"] is None


def test_padded_text_is_trimmed_and_kept_as_written() -> None:
    assert one(elm({"WorkClass": {"column": "kind"}}), kind="  Change  Out\u00a0 ")["work_class"] == "Change  Out"


def test_nul_characters_go_because_the_store_cannot_keep_them() -> None:
    assert one(elm(), what="re\x00roof")["description"] == "reroof"


def test_an_absent_column_is_nothing_said() -> None:
    permit = one(elm({"WorkClass": {"column": "kind"}, "PIN": {"first_of": ["a", "b"]}}))
    assert permit["work_class"] is None
    assert permit["pin"] is None


def test_columns_are_joined_without_the_blank_ones() -> None:
    dataset = elm({"OriginalAddress1": {"columns": ["no", "dir", "street"]}})
    assert one(dataset, no="12", dir=" ", street="ELM ST")["original_address1"] == "12 ELM ST"
    assert one(dataset, no=None, dir=None, street="")["original_address1"] is None


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        (("CP", "2025", "6792"), "CP25-006792"),
        (("CP", "25", "006792"), "CP25-006792"),
        (("CP", "2025", None), None),
        (("CP", "2025", " "), None),
    ],
)
def test_a_number_is_put_together_from_its_parts(parts: tuple[str, str, str | None], number: str | None) -> None:
    dataset = elm({"MasterPermitNum": {"template": "{kind}{year:2}-{serial:6}"}})
    kind, year, serial = parts
    assert one(dataset, kind=kind, year=year, serial=serial)["master_permit_num"] == number


def test_a_template_without_its_column_says_nothing() -> None:
    assert one(elm({"MasterPermitNum": {"template": "{gone}-1"}}), other="x")["master_permit_num"] is None


def test_the_first_that_is_not_blank_counts() -> None:
    dataset = elm({"PIN": {"first_of": ["new_pin", "old_pin"]}})
    assert one(dataset, new_pin=" ", old_pin="12")["pin"] == "12"
    assert one(dataset, new_pin="34", old_pin="12")["pin"] == "34"


def test_a_prefix_is_cut_with_its_blank() -> None:
    dataset = elm({"ProjectName": {"column": "name", "strip_prefix": "Description:"}})
    assert one(dataset, name="Description: WALL TIE")["project_name"] == "WALL TIE"
    assert one(dataset, name="Description:")["project_name"] is None
    assert one(dataset, name="No description")["project_name"] == "No description"


def test_extract_keeps_the_group() -> None:
    dataset = elm(
        {"OriginalCity": {"column": "num", "extract": r"^([A-Z])\d"}}, values={"OriginalCity": {"B": "BROOKLYN"}}
    )
    assert one(dataset, num="B00502805-I1")["original_city"] == "BROOKLYN"
    assert one(dataset, num="00502805")["original_city"] is None


def test_a_contact_counts_only_in_a_wanted_role() -> None:
    dataset = elm(
        {
            "ContractorCompanyName": {
                "first_of": ["name1", "name2", "name3"],
                "role_columns": ["role1", "role2", "role3"],
                "roles": ["CONTRACTOR", "MASON"],
            }
        }
    )
    permit = one(dataset, role1="OWNER", name1="SOMEBODY", role2="Masonry Contractor", name2="ACME INC")
    assert permit["contractor_company_name"] == "ACME INC"
    assert one(dataset, role1="ARCHITECT", name1="X INC")["contractor_company_name"] is None


def test_words_are_mapped_whatever_their_case_and_spaces() -> None:
    words = {"StatusCurrentMapped": {"ACTIVE (ISSUED)": "Permit Issued"}}
    dataset = elm({"StatusCurrent": {"column": "status"}}, values=words)
    permit = one(dataset, status="Active   (Issued)")
    assert permit["status_current"] == "Active   (Issued)"
    assert permit["status_current_mapped"] == "Permit Issued"


def test_unknown_and_missing_words_stay_unknown() -> None:
    dataset = elm({"StatusCurrent": {"column": "status"}}, values={"StatusCurrentMapped": {"Open": "Permit Issued"}})
    assert one(dataset, status="On Hold")["status_current_mapped"] is None
    assert one(dataset, status=None)["status_current_mapped"] is None


def test_constants_fill_what_is_blank() -> None:
    dataset = elm({"OriginalCity": {"column": "city"}}, constants={"OriginalCity": "ELM"})
    assert one(dataset, city=None)["original_city"] == "ELM"
    assert one(dataset, city="OAK")["original_city"] == "OAK"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("call 512-555-0143 or (512) 555-0143", "call [redacted-phone] or [redacted-phone]"),
        ("ph 512.555.0143, 512/555-0143", "ph [redacted-phone], [redacted-phone]"),
        ("mail jo.doe+x@elm.example today", "mail [redacted-email] today"),
        ("replaces 2013-002881 BP, lot 12-34-5678", "replaces 2013-002881 BP, lot 12-34-5678"),
        ("parcel 17-10-216-039-0000, lot 1512-555-0143", "parcel 17-10-216-039-0000, lot 1512-555-0143"),
        ("512-555-0143", "[redacted-phone]"),
        ("2 story @ 1500 sf, 200 amp", "2 story @ 1500 sf, 200 amp"),
    ],
)
def test_private_contacts_in_free_text_are_never_kept(text: str, kept: str) -> None:
    assert one(elm(), what=text)["description"] == kept


def test_a_contractors_phone_is_kept_only_from_its_own_column() -> None:
    dataset = elm({"ContractorPhone": {"column": "phone"}})
    assert one(dataset, phone="512-555-0143")["contractor_phone"] == "512-555-0143"


def test_a_label_is_the_first_column_whose_word_stands_for_a_trade() -> None:
    labels = {"first_of": ["sub", "type"], "values": {"Pools": ["pool"], "Sign": ["sign"]}}
    dataset = elm(trades=labels)
    assert one(dataset, sub="Pools", type="Sign")["trade_label"] == "Pools"
    assert one(dataset, sub="House", type="Sign")["trade_label"] == "Sign"
    assert one(dataset, sub="House", type="New")["trade_label"] == "House"
    assert one(elm(), sub="Pools")["trade_label"] is None


def test_a_label_may_stand_inside_a_number() -> None:
    labels = {"column": "num", "extract": r"^\d{4}-([A-Z]+)-", "values": {"ELEC": ["electrical"]}}
    assert one(elm(trades=labels), num="2015-ELEC-0001")["trade_label"] == "ELEC"
    assert one(elm(trades=labels), num="X-1")["trade_label"] is None


def test_header_names_may_drift() -> None:
    dataset = elm({"WorkClass": {"column": "Work Class"}}, column_aliases={"REC_NO": "num", "WK CLS": "Work Class"})
    found = run(dataset, [{"REC_NO": "7", "WHAT": "roof", "wk cls": "New"}]).permits.row(0, named=True)
    assert (found["permit_key"], found["description"], found["work_class"]) == ("7", "roof", "New")


def test_two_spellings_of_a_header_on_one_page_are_one_column() -> None:
    dataset = elm(column_aliases={"REC_NO": "num"})
    found = run(dataset, [{"num": "1", "what": "roof"}, {"REC_NO": "2", "what": "pool"}])
    assert found.permits["permit_key"].to_list() == ["1", "2"]


def test_columns_that_differ_in_case_only_stay_apart() -> None:
    dataset = elm({"WorkClass": {"column": "Kind"}, "PermitClass": {"column": "KIND"}})
    permit = one(dataset, Kind="New", KIND="Res")
    assert (permit["work_class"], permit["permit_class"]) == ("New", "Res")
