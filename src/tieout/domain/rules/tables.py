"""Every mapping table that something reads: what it decides, whose choice it is, and what its rows hold.

The console's forms, its imports and exports, and the checks of a proposed row are made from this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tieout.domain.faults.kinds import Owner
from tieout.domain.rules.fields import Field, FieldKind, Table, nominal_fields
from tieout.domain.rules.policies import POLICIES, VALUE_POLICIES
from tieout.domain.rules.warehouse_tables import WAREHOUSE_TABLES

_FIN, _OPS, _INT = Owner.FINANCE, Owner.OPERATIONS, Owner.INTEGRATION

_HOURS = (
    Field(name="from", label="Opens", kind=FieldKind.CLOCK, says="UK clock time, for instance 07:00."),
    Field(name="to", label="Closes", kind=FieldKind.CLOCK, says="UK clock time; 00:00 is midnight at the day's end."),
    Field(
        name="at",
        label="Or at these times",
        kind=FieldKind.CLOCKS,
        says="Times of a schedule, for instance 10:00, 16:00.",
    ),
    Field(
        name="minutes",
        label="Minutes that each time stays open",
        kind=FieldKind.WHOLE,
        says="15 if not set.",
    ),
    Field(name="closed", label="Closed all day", kind=FieldKind.CHOICE, choices=("yes",)),
)
_DAYS = "A date (`2026-11-30`), a weekday (`monday`) or `*`."

_LIST = (
    Table(
        name="reason",
        title="Return reasons",
        decides="The nominal of returns, and the code by which their warehouse and bin are found. A grade is assumed "
        "where nobody inspects. Without a nominal account the invoiced line's own is used.",
        key_label="Reason",
        key_says="The portal's return reason, word for word.",
        owner=_FIN,
        fields=(
            Field(
                name="code",
                label="Code",
                is_required=True,
                says="By which warehouse and bin are found, for instance fit.",
            ),
            *nominal_fields(says="Empty: the invoiced line's own."),
            Field(
                name="grade",
                label="Grade where nobody inspects",
                kind=FieldKind.CHOICE,
                choices=("good", "damaged"),
            ),
        ),
    ),
    Table(
        name="disposition",
        title="Warehouses and bins by reason and grade",
        decides="Where the goods go. Damaged goods never go to a bin that is for sale. A row that names the door goes "
        "before one that does not.",
        key_label="Reason code and grade",
        key_says="`code|grade`, or `any|grade`; with a third part, the warehouse whose door the goods came in by, "
        "`code|grade|NORTH`.",
        owner=_OPS,
        fields=(
            Field(name="warehouse", label="Warehouse", kind=FieldKind.WAREHOUSE, is_required=True),
            Field(name="bin", label="Bin", kind=FieldKind.BIN, is_required=True),
        ),
    ),
    Table(
        name="value_policy",
        title="Store credit, goodwill, fees, exchanges",
        decides="What is done with every kind of value that is not a plain refund of returned goods. A kind without "
        "its row is never posted: it opens an exception.",
        key_label="Kind of value",
        key_says="One of the kinds listed under value policies.",
        owner=_FIN,
        own_rows=VALUE_POLICIES,
    ),
    Table(
        name="bundle",
        title="Bundles",
        decides="What is in one bundle, and what share of its price each row bears; only the ratio of the shares "
        "counts, and without shares every unit bears the same. The row in force on the day of the sale counts.",
        key_label="Bundle",
        key_says="Stock code of the bundle.",
        key_kind=FieldKind.STOCK_CODE,
        owner=_OPS,
        fields=(
            Field(
                name="components",
                label="Components",
                kind=FieldKind.COMPONENTS,
                is_required=True,
                says="For instance MUG*2=60.00; BOOK*1=40.00",
            ),
        ),
    ),
    Table(
        name="tax_rate",
        title="Tax codes by VAT rate",
        decides="Sage's tax code for sales that Sage no longer holds.",
        key_label="VAT rate",
        key_says="A VAT rate in per cent: `20`, `17.5`, `0`.",
        key_kind=FieldKind.PERCENT,
        owner=_FIN,
        fields=(Field(name="code", label="Tax code", kind=FieldKind.TAX_CODE, is_required=True),),
    ),
    Table(
        name="exchange_service",
        title="Shipping services of exchanges",
        decides="The shipping service of orders that send exchanges, and the analysis code that it stands in.",
        key_label="Country",
        key_says="Two-letter country, or `*`.",
        key_kind=FieldKind.COUNTRY,
        owner=_OPS,
        fields=(
            Field(name="service", label="Service", is_required=True),
            Field(name="analysis", label="Analysis code", kind=FieldKind.WHOLE, says="Its number; 4 if not set."),
        ),
    ),
    Table(
        name="refund_app",
        title="Refunds by app",
        decides="What refunds outside the workflow are. `flag` (or no row) opens an exception for each; `goods`, "
        "`returnless` and `goodwill` take it in without a person, up to the limit.",
        key_label="App",
        key_says="An app of the storefront, or `a person`.",
        owner=_INT,
        fields=(
            Field(
                name="as",
                label="Taken as",
                kind=FieldKind.CHOICE,
                is_required=True,
                choices=("flag", "ignore", "goods", "returnless", "goodwill"),
            ),
            Field(name="reason", label="Reason", says="The return reason that it is booked under."),
            Field(name="up_to", label="Without a person up to", kind=FieldKind.AMOUNT, says="Pounds."),
        ),
    ),
    Table(
        name="line_class",
        title="Codes that are not goods",
        decides="Which product codes are not goods. A return of one opens an exception.",
        key_label="Product code",
        key_says="Product code.",
        key_kind=FieldKind.STOCK_CODE,
        owner=_OPS,
        fields=(
            Field(
                name="class",
                label="Is",
                kind=FieldKind.CHOICE,
                is_required=True,
                choices=("carriage", "manual", "ledger", "test", "voucher"),
            ),
        ),
    ),
    Table(
        name="customer",
        title="Customers",
        decides="The sales ledger account, asked for only where an RMA names no order.",
        key_label="Customer at the portal",
        key_says="The customer as the portal knows them.",
        owner=_FIN,
        fields=(
            Field(
                name="account",
                label="Customer account",
                kind=FieldKind.CUSTOMER,
                is_required=True,
                says="`=` means the same reference.",
            ),
        ),
    ),
    Table(
        name="tender",
        title="Tenders",
        decides="The bank account in Sage that refunds are paid from.",
        key_label="Payment gateway",
        key_says="The shop's payment gateway.",
        owner=_FIN,
        fields=(Field(name="bank", label="Bank account", kind=FieldKind.BANK, is_required=True),),
    ),
    Table(
        name="storefront_location",
        title="Storefront locations",
        decides="Where in the shop goods are offered for sale again.",
        key_label="Warehouse",
        key_says="Sage warehouse.",
        key_kind=FieldKind.WAREHOUSE,
        owner=_OPS,
        fields=(Field(name="location", label="Storefront location", kind=FieldKind.LOCATION, is_required=True),),
    ),
    Table(
        name="posting_window",
        title="Hours of posting",
        decides="When Tieout may send postings to Sage on that day: credit notes, payments, orders. A date goes before "
        "a weekday, a weekday before `*`; a day without a row is open. What is due outside waits for the next opening.",
        key_label="Day",
        key_says=_DAYS,
        key_kind=FieldKind.DAY,
        owner=_FIN,
        fields=_HOURS,
    ),
    Table(
        name="stock_window",
        title="Hours of stock",
        decides="The same for stock and pending returns, which hours of posting do not hold up: goods are quick, "
        "postings are calm.",
        key_label="Day",
        key_says=_DAYS,
        key_kind=FieldKind.DAY,
        owner=_OPS,
        fields=_HOURS,
    ),
    Table(
        name="lock_words",
        title="Words of a record in use",
        decides="Further words by which Sage says that somebody has a record open, beside those of the settings.",
        key_label="Words",
        key_says="Words of a sentence of Sage.",
        owner=_INT,
        fields=(
            Field(
                name="meaning",
                label="Meaning",
                kind=FieldKind.CHOICE,
                is_required=True,
                choices=("lock", "refusal"),
            ),
        ),
    ),
    Table(
        name="team",
        title="Teams",
        decides="Which team a person is counted with in the report on refunds outside the workflow.",
        key_label="Person",
        key_says="The person as the storefront names them on a refund.",
        owner=_OPS,
        fields=(Field(name="team", label="Team", is_required=True),),
    ),
    Table(
        name="policy",
        title="Rules of the house",
        decides="Rules of the house, each under its own name.",
        key_label="Rule",
        key_says="One of the names listed under policies.",
        owner=_FIN,
        own_rows=POLICIES,
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (*_LIST[:-1], *WAREHOUSE_TABLES, _LIST[-1])}
)
"""Every mapping table by its name, in the order in which people read them."""
