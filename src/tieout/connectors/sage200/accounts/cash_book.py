"""Bank entries, transfers between banks and journals of Sage 200."""

from __future__ import annotations

from tieout.connectors.sage200.accounts.bodies_ledger import bank_entry_body, bank_transfer_body
from tieout.connectors.sage200.accounts.translate_ledger import bank_entry_found, cash_transfer_found, journal_found
from tieout.connectors.sage200.accounts.wire_ledger import BankPostedShape, NominalEntryView
from tieout.connectors.sage200.channel.companion import Companion
from tieout.connectors.sage200.channel.companion_bodies import journal_body
from tieout.connectors.sage200.channel.tasks import journal_task
from tieout.connectors.sage200.client import Client, either, quoted
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.translate import nominal_of
from tieout.connectors.sage200.wire import NominalShape
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.identifiers import is_typed
from tieout.ports.errors import NeedsHand, Refused

NOMINALS_AT_ONCE = 20
ANALYSIS = ("nominal_analysis_items", "tax_analysis_items")


class SageCashBook:
    """Implements `CashBook`: bank entries by the API, journals by the channel (4.1)."""

    def __init__(self, client: Client, registers: Registers, companion: Companion | None, base_currency: str) -> None:
        self._base_currency = base_currency
        self._client = client
        self._registers = registers
        self._companion = companion

    def find_bank_entry(self, command: c.PostBankEntry) -> c.Found | None:
        """The bank entry whose reference is the key, in whatever bank it stands."""
        return bank_entry_found(self._posted(command.key), self._bank_codes(), command.lines[0].net.currency)

    def post_bank_entry(self, command: c.PostBankEntry) -> None:
        """Post it; the bank's currency must be the base currency, for only there rows carry VAT."""
        if not command.lines:
            raise Refused(f"bank entry {command.key} has no lines")
        self._refuse_foreign(command.bank, command.lines[0].net.currency)
        taxes = {line.tax_code: self._registers.tax_id(line.tax_code) for line in command.lines}
        body = bank_entry_body(command, self._registers.bank_id(command.bank), taxes)
        resource = f"bank_{command.direction}"
        refuse_over_long(resource, body)
        self._client.write("POST", f"/{resource}", body)

    def find_cash_transfer(self, command: c.TransferCash) -> c.Found | None:
        """Both sides of the transfer whose reference is the key."""
        return cash_transfer_found(self._posted(command.key), self._bank_codes(), command.amount.currency)

    def transfer_cash(self, command: c.TransferCash) -> None:
        """Post it between two banks of the base currency."""
        from_id, to_id = self._registers.bank_id(command.from_bank), self._registers.bank_id(command.to_bank)
        if from_id == to_id:
            raise Refused(f"a transfer needs two bank accounts, and {command.from_bank} is named twice")
        for bank in (command.from_bank, command.to_bank):
            self._refuse_foreign(bank, command.amount.currency)
        body = bank_transfer_body(command, from_id, to_id)
        refuse_over_long("bank_transfer", body)
        self._client.write("POST", "/bank_transfer", body)

    def find_journal(self, command: c.PostJournal) -> c.Found | None:
        """The nominal entries whose reference is the key."""
        where = f"reference eq {quoted(command.key)}"
        found = self._client.rows("/nominal_transaction_enquiry_views", NominalEntryView, where=where)
        rows = [row for row in found if is_typed(row.reference, command.key)]
        nominals = self._nominals({row.nominal_code_id for row in rows})
        return journal_found(rows, nominals, command.lines[0].value.currency)

    def post_journal(self, command: c.PostJournal) -> None:
        """Post it through the channel; the companion answers a repeated key without posting again."""
        self._refuse_foreign_books(command.lines[0].value.currency)
        body = journal_body(command)
        refuse_over_long("on_site_journal", body)
        if self._companion is None:
            raise NeedsHand(journal_task(command))
        self._companion.perform("/v1/nominal/journals", body)

    def _refuse_foreign(self, bank: str, currency: str) -> None:
        """Rows of foreign banks carry no VAT and need rates that nobody gave us (A.9)."""
        self._refuse_foreign_books(currency)
        self._registers.refuse_other_bank_currency(bank, currency)

    def _refuse_foreign_books(self, currency: str) -> None:
        """Our amount would be taken for one of the company's own currency."""
        if currency != self._base_currency:
            raise Refused(
                f"entries in {currency} are posted in Sage 200 by hand: the books are in {self._base_currency}"
            )

    def _posted(self, key: str) -> list[BankPostedShape]:
        rows = self._client.rows(
            "/bank_posted_transactions", BankPostedShape, where=f"reference eq {quoted(key)}", expand=ANALYSIS
        )
        return [row for row in rows if row.reference == key]

    def _bank_codes(self) -> dict[int, str]:
        return {bank.id: bank.code for bank in self._registers.banks()}

    def _nominals(self, ids: set[int]) -> dict[int, Nominal]:
        wanted, found = sorted(ids), dict[int, Nominal]()
        for start in range(0, len(wanted), NOMINALS_AT_ONCE):
            where = either("id", [str(record) for record in wanted[start : start + NOMINALS_AT_ONCE]])
            for row in self._client.rows("/nominal_codes", NominalShape, where=where):
                found[row.id] = nominal_of(row)
        return found
