"""CSV files as partners send them: what counts, what is refused alone, what is held whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from tests.connectors.files.partner import NOON, despatch, left
from tests.connectors.files.readings import LAYOUT, held, read, settings, why

from tieout.connectors.files.layouts import CsvLayout
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, ShippedLine, ShortLine
from tieout.ports.inbound import MalformedError


def test_a_despatch_is_one_shipment_for_each_request_and_despatch_reference() -> None:
    content = read(
        despatch(
            left("2", batch="B7", base="24", parcel="1", tracking="1Z1"),
            left("1", batch="B8", base="12", parcel="2", tracking="1Z2", at="2026-11-20T10:30:00+00:00"),
            left("1", line="552", sku="A", shipped="B", status="substituted", serial="S1"),
            left("4", line="553", sku="C", status="short", reason="not found", complete="N"),
            left("1", ref="D2", release="2"),
        )
    )
    one, other = content.shipments
    assert (one.shipment_id, one.reference, one.site, one.stage) == ("D1", "0000000123-1", "NOR1", "despatched")
    assert (one.reached_at, one.reached_text) == (
        datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
        "2026-11-20T10:30:00+00:00",
    )
    assert one.lines == (
        ShippedLine(
            line="551",
            sku="0012",
            quantity=Decimal(3),
            unit="EA",
            batches=(
                BatchQuantity(number="B7", quantity=Decimal(24)),
                BatchQuantity(number="B8", quantity=Decimal(12)),
            ),
        ),
        ShippedLine(
            line="552",
            sku="B",
            quantity=Decimal(1),
            unit="EA",
            sku_ordered="A",
            batches=(BatchQuantity(number="S1", quantity=Decimal(1)),),
        ),
    )
    assert one.short == (ShortLine(line="553", sku="C", quantity=Decimal(4), unit="EA", reason="not found"),)
    assert one.parcels == tuple(Parcel(tracking=t, carrier="DPD", service="NEXTDAY") for t in ("1Z1", "1Z2", "1Z9"))
    assert (one.follows, one.source) == ("yes", "a.csv, rows 2 to 5")
    assert (other.shipment_id, other.reference, other.follows) == ("D2", "0000000123-2", "unsaid")
    assert (content.file_id, content.described, content.refused) == ("F1", "despatch confirmation, 5 rows", ())


@pytest.mark.parametrize(
    ("rows", "follows"),
    [
        ([left("1", complete="Y")], "no"),
        ([left("1", complete="N")], "yes"),
        ([left("1", complete="Y"), left("1", complete="N")], "unsaid"),
        ([left("1", status="cancelled")], "no"),
        ([left("1"), left("2", status="cancelled", line="552")], "no"),
        ([left("2", status="cancelled"), left("2", status="short", line="552")], "unsaid"),
        ([left("1", complete="Y"), left("x", line="552")], "unsaid"),
    ],
)
def test_whether_the_rest_follows_is_what_the_rows_say_and_unsaid_beside_a_refused_row(
    rows: list[str], follows: str
) -> None:
    assert read(despatch(*rows)).shipments[0].follows == follows


def test_nothing_shipped_of_a_line_is_a_short_line() -> None:
    (one,) = read(despatch(left("0", reason="no stock"))).shipments
    assert (one.lines, one.parcels) == ((), ())
    assert one.short == (ShortLine(line="551", sku="0012", quantity=Decimal(0), unit="EA", reason="no stock"),)


def test_tracking_that_comes_later_changes_the_shipment_and_not_its_id() -> None:
    first, second = read(despatch(left(tracking=""))).shipments[0], read(despatch(left())).shipments[0]
    assert (first.shipment_id, first.parcels, len(second.parcels)) == (second.shipment_id, (), 1)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (left(sku="5.01E+12"), "a spreadsheet has turned the code into a number"),
        (left(order="1.23E+5"), "a spreadsheet has turned the code"),
        (left(tracking="1,5E+11".replace(",", ".")), "a spreadsheet has turned the code"),
        (left("3.5.1"), "no number in the agreed style, 1234.5"),
        (left("1e3"), "no number in the agreed style"),
        (left("٣"), "no number in the agreed style"),
        (left("-1"), "cannot be negative"),
        (left("9" * 16), "not believed"),
        (left(at="03/07/2026 10:00"), "no time written as agreed"),
        (left(at="0001-01-01T00:00:00Z"), "no time written as agreed"),
        (left(at="2026-11-25T10:00:00Z"), "in the future"),
        (left(status="gone"), "line_status is `gone`: that word is not known"),
        (left(ref=""), "despatch_ref is empty"),
        (left(sku="", shipped=""), "sku_ordered and sku_shipped are empty"),
        (left(sku="A", shipped="B"), "if it is a substitute, say so"),
        (left(status="substituted"), "two different codes"),
        (left("2", serial="S1"), "names 1 numbers and 2 units left"),
        (left("2", serial="S1|S1"), "the same number twice"),
        (left(order=""), "order_ref is empty"),
        (left() + ",more", "it has 23 cells and the header row names 22"),
        (left().replace(",EA,", ',"E"A,'), "its quotation marks are wrong"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_and_the_good_ones_count(row: str, sentence: str) -> None:
    content = read(despatch(left(ref="D8"), row, left(ref="D9")))
    assert [one.shipment_id for one in content.shipments] == ["D8", "D9"]
    (refused,) = content.refused
    assert (refused.where, refused.raw) == ("row 3", row)
    assert sentence in refused.why


def test_rows_that_contradict_each_other_are_refused_together() -> None:
    two_orders = read(despatch(left(), left(order="0000000999"), left(ref="D2")))
    assert [one.shipment_id for one in two_orders.shipments] == ["D2"]
    assert [row.where for row in two_orders.refused] == ["row 2", "row 3"]
    assert "stands at 2 orders (0000000123-1, 0000000999-1)" in two_orders.refused[0].why
    twice = why(despatch(left("1", serial="S1"), left("1", serial="S1", line="552")))
    assert [row for row, _ in twice] == ["row 2", "row 3"]
    assert "serial number S1 leaves twice" in twice[0][1]


def test_leading_noughts_and_codes_written_as_a_formula_are_kept() -> None:
    (one,) = read(despatch(left(sku='"=""0050"""', order="0000000007"))).shipments
    assert (one.lines[0].sku, one.reference) == ("0050", "0000000007-1")


