"""The company's short lists by id and by name, believed for a few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from tieout.connectors.sage200.client import Client, either, quoted
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.wire import (
    BankShape,
    CurrencyShape,
    CustomerShape,
    GroupShape,
    IsoCode,
    LedgerType,
    ProductShape,
    SopSettings,
    TaxCodeShape,
    UnitShape,
    WarehouseShape,
)
from tieout.domain.commands import plain
from tieout.ports.errors import Refused

T = TypeVar("T")

CODES_AT_ONCE = 20
STOCK_TYPE = "EnumStockItemTypeStock"
UNITS = "/units"


class Believed(Generic[T]):
    """A list that is read again once it is older than the company allows."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], datetime], seconds: float) -> None:
        self._read = read
        self._clock = clock
        self._life = timedelta(seconds=seconds)
        self._kept: tuple[datetime, T] | None = None
        self._turn = threading.Lock()

    def now(self) -> T:
        """The list, at most as old as allowed."""
        with self._turn:
            kept, moment = self._kept, self._clock()
            if kept and timedelta(0) <= moment - kept[0] < self._life:
                return kept[1]
            value = self._read()
            self._kept = (moment, value)
            return value

    def afresh(self) -> T:
        """The list as it is this moment."""
        with self._turn:
            self._kept = None
        return self.now()


