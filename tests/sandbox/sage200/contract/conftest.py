"""Sage's own definition, and a company that has something in nearly every resource of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import schemathesis
from schemathesis.schemas import APIOperation

from tieout.sandbox.sage200.reading.access import NEW_FIELDS
from tieout.sandbox.sage200.reading.enumerations import TYPES

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

FILES = Path(__file__).parents[5] / "shared" / "data" / "samples" / "sage200_openapi"
AnyOperation: TypeAlias = APIOperation[Any, Any, Any, Any]
VERBS = ("get", "post", "put", "delete")
DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
NAMES = frozenset(row["value"] for rows in TYPES.values() for row in rows)
"""Names of enumerations. The definition's lengths do not hold them: Sage's own are longer than it says."""

SINCE_THE_DEFINITION = frozenset(
    name for release in ("2024 R2", "2025 R1") for words in NEW_FIELDS[release].values() for name in words.split()
)
"""Properties that came with the releases after the definition (2024 R1)."""

LENGTH = re.compile(r'"maxLength":\s*\d+,?')
READ_ONLY = re.compile(r',\s*"readOnly":\s*true')
"""Taken out of what requests are made from: the definition marks fields so that it requires."""

KINDS: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "number": (Decimal, int),
    "string": str,
    "boolean": bool,
    "array": list,
    "object": dict,
}


@dataclass
class Definition:
    """The eleven files as one: operations by (verb, path with every id as {Id}), and each one's file.

    Makers generate requests; judges look at answers (lengths are looked at by `wrong`, which knows enumerations).
    """

    operations: dict[tuple[str, str], Json] = field(default_factory=dict)
    modules: dict[tuple[str, str], str] = field(default_factory=dict)
    schemas: dict[str, Json] = field(default_factory=dict)
    makers: dict[tuple[str, str], AnyOperation] = field(default_factory=dict)
    judges: dict[tuple[str, str], AnyOperation] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        """Take in one file."""
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        maker = schemathesis.openapi.from_dict(json.loads(READ_ONLY.sub("", text)))
        judge = schemathesis.openapi.from_dict(json.loads(LENGTH.sub("", text)))
        self.schemas |= content["components"]["schemas"]
        for route, verbs in content["paths"].items():
            for verb in VERBS:
                if verb in verbs:
                    key = (verb.upper(), re.sub(r"\{\w+\}", "{Id}", route))
                    self.operations[key] = verbs[verb]
                    self.modules[key] = path.stem
                    self.makers[key] = maker[route][verb]
                    self.judges[key] = judge[route][verb]

    def answer_schema(self, operation: tuple[str, str]) -> Json | None:
        """Return the schema of a good answer, or nothing when the definition gives none."""
        content = self.operations[operation]["responses"]["200"].get("content", {})
        schema: Json = content.get("application/json", {}).get("schema")
        return schema

    def resolved(self, schema: Json) -> Json:
        """Follow a reference."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def row_schema(self, operation: tuple[str, str]) -> Json:
        """Return the schema of one row of a list."""
        schema = self.answer_schema(operation)
        assert schema is not None, f"{operation} has no answer"
        schema = self.resolved(schema)
        return self.resolved(schema["items"]) if schema.get("type") == "array" else schema

    def wrong(self, value: Json, schema: Json, where: str) -> Iterator[str]:
        """Tell every place where an answer is not as the definition says, stricter than its letter."""
        schema = self.resolved(schema)
        kind = schema.get("type", "object")
        if not is_of(value, kind):
            yield f"{where} is {str(value)[:60]!r}, not {kind}"
        elif kind == "array":
            for item in value:
                yield from self.wrong(item, schema["items"], where)
        elif kind == "object" and schema.get("properties"):
            for name, inner in value.items():
                told = schema["properties"].get(name)
                if told is None and name in SINCE_THE_DEFINITION:
                    continue
                if told is None:
                    yield f"{where}.{name} is not in the definition"
                else:
                    yield from self.wrong(inner, told, f"{where}.{name}")
        elif kind == "string":
            yield from _wrong_text(value, schema, where)


def is_of(value: Json, kind: str) -> bool:
    """Say whether a value is of a kind of the definition; true and false are no numbers."""
    return isinstance(value, KINDS[kind]) and not (isinstance(value, bool) and kind in {"integer", "number"})


def _wrong_text(value: str, schema: Json, where: str) -> Iterator[str]:
    if value not in NAMES and len(value) > schema.get("maxLength", len(value)):
        yield f"{where} is longer than {schema['maxLength']}: {value[:60]!r}"
    if schema.get("format") == "date-time" and not DATE_TIME.fullmatch(value):
        yield f"{where} is no date and time: {value!r}"