@pytest.mark.parametrize(
    ("style", "text", "amount"),
    [
        ({}, "1234.5", "1234.5"),
        ({}, "1,234", None),
        ({"thousands_mark": ","}, "1,234", "1234"),
        ({"thousands_mark": ","}, "1,23", None),
        ({"decimal_mark": ","}, "1,234", "1.234"),
        ({"decimal_mark": ","}, "1.234", None),
        ({"decimal_mark": ",", "thousands_mark": "."}, "1.234", "1234"),
        ({"decimal_mark": ",", "thousands_mark": "."}, "1.234,5", "1234.5"),
        ({"decimal_mark": ",", "thousands_mark": "."}, "1234,5", "1234.5"),
    ],
)
def test_a_number_is_read_by_the_declared_style_only(style: dict[str, str], text: str, amount: str | None) -> None:
    content = read(despatch(left(f'"{text}"')), {LAYOUT: style})
    found = [line.quantity for one in content.shipments for line in one.lines]
    assert found == ([Decimal(amount)] if amount else [])
    assert len(content.refused) == (0 if amount else 1)


def test_a_day_is_read_by_the_declared_format_only() -> None:
    british = {LAYOUT: {"moment_format": "%d/%m/%Y %H:%M"}}
    (one,) = read(despatch(left(at="03/07/2026 10:00")), british).shipments
    assert (one.reached_at, one.reached_text) == (datetime(2026, 7, 3, 9, 0, tzinfo=UTC), "03/07/2026 10:00")
    assert "no time written as agreed, %d/%m/%Y" in why(despatch(left(at="07/25/2026 10:00")), british)[0][1]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-07-01T10:00", "2026-07-01T09:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
        ("2026-03-29T01:30", "2026-03-29T01:30"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30"),
    ],
)
def test_local_times_are_read_in_the_partners_zone_also_when_the_clocks_change(text: str, utc: str) -> None:
    (one,) = read(despatch(left(at=text))).shipments
    assert one.reached_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    (there,) = read(despatch(left(at=text)), zone="UTC").shipments
    assert there.reached_at - one.reached_at in {timedelta(0), timedelta(hours=1)}


