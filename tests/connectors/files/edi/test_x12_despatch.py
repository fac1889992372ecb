"""945: what left, what did not, what stood in for it, and when nothing of it may be believed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.files.edi.typed import x12

from tieout.connectors.files.edi import EdiSettings, read_edi
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine

HEAD = ("W06*F*0000000123-1*20261119*SH-9001**0000000123", "N1*SF***SITE1", "W27*M*DPDL*NEXT DAY")


def shipment(settings: EdiSettings, *segments: str, head: tuple[str, ...] = HEAD) -> Shipment:
    content = read_edi("north", x12("945", *head, *segments), settings)
    assert content.refused == ()
    assert len(content.shipments) == 1
    return content.shipments[0]


def reason(settings: EdiSettings, *segments: str) -> str:
    content = read_edi("north", x12("945", *segments), settings)
    assert content.shipments == ()
    assert len(content.refused) == 1
    return content.refused[0].why


def test_a_whole_despatch_is_read_with_its_parcels_lines_and_batches(settings: EdiSettings) -> None:
    found = shipment(
        settings,
        "LX*1",
        "MAN*CP*15501234567890",
        "W12*CC*10*10*0*CA**VN*MUG-RED*LOT7",
        "N9*LI*5001",
        "LX*2",
        "MAN*CP*15501234567891",
        "W12*CC*2*2*0*EA**VN*LAMP",
        "N9*LI*5002",
        "N9*SE*SN1",
        "N9*SE*SN2",
        "W03*12*15*KG",
    )
    assert found == Shipment(
        shipment_id="SH-9001/0000000123-1",
        account="north",
        reference="0000000123-1",
        site="SITE1",
        stage="despatched",
        reached_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
        reached_text="20261119",
        lines=(
            ShippedLine(
                line="5001",
                sku="MUG-RED",
                quantity=Decimal(10),
                unit="CA",
                batches=(BatchQuantity(number="LOT7", quantity=Decimal(10)),),
            ),
            ShippedLine(
                line="5002",
                sku="LAMP",
                quantity=Decimal(2),
                unit="EA",
                batches=(
                    BatchQuantity(number="SN1", quantity=Decimal(1)),
                    BatchQuantity(number="SN2", quantity=Decimal(1)),
                ),
            ),
        ),
        parcels=(
            Parcel(tracking="15501234567890", carrier="DPDL", service="NEXT DAY"),
            Parcel(tracking="15501234567891", carrier="DPDL", service="NEXT DAY"),
        ),
        source="WAREHOUSE3PL 043000123, 945 0001",
    )


def test_ten_cases_are_told_as_ten_cases_whatever_unit_was_ordered(settings: EdiSettings) -> None:
    line = shipment(settings, "LX*1", "W12*CC*10*10*0*CA**VN*MUG-RED", "N9*LI*5001", "W03*10").lines[0]
    assert (line.quantity, line.unit) == (Decimal(10), "CA")


def test_a_units_code_becomes_the_warehouses_own_name_of_it(settings: EdiSettings) -> None:
    named = settings.model_copy(update={"units": {"case of 12": "CA"}})
    assert shipment(named, "LX*1", "W12*CC*10*10*0*CA**VN*MUG-RED").lines[0].unit == "case of 12"


def test_a_substitute_names_what_left_and_what_was_ordered(settings: EdiSettings) -> None:
    found = shipment(settings, "LX*1", "W12*IS*5*5*0*EA**VN*MUG-BLUE*********VN*MUG-RED")
    assert (found.lines[0].sku, found.lines[0].sku_ordered) == ("MUG-BLUE", "MUG-RED")


def test_a_substitute_of_nothing_named_is_refused(settings: EdiSettings) -> None:
    assert "No number of the item" in reason(settings, *HEAD, "LX*1", "W12*IS*5*5*0*EA**VN*MUG-BLUE")


@pytest.mark.parametrize(("status", "follows"), [("BP", "yes"), ("CP", "no"), ("CC", "no"), ("ZZ", "unsaid")])
def test_the_status_of_a_short_line_says_whether_the_rest_follows(
    settings: EdiSettings, status: str, follows: str
) -> None:
    found = shipment(settings, "LX*1", f"W12*{status}*10*7*3*EA**VN*MUG-RED***********OS", "N9*LI*5001")
    assert found.follows == follows
    assert found.short == (
        ShortLine(line="5001", sku="MUG-RED", quantity=Decimal(3), unit="EA", reason=f"{status} OS"),
    )


def test_a_line_that_left_whole_says_nothing_of_what_follows(settings: EdiSettings) -> None:
    found = shipment(settings, "LX*1", "W12*CC*10*10*0*EA**VN*MUG-RED")
    assert (found.follows, found.short) == ("unsaid", ())


def test_that_something_follows_outweighs_that_something_else_does_not(settings: EdiSettings) -> None:
    found = shipment(settings, "LX*1", "W12*CP*10*7*3*EA**VN*MUG-RED", "W12*BP*4*0*4*EA**VN*LAMP")
    assert (found.follows, [line.sku for line in found.lines]) == ("yes", ["MUG-RED"])
    assert {line.sku: line.quantity for line in found.short} == {"MUG-RED": Decimal(3), "LAMP": Decimal(4)}


def test_an_ordered_quantity_that_is_repeated_on_every_carton_counts_once(settings: EdiSettings) -> None:
    cartons = ("LX*1", "W12*CC*10*6**EA**VN*MUG-RED", "N9*LI*1", "LX*2", "W12*CC*10*3**EA**VN*MUG-RED", "N9*LI*1")
    assert [line.quantity for line in shipment(settings, *cartons).short] == [Decimal(1)]


def test_an_ordered_quantity_that_is_shared_out_over_cartons_is_added_up(settings: EdiSettings) -> None:
    cartons = ("LX*1", "W12*CC*72*72**CA**VN*A", "N9*LI*1", "LX*2", "W12*CC*72*70**CA**VN*A", "N9*LI*1")
    assert [line.quantity for line in shipment(settings, *cartons).short] == [Decimal(2)]


def test_more_than_was_ordered_is_told_as_it_left_and_is_not_short(settings: EdiSettings) -> None:
    found = shipment(settings, "LX*1", "W12*CM*10*12*2*EA**VN*MUG-RED")
    assert (found.lines[0].quantity, found.short) == (Decimal(12), ())


def test_a_total_that_does_not_match_refuses_the_despatch_unless_counts_are_not_checked(settings: EdiSettings) -> None:
    wrong = (*HEAD, "LX*1", "W12*CC*10*10*0*EA**VN*MUG-RED", "W03*11")
    assert reason(settings, *wrong) == ("W03 says 11 units in all and the items are 10 together: ask for it again.")
    lenient = settings.model_copy(update={"checks_counts": False})
    assert len(read_edi("north", x12("945", *wrong), lenient).shipments) == 1


def test_one_line_that_cannot_be_used_refuses_the_whole_despatch(settings: EdiSettings) -> None:
    why = reason(settings, *HEAD, "LX*1", "W12*CC*10*10*0*EA**VN*MUG-RED", "W12*CC*1*one*0*EA**VN*LAMP")
    assert why == "The shipped quantity of W12 in segment 7 is 'one', which is no figure."


@pytest.mark.parametrize(
    ("segments", "why"),
    [
        (("W06*F**20261119*S1", "LX*1", "W12*CC*1*1**EA**VN*A"), "W06-02"),
        (("W06*F*R-1*20261119", "LX*1", "W12*CC*1*1**EA**VN*A"), "W06-04"),
        (("W06*R*R-1*20261119*S1", "LX*1", "W12*CC*1*1**EA**VN*A"), "corrects or withdraws"),
        (("W06*F*R-1*20261319*S1", "LX*1", "W12*CC*1*1**EA**VN*A"), "is no date"),
        (("W06*F*R-1*20261119*S1",), "There is no W12"),
        (("LX*1", "W12*CC*1*1**EA**VN*A"), "There is no W06"),
        (("W06*F*R-1*20261119*S1", "W12*CC*1*-1**EA**VN*A"), "is negative"),
        (("W06*F*R-1*20261119*S1", "W12*CC*1*1**EA**QQ*A"), "it has QQ A"),
        (("W06*F*R-1*20261119*S1", "W12*CC*1*1E3**EA**VN*A"), "is no figure"),
        (("W06*F*R-1*20261119*S1", "W12*CC*1*1,234**EA**VN*A"), "is no figure"),
        (("W06*F*R-1*20261119*S1", "W12*IS*1*1**EA**VN*A********VN*B"), "No number of the item"),
    ],
)
def test_a_despatch_that_leaves_a_question_open_is_refused_with_it(
    settings: EdiSettings, segments: tuple[str, ...], why: str
) -> None:
    assert why in reason(settings, *segments)


def test_a_despatch_without_a_number_is_known_by_its_date_where_that_was_agreed(settings: EdiSettings) -> None:
    agreed = settings.model_copy(update={"accepts_unnamed_shipments": True})
    body = x12("945", "W06*F*R-1*20261119", "LX*1", "W12*CC*1*1**EA**VN*A")
    assert read_edi("north", body, agreed).shipments[0].shipment_id == "20261119/R-1"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20260701*11*1330", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("20261025*11*0130", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("20261025*11*0230", datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        ("20260329*11*0130", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("20261120*11*143059", datetime(2026, 11, 20, 14, 30, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_of_the_warehouses_clocks_also_when_they_are_changed(
    settings: EdiSettings, text: str, at: datetime
) -> None:
    """The repeated hour is taken for its first turn; the missing one is read by the time before the change."""
    assert shipment(settings, f"G62*11*{text}", "LX*1", "W12*CC*1*1**EA**VN*A").reached_at == at


@pytest.mark.parametrize(
    ("parties", "site"),
    [
        (("N1*ST*Shop**9", "N1*SF*Depot*91*D1", "N1*WH*Shed*91*W1"), "D1"),
        (("N1*WH*Shed*91*W1",), "W1"),
        (("N1*SF*Depot",), "Depot"),
        (("N1*ST*Shop*91*S9",), ""),
    ],
)
def test_the_site_is_where_it_was_shipped_from_by_number_or_else_by_name(
    settings: EdiSettings, parties: tuple[str, ...], site: str
) -> None:
    head = (HEAD[0], *parties)
    assert shipment(settings, "LX*1", "W12*CC*1*1**EA**VN*A", head=head).site == site


def test_a_despatch_without_its_date_in_w06_is_dated_by_g62(settings: EdiSettings) -> None:
    head = ("W06*F*R-1**S1", "G62*10*20261101", "G62*11*20261118")
    assert shipment(settings, "LX*1", "W12*CC*1*1**EA**VN*A", head=head).reached_text == "20261118"


def test_the_same_despatch_told_again_has_the_same_id(settings: EdiSettings) -> None:
    segments = (*HEAD, "LX*1", "W12*CC*1*1**EA**VN*A")
    first = read_edi("north", x12("945", *segments, control=1), settings)
    again = read_edi("north", x12("945", *segments, control=2), settings)
    assert first.shipments[0].shipment_id == again.shipments[0].shipment_id
    assert first.file_id != again.file_id
