"""A warehouse that exchanges files: what is sent stands there, and only what was told is believed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.files.partner import (
    NOON,
    REFERENCE,
    Clock,
    Ledger,
    Partner,
    Told,
    cancel,
    despatch,
    left,
    line,
    request,
)

from tieout.connectors.files import FilesWarehouse, open_feed, open_warehouse
from tieout.connectors.files.reading import read_file
from tieout.connectors.files.warehouse import control_number
from tieout.domain.commands import differences
from tieout.domain.documents.shipping import HeldLine, RequestStatus
from tieout.domain.documents.warehouse_stock import StockSnapshot
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused
from tieout.ports.warehouses import RequestAnswer


@pytest.fixture
def warehouse(partner: Partner, told: Told, clock: Clock) -> Iterator[FilesWarehouse]:
    one = open_warehouse(partner.settings(), told, clock)
    yield one
    one.close()


def tell(told: Told, partner: Partner, *rows: str) -> None:
    told.left += read_file("despatch.csv", despatch(*rows), partner.settings(), NOON).shipments


def test_an_order_reads_back_as_it_was_asked(partner: Partner, warehouse: FilesWarehouse) -> None:
    assert warehouse.find_request(request()) is None
    warehouse.send_request(request())
    found = warehouse.find_request(request())
    assert found is not None
    assert found.reference == "in/order_0000000123-1.csv"
    assert differences(request().figures(), found.figures) == ()
    assert partner.names("in") == ["order_0000000123-1.csv"]


def test_the_order_file_is_as_our_layout_says(partner: Partner, warehouse: FilesWarehouse) -> None:
    warehouse.send_request(request())
    body = (partner.root / "in/order_0000000123-1.csv").read_bytes().decode()
    assert body.endswith("TRAILER,2,4.5\r\n")
    assert body.splitlines()[1] == (
        "1,order_0000000123-1,0000000123,1,NOR1,2026-11-19,,,SHO001,Ann Lee,,1 High St,Leeds,,,LS1 1AA,GB,,,,NEXTDAY,"
        '"Leave at ""No. 3"",'
    )


@pytest.mark.parametrize("directory", ["in/processing", "in/archive"])
def test_an_order_that_the_partner_has_taken_is_found_where_it_moved_it(
    partner: Partner, warehouse: FilesWarehouse, directory: str
) -> None:
    warehouse.send_request(request())
    (partner.root / "in/order_0000000123-1.csv").rename(partner.root / directory / "order_0000000123-1.csv")
    found = warehouse.find_request(request())
    assert found is not None
    assert differences(request().figures(), found.figures) == ()


def test_an_order_that_reads_otherwise_shows_its_own_quantities(warehouse: FilesWarehouse) -> None:
    warehouse.send_request(request(lines=(line(quantity="7"),)))
    found = warehouse.find_request(request())
    assert found is not None
    assert differences(request().figures(), found.figures) == (
        ("quantity 0012", "3", "7"),
        ("quantity MUG-RED", "1.5", "-"),
    )


def test_a_partner_that_deletes_what_it_reads_is_believed_by_its_answer_or_despatch(
    partner: Partner, told: Told, warehouse: FilesWarehouse
) -> None:
    assert warehouse.find_request(request()) is None
    told.answered.append(RequestAnswer(reference=REFERENCE, is_accepted=True))
    found = warehouse.find_request(request())
    assert found is not None
    assert found.figures == request().figures()
    told.answered.clear()
    tell(told, partner, left())
    assert warehouse.find_request(request()) is not None


def test_an_order_whose_answer_was_lost_is_found_by_a_look(partner: Partner, warehouse: FilesWarehouse) -> None:
    partner.temper.drops_after = "rename"
    with pytest.raises(OutcomeUnknown):
        warehouse.send_request(request())
    assert warehouse.find_request(request()) is not None


def test_half_an_order_of_ours_counts_as_none_where_we_may_not_rename_and_is_written_again(
    partner: Partner, told: Told, clock: Clock
) -> None:
    warehouse = open_warehouse(partner.settings(may_rename=False), told, clock)
    warehouse.send_request(request())
    path = partner.root / "in/order_0000000123-1.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert warehouse.find_request(request()) is None
    warehouse.send_request(request())
    assert path.read_bytes() == whole
    warehouse.close()


def test_an_order_that_somebody_has_changed_is_no_order_of_ours(partner: Partner, warehouse: FilesWarehouse) -> None:
    partner.drop("order_0000000123-1.csv", b"hello", directory="in")
    with pytest.raises(BadAnswer, match="not as we wrote it"):
        warehouse.find_request(request())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"layouts": {"order_manifest": {"encoding": "latin-1"}}}, "has no `Ł`"),
        ({"layouts": {"order_manifest": {"columns": {"qty": ""}}}}, "read back differently"),
        ({"layouts": {"order_manifest": {"columns": {"release_no": ""}}}}, "read back differently"),
    ],
)
def test_what_the_layout_cannot_hold_is_refused_before_anything_is_sent(
    partner: Partner, told: Told, clock: Clock, changes: dict[str, Any], sentence: str
) -> None:
    warehouse = open_warehouse(partner.settings(**changes), told, clock)
    command = dataclasses.replace(request(), instructions="Łódź")
    with pytest.raises(Refused, match=sentence):
        warehouse.send_request(command)
    assert partner.names("in") == []
    warehouse.close()


def test_a_request_is_unknown_until_it_was_answered_then_as_last_told(told: Told, warehouse: FilesWarehouse) -> None:
    warehouse.send_request(request())
    assert warehouse.request(REFERENCE) is None
    told.answered.append(RequestAnswer(reference=REFERENCE, is_accepted=True))
    one = warehouse.request(REFERENCE)
    assert one is not None
    assert one.status is RequestStatus.RECEIVED
    assert one.lines == (
        HeldLine(line="551", sku="0012", quantity=Decimal(3), unit="EA"),
        HeldLine(line="552", sku="MUG-RED", quantity=Decimal("1.5"), unit="EA"),
    )


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([left()], RequestStatus.SHIPPED),
        ([left(complete="N")], RequestStatus.PART_SHIPPED),
        ([left(), left("1", status="short", line="552")], RequestStatus.PART_SHIPPED),
        ([left("1", status="short")], RequestStatus.HELD),
        ([left("1", status="cancelled")], RequestStatus.CANCELLED),
        ([left(), left("1", status="cancelled", line="552")], RequestStatus.SHIPPED),
        ([left("1", complete="N"), left("2", ref="D2", at="2026-11-20T10:00Z", complete="Y")], RequestStatus.SHIPPED),
    ],
)
def test_where_a_request_stands_follows_from_its_despatches(
    partner: Partner, told: Told, warehouse: FilesWarehouse, rows: list[str], status: RequestStatus
) -> None:
    tell(told, partner, *rows)
    one = warehouse.request(REFERENCE)
    assert one is not None
    assert one.status is status


def test_a_rejected_request_says_why(told: Told, warehouse: FilesWarehouse) -> None:
    told.answered.append(RequestAnswer(reference=REFERENCE, is_accepted=False, reason="line 2: unknown code"))
    one = warehouse.request(REFERENCE)
    assert one is not None
    assert (one.status, one.reason) == (RequestStatus.REJECTED, "line 2: unknown code")


def test_a_cancellation_is_found_only_when_the_partner_confirmed_it(
    partner: Partner, told: Told, warehouse: FilesWarehouse
) -> None:
    with pytest.raises(OutcomeUnknown, match="has not answered"):
        warehouse.cancel_request(cancel())
    assert partner.names("in") == ["cancel_0000000123-1.csv"]
    assert warehouse.find_cancelled(cancel()) is None
    told.answered.append(RequestAnswer(reference=REFERENCE, is_accepted=True))
    assert warehouse.find_cancelled(cancel()) is None
    told.answered.append(RequestAnswer(reference=REFERENCE, is_accepted=True, about="cancellation"))
    found = warehouse.find_cancelled(cancel())
    assert found is not None
    assert found.figures == cancel().figures()


def test_a_cancellation_that_was_taken_is_not_asked_again(partner: Partner, warehouse: FilesWarehouse) -> None:
    with pytest.raises(OutcomeUnknown):
        warehouse.cancel_request(cancel())
    (partner.root / "in/cancel_0000000123-1.csv").rename(partner.root / "in/archive/cancel_0000000123-1.csv")
    with pytest.raises(OutcomeUnknown):
        warehouse.cancel_request(cancel())
    assert partner.names("in") == []


def test_too_late_to_cancel_is_refused_in_the_partners_words_or_because_all_has_left(
    partner: Partner, told: Told, warehouse: FilesWarehouse
) -> None:
    told.answered.append(
        RequestAnswer(reference=REFERENCE, is_accepted=False, reason="picked already", about="cancellation")
    )
    with pytest.raises(Refused, match="picked already"):
        warehouse.cancel_request(cancel())
    told.answered.clear()
    tell(told, partner, left())
    with pytest.raises(Refused, match="everything of 0000000123-1 has left"):
        warehouse.cancel_request(cancel())
    assert partner.names("in") == []


def test_a_rest_that_was_cancelled_after_a_part_left_is_found(
    partner: Partner, told: Told, warehouse: FilesWarehouse
) -> None:
    tell(told, partner, left("1"), left("2", status="cancelled", line="552"))
    assert warehouse.find_cancelled(cancel()) is not None


def test_shipments_come_once_each_oldest_first_as_last_told(
    partner: Partner, told: Told, warehouse: FilesWarehouse
) -> None:
    tell(told, partner, left(ref="D2", at="2026-11-20T11:00Z"))
    tell(told, partner, left(ref="D1", tracking=""))
    tell(told, partner, left(ref="D1"), left(ref="D9", order="0000000999"))
    shipments = warehouse.shipments(REFERENCE)
    assert [one.shipment_id for one in shipments] == ["D1", "D2"]
    assert [parcel.tracking for parcel in shipments[0].parcels] == ["1Z9"]


def test_stock_is_the_newest_snapshot_of_each_site(told: Told, warehouse: FilesWarehouse) -> None:
    def counted(site: str, hours: int, text: str) -> StockSnapshot:
        at = NOON + timedelta(hours=hours)
        return StockSnapshot(account="northern", site=site, taken_at=at, taken_text=text, lines=())

    told.counted += [counted("N", 1, "late"), counted("N", 0, "early"), counted("S", 0, "one"), counted("S", 0, "two")]
    assert [one.taken_text for one in warehouse.stock()] == ["late", "two"]
    assert [*warehouse.changed(None), *warehouse.movements("")] == []


@pytest.mark.parametrize("dialect", ["x12", "edifact"])
def test_an_order_in_edi_reads_back_and_its_envelope_is_answered_by_number(
    partner: Partner, told: Told, clock: Clock, dialect: str
) -> None:
    command = request(lines=(line(), line(2, "MUG-RED", "2")), instructions="Leave at door")
    warehouse = open_warehouse(partner.settings(format=dialect), told, clock)
    warehouse.send_request(command)
    found = warehouse.find_request(command)
    assert found is not None
    assert differences(command.figures(), found.figures) == ()
    with pytest.raises(OutcomeUnknown):
        warehouse.cancel_request(cancel())
    number = control_number("order", REFERENCE)
    told.answered.append(RequestAnswer(reference=f"control number {number}", is_accepted=False, reason="bad segment"))
    one = warehouse.request(REFERENCE)
    assert one is not None
    assert (one.status, one.reason) == (RequestStatus.REJECTED, "bad segment")
    told.answered.append(
        RequestAnswer(reference=f"control number {control_number('cancel', REFERENCE)}", is_accepted=True)
    )
    assert warehouse.find_cancelled(cancel()) is None, "an envelope that arrived cancels nothing"
    warehouse.close()


def test_control_numbers_differ_and_stay_the_same() -> None:
    references = [f"{order:010}-{release}" for order in range(1, 300) for release in range(1, 4)] + ["SO/77", "A-1"]
    numbers = [control_number(action, one) for one in references for action in ("order", "cancel")]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number <= 999_999_999 for number in numbers)
    assert control_number("order", "0000000123-1") == 12302


def test_a_reference_with_odd_letters_makes_a_safe_name_and_reads_back(
    partner: Partner, warehouse: FilesWarehouse
) -> None:
    command = request(reference="SO/../7-1")
    warehouse.send_request(command)
    assert partner.names("in") == ["order_SO%2F..%2F7-1.csv"]
    assert warehouse.find_request(command) is not None


def test_what_the_feed_reads_is_what_the_warehouse_tells(
    partner: Partner, told: Told, ledger: Ledger, clock: Clock, warehouse: FilesWarehouse
) -> None:
    warehouse.send_request(request())
    partner.drop("shp_1.csv", despatch(left(), left("1.5", sku="MUG-RED", line="552", complete="Y")))
    feed = open_feed(partner.settings(), ledger, clock)
    (file,) = feed.waiting()
    told.left += feed.read(file.name, feed.take(file)).shipments
    feed.keep(file.name)
    (one,) = warehouse.shipments(REFERENCE)
    assert {(each.line, each.sku, each.quantity) for each in one.lines} == {
        (each.line, each.sku, each.quantity) for each in request().lines
    }
    feed.close()
