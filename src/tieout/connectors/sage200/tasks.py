"""What a person does in Sage 200's screens when a company has no companion. Pure texts.

Every task ends with the key to type, because Tieout finds the work by it and by nothing else.
"""

from __future__ import annotations

from datetime import date

from tieout.domain import commands as c


def receive_task(command: c.ReceiveReturn, number: str) -> str:
    """Confirm the receipt of goods."""
    lines = "; ".join(f"{c.plain(line.quantity)} x {line.sku} into bin {line.bin}" for line in command.lines)
    return (
        f"In Sage 200 open Sales Orders > Confirm Goods Returned, choose return {number} "
        f"(order {command.order_number}) and confirm on {_day(command.received_on)} in warehouse "
        f"{command.warehouse}: {lines}. Type {command.key} as the reference. "
        "Then choose Try again: Tieout looks for the stock and goes on."
    )


def credit_task(command: c.PostSopCreditNote, number: str) -> str:
    """Print and post the SOP credit note."""
    lines = "; ".join(
        f"{c.plain(line.quantity)} x {line.sku}: net {line.net.text()}, VAT {line.tax.text()} "
        f"(tax code {line.tax_code}, nominal {line.nominal})"
        for line in command.lines
    )
    return (
        f"In Sage 200 open Sales Orders > Print Credit Notes for return {number} (order "
        f"{command.order_number}), dated {_day(command.on)}: {lines}. Post it to the sales ledger with "
        f"{command.key} as the second reference. Then choose Try again: Tieout looks for the posting and goes on."
    )


def write_on_task(command: c.WriteOn) -> str:
    """Add stock."""
    return (
        f"In Sage 200 open Stock Control > Adjust Stock > Add Stock: item {command.sku}, quantity "
        f"{c.plain(command.quantity)}, warehouse {command.warehouse}, bin {command.bin}, date "
        f"{_day(command.on)}, nominal {command.nominal}. Type {command.key} as the reference and "
        f"{command.second_reference} as the second reference. "
        "Then choose Try again: Tieout looks for the stock and goes on."
    )


def _day(on: date) -> str:
    return on.strftime("%d/%m/%Y")
