"""The properties that sales documents and their lines share, as name and kind against SQL.

The tables are d (document) and l (line). Quantities of a line are held in stock units and shown in selling units too.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY
from tieout.sandbox.sage200.reading.resources import Field, fields

Columns = dict[str, str]
_EMPTY = {"s": "''", "i": "0", "m": "0", "p": "0", "q": "0", "r": "0", "b": "0"}
SPARES = " ".join(
    (
        *(f"spare_text_{n}:s" for n in range(1, 11)),
        *(f"spare_number_{n}:q" for n in range(1, 11)),
        *(f"spare_date_{n}:d" for n in range(1, 6)),
        *(f"spare_bool_{n}:b" for n in range(1, 6)),
    )
)


def declared(alias: str, columns: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields that "name:kind" keys and their SQL declare."""
    return fields(alias, " ".join(columns), **{word.partition(":")[0]: sql for word, sql in columns.items()})


def kept(alias: str, words: str, **empty: str) -> Columns:
    """Return fields that are kept as JSON in the record; `empty` says what a name shows when nothing is kept."""
    found = {}
    for word in words.split():
        name, _, kind = word.partition(":")
        sql = f"json_extract({alias}.kept, '$.{name}')"
        nothing = empty.get(name, _EMPTY.get(kind.rstrip("+"), ""))
        found[word] = f"coalesce({sql}, {nothing})" if nothing else sql
    return found


def prefixed(prefix: str, columns: Mapping[str, str]) -> Columns:
    """Return the columns with a prefix before each name."""
    return {f"{prefix}{word}": sql for word, sql in columns.items()}


def analysis(alias: str, prefix: str = "") -> Columns:
    """Return the analysis codes of a document; only the first five exist in the Standard edition."""
    return {f"{prefix}{n}:s{'+' if i > 5 else ''}": f"{alias}.{n}" for i, n in enumerate(ANALYSIS_CODES, start=1)}


def line_analysis(prefix: str = "") -> Columns:
    """Return the analysis codes of a line, which are kept as JSON."""
    return {
        f"{prefix}{n}:s{'+' if i > 5 else ''}": f"json_extract(l.analysis, '$.{n}')"
        for i, n in enumerate(ANALYSIS_CODES, start=1)
    }


_ADDRESS = {
    "postal_name": "postal_name",
    "description": "description",
    "address_1": "address_1",
    "address_2": "address_2",
    "address_3": "address_3",
    "address_4": "address_4",
    "city": "city",
    "county": "county",
    "post_code": "postcode",
    "country": "country",
    "contact": "contact",
    "telephone": "telephone_number",
    "fax": "fax_number",
    "email": "email_address",
}
DELIVERY: Columns = {
    f"sop_delivery_addr_{name}:s": f"substr(json_extract(d.address, '$.{key}'), 1, 60)"
    for name, key in _ADDRESS.items()
}
CURRENCY: Columns = {
    "currency_id:i": BASE_CURRENCY,
    "currency_name:s": "(SELECT name FROM currency WHERE base = 1)",
    "currency_symbol:s": "(SELECT symbol FROM currency WHERE base = 1)",
}
VALUES: Columns = {
    "subtotal_goods_value:m": "d.subtotal_goods",
    "subtotal_charge_net_value:m": "d.charge_net",
    "subtotal_charge_tax_value:m": "d.charge_tax",
    "subtotal_discount_value:m": "d.discount",
}
TOTALS: Columns = VALUES | {
    "total_net_value:m": "d.net",
    "total_tax_value:m": "d.tax",
    "total_gross_value:m": "d.gross",
}
EXCHANGE: Columns = kept("d", "exchange_rate:r", exchange_rate="1000000")
SETTLEMENT: Columns = kept("d", "settlement_discount_days:i settlement_discount_percent:p")
CREATED_BY = "coalesce(json_extract(d.kept, '$.document_created_by'), d.user_name)"
STATUS_ID = (
    "CASE d.status WHEN 'Live' THEN 0 WHEN 'OnHold' THEN 1 WHEN 'Complete' THEN 2 WHEN 'Dispute' THEN 3 "
    "WHEN 'Cancelled' THEN 4 WHEN 'Draft' THEN 5 WHEN 'Printed' THEN 6 ELSE 7 END"
)
TYPE_ID = "CASE d.kind WHEN 'order' THEN 0 WHEN 'return' THEN 1 WHEN 'proforma' THEN 2 ELSE 3 END"
POSTED = "(SELECT coalesce(sum(quantity), 0) FROM invoice_line WHERE line_id = l.id)"
DISCOUNTED = "CASE WHEN l.quantity > 0 THEN l.total * 1000 * l.multiple / l.quantity ELSE 0 END"
UNIT_NAME = "coalesce(json_extract(l.kept, '$.selling_unit_description'), 'Each')"


def selling(stock_units: str) -> str:
    """Return a quantity of stock units in the line's selling units, rounded to five places."""
    rounded = f"(({stock_units}) * 100000 + l.multiple / 2) / l.multiple"
    return f"CASE WHEN l.multiple = 100000 THEN {stock_units} ELSE {rounded} END"


def how_far(done: str) -> str:
    """Return none, part or full of a line's quantity."""
    return f"CASE WHEN {done} <= 0 THEN 0 WHEN {done} >= l.quantity THEN 2 ELSE 1 END"
