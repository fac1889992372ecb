"""DESADV, INVRPT, RECADV, ORDRSP, APERAK and CONTRL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.files.edi.typed import edifact

from tieout.connectors.files.edi import EdiSettings, control_number, read_edi
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine
from tieout.ports.warehouses import FileContent

HEAD = ("BGM+351+DES-9+9", "DTM+137:202611200700:203", "DTM+11:202611191715:203", "RFF+ON:0000000123-1")


def despatched(settings: EdiSettings, *segments: str) -> Shipment:
    content = read_edi("north", edifact("DESADV", *segments), settings)
    assert content.refused == ()
    return content.shipments[0]


def refusal(settings: EdiSettings, kind: str, *segments: str) -> str:
    content = read_edi("north", edifact(kind, *segments), settings)
    assert (content.shipments, content.movements, content.answers) == ((), (), ())
    return content.refused[0].why


def test_a_despatch_advice_is_read_with_its_packing_and_what_will_not_follow(settings: EdiSettings) -> None:
    found = despatched(
        settings,
        *HEAD,
        "NAD+SF+SITE1::92",
        "NAD+DP+++Zoe+1 High Street+Leeds++LS1 4AP+GB",
        "TDT+20++30+31+:::DPD",
        *("CPS+1", "PAC+2++201", "CPS+2+1", "PAC+1++CT", "PCI+33E"),
        "GIN+BJ+354123450000001011:354123450000001028",
        "LIN+1++5000000000012:EN",
        "PIA+1+MUG-RED:SA",
        "QTY+12:8:CT",
        "QTY+21:10:CT",
        "QVR+-2:21+CP+OS",
        "RFF+LI:5001",
        "GIN+BX+LOT7",
        "LIN+2",
        "PIA+5+MUG-BLUE:SA",
        "PIA+4+LAMP:SA",
        "QTY+12:2:PCE",
        "GIN+BN+SN1+SN2",
        "CNT+2:2",
    )
    assert found == Shipment(
        shipment_id="DES-9/0000000123-1",
        account="north",
        reference="0000000123-1",
        site="SITE1",
        stage="despatched",
        reached_at=datetime(2026, 11, 19, 17, 15, tzinfo=UTC),
        reached_text="202611191715",
        lines=(
            ShippedLine(
                line="5001",
                sku="MUG-RED",
                quantity=Decimal(8),
                unit="CT",
                batches=(BatchQuantity(number="LOT7", quantity=Decimal(8)),),
            ),
            ShippedLine(
                line="",
                sku="MUG-BLUE",
                quantity=Decimal(2),
                unit="PCE",
                sku_ordered="LAMP",
                batches=(
                    BatchQuantity(number="SN1", quantity=Decimal(1)),
                    BatchQuantity(number="SN2", quantity=Decimal(1)),
                ),
            ),
        ),
        parcels=(
            Parcel(tracking="354123450000001011", carrier="DPD", service="31"),
            Parcel(tracking="354123450000001028", carrier="DPD", service="31"),
        ),
        short=(ShortLine(line="5001", sku="MUG-RED", quantity=Decimal(2), unit="CT", reason="CP OS"),),
        follows="no",
        source="WAREHOUSE3PL REF77, DESADV M1",
    )


@pytest.mark.parametrize(
    ("variance", "follows", "missing"),
    [
        (("QVR+-2:21+BP",), "yes", 2),
        (("QVR+-2:21+CP",), "no", 2),
        (("QVR+-2:21",), "unsaid", 2),
        ((), "unsaid", 2),
    ],
)
def test_bp_and_cp_say_whether_the_rest_follows(
    settings: EdiSettings, variance: tuple[str, ...], follows: str, missing: int
) -> None:
    found = despatched(settings, *HEAD, "LIN+1++5000000000012:EN", "QTY+12:8", "QTY+21:10", *variance)
    assert (found.follows, [line.quantity for line in found.short]) == (follows, [Decimal(missing)])


def test_a_line_number_beside_the_order_is_not_taken_for_our_id_of_the_line(settings: EdiSettings) -> None:
    found = despatched(settings, *HEAD, "LIN+1++A:SA", "QTY+12:1", "RFF+ON:0000000123-1:3")
    assert [line.line for line in found.lines] == [""]


def test_orders_of_one_advice_are_shipments_of_their_own(settings: EdiSettings) -> None:
    body = edifact(
        "DESADV", *HEAD[:3], "LIN+1++A:SA", "QTY+12:1", "RFF+ON:R-1", "LIN+2++B:SA", "QTY+12:2", "RFF+ON:R-2"
    )
    found = read_edi("north", body, settings).shipments
    assert [(s.shipment_id, s.lines[0].sku) for s in found] == [("DES-9/R-1", "A"), ("DES-9/R-2", "B")]


def test_each_of_several_orders_has_the_parcels_that_its_own_lines_are_packed_in(settings: EdiSettings) -> None:
    body = edifact(
        "DESADV",
        *HEAD[:3],
        *("CPS+1", "PAC+1++201", "GIN+BJ+PALLET"),
        *("CPS+2+1", "GIN+BJ+BOX1", "LIN+1++A:SA", "QTY+12:1", "RFF+ON:R-1"),
        *("CPS+3+1", "GIN+BJ+BOX2", "LIN+2++B:SA", "QTY+12:2", "RFF+ON:R-2"),
    )
    found = read_edi("north", body, settings).shipments
    assert [[parcel.tracking for parcel in s.parcels] for s in found] == [["BOX1"], ["BOX2"]]


@pytest.mark.parametrize(
    ("parties", "site"),
    [(("NAD+SF+S1::92", "NAD+WH+W1::92"), "S1"), (("NAD+WH+++Shed",), "Shed"), (("NAD+DP+D1::92",), "")],
)
def test_the_site_is_where_it_was_shipped_from(settings: EdiSettings, parties: tuple[str, ...], site: str) -> None:
    assert despatched(settings, *HEAD, *parties, "LIN+1++A:SA", "QTY+12:1").site == site


def test_one_order_has_all_the_parcels_of_its_advice_and_the_consignment_number_where_there_is_one(
    settings: EdiSettings,
) -> None:
    packing = ("CPS+1", "GIN+BJ+PALLET", "CPS+2+1", "GIN+BJ+BOX1", "LIN+1++A:SA", "QTY+12:1")
    assert [p.tracking for p in despatched(settings, *HEAD, *packing).parcels] == ["PALLET", "BOX1"]
    assert [p.tracking for p in despatched(settings, *HEAD, "RFF+CN:15501", *packing).parcels] == ["15501"]


@pytest.mark.parametrize(
    ("segments", "why"),
    [
        ((*HEAD[:3], "LIN+1++A:SA", "QTY+12:1"), "RFF+ON is missing"),
        ((*HEAD, "LIN+1++A:SA"), "has no QTY+12"),
        ((*HEAD,), "There is no LIN"),
        (("BGM+351++9", *HEAD[1:], "LIN+1++A:SA", "QTY+12:1"), "BGM has no number"),
        (("BGM+351+DES-9+1", *HEAD[1:], "LIN+1++A:SA", "QTY+12:1"), "changes an earlier"),
        ((HEAD[0], HEAD[3], "LIN+1++A:SA", "QTY+12:1"), "nobody can say when"),
        ((*HEAD, "LIN+1++A:SA", "QTY+12:8", "QTY+21:10", "QVR+-3:21+CP"), "ask which is right"),
        ((*HEAD, "LIN+1++A:SA", "QTY+12:2", "GIN+BX+L1+L2"), "several batches"),
        ((*HEAD, "LIN+1++A:SA", "QTY+12:2", "GIN+BN+1:9"), "range"),
        ((*HEAD[:2], "DTM+11:202611191715XYZ:303", HEAD[3], "LIN+1++A:SA", "QTY+12:2"), "zone 'XYZ'"),
    ],
)
def test_a_despatch_advice_that_leaves_a_question_open_is_refused_with_it(
    settings: EdiSettings, segments: tuple[str, ...], why: str
) -> None:
    assert why in refusal(settings, "DESADV", *segments)


def test_a_time_may_name_its_zone(settings: EdiSettings) -> None:
    found = despatched(settings, *HEAD[:2], "DTM+11:202607011715BST:303", HEAD[3], "LIN+1++A:SA", "QTY+12:2")
    assert found.reached_at == datetime(2026, 7, 1, 16, 15, tzinfo=UTC)


@pytest.mark.parametrize(("una", "text", "read"), [("UNA:+,? '", "2,5", "2.5"), ("UNA:+.? '", "2.5", "2.5")])
def test_the_decimal_mark_is_that_of_una(settings: EdiSettings, una: str, text: str, read: str) -> None:
    body = una.encode() + edifact("DESADV", *HEAD, "LIN+1++A:SA", f"QTY+12:{text}:MTR")
    assert read_edi("north", body, settings).shipments[0].lines[0].quantity == Decimal(read)


def test_a_comma_that_is_not_the_decimal_mark_is_no_thousand_and_is_refused(settings: EdiSettings) -> None:
    assert "is no figure" in refusal(settings, "DESADV", *HEAD, "LIN+1++A:SA", "QTY+12:1,234")


def counted(settings: EdiSettings, *segments: str) -> FileContent:
    head = ("BGM+35+INV-1+9", "DTM+137:20261120:102", "DTM+366:202611200600:203", "NAD+WH+SITE1::92")
    return read_edi("north", edifact("INVRPT", *head, *segments), settings)


def test_a_stock_report_is_one_count_at_its_moment(settings: EdiSettings) -> None:
    content = counted(settings, "LIN+1++A:SA", "QTY+145:300:PCE", "LIN+2++B:SA", "QTY+145:7", "QTY+124:2")
    (count,) = content.snapshots
    assert count.is_whole
    assert (count.site, count.taken_at) == ("SITE1", datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert [(line.sku, line.on_hand, line.unit, line.damaged) for line in count.lines] == [
        ("A", Decimal(300), "PCE", None),
        ("B", Decimal(7), "", Decimal(2)),
    ]


def test_parts_by_container_are_not_added_to_the_whole_that_stands_before_them(settings: EdiSettings) -> None:
    """As in the EANCOM document's third example of this message."""
    parts = ("QTY+145:150", "GIN+BJ+354123450000001011", "QTY+145:100", "GIN+BJ+2", "QTY+145:50", "GIN+BJ+3")
    content = counted(settings, "LIN+1++A:EN", "QTY+145:300", *parts)
    assert [line.on_hand for line in content.snapshots[0].lines] == [Decimal(300)]


