"""947, 944, 846, 997 and TA1."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.files.edi.typed import x12

from tieout.connectors.files.edi import EdiSettings, control_number, read_edi
from tieout.domain.documents.warehouse_stock import CountedStock, WarehouseMovement


def adjusted(settings: EdiSettings, *items: str) -> list[WarehouseMovement]:
    body = x12("947", "W15*20261119*ADJ-5*OURS-1", "N1*WH**91*SITE1", *items, group="AW")
    content = read_edi("north", body, settings)
    assert content.refused == ()
    return list(content.movements)


def test_an_adjustment_is_read_with_reason_sign_unit_and_batch(settings: EdiSettings) -> None:
    assert adjusted(settings, "W19*AA*-3*EA**VN*MUG-RED***LOT7") == [
        WarehouseMovement(
            movement_id="947/ADJ-5/1",
            account="north",
            site="SITE1",
            occurred_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
            occurred_text="20261119",
            kind="adjustment",
            reason="AA",
            sku="MUG-RED",
            quantity=Decimal(-3),
            unit="EA",
            batch="LOT7",
            reference="OURS-1",
            source="WAREHOUSE3PL 043000123, 947 0001",
        )
    ]


@pytest.mark.parametrize(
    ("reason", "told", "kind", "quantity"),
    [
        ("AA", "4", "adjustment", 4),
        ("AB", "-4", "adjustment", -4),
        ("07", "-4", "write_off", -4),
        ("AU", "-4", "write_off", -4),
        ("AU", "4", "adjustment", 4),
        ("AW", "-4", "quarantine", 4),
        ("05", "4", "quarantine", 4),
        ("55", "4", "release", 4),
        ("AK", "-4", "transfer", 4),
        ("51", "4", "adjustment", 4),
        ("CD", "-4", "write_off", -4),
        ("QQ", "-4", "adjustment", -4),
    ],
)
def test_a_reason_says_what_kind_of_movement_it_is(
    settings: EdiSettings, reason: str, told: str, kind: str, quantity: int
) -> None:
    (found,) = adjusted(settings, f"W19*{reason}*{told}*EA**VN*MUG-RED")
    assert (found.kind, found.quantity, found.reason) == (kind, Decimal(quantity), reason)


def test_a_write_off_without_a_minus_is_one_where_the_partner_writes_them_so(settings: EdiSettings) -> None:
    unsigned = settings.model_copy(update={"writes_off_unsigned": True})
    (found,) = adjusted(unsigned, "W19*07*4*EA**VN*MUG-RED")
    assert (found.kind, found.quantity) == ("write_off", Decimal(-4))


def test_a_reason_can_be_given_another_meaning_for_one_partner(settings: EdiSettings) -> None:
    own = settings.model_copy(update={"x12_reasons": {"QQ": "return"}})
    (found,) = adjusted(own, "W19*QQ*4*EA**VN*MUG-RED")
    assert found.kind == "return"


def test_one_adjustment_that_cannot_be_used_is_refused_alone_and_the_others_keep_their_ids(
    settings: EdiSettings,
) -> None:
    body = x12("947", "W15*20261119*ADJ-5", "W19*AA*many*EA**VN*A", "W19*AA*2*EA**VN*B", group="AW")
    content = read_edi("north", body, settings)
    assert [(m.movement_id, m.sku) for m in content.movements] == [("947/ADJ-5/2", "B")]
    assert [(r.where, r.why) for r in content.refused] == [
        ("947 0001, segment 3", "W19-02 is 'many', which is no figure.")
    ]


def test_an_adjustment_without_a_number_is_refused_for_told_twice_it_would_count_twice(settings: EdiSettings) -> None:
    content = read_edi("north", x12("947", "W15*20261119", "W19*AA*2*EA**VN*B", group="AW"), settings)
    assert (content.movements, len(content.refused)) == ((), 1)


def test_a_receipt_is_read_with_what_was_wrong_with_it(settings: EdiSettings) -> None:
    body = x12(
        "944",
        "W17*F*20261118*REC-8*PO-55",
        "N1*WH**91*SITE1",
        "W07*48*EA**VN*MUG-RED***LOT8",
        "W13*2*EA*01",
        "W07*10*CA**VN*LAMP",
        "W14*58",
        group="RE",
    )
    content = read_edi("north", body, settings)
    assert content.refused == ()
    found = [(m.movement_id, m.kind, m.sku, m.quantity, m.unit, m.batch, m.reason) for m in content.movements]
    assert found == [
        ("944/REC-8/1", "receipt", "MUG-RED", Decimal(48), "EA", "LOT8", "01 2 EA"),
        ("944/REC-8/2", "receipt", "LAMP", Decimal(10), "CA", "", ""),
    ]
    assert {(m.site, m.reference, m.occurred_text) for m in content.movements} == {("SITE1", "PO-55", "20261118")}


def test_a_receipt_whose_total_does_not_match_is_refused(settings: EdiSettings) -> None:
    content = read_edi("north", x12("944", "W17*F*20261118*REC-8", "W07*48*EA**VN*A", "W14*49"), settings)
    assert (content.movements, len(content.refused)) == ((), 1)


def test_a_stock_report_is_one_count_of_one_site(settings: EdiSettings) -> None:
    body = x12(
        "846",
        "BIA*00*MM*INV-77*20261120*0600",
        "N1*WH**91*SITE1",
        "LIN*1*VN*MUG-RED*UP*123456789012",
        "QTY*17*100*EA",
        "QTY*QC*20*EA",
        "QTY*QH*3*EA",
        "QTY*20*2*EA",
        "LIN*2*VN*LAMP",
        "QTY*33*10*EA",
        "QTY*QC*4*EA",
        "LIN*3*VN*ROPE",
        "QTY*33*10*EA",
        group="IB",
    )
    content = read_edi("north", body, settings)
    (count,) = content.snapshots
    assert (count.site, count.taken_at) == ("SITE1", datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert not count.is_whole
    assert count.lines == (
        CountedStock(
            sku="MUG-RED",
            on_hand=Decimal(100),
            unit="EA",
            allocated=Decimal(20),
            quarantine=Decimal(3),
            damaged=Decimal(2),
        ),
        CountedStock(sku="LAMP", on_hand=Decimal(14), unit="EA", allocated=Decimal(4)),
    )
    assert [row.why.partition(",")[0] for row in content.refused] == ["Of ROPE it is not said what is physically there"]


def test_stock_is_at_the_warehouse_wherever_else_is_named(settings: EdiSettings) -> None:
    parties = ("N1*SF*Depot*91*D1", "N1*WH*Shed*91*W1")
    body = x12("846", "BIA*00*MM*I*20261120", *parties, "LIN*1*VN*A", "QTY*17*5*EA", group="IB")
    assert read_edi("north", body, settings).snapshots[0].site == "W1"


def test_batches_of_one_item_are_added_up_to_one_line(settings: EdiSettings) -> None:
    items = (
        "LIN*1*VN*A*LT*L1",
        "QTY*17*5*EA",
        "LIN*2*VN*A*LT*L2",
        "QTY*17*7*EA",
        "QTY*QC*1*EA",
        "LIN*3*VN*B",
        "QTY*17*1",
    )
    (count,) = read_edi("north", x12("846", "BIA*00*MM*I*20261120", *items, group="IB"), settings).snapshots
    assert [(line.sku, line.on_hand, line.allocated) for line in count.lines] == [
        ("A", Decimal(12), Decimal(1)),
        ("B", Decimal(1), None),
    ]
    assert count.is_whole


def test_an_acknowledgement_says_of_each_control_number_what_became_of_it(settings: EdiSettings) -> None:
    body = x12(
        "997",
        "AK1*OW*17",
        "AK2*940*0017",
        "AK5*A",
        "AK2*940*0018",
        "AK3*W01*12**8",
        "AK4*4*234*7*QQ",
        "AK5*R*5",
        "AK9*P*2*2*1",
        group="FA",
    )
    content = read_edi("north", body, settings)
    assert content.refused == ()
    assert [(control_number(a), a.is_accepted) for a in content.answers] == [(17, True), (18, False)]
    assert "W01*12" in content.answers[1].reason


def test_an_acknowledgement_of_the_group_alone_answers_for_all_of_it(settings: EdiSettings) -> None:
    content = read_edi("north", x12("997", "AK1*OW*17", "AK9*R*1*1*0", group="FA"), settings)
    assert [(control_number(a), a.is_accepted) for a in content.answers] == [(17, False)]


@pytest.mark.parametrize(
    "segments",
    [("AK1*OW*17", "AK9*P*2*2*1"), ("AK1*OW*17",), ("AK1*IN*17", "AK9*A*1*1*1"), ("AK1*OW*17", "AK2*940*17")],
)
def test_an_acknowledgement_that_leaves_open_what_became_of_it_is_refused(
    settings: EdiSettings, segments: tuple[str, ...]
) -> None:
    content = read_edi("north", x12("997", *segments, group="FA"), settings)
    assert (content.answers, len(content.refused)) == ((), 1)


def test_a_rejected_envelope_is_told_by_its_control_number(settings: EdiSettings) -> None:
    body = x12("997", "AK1*OW*17", "AK9*A*1*1*1", group="FA").replace(
        b"~\nGS*", b"~\nTA1*000000016*261120*0800*R*005~\nGS*"
    )
    answers = read_edi("north", body, settings).answers
    assert [(control_number(a), a.is_accepted) for a in answers] == [(16, False), (17, True)]


@pytest.mark.parametrize("opening", [("W17*F*20261118**PO-5",), ()])
def test_a_receipt_without_a_number_is_refused_for_told_twice_it_would_count_twice(
    settings: EdiSettings, opening: tuple[str, ...]
) -> None:
    content = read_edi("north", x12("944", *opening, "W07*48*EA**VN*A", group="RE"), settings)
    assert (content.movements, [row.where for row in content.refused]) == ((), ["944 0001"])