@pytest.fixture(scope="session")
def definition() -> Definition:
    if not FILES.is_dir():
        pytest.skip("not run: needs the definition of Sage 200, which is shared data and absent here")
    found = Definition()
    for path in sorted(FILES.glob("*.json")):
        found.read(path)
    return found


_BALANCES = "/warehouse_holdings/{Id}/traceable_item_balances"
FOUND_IN = {
    "/sop_order_lines": ("/sop_order_line_views", "sop_order_line_id"),
    "/warehouses/{Id}/products": ("/products", "id"),
    "/product_sales_figures": ("/products", "id"),
    "/product_purchase_figures": ("/products", "id"),
    "/product_transactions": ("/product_transaction_views", "id"),
    "/traceable_items": (_BALANCES, "traceable_item_id"),
    "/traceable_bin_items": (_BALANCES, "traceable_bin_item_id"),
    "/stocktake_count_sheet_items": ("/stocktakes/{Id}", "stocktake_count_sheet_items.id"),
}
"""Records that have no list of their own, and where their ids stand."""


@dataclass
class Company:
    """A busy company; what was read is kept, unless it is written to."""

    sage: Sage
    keep: bool = True
    _lists: dict[str, Json] = field(default_factory=dict)

    def list(self, path: str) -> Json:
        """Return up to 100 rows of a list."""
        if path not in self._lists or not self.keep:
            self._lists[path] = self.sage.get(path.removeprefix("/"), top="100")
        return self._lists[path]

    def forget(self) -> None:
        """Read anew from now on."""
        self._lists.clear()

    def places(self, template: str) -> Iterator[str]:
        """Yield paths for a template, each {Id} replaced by ids that stand in the list before it."""
        head, mark, tail = template.partition("/{Id}")
        if not mark:
            yield head
            return
        listed, name = FOUND_IN.get(re.sub(r"/\d+", "/{Id}", head), (head.removesuffix("_new"), "id"))
        inner, _, name = name.rpartition(".")
        for place in self.places(listed):
            rows = self.list(place)
            for row in rows if isinstance(rows, list) else [rows]:
                for found in row.get(inner, []) if inner else [row]:
                    if name in found:
                        yield from self.places(f"{head}/{found[name]}{tail}")


@pytest.fixture(scope="session")
def company(new_sage: Callable[[], Sage]) -> Company:
    sage = new_sage()
    fill(sage)
    return Company(sage)


@pytest.fixture(scope="session")
def fuzzed(new_sage: Callable[[], Sage]) -> Company:
    """A busy company that takes whatever is thrown at it."""
    sage = new_sage()
    fill(sage)
    return Company(sage, keep=False)


def sales_documents(sage: Sage, order: Json, part: Json) -> None:
    """Let there be quotes, an order copied from one, notes, a discount, and a line that was cancelled."""
    terms = {"name": "Mugs", "product": "MUG", "breaks": [{"quantity": "1", "percent": "5"}]}
    sage.control("PUT", "price-book", {"discounts": [terms]})
    sage.control("PUT", "settings", {"sop": {"record_cancelled_order_lines": True}})
    body = {"customer_id": order["customer_id"], "memos": [{"note": "Ring first"}]}
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    quote = sage.post("sop_quotes", body | {"lines": [part, charge]})
    method = sage.get("sop_payment_methods")[0]["id"]
    sage.post("sop_orders", body | {"lines": [part], "payment_with_order": True, "payment_method_id": method})
    copied = sage.post("sop_orders_duplicate", {"source_id": quote["id"], "customer_id": order["customer_id"]})
    gone = [{"id": copied["lines"][1]["id"], "is_to_delete": True, "create_cancelled_line": True}]
    sage.put(f"sop_orders/{copied['id']}", {"is_editing": False, "lines": gone})


