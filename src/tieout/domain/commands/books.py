"""Cash book and nominal ledger: money in and out of bank accounts, journals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.commands.ledger import LedgerLine, analysis_figures
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBankEntry(Command):
    """Post money into or out of a bank account against nominals: fees, petty cash, over and short.

    The key goes into the reference of every row.
    """

    kind: Literal["post_bank_entry"] = "post_bank_entry"
    direction: Literal["receipt", "payment"]
    bank: str
    on: date
    lines: tuple[LedgerLine, ...]

    def figures(self) -> Figures:
        """Bank, direction, date, net, VAT by code, net by nominal."""
        return {"bank": self.bank, "direction": self.direction, **analysis_figures(self.on, self.lines)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCash(Command):
    """Move money from one bank account to another: the key goes into the reference."""

    kind: Literal["transfer_cash"] = "transfer_cash"
    from_bank: str
    to_bank: str
    amount: Money
    on: date
    second_reference: str = ""

    def figures(self) -> Figures:
        """Both banks, date and amount in pence."""
        return {
            "from": self.from_bank,
            "to": self.to_bank,
            "on": self.on.isoformat(),
            "amount": str(self.amount.minor),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One side of a journal: debit positive, credit negative."""

    nominal: Nominal
    value: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PostJournal(Command):
    """Post a nominal journal; its lines add up to nothing. The key goes into its reference."""

    kind: Literal["post_journal"] = "post_journal"
    on: date
    lines: tuple[JournalLine, ...]
    narrative: str

    def figures(self) -> Figures:
        """Date, and net value by nominal in pence."""
        values = [(f"nominal {line.nominal}", Decimal(line.value.minor)) for line in self.lines]
        return {"on": self.on.isoformat(), **summed(values)}
