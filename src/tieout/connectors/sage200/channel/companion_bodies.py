"""Bodies of the companion's commands beside returns and write-ons. Pure (docs/contracts/companion.openapi.json)."""

from __future__ import annotations

from tieout.connectors.sage200.channel.companion import nominal_body
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.money import Money
from tieout.ports.errors import Refused

JOURNAL_LINES_MIN = 2


def invoice_body(command: c.PostSopInvoice) -> Json:
    """`POST /v1/orders/{order_id}/invoices`: of what is despatched and not yet invoiced; Sage makes the figures."""
    return {"key": command.key, "invoice_date": command.on.isoformat()}


def write_off_body(command: c.WriteOff) -> Json:
    """`POST /v1/stock/write-offs`; without a unit cost Sage takes the item's own."""
    return {**_out_of_stock(command), "category": command.category}


def issue_body(command: c.IssueStock) -> Json:
    """`POST /v1/stock/issues`; without a unit cost Sage takes the item's own."""
    return _out_of_stock(command)


def journal_body(command: c.PostJournal) -> Json:
    """`POST /v1/nominal/journals`: lines of nothing are left out; Refused when the rest is no balanced journal."""
    lines = [line for line in command.lines if line.value]
    left = sum(line.value.minor for line in lines)
    if len(lines) < JOURNAL_LINES_MIN or len({line.value.currency for line in lines}) != 1 or left:
        raise Refused(
            f"journal {command.key} has {len(lines)} lines that add up to {left} in pence: "
            "a journal needs two or more of one currency that add up to nothing"
        )
    return {
        "key": command.key,
        "date": command.on.isoformat(),
        "narrative": command.narrative,
        "lines": [
            {
                "account": line.nominal.account,
                "cost_centre": line.nominal.cost_centre,
                "department": line.nominal.department,
                "debit": _side(line.value),
                "credit": _side(-line.value),
            }
            for line in lines
        ],
    }


def _out_of_stock(command: c.WriteOff | c.IssueStock) -> dict[str, Json]:
    return {
        "key": command.key,
        "second_reference": command.second_reference,
        "product_code": command.sku,
        "warehouse": command.warehouse,
        "bin": command.bin,
        "quantity": c.plain(command.quantity),
        "date": command.on.isoformat(),
        "nominal": nominal_body(command.nominal),
        "narrative": command.narrative,
    }


def _side(value: Money) -> str:
    return value.text() if value.minor > 0 else Money(0, value.currency).text()