def sales_account(sage: Sage) -> None:
    """Let there be an account with everything on it, and transactions that are archived."""
    numbers = {name: [{"subscriber_number": "1"}] for name in ("telephones", "mobiles", "faxes")}
    mail = {"emails": [{"email": "a@example.com"}], "websites": [{"website": "example.com"}]}
    contact = {"first_name": "Ada", "roles": [{"trader_contact_role_id": 1}]} | numbers | mail
    lists = {"contacts": [contact], "memos": [{"note": "x"}], "alerts": [{"alert_text": "x"}]}
    body = {"reference": "FULL", "name": "Full account", "cards": [{"description": "Card"}]} | lists
    customer = sage.post("customers", body | {"credit_memo_note": {"note": "x"}})["id"]
    tax_code = sage.id_of("tax_codes", "code eq 1")
    place = {"customer_id": customer, "description": "Shed", "tax_code_id": tax_code, "address_country_code_id": 1}
    sage.post("customer_delivery_addresses", place)
    sage.control("PUT", "limited-price-bands", {"FULL": ["Standard"]})
    old = {"customer_id": customer, "transaction_date": "2026-08-03T00:00:00Z"}
    bank = sage.get("banks")[0]["id"]
    sage.post("sales_invoices", old | {"document_goods_value": 5})
    sage.post("sales_receipts", old | {"bank_id": bank, "cheque_value": 5})
    pair = sage.get("sales_posted_transactions", filter=f"customer_id eq {customer}")
    lines = [{"posted_tran_id": row["id"], "value_to_allocate": int(row["document_gross_value"])} for row in pair]
    sage.post("sales_allocations", {"customer_id": customer, "allocation_lines": lines})
    sage.control("POST", "desktop/archive-ledger", {"upto": "2026-08-03"})


def fill(sage: Sage) -> None:
    """Let every resource have a row, through the API, the control surface and the desktop."""
    line = {"product": "MUG", "quantity": "2"}
    done = {"customer": "SHOP", "lines": [line], "despatched": True, "invoiced": True, "paid": True}
    sage.control("POST", "load", {"orders": [done]})
    sage.control("PUT", "settings", {"sop": {"record_cancelled_order_lines": True}})
    account = fill_account(sage)
    fill_orders(sage)
    fill_ledger(sage, account)
    fill_finance(sage)
    fill_stock(sage)


def fill_account(sage: Sage) -> int:
    """Open an account with everything that can hang on one, and return its id."""
    number = {"country_code": "44", "area_code": "113", "subscriber_number": "496 0000"}
    role = sage.get("trader_contact_roles")[0]["id"]
    contact = {
        "first_name": "Ann",
        "last_name": "Smith",
        "emails": [{"email": "ann@shop.example"}],
        "websites": [{"website": "https://shop.example"}],
        "telephones": [number],
        "mobiles": [number],
        "faxes": [number],
        "roles": [{"trader_contact_role_id": role}],
    }
    body = {
        "reference": "RICH",
        "name": "Everything Ltd",
        "main_address": {"address_1": "1 Market Street", "city": "Leeds", "postcode": "LS1 1AA"},
        "contacts": [contact],
        "memos": [{"note": "Pays early"}],
        "alerts": [{"alert_text": "Ask for the order number", "show_alert_for_orders": True}],
        "cards": [{"description": "Company card"}],
    }
    account = int(sage.post("customers", body)["id"])
    place = {"customer_id": account, "description": "Shop", "postal_name": "Shop", "address_1": "2 Mill Lane"}
    tax_code = sage.get("tax_codes")[0]["id"]
    sage.post("customer_delivery_addresses", place | {"tax_code_id": tax_code})
    discounts = {
        "bands": {"Trade": {"MUG": "9.00"}},
        "discount_groups": ["Regulars"],
        "discounts": [{"name": "Mugs", "product": "MUG", "breaks": [{"quantity": "5", "percent": "5"}]}],
        "order_value_discounts": [{"name": "Big orders", "breaks": [{"value": "500", "percent": "2"}]}],
        "customers": {"RICH": {"band": "Trade", "discount_group": "Regulars"}},
    }
    sage.control("PUT", "price-book", discounts)
    return account


