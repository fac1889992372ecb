"""Posted rows of the customers' ledger, the cash book and the nominal ledger into figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from tieout.connectors.sage200.accounts.wire_ledger import BankPostedShape, NominalEntryView
from tieout.connectors.sage200.translate import analysis_lines, credit_lines, day_of, proof_of
from tieout.connectors.sage200.wire import PostedShape
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import money, total
from tieout.ports.errors import BadAnswer

RECEIPT = "TradingAccountEntryTypePurchasePaymentSalesReceipt"

Direction = Literal["receipt", "payment"]


def invoice_found(row: PostedShape, currency: str) -> c.Found:
    """The figures of a posted invoice, from what Sage posted to nominals and tax codes."""
    lines = credit_lines(row, currency)
    figures = c.document_figures(str(row.customer_id), day_of(row.transaction_date), lines)
    return c.Found(reference=row.reference or row.urn, figures=figures, link=proof_of(row))


def allocated_found(command: c.AllocatePostings, rows: Mapping[str, PostedShape]) -> c.Found | None:
    """What is outstanding on each posting in pence, once any of them is no longer as it was decided on."""
    left = {
        side.urn: money(rows[side.urn].document_outstanding_value, side.outstanding.currency)
        for side in command.sides
        if side.urn in rows
    }
    if all(left.get(side.urn, side.outstanding) == side.outstanding for side in command.sides):
        return None
    figures = {f"outstanding {urn}": str(amount.minor) for urn, amount in left.items()}
    return c.Found(reference=", ".join(left), figures=figures)


def allocation_problems(command: c.AllocatePostings, rows: Mapping[str, PostedShape]) -> tuple[str, ...]:
    """Why Sage would refuse the allocation: nothing may be sent while there is a reason."""
    found = []
    currency = command.sides[0].value.currency if command.sides else ""
    left = total([side.value for side in command.sides], currency) if command.sides else None
    if not command.sides:
        found.append("it names no posting")
    elif left:
        found.append(f"the values leave {left} over where they must add up to nothing")
    for side in command.sides:
        row = rows.get(side.urn)
        if row is None:
            found.append(f"urn {side.urn} is not open in the sales ledger of customer {command.customer_id}")
            continue
        outstanding = money(row.document_outstanding_value, currency)
        is_other_way = side.value.minor * outstanding.minor < 0
        if is_other_way or abs(side.value) > abs(outstanding):
            found.append(f"{side.value} of urn {side.urn} is more than the {outstanding} outstanding on it")
    return tuple(found)


def direction_of(row: BankPostedShape) -> Direction:
    """Whether money came in or went out, by the entry's type, else by its sign (Annex C, 6.3)."""
    word = row.bank_transaction_type.casefold()
    is_in, is_out = "receipt" in word, "payment" in word
    if is_in != is_out:
        return "receipt" if is_in else "payment"
    if not row.cheque_value:
        raise BadAnswer(f"Sage 200: bank entry {row.reference} (urn {row.urn}) says neither in nor out")
    return "receipt" if row.cheque_value > 0 else "payment"


def bank_entry_found(rows: Sequence[BankPostedShape], banks: Mapping[int, str], currency: str) -> c.Found | None:
    """The figures of the one bank entry; BadAnswer names them when there are several."""
    if not rows:
        return None
    if len({(row.urn, row.bank_id) for row in rows}) > 1:
        raise BadAnswer(f"Sage 200 holds several bank entries under one key: {_named(rows)}")
    head = rows[0]
    lines = analysis_lines(head.nominal_analysis_items, head.tax_analysis_items, currency)
    moved = sum(abs(money(row.cheque_value, currency)).minor for row in rows)
    if moved != sum(line.net.minor + line.tax.minor for line in lines):
        raise BadAnswer(f"Sage 200: bank entry {head.reference} (urn {head.urn}) and its analysis differ")
    figures = {
        "bank": banks.get(head.bank_id, "?"),
        "direction": direction_of(head),
        **c.analysis_figures(day_of(head.transaction_date), lines),
    }
    return c.Found(reference=head.urn, figures=figures, link=f"urn {head.urn}")


def cash_transfer_found(rows: Sequence[BankPostedShape], banks: Mapping[int, str], currency: str) -> c.Found | None:
    """The figures of both sides of one transfer; a side that is missing is missing in the figures too."""
    if not rows:
        return None
    sides: dict[str, BankPostedShape] = {}
    for row in rows:
        if sides.setdefault(direction_of(row), row) is not row:
            raise BadAnswer(f"Sage 200 holds several bank transfers under one key: {_named(rows)}")
    places = {"payment": "from", "receipt": "to"}
    amounts = {str(abs(money(row.cheque_value, currency)).minor) for row in rows}
    days = {day_of(row.transaction_date).isoformat() for row in rows}
    figures = {
        **{places[way]: banks.get(row.bank_id, "?") for way, row in sides.items()},
        "on": ", ".join(sorted(days)),
        "amount": ", ".join(sorted(amounts)),
    }
    urns = ", ".join(dict.fromkeys(row.urn for row in rows))
    return c.Found(reference=urns, figures=figures, link=f"urn {urns}")


def journal_found(rows: Sequence[NominalEntryView], nominals: Mapping[int, Nominal], currency: str) -> c.Found | None:
    """The figures of one journal: debits less credits by nominal; BadAnswer names them when there are several."""
    if not rows:
        return None
    urns = tuple(dict.fromkeys(row.urn for row in rows))
    if len(urns) > 1:
        raise BadAnswer(f"Sage 200 holds several journals under one key: urn {', '.join(urns)}")
    values = [
        (f"nominal {nominals.get(row.nominal_code_id, '?')}", Decimal(money(row.debit - row.credit, currency).minor))
        for row in rows
    ]
    days = sorted({day_of(row.transaction_date).isoformat() for row in rows})
    return c.Found(reference=urns[0], figures={"on": ", ".join(days), **c.summed(values)}, link=f"urn {urns[0]}")


def _named(rows: Sequence[BankPostedShape]) -> str:
    return ", ".join(f"urn {row.urn} of bank record {row.bank_id}" for row in rows)