def test_parts_by_place_alone_are_added_up(settings: EdiSettings) -> None:
    content = counted(settings, "LIN+1++A:EN", "QTY+145:30", "LOC+18+B1", "QTY+145:12", "LOC+18+B2")
    assert [line.on_hand for line in content.snapshots[0].lines] == [Decimal(42)]


def test_quantities_that_may_or_may_not_be_parts_of_each_other_are_refused(settings: EdiSettings) -> None:
    content = counted(settings, "LIN+1++A:EN", "QTY+145:30", "QTY+145:12", "LIN+2++B:EN", "QTY+145:1")
    assert ([line.sku for line in content.snapshots[0].lines], len(content.refused)) == (["B"], 1)
    assert not content.snapshots[0].is_whole


@pytest.mark.parametrize("order", [("QTY+1:4:PCE", "INV+{}++{}"), ("INV+{}++{}", "QTY+1:4:PCE")])
@pytest.mark.parametrize(
    ("way", "reason", "kind", "quantity"),
    [("1", "3", "write_off", -4), ("2", "4", "adjustment", 4), ("1", "4", "adjustment", -4), ("2", "1", "receipt", 4)],
)
def test_movements_have_their_direction_from_inv_in_the_order_of_either_directory(
    settings: EdiSettings, order: tuple[str, ...], way: str, reason: str, kind: str, quantity: int
) -> None:
    group = [segment.format(way, reason) for segment in order]
    body = edifact("INVRPT", "BGM+78+MOV-1+9", "DTM+366:20261119:102", "LIN+1++A:SA", *group)
    content = read_edi("north", body, settings)
    assert [(m.movement_id, m.kind, m.quantity, m.unit) for m in content.movements] == [
        ("INVRPT/MOV-1/1/1", kind, Decimal(quantity), "PCE")
    ]
    assert [m.occurred_text for m in content.movements] == ["20261119"]


