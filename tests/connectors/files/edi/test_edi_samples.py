"""Every published sample of X12, EDIFACT and TRADACOMS is read, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tieout.connectors.files.edi import EdiSettings, read_edi, read_orders
from tieout.ports.inbound import MalformedError

LENIENT = EdiSettings(checks_counts=False)

WAREHOUSES = "warehouses send 945, 944, 947, 846 and 997."
OTHERS = "warehouses send DESADV, INVRPT, RECADV, ORDRSP, CONTRL and APERAK."
EXPECTED = {
    "x12_types/856_ship_notice_line_items.edi": f"This is a ship notice (856); {WAREHOUSES}",
    "x12_types/856_ship_notice_two_orders.edi": f"This is a ship notice (856); {WAREHOUSES}",
    "x12_types/940_order_to_ship_1.edi": "538686: 000100 x 12 CA, 000200 x 32 CA, 000300 x 12 CA",
    "x12_types/940_order_to_ship_2.edi": "0080215659: E000169 x 2 PC",
    "x12_types/940_order_to_ship_3_new.edi": "18061923: 0638746000 x 750 CA, 0143872000 x 170 CA",
    "x12_types/945_shipping_advice_1.edi": "The file begins with 'ST*945*0001~'",
    "x12_types/945_shipping_advice_2.edi": "BOL12345/IF102: 123456789 x 3000 EA",
    "edi_net/204-MGCTLYST-SAMPLE.EDI": f"This is a load tender (204); {WAREHOUSES}",
    "edi_net/210-MGCTLYST-SAMPLE.EDI": f"This is a carrier's invoice (210); {WAREHOUSES}",
    "edi_net/214-MGCTLYST-SAMPLE.EDI": f"This is a carrier's shipment status (214); {WAREHOUSES}",
    "edi_net/990-MGCTLYST-SAMPLE.EDI": f"This is an answer to a load tender (990); {WAREHOUSES}",
    "edi_net/edifact.01.edi": f"This is a quotation (QUOTES); {OTHERS}",
    "edi_net/edifact.D01B.IFCSUM.EDI": f"This is a forwarding summary (IFCSUM); {OTHERS}",
    "edi_net/edifact.Issue196.edi": f"This is a delivery schedule (DELFOR); {OTHERS}",
    "edi_net/edifact.Issue203.edi": f"This is an invoice (INVOIC); {OTHERS}",
    "edi_net/edifact.Issue256.INVOIC.edi": f"This is an invoice (INVOIC); {OTHERS}",
    "edi_net/edifact.Issue98.edi": f"This is a message that we do not know (no type); {OTHERS}",
    "edi_net/edifact.ORDRSP-formatted.edi": "It begins as number 9IMX20YSP0009 and ends as 9IM20YSP9",
    "edi_net/edifact.ORDRSP.edi": "It begins as number 9IMX20YSP0009 and ends as 9IM20YSP9",
    "edi_net/tradacoms.order9.edi": "981: 5000100481452 x 10 pack of 12, 5000100350666 x 10 pack of 6",
    "edi_net/tradacoms.productplanning.edi": "This is the header of a product planning report (PPRHDR)",
    "edi_net/tradacoms.utilitybill.edi": "This is the header of utility bills (UTLHDR)",
    "edi_net/tradacoms.utilitybill.escape.edi": "This is the header of utility bills (UTLHDR)",
    "edi_net/x12.214.edi": f"This is a carrier's shipment status (214); {WAREHOUSES}",
    "edi_net/x12.810a.edi": f"This is an invoice (810); {WAREHOUSES}",
    "edi_net/x12.810c.edi": f"This is an invoice (810); {WAREHOUSES}",
    "edi_net/x12.832.edi": f"This is a price list (832); {WAREHOUSES}",
    "edi_net/x12.850.edi": f"This is a purchase order (850); {WAREHOUSES}",
    "edi_net/x12.850a.edi": f"This is a purchase order (850); {WAREHOUSES}",
}
"""What becomes of each when counts are not checked: several of the samples count wrongly."""
WRONGLY_COUNTED = {
    "x12_types/940_order_to_ship_1.edi": "The group 3317 ends as 575103: something may be missing.",
    "x12_types/945_shipping_advice_2.edi": "It has 16 segments and says 12: ask for it again.",
    "x12_types/856_ship_notice_two_orders.edi": "The group 000000001 has 1 transaction sets and says 2.",
    "edi_net/edifact.01.edi": "The interchange HBQ001 ends as 20101000064507: something may be missing.",
    "edi_net/tradacoms.utilitybill.edi": "The transmission has 4 messages and says 27.",
    "edi_net/x12.850.edi": "The interchange 000000055 ends as 000000001: something may be missing.",
}


def became(path: Path, settings: EdiSettings) -> str:
    """What became of a file, in one line."""
    body = path.read_bytes()
    try:
        content = read_edi("north", body, settings)
        orders = read_orders(body, settings)
    except MalformedError as malformed:
        return str(malformed)
    for order in orders:
        return f"{order.reference}: " + ", ".join(f"{li.sku} x {li.quantity:f} {li.unit}" for li in order.lines)
    for shipment in content.shipments:
        return f"{shipment.shipment_id}: " + ", ".join(f"{li.sku} x {li.quantity:f} {li.unit}" for li in shipment.lines)
    return content.refused[0].why


def test_there_is_an_expectation_for_every_sample_and_a_sample_for_every_expectation(samples: Path) -> None:
    found = {
        f"{folder}/{path.name}"
        for folder in ("x12_types", "edi_net")
        for path in (samples / folder).iterdir()
        if path.suffix.lower() == ".edi"
    }
    assert found == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_is_read_or_refused_with_the_reason(samples: Path, name: str) -> None:
    told = became(samples / name, LENIENT)
    print(f"{name:45} {told}")  # noqa: T201 - the table of the samples, for `pytest -s`
    assert told.startswith(EXPECTED[name])


@pytest.mark.parametrize("name", WRONGLY_COUNTED)
def test_a_sample_that_counts_wrongly_says_so_unless_counts_are_not_checked(samples: Path, name: str) -> None:
    body = (samples / name).read_bytes()
    strict = [row.why for row in read_edi("north", body, EdiSettings()).refused]
    lenient = [row.why for row in read_edi("north", body, LENIENT).refused]
    assert WRONGLY_COUNTED[name] in strict
    assert WRONGLY_COUNTED[name] not in lenient


def test_no_sample_is_read_without_a_word(samples: Path) -> None:
    """Every file yields something, or a refusal, or is malformed: nothing is ignored."""
    for name in EXPECTED:
        try:
            content = read_edi("north", (samples / name).read_bytes(), EdiSettings())
        except MalformedError:
            continue
        assert content.shipments or content.refused, name
        assert all(row.why.endswith(".") and row.where for row in content.refused), name