def fill_orders(sage: Sage) -> None:
    """Enter orders, a quote, a return, and let them go their way."""
    order = sage.order(quantity=2, to_allocate_quantity=2)
    sage.order(quantity=3)
    product, customer = order["lines"][0]["product_id"], order["customer_id"]
    part = {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": 1}
    sage.post("sop_quotes", {"customer_id": customer, "lines": [part]})
    cancelled = sage.order(quantity=1)
    gone = {"id": cancelled["lines"][0]["id"], "is_to_delete": True, "create_cancelled_line": True}
    sage.put(f"sop_orders/{cancelled['id']}", {"lines": [part, gone]})
    returned = sage.post("sop_returns", {"customer_id": customer, "lines": [part]})
    sage.control("POST", "desktop/receive-return", {"return": returned["id"]})
    sage.control("POST", "desktop/post-credit-note", {"return": returned["id"]})


def fill_ledger(sage: Sage, account: int) -> None:
    """Post an invoice that is paid and archived, and keep a memo on one that is not."""
    on = {"transaction_date": "2026-11-02T00:00:00Z"}
    bank = sage.get("banks")[0]["id"]
    invoice = {"customer_id": account, "document_goods_value": 10, "document_tax_value": 2, "reference": "OLD"}
    urns = [
        sage.post("sales_invoices", invoice | on)["urn"],
        sage.post("sales_receipts", {"customer_id": account, "bank_id": bank, "cheque_value": 12} | on)["urn"],
    ]
    rows = [sage.one("sales_posted_transactions", f"urn eq {urn}") for urn in urns]
    lines = [{"posted_tran_id": row["id"], "value_to_allocate": float(row["document_gross_value"])} for row in rows]
    sage.post("sales_allocations", {"customer_id": account, "allocation_lines": lines})
    sage.control("POST", "desktop/archive-ledger", {"upto": "2026-11-03"})
    sage.post("sales_invoices", invoice | {"reference": "OPEN"})
    key = sage.get("sales_posted_transactions")[0]["id"]
    sage.post("sales_posted_transaction_memos", {"posted_customer_transaction_id": key, "note": "x"})


def fill_finance(sage: Sage) -> None:
    """Keep a record of each simple sort, and post to the cash book."""
    sage.post("flow_states", {"flow_id": "a", "value": "b"})
    mail = {"email_type": "Statement", "email_address": "a@shop.example", "user_number": 1}
    sage.post("pending_emails", mail)
    nominal = sage.one("nominal_codes", "reference eq '7601'")["id"]
    sage.post("nominal_code_memos", {"nominal_code_id": nominal, "note": "Card fees go here"})
    first, second = (row["id"] for row in sage.get("banks", top="2"))
    item = {"code": "7601", "gross_value": 1.2, "tax_value": 0.2, "tax_code_id": sage.get("tax_codes")[1]["id"]}
    sage.post("bank_payment", {"bank_id": first, "reference": "FEES", "nominal_analysis_items": [item]})
    sage.post("bank_transfer", {"bank_from_id": first, "bank_to_id": second, "payment_value": 5})
    extras = {
        "bank_contacts": [{"type": "Manager", "address": "1 Bank Street"}],
        "emails": [{"email": "bank@bank.example"}],
        "memos": [{"note": "Open until five"}],
        "websites": [{"website": "https://bank.example"}],
    }
    sage.put(f"banks/{first}", extras)


def fill_stock(sage: Sage) -> None:
    """Let there be items with everything on them, batches and serial numbers, and stocktakes at three stages."""
    batch = {"number": "B1", "quantity": "5", "sell_by": "2027-01-31", "use_by": "2027-02-28"}
    serial = [{"number": "S1"}, {"number": "S2"}]
    home = {"warehouse": "HOME", "bin": "A1", "unit_cost": "2.00"}
    soap = {"code": "SOAP", "traceable": "batch", "standard_price": "5.00"}
    clock = {"code": "CLOCK", "traceable": "serial", "standard_price": "50.00"}
    items = [
        soap | {"stock": [home | {"quantity": "5", "numbers": [batch]}]},
        clock | {"stock": [home | {"quantity": "2", "numbers": serial}]},
    ]
    sage.control("POST", "load", {"products": items})
    mug, candle, soap_id = (sage.id_of("products", f"code eq '{code}'") for code in ("MUG", "CANDLE", "SOAP"))
    sage.post("alternative_products", {"product_id": mug, "alternative_product_id": candle, "is_preferred": True})
    sage.post("cross_sell_products", {"product_id": mug, "cross_sell_product_id": candle})
    sage.post("product_memos", {"product_id": mug, "note": "Fragile"})
    sage.post("product_suppliers", {"product_id": mug, "supplier_id": 1, "is_preferred": True})
    colour = sage.get("search_values")[1]
    value = {"search_category_id": colour["search_category_id"], "search_value_id": colour["id"]}
    sage.put(f"products/{mug}", {"search_category_values": [value]})
    groups = [{"id": sage.get("product_groups")[0]["id"]}]
    sage.post("stocktake_criteria_templates", {"name": "Cheap things", "product_groups": groups})
    order = sage.order(quantity=2, product_id=soap_id, to_allocate_quantity=2)
    despatched = {"id": order["lines"][0]["id"], "quantity": 1}
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": [despatched]})
    sage.control("POST", "desktop/goods-in", {"product": "MUG", **home, "quantity": "3", "reference": "PO1"})
    warehouse = sage.id_of("warehouses", "name eq 'HOME'")
    for code, steps in (("SOAP", 0), ("MUG", 1), ("CLOCK", 2)):
        chosen = [{"item_code": code, "is_selected": True}]
        body = {"warehouse_id": warehouse, "stocktake_name": code, "stocktake_items": chosen}
        key = sage.post("stocktakes", body | {"show_expected_quantities": True})["id"]
        for _ in range(steps):
            sage.put(f"stocktakes/{key}", {"advance_status": True})