def test_seconds_since_1970_are_read_where_declared() -> None:
    (one,) = read(despatch(left(at="1795167000")), {LAYOUT: {"moment_format": "unix"}}).shipments
    assert one.reached_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert len(read(b"\xef\xbb\xbf" + despatch(left())).shipments) == 1


def test_another_encoding_than_agreed_is_held_and_not_guessed() -> None:
    body = despatch(left(status="short", reason="£5 “quoted”"))
    latin = body.decode().replace("“", "").replace("”", "").encode("latin-1")
    assert "is no utf-8" in held(latin)
    assert read(latin, {LAYOUT: {"encoding": "latin-1"}}).shipments[0].short[0].reason == "£5 quoted"
    windows = body.decode().encode("cp1252")
    assert read(windows, {LAYOUT: {"encoding": "cp1252"}}).shipments[0].short[0].reason == "£5 “quoted”"
    assert "UTF-8, and latin-1 is agreed" in held(b"\xef\xbb\xbf" + body, {LAYOUT: {"encoding": "latin-1"}})
    assert "UTF-16" in held(body.decode().encode("utf-16"))


def test_a_line_end_inside_quotes_is_part_of_the_cell_and_of_the_raw_row() -> None:
    reason = '"gone,\r\nsaid ""Bob"""'
    content = read(despatch(left(status="short", reason=reason), left("x", reason=reason), left(ref="D2")))
    assert content.shipments[0].short[0].reason == 'gone,\r\nsaid "Bob"'
    assert content.refused[0].where == "row 3"
    assert content.refused[0].raw == left("x", reason=reason)
    assert content.shipments[1].source == "a.csv, row 4"


def test_totals_at_the_end_are_no_rows() -> None:
    content = read(despatch(left(), "", "TOTAL,,,,,,,,,3,,,,,,,,,,,,", ",,Grand total,,,,,,,3"))
    assert (len(content.shipments), content.refused) == (1, ())


def test_a_trailer_is_checked_where_it_is_there_and_missed_where_it_is_agreed() -> None:
    assert len(read(despatch(left(), "TRAILER,1")).shipments) == 1
    assert "counts `2` rows and there are 1" in held(despatch(left(), "TRAILER,2"))
    assert "rows follow behind the trailer" in held(despatch("TRAILER,0", left()))
    assert "trailer row is missing" in held(despatch(left()), {LAYOUT: {"trailer": "required"}})


def test_a_file_that_was_cut_off_anywhere_is_held_or_still_ends_in_a_whole_row() -> None:
    body = despatch(left(ref="D1"), left(ref="D2", status="short", reason='"a,\r\nb"'), left(ref="D3"))
    whole = read(body).shipments
    ends = [at + 2 for at in range(len(body)) if body[at : at + 2] == b"\r\n"]
    for cut in range(len(body)):
        try:
            content = read(body[:cut])
        except MalformedError:
            continue
        assert any(cut in {end, end - 1} for end in ends), cut
        assert list(content.shipments) == list(whole)[: len(content.shipments)]


def test_with_an_agreed_trailer_a_file_that_was_cut_off_anywhere_is_held() -> None:
    body = despatch(left(ref="D1"), left(ref="D2"), "TRAILER,2")
    for cut in range(len(body) - 2):
        with pytest.raises(MalformedError):
            read(body[:cut], {LAYOUT: {"trailer": "required"}}, file_names={LAYOUT: "*"})