def test_a_delivery_is_no_movement_for_the_despatch_advice_tells_it(settings: EdiSettings) -> None:
    body = edifact("INVRPT", "BGM+78+MOV-1+9", "DTM+366:20261119:102", "LIN+1++A:SA", "QTY+1:4", "INV+1++2")
    content = read_edi("north", body, settings)
    assert (content.movements, content.refused) == ((), ())


def test_a_receipt_counts_what_was_received_and_keeps_the_difference_in_words(settings: EdiSettings) -> None:
    body = edifact(
        "RECADV",
        *("BGM+352+REC-1+9", "DTM+137:20261120:102", "DTM+50:20261119:102", "RFF+ON:PO-9", "NAD+WH+SITE1::92"),
        *("LIN+1++A:SA", "QTY+12:10:PCE", "QTY+48:9:PCE", "QVR+-1:12+AC", "GIN+BX+L7"),
        *("LIN+2++B:SA", "QTY+12:10:PCE"),
    )
    content = read_edi("north", body, settings)
    (found,) = content.movements
    assert (found.movement_id, found.kind, found.quantity, found.batch) == (
        "RECADV/REC-1/1",
        "receipt",
        Decimal(9),
        "L7",
    )
    assert (found.site, found.reference, found.reason) == ("SITE1", "PO-9", "QVR*-1:12*AC")
    assert [row.where for row in content.refused] == ["RECADV M1, segment 12"]


