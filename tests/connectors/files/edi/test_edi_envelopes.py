"""Envelopes: separators, padding, letters, counts, several in one file, and what is no EDI at all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.connectors.files.edi.typed import edifact, x12

from tieout.connectors.files.edi import EdiSettings, read_edi, read_orders
from tieout.connectors.files.reading import is_edi
from tieout.ports.inbound import MalformedError

ITEMS = ("W06*F*R-1*20261119*S1", "LX*1", "W12*CC*1*1**EA**VN*A")
ADVICE = x12("945", *ITEMS)
DESADV = ("BGM+351+D+9", "DTM+11:20261119:102", "RFF+ON:R-1", "LIN+1++A:SA", "QTY+12:1")
LENIENT = EdiSettings(checks_counts=False)


def ids(body: bytes, settings: EdiSettings | None = None) -> list[str]:
    content = read_edi("north", body, settings or EdiSettings())
    assert content.refused == ()
    return [shipment.shipment_id for shipment in content.shipments]


def whys(body: bytes, settings: EdiSettings | None = None) -> list[str]:
    return [row.why for row in read_edi("north", body, settings or EdiSettings()).refused]


@pytest.mark.parametrize("body", [ADVICE, edifact("DESADV", *DESADV), b"\r\n" + ADVICE])
def test_a_file_behind_a_byte_order_mark_is_an_interchange_still(body: bytes) -> None:
    assert is_edi(b"\xef\xbb\xbf" + body)
    assert not is_edi(b"\xef\xbb\xbf" + b"order_ref,sku")


@pytest.mark.parametrize(
    "changed",
    [
        ADVICE,
        ADVICE.replace(b"\n", b""),
        ADVICE.replace(b"\n", b"\r\n"),
        ADVICE.replace(b"\n", b"\n\t  "),
        ADVICE.replace(b"~\n", b"\n"),
        ADVICE.replace(b"~\n", b"\r\n"),
        ADVICE.replace(b"~\n", b"\n\n"),
        ADVICE.replace(b"~", b"~~"),
        ADVICE.replace(b"*", b"|"),
        ADVICE.replace(b"~", b"\x1c").replace(b"*", b"\x1d"),
        ADVICE.replace(b">", b"\\"),
        ADVICE.replace(b"  ", b""),
        ADVICE.replace(b"U*00401", b"U*00400"),
        ADVICE.replace(b"U*00401", b"^*00801"),
        b"\xef\xbb\xbf" + ADVICE,
        b"\r\n  " + ADVICE + b"\x20\r\n",
    ],
)
def test_x12_is_read_whatever_its_separators_breaks_and_padding(changed: bytes) -> None:
    assert ids(changed) == ["S1/R-1"]


@pytest.mark.parametrize(
    "changed",
    [
        edifact("DESADV", *DESADV),
        b"UNA:+.? '" + edifact("DESADV", *DESADV),
        b"UNA:+.? '\r\n" + edifact("DESADV", *DESADV).replace(b"\n", b"\r\n"),
        b"UNA:+.? '" + edifact("DESADV", *DESADV).replace(b"\n", b""),
        b"UNA:+.? \n" + edifact("DESADV", *DESADV).replace(b"'\n", b"\n"),
        b"UNA|*.\\ ~" + edifact("DESADV", *DESADV).translate(bytes.maketrans(b":+'", b"|*~")),
        b"UNA:+.  '" + edifact("DESADV", *DESADV),
        b"\xef\xbb\xbf" + edifact("DESADV", *DESADV),
        edifact("DESADV", *DESADV, syntax="UNOY:4"),
        edifact("DESADV", *DESADV, syntax="IATB:1"),
    ],
)
def test_edifact_is_read_whatever_its_separators_breaks_and_letters(changed: bytes) -> None:
    assert ids(changed) == ["D/R-1"]


def test_a_released_separator_belongs_to_the_text() -> None:
    body = edifact("DESADV", "BGM+351+D?+1?:2?'3??+9", *DESADV[1:])
    assert ids(body) == ["D+1:2'3?/R-1"]


@pytest.mark.parametrize(
    ("syntax", "written"),
    [("UNOC:3", "Süd".encode("iso8859-1")), ("UNOY:4", "Süd".encode()), ("UNOA:1", "Süd".encode())],
)
def test_letters_are_those_that_the_envelope_names(syntax: str, written: bytes) -> None:
    body = edifact("DESADV", *DESADV[:3], "NAD+WH+Syd::92", *DESADV[3:], syntax=syntax).replace(b"Syd", written)
    assert read_edi("north", body, EdiSettings()).shipments[0].site == "Süd"


def test_letters_can_be_set_for_a_partner_whose_envelope_names_others() -> None:
    body = edifact("DESADV", *DESADV[:3], "NAD+WH+Syd::92", *DESADV[3:]).replace(b"Syd", "Süd".encode())
    assert read_edi("north", body, EdiSettings(charset="utf-8")).shipments[0].site == "Süd"


def test_two_interchanges_in_one_file_are_both_read() -> None:
    other = x12("945", "W06*F*R-2*20261119*S2", *ITEMS[1:], control=43000124)
    assert ids(ADVICE + other) == ["S1/R-1", "S2/R-1".replace("R-1", "R-2")]
    first = edifact("DESADV", *DESADV)
    second = b"UNA:*.? '" + edifact("DESADV", "BGM+351+D2+9", *DESADV[1:]).replace(b"+", b"*")
    assert ids(first + second) == ["D/R-1", "D2/R-1"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (ADVICE.replace(b"SE*5*", b"SE*6*"), "It has 5 segments and says 6: ask for it again."),
        (ADVICE.replace(b"GE*1*", b"GE*2*"), "The group 7 has 1 transaction sets and says 2."),
        (ADVICE.replace(b"GE*1*7", b"GE*1*8"), "The group 7 ends as 8: something may be missing."),
        (ADVICE.replace(b"IEA*1*", b"IEA*3*"), "The interchange 043000123 has 1 groups and says 3."),
        (
            ADVICE.replace(b"IEA*1*043000123", b"IEA*1*043000124"),
            "The interchange 043000123 ends as 043000124: something may be missing.",
        ),
        (
            edifact("DESADV", *DESADV).replace(b"UNT+7+", b"UNT+8+"),
            "It has 7 segments and says 8: ask for it again.",
        ),
        (
            edifact("DESADV", *DESADV).replace(b"UNZ+1+", b"UNZ+2+"),
            "The interchange REF77 has 1 messages and says 2.",
        ),
    ],
)
def test_a_wrong_count_is_told_unless_counts_are_not_checked(changed: bytes, why: str) -> None:
    assert whys(changed) == [why]
    assert len(ids(changed, LENIENT)) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (ADVICE.replace(b"SE*5*0001", b"SE*5*0002"), "begins as number 0001 and ends as 0002"),
        (ADVICE.replace(b"SE*5*0001~\n", b""), "is not closed"),
        (ADVICE.replace(b"GE*1*7~\n", b""), "The group 7 is not closed"),
        (ADVICE.partition(b"IEA")[0], "The interchange 043000123 is not closed"),
        (edifact("DESADV", *DESADV).replace(b"UNT+7+M1", b"UNT+7+M2"), "begins as number M1 and ends as M2"),
        (edifact("DESADV", *DESADV).partition(b"UNZ")[0], "The interchange REF77 is not closed"),
        (edifact("DESADV", *DESADV).replace(b"UNT+7+M1'\n", b""), "is not closed"),
    ],
)
def test_what_is_not_closed_is_told_also_where_counts_are_not_checked(changed: bytes, why: str) -> None:
    assert any(why in told for told in whys(changed, LENIENT))


def test_a_set_that_is_whole_counts_although_the_file_was_cut_behind_it() -> None:
    content = read_edi("north", ADVICE.partition(b"GE*")[0], EdiSettings())
    assert ([s.shipment_id for s in content.shipments], len(content.refused)) == (["S1/R-1"], 2)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "The file is empty."),
        (b" \r\n", "The file is empty."),
        (b"order_ref,sku\r\n1,A\r\n", "begins with 'order_ref,sk'"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", "begins with '<?xml versio'"),
        ("ISA*00".encode("utf-16"), "zero bytes"),
        (b"ST*945*0001~", "begins with 'ST*945*0001~'"),
        (b"ISA*00*00*", "fewer than 16"),
        (ADVICE[:105], "cannot be told"),
        (ADVICE.replace(b"MERCHANT       ", b"MERCHANT-OF-LEEDS"), "ISA08 is 'MERCHANT-OF-LEEDS', which is too long."),
        (b"UNB+UNOC:3+A", "cut off"),
        (b"UNB+UNOC:3+A+B+261120:0800+1'", "holds no message"),
        (b"UNA:+", "separators"),
        (b"UNA::.? 'UNB", "separators"),
        (b"UNA:+.? '", "there is nothing"),
        (b"UNA:+.? 'UNH+1+DESADV'", "should be UNB"),
        (b"STX=ANA", "cut off"),
    ],
)
def test_what_cannot_be_read_at_all_is_malformed_with_one_sentence(body: bytes, why: str) -> None:
    with pytest.raises(MalformedError) as raised:
        read_edi("north", body, EdiSettings())
    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_beyond_the_bounds_is_not_read() -> None:
    with pytest.raises(MalformedError, match="100 are the most"):
        read_edi("north", ADVICE, EdiSettings(bytes_max=100))
    with pytest.raises(MalformedError, match="over 5 segments"):
        read_edi("north", ADVICE, EdiSettings(segments_max=5))
    with pytest.raises(MalformedError, match="over 5 segments"):
        read_edi("north", edifact("DESADV", *DESADV), EdiSettings(segments_max=5))


def test_an_interchange_of_many_faults_tells_twenty_and_how_many_more() -> None:
    told = whys(ADVICE.replace(b"~\nGS*", b"~\n" + b"XX*1~\n" * 50 + b"GS*"))
    assert (len(told), told[-1]) == (21, "30 more faults of the envelope are not told.")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (x12("810", "BIG*20261119*1", group="IN"), "This is an invoice (810); warehouses send 945,"),
        (edifact("INVOIC", "BGM+380+1"), "This is an invoice (INVOIC); warehouses send DESADV,"),
        (edifact("ORDERS", "BGM+220+1+9"), "This is an order (ORDERS); warehouses send DESADV,"),
        (x12("999", "AK1*SW*1", group="FA"), "This is a message that we do not know (999); warehouses send"),
    ],
)
def test_a_message_that_no_warehouse_sends_is_refused_by_its_name(body: bytes, why: str) -> None:
    (told,) = whys(body)
    assert told.startswith(why)


@pytest.mark.parametrize(
    "body",
    [
        x12("947", "W15*20261119*A-1", group="AW"),
        x12("944", "W17*F*20261118*R-8", group="RE"),
        x12("846", "BIA*00*MM*I-7*20261120*0600", group="IB"),
        edifact("INVRPT", "BGM+35+I-1+9", "DTM+366:20261120:102"),
        edifact("INVRPT", "BGM+78+I-1+9", "DTM+366:20261120:102"),
        edifact("RECADV", "BGM+352+R+9", "DTM+50:20261120:102"),
    ],
)
def test_a_message_of_no_items_is_refused_and_no_count_of_nothing(body: bytes) -> None:
    content = read_edi("north", body, EdiSettings())
    assert (content.snapshots, content.movements) == ((), ())
    assert [row.why.rpartition(":")[2] for row in content.refused] == [" it says nothing of any item."]


@pytest.mark.parametrize(
    "body",
    [
        ADVICE.replace(b"*0*P*>", b"*0*T*>"),
        edifact("DESADV", *DESADV, control="REF77++++++1").replace(b"UNZ+1+REF77++++++1", b"UNZ+1+REF77"),
    ],
)
def test_a_test_counts_only_where_the_partner_is_set_up_as_one(body: bytes) -> None:
    content = read_edi("north", body, EdiSettings())
    assert (content.shipments, len(content.refused)) == ((), 1)
    assert "as a test" in content.refused[0].why
    assert len(ids(body, EdiSettings(is_test=True))) == 1


def test_an_order_that_is_not_whole_is_not_read_back() -> None:
    body = x12("940", "W05*N*R-1*1", "LX*1", "W01*1*EA**VN*A", group="OW")
    assert len(read_orders(body, EdiSettings())) == 1
    for broken in (
        body.replace(b"SE*5", b"SE*6"),
        body.replace(b"W01*1*", b"W01*x*"),
        body.replace(b"W05*N", b"W05*Q"),
    ):
        with pytest.raises(MalformedError):
            read_orders(broken, EdiSettings())


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Atlantis"},
        {"order_statuses": {"new": "N"}},
        {"order_statuses": {"new": "N", "change": "N", "cancel": "F"}},
        {"order_statuses": {"new": "N*", "change": "R", "cancel": "F"}},
        {"our_id": "MERCHANT*1"},
        {"edifact_release": "D:01B'"},
        {"unheard_of": 1},
    ],
)
def test_settings_that_cannot_be_followed_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValidationError, KeyError)):
        EdiSettings.model_validate(wrong)