class Registers:
    """Tax codes, warehouses, banks, currencies and settings of the company."""

    def __init__(self, client: Client, settings: Sage200Settings, clock: Callable[[], datetime]) -> None:
        def believed(read: Callable[[], T]) -> Believed[T]:
            return Believed(read, clock, settings.cache_seconds)

        self._client = client
        self._settings = settings
        self._tax_codes = believed(lambda: client.every("/tax_codes", TaxCodeShape))
        self._warehouses = believed(lambda: client.every("/warehouses", WarehouseShape))
        self._banks = believed(lambda: client.every("/banks", BankShape))
        self._currencies = believed(lambda: client.every("/currencies", CurrencyShape))
        self._sop = believed(lambda: client.one("/sop_settings", SopSettings) or SopSettings())
        self._units = believed(lambda: client.every(UNITS, UnitShape) if client.has(UNITS) else ())
        self._ledgers = believed(lambda: client.plain_list("/ledger_types", LedgerType))

    def tax_codes(self) -> tuple[TaxCodeShape, ...]:
        """Every tax code."""
        return self._tax_codes.now()

    def tax_code_of(self, record_id: int) -> TaxCodeShape | None:
        """The tax code of a record id, which is what documents carry (6.6)."""
        return _first(self._tax_codes, lambda tax: tax.id == record_id)

    def tax_id(self, code: str) -> int:
        """The record id of a tax code; Refused when the company has none of it."""
        found = _first(self._tax_codes, lambda tax: tax.code == code)
        return _there(found, f"Sage 200 has no tax code {code}").id

    def rates(self) -> dict[str, Decimal]:
        """VAT in per cent by tax code."""
        return {tax.code: tax.tax_rate for tax in self._tax_codes.now()}

    def warehouses(self) -> tuple[WarehouseShape, ...]:
        """Every warehouse."""
        return self._warehouses.now()

    def warehouse_of(self, record_id: int) -> WarehouseShape | None:
        """The warehouse of a record id."""
        return _first(self._warehouses, lambda warehouse: warehouse.id == record_id)

    def warehouse_id(self, name: str) -> int:
        """The record id of a warehouse by its name; Refused when there is none."""
        found = _first(self._warehouses, lambda warehouse: warehouse.name == name)
        return _there(found, f"Sage 200 has no warehouse {name}").id

    def banks(self) -> tuple[BankShape, ...]:
        """Every bank account, hidden ones too."""
        return self._banks.now()

    def bank_id(self, code: str) -> int:
        """The record id of a bank account by its code; Refused when there is none."""
        found = _first(self._banks, lambda bank: bank.code == code)
        return _there(found, f"Sage 200 has no bank account {code}").id

    def refuse_other_bank_currency(self, code: str, currency: str) -> None:
        """Refused when the bank account is kept in another currency: our amount would be taken for one of its own."""
        bank = _there(_first(self._banks, lambda bank: bank.code == code), f"Sage 200 has no bank account {code}")
        _refuse_other(f"bank account {code}", self.currency(bank.account_currency_id), currency)

    def refuse_other_customer_currency(self, customer_id: str, currency: str) -> None:
        """Refused when the customer account is kept in another currency, or is not there."""
        found = self._client.one(f"/customers/{int(customer_id)}", CustomerShape)
        customer = _there(found, f"Sage 200 has no customer with the id {customer_id}")
        _refuse_other(f"customer {customer.reference}", self.currency(customer.currency_id), currency)

    def currency(self, record_id: int) -> str:
        """The ISO code of a currency record; the base currency for none."""
        found = _first(self._currencies, lambda currency: currency.id == record_id) if record_id else None
        if found is None or found.is_base_currency:
            return self._settings.base_currency
        iso = self._client.one(f"/currency_iso_codes/{found.currency_iso_code_id}", IsoCode)
        if iso and iso.code:
            return iso.code
        return self._settings.compat.currency_signs.get(found.symbol, found.symbol or found.name)

    def unit_name(self, record_id: int) -> str:
        """The name of a unit of measure; empty for none, and on releases before 16 September 2020 (3.5)."""
        found = _first(self._units, lambda unit: unit.id == record_id) if record_id else None
        return found.name if found else ""

    def sop(self) -> SopSettings:
        """The company's sales order settings."""
        return self._sop.now()

    def ledger_word(self, ledger: str) -> str:
        """The wire's word for `sales`, `stock`, `cash` or `nominal`, prefixed as this release does."""
        word = self._settings.compat.ledger_words[ledger]
        values = [ledger_type.value for ledger_type in self._ledgers.now()]
        return next((v for v in values if v.casefold().endswith(word.casefold())), word)

    def products(self, skus: Collection[str]) -> list[ProductShape]:
        """Stock items by their codes, never from memory."""
        wanted, found = sorted(set(skus)), list[ProductShape]()
        for start in range(0, len(wanted), CODES_AT_ONCE):
            where = either("code", [quoted(sku) for sku in wanted[start : start + CODES_AT_ONCE]])
            rows = self._client.rows("/products", ProductShape, where=where, expand=("product_group",))
            found.extend(row for row in rows if row.code in wanted)
        return found

    def group_of(self, item: ProductShape) -> GroupShape:
        """The group of a stock item, read by itself where the item came without it; an empty one for none."""
        if (item.product_group and item.product_group.product_type) or not item.product_group_id:
            return item.product_group or GroupShape()
        return self._client.one(f"/product_groups/{item.product_group_id}", GroupShape) or GroupShape()

    def is_stocked(self, item: ProductShape) -> bool:
        """Whether Sage keeps levels of it (6.4); an item that does not say its type is one."""
        return self.group_of(item).product_type in ("", STOCK_TYPE)

    def part_faults(self, quantities: Iterable[tuple[str, Decimal]]) -> list[str]:
        """Parts of items that carry serial numbers, in words: Sage would round them without a sound (section 5)."""
        parts = [(sku, quantity) for sku, quantity in quantities if quantity % 1]
        rows = self.products({sku for sku, _ in parts}) if parts else []
        serial = {row.code for row in rows if row.traceable_type.endswith("Serial")}
        return [f"{sku} carries serial numbers and cannot be {plain(q)}" for sku, q in parts if sku in serial]

    def refuse_parts(self, quantities: Iterable[tuple[str, Decimal]]) -> None:
        """Refused, naming each, when a part of an item with serial numbers is asked for."""
        faults = self.part_faults(quantities)
        if faults:
            raise Refused(f"Nothing was sent: {'; '.join(faults)}")

    def product_ids(self, skus: Collection[str]) -> dict[str, int]:
        """The record ids of stock items by code; Refused, naming it, when one is not there."""
        wanted, found = sorted(set(skus)), dict[str, int]()
        for start in range(0, len(wanted), CODES_AT_ONCE):
            where = either("code", [quoted(sku) for sku in wanted[start : start + CODES_AT_ONCE]])
            found |= {row.code: row.id for row in self._client.rows("/products", ProductShape, where=where)}
        return {sku: _there(found.get(sku), f"Sage 200 has no stock item {sku}") for sku in wanted}


def _first(rows: Believed[tuple[T, ...]], is_it: Callable[[T], bool]) -> T | None:
    """The row, looked for once more afresh when it is not among those believed."""
    found = next((row for row in rows.now() if is_it(row)), None)
    return found or next((row for row in rows.afresh() if is_it(row)), None)


def _refuse_other(account: str, kept_in: str, currency: str) -> None:
    if kept_in != currency:
        raise Refused(f"{account} is kept in {kept_in} and the posting is in {currency}: post it in Sage 200 by hand")


def _there(found: T | None, sentence: str) -> T:
    if found is None:
        raise Refused(sentence)
    return found
