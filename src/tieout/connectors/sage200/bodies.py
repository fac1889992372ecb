"""Commands into the bodies that Sage 200 takes (section 7). Pure; nulls are left out, dates are full stamps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.translate import stamp_of
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money, total


def return_body(
    command: c.RaiseReturn,
    settings: Sage200Settings,
    *,
    products: Mapping[str, int],
    warehouses: Mapping[str, int],
    taxes: Mapping[str, int],
    with_nominals: bool,
) -> Json:
    """`POST /sop_returns` (7.6): the key is the customer document number."""
    analysis = {settings.rma_slot: command.rma, settings.reason_slot: command.reason}
    if settings.order_slot:
        analysis[settings.order_slot] = command.order_number
    return {
        "customer_id": int(command.customer_id),
        "document_date": stamp_of(command.raised_on),
        "customer_document_no": command.key,
        **{f"analysis_code_{slot}": text for slot, text in analysis.items() if text},
        "lines": [
            {
                "line_type": "EnumLineTypeStandard",
                "product_id": products[line.sku],
                "warehouse_id": warehouses[line.warehouse or settings.return_warehouse],
                "line_quantity": line.quantity,
                "selling_unit_price": line.unit_price,
                **({"selling_unit_price_overridden": True} if settings.compat.price_overridden_field else {}),
                "tax_code_id": taxes[line.tax_code],
                **({f"analysis_code_{settings.line_slot}": line_tag(line)} if settings.line_slot else {}),
                **(nominal_fields(line.nominal) if with_nominals else {}),
            }
            for line in command.lines
        ],
    }


def line_tag(line: c.ReturnLine | c.BinLine | c.CreditLine) -> str:
    """What names a return's line on itself: one order line may come back under several nominals.

    It is text of ours, so it also names what is on no order: a component of a kit, goods of an
    order that is not there. Sage links the line to nothing in either case.
    """
    return f"{line.order_line} {line.nominal}".strip()


def nominal_fields(nominal: Nominal) -> dict[str, Json]:
    """The nominal of an order or return line."""
    return {
        "nominal_reference": nominal.account,
        "nominal_cost_centre": nominal.cost_centre,
        "nominal_department": nominal.department,
    }


def credit_note_body(command: c.RaiseCreditNote, taxes: Mapping[str, int]) -> Json:
    """`POST /sales_credit_notes` (7.8): positive figures, one row per tax code and per nominal."""
    by_tax: dict[str, list[c.CreditLine]] = {}
    by_nominal: dict[Nominal, list[c.CreditLine]] = {}
    for line in command.lines:
        by_tax.setdefault(line.tax_code, []).append(line)
        by_nominal.setdefault(line.nominal, []).append(line)
    return {
        "customer_id": int(command.customer_id),
        "transaction_date": stamp_of(command.on),
        "reference": command.key,
        "second_reference": command.second_reference,
        "document_goods_value": net_of(command.lines),
        "document_tax_value": tax_of(command.lines),
        "tax_analysis_items": [
            {"id": taxes[code], "goods_amount": net_of(lines), "tax_amount": tax_of(lines)}
            for code, lines in by_tax.items()
        ],
        "nominal_analysis_items": [
            {
                "code": nominal.account,
                "cost_centre": nominal.cost_centre,
                "department": nominal.department,
                "narrative": command.narrative,
                "value": net_of(lines),
            }
            for nominal, lines in by_nominal.items()
        ],
    }


def payment_body(command: c.PostRefundPayment, bank_id: int) -> Json:
    """`POST /sales_payments` (7.10)."""
    return {
        "customer_id": int(command.customer_id),
        "bank_id": bank_id,
        "cheque_value": figure(command.amount),
        "transaction_date": stamp_of(command.on),
        "reference": command.key,
        "second_reference": command.second_reference,
    }


def allocation_body(command: c.AllocateCredit, sides: Sequence[tuple[int, Money]]) -> Json:
    """`POST /sales_allocations` (7.9): (posting, value), invoices and payments positive, together nothing."""
    return {
        "customer_id": int(command.customer_id),
        "allocation_date": stamp_of(command.on),
        "allocation_lines": [
            {"posted_tran_id": posting, "value_to_allocate": figure(value)} for posting, value in sides
        ],
    }


def transfer_body(
    command: c.MoveStock, product_id: int, from_bin: int, to_bin: int, numbered: Sequence[tuple[int, int, Decimal]] = ()
) -> Json:
    """`POST /stock_transfers` (7.11); `numbered` are the batches and serial numbers that move.

    Each is (item record, bin item record, quantity); Sage reads the quantity of a batch and the
    selection of a serial number (A.5).
    """
    items: list[Json] = [
        {"traceable_item_id": item, "traceable_bin_item_id": place, "quantity": quantity, "is_selected": True}
        for item, place, quantity in numbered
    ]
    return {
        "product_id": product_id,
        "bin_holding_from_id": from_bin,
        "bin_holding_to_id": to_bin,
        "quantity": command.quantity,
        "date": stamp_of(command.on),
        "reference": command.key,
        "second_reference": command.second_reference,
        **({"traceable_adjustment_items": items} if items else {}),
    }


def net_of(lines: list[c.CreditLine] | tuple[c.CreditLine, ...]) -> Decimal:
    """The net value of credit lines, as Sage writes it."""
    return figure(total((line.net for line in lines), lines[0].net.currency))


def tax_of(lines: list[c.CreditLine] | tuple[c.CreditLine, ...]) -> Decimal:
    """The VAT of credit lines, as Sage writes it."""
    return figure(total((line.tax for line in lines), lines[0].net.currency))


def figure(amount: Money) -> Decimal:
    """An amount with its two decimals."""
    return Decimal(amount.text())