@pytest.mark.parametrize(
    ("kind", "segments", "is_accepted", "reason"),
    [
        ("ORDRSP", ("BGM+231+R1+29", "RFF+ON:X-1"), True, ""),
        ("ORDRSP", ("BGM+231+R1+27", "FTX+AAI+++No stock", "RFF+ON:X-1"), False, "No stock"),
        ("ORDRSP", ("BGM+231+R1", "RFF+ON:X-1", "LIN+1+5", "LIN+2+5"), True, ""),
        ("ORDRSP", ("BGM+231+R1", "RFF+ON:X-1", "LIN+1+5", "LIN+2+7"), False, "The answer gives no reason."),
        ("APERAK", ("BGM+305+A1+29", "RFF+ON:X-1"), True, ""),
        (
            "APERAK",
            ("BGM+305+A1+27", "RFF+ON:X-1", "ERC+15", "FTX+AAO+++Unknown:item"),
            False,
            "Unknown item, error 15",
        ),
    ],
)
def test_an_answer_says_of_a_request_whether_it_was_taken(
    settings: EdiSettings, kind: str, segments: tuple[str, ...], *, is_accepted: bool, reason: str
) -> None:
    content = read_edi("north", edifact(kind, *segments), settings)
    assert [(a.reference, a.is_accepted, a.reason) for a in content.answers] == [("X-1", is_accepted, reason)]


def test_an_order_response_of_function_1_says_that_the_order_is_cancelled(settings: EdiSettings) -> None:
    (answer,) = read_edi("north", edifact("ORDRSP", "BGM+231+R1+1", "RFF+ON:X-1"), settings).answers
    assert (answer.reference, answer.is_accepted, answer.about) == ("X-1", True, "cancellation")


@pytest.mark.parametrize(
    ("kind", "segments"),
    [
        ("ORDRSP", ("BGM+231+R1", "RFF+ON:X-1")),
        ("ORDRSP", ("BGM+231+R1+29",)),
        ("APERAK", ("BGM+305+A1", "RFF+ON:X-1")),
        ("CONTRL", ("UCI+17+A+B",)),
        ("CONTRL", ("UCI++A+B+7",)),
        ("CONTRL", ("UCI+THEIRS+A+B+7",)),
    ],
)
def test_an_answer_that_leaves_open_what_it_answers_is_refused(
    settings: EdiSettings, kind: str, segments: tuple[str, ...]
) -> None:
    assert refusal(settings, kind, *segments)


def test_a_syntax_report_answers_by_our_control_number(settings: EdiSettings) -> None:
    body = edifact("CONTRL", "UCI+17+MERCHANT+WAREHOUSE3PL+7", "UCM+1+ORDERS:D:01B:UN+4+12")
    (answer,) = read_edi("north", body, settings).answers
    assert (control_number(answer), answer.is_accepted) == (17, False)
    assert "error 12" in answer.reason