@pytest.mark.parametrize(
    "body", [b"", b"\r\n \r\n", b"\xef\xbb\xbf", b"\x00" * 40, b"\x00a,b\r\n", b"what is this\r\n"]
)
def test_what_is_empty_or_something_else_is_held(body: bytes) -> None:
    assert held(body)


def test_a_file_of_a_header_row_alone_says_nothing() -> None:
    content = read(despatch())
    assert (content.shipments, content.refused, content.described) == ((), (), "despatch confirmation, 0 rows")
    header = b"file_id,node_code,snapshot_at,sku,on_hand\r\n"
    assert read(header).snapshots == ()


def test_a_header_row_that_lacks_or_repeats_a_column_is_held() -> None:
    names = {LAYOUT: "*"}
    assert "lacks qty" in held(despatch(left()).replace(b",qty,", b",quantity,"), file_names=names)
    assert "names uom twice" in held(despatch(left()).replace(b",qty,uom,", b",qty,uom,UOM,"), file_names=names)


def test_everything_about_a_layout_can_be_declared() -> None:
    layout = {
        "columns": {"order_ref": "Auftrag", "despatched_at": "Zeit", "qty": "Menge", "line_status": "Status"}
        | {"sku_shipped": "Artikel", "despatch_ref": "LS", "file_id": "", "release_no": ""},
        "delimiter": ";",
        "decimal_mark": ",",
        "encoding": "latin-1",
        "moment_format": "%d.%m.%Y %H:%M",
        "words": {"line_status": {"geliefert": "shipped", "fehlt": "short"}},
        "whole_reference": True,
        "ends_with_newline": False,
    }
    body = "Auftrag;LS;Zeit;Artikel;Menge;Status\n0000000123-1;7;20.11.2026 10:00;Tür;1,5;Geliefert".encode("latin-1")
    (one,) = read(body, {LAYOUT: layout}, zone="Europe/Berlin").shipments
    assert (one.reference, one.shipment_id, one.reached_at) == ("0000000123-1", "7", NOON - timedelta(hours=3))
    assert one.lines == (ShippedLine(line="", sku="Tür", quantity=Decimal("1.5")),)


def test_a_file_without_a_header_row_is_read_by_places() -> None:
    places = {"order_ref": "2", "despatch_ref": "1", "despatched_at": "3", "sku_shipped": "4", "qty": "5"}
    layout = {"has_header": False, "columns": {**places, "line_status": "6"}, "order_digits": 10}
    content = read(b"7,123,2026-11-20 10:00,A,2,shipped\n", {LAYOUT: layout}, file_names={LAYOUT: "shp*"}, name="SHP1")
    assert [(one.reference, one.shipment_id) for one in content.shipments] == [("0000000123", "7")]


@pytest.mark.parametrize(
    "layouts",
    [
        {LAYOUT: {"columns": {"nonsense": "x"}}},
        {LAYOUT: {"columns": {"qty": ""}}},
        {LAYOUT: {"words": {"line_status": {"X": "vanished"}}}},
        {LAYOUT: {"decimal_mark": ",", "thousands_mark": ","}},
        {LAYOUT: {"has_header": False, "columns": {"qty": "Menge"}}},
        {LAYOUT: {"date_format": "dd/mm/yyyy"}},
    ],
)
def test_a_layout_that_could_not_be_read_is_refused_with_the_settings(layouts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(layouts)


def test_two_files_run_together_are_held() -> None:
    assert "header row stands there again as row 3" in held(despatch(left()) * 2)


def test_a_file_that_is_all_wrong_is_held_whole() -> None:
    assert "1,001 rows cannot be read" in held(despatch(*[left("x")] * 1001))


def test_a_layout_says_what_the_partner_calls_a_column() -> None:
    layout = CsvLayout(columns={"qty": "Menge", "uom": ""})
    assert [layout.theirs(name) for name in ("qty", "uom", "sku")] == ["Menge", "", "sku"]
