"""Mapping tables of warehouses and 3PLs: what they call things, who ships what, and where movements are booked."""

from __future__ import annotations

from tieout.domain.faults.kinds import Owner
from tieout.domain.rules.fields import Field, FieldKind, Table, nominal_fields

_FIN, _OPS, _INT = Owner.FINANCE, Owner.OPERATIONS, Owner.INTEGRATION
_ACCOUNT = "the warehouse's account, as the settings name it"

TREATMENTS = ("write_on", "write_off", "issue", "move", "ignore", "ask")
"""What a stock movement of a warehouse becomes in Sage."""

WAREHOUSE_TABLES: tuple[Table, ...] = (
    Table(
        name="warehouse_node",
        title="Who ships from where",
        decides="Which warehouse or 3PL ships what Sage holds in a warehouse. A row that names the country goes before "
        "one that does not. Lines of a warehouse without a row are nobody's: Tieout leaves them alone.",
        key_label="Sage warehouse",
        key_says="A warehouse of Sage, or `WAREHOUSE|IE` for deliveries to one country.",
        owner=_OPS,
        fields=(
            Field(name="account", label="Warehouse account", is_required=True, says=f"The name of {_ACCOUNT}."),
            Field(name="site", label="Site", says="What the warehouse calls the place; empty where it has one only."),
        ),
    ),
    Table(
        name="warehouse_site",
        title="Sites of warehouses in Sage",
        decides="Which warehouse and bin of Sage a site of a warehouse or 3PL is. What happens at a site without a row "
        "stops before Sage.",
        key_label="Account and site",
        key_says=f"`account|site`: {_ACCOUNT}, and what it calls the place; `account` alone where it has one only.",
        owner=_OPS,
        fields=(
            Field(name="warehouse", label="Warehouse", kind=FieldKind.WAREHOUSE, is_required=True),
            Field(
                name="bin",
                label="Bin",
                kind=FieldKind.BIN,
                says="Where goods come in and are adjusted; left empty, only what needs no bin can be booked.",
            ),
            Field(name="quarantine_warehouse", label="Warehouse of what is not for sale", kind=FieldKind.WAREHOUSE),
            Field(name="quarantine_bin", label="Bin of what is not for sale", kind=FieldKind.BIN),
            Field(
                name="trigger",
                label="Goods count as gone when",
                kind=FieldKind.CHOICE,
                choices=("picked", "packed", "despatched"),
                says="Empty: as the rule despatch_trigger says.",
            ),
        ),
    ),
    Table(
        name="warehouse_item",
        title="Stock codes and units of warehouses",
        decides="What a warehouse calls a stock item, and how many of Sage's stock units one of its units is. Used for "
        "what goes out; what comes back of an order is read by the row that was in force when it went out.",
        key_label="Stock code",
        key_says=f"`account|stock code`, or a stock code for every warehouse; {_ACCOUNT}.",
        owner=_OPS,
        fields=(
            Field(name="code", label="Warehouse's code", says="Empty: the same as Sage's stock code."),
            Field(name="unit", label="Warehouse's unit", says="For instance EA or CS; empty where it has none."),
            Field(name="factor", label="Stock units in one", says="For instance 12, or 1/12. 1 if not set."),
            Field(
                name="decimals",
                label="Digits behind the point",
                kind=FieldKind.WHOLE,
                says="How finely the warehouse counts this; 0 if not set.",
            ),
        ),
    ),
    Table(
        name="warehouse_alias",
        title="Other codes that warehouses send",
        decides="Which stock item a code is that a warehouse sent and that is not its own code of any item: another "
        "spelling, a barcode, an old code.",
        key_label="Account and code",
        key_says=f"`account|code`: {_ACCOUNT}, and the code letter for letter.",
        owner=_OPS,
        fields=(Field(name="sku", label="Stock code", kind=FieldKind.STOCK_CODE, is_required=True),),
    ),
    Table(
        name="order_line_class",
        title="Order lines that are not goods",
        decides="What becomes of order lines that no warehouse can pick. `instructions` prints the text for the "
        "warehouse. Lines of goods always go out.",
        key_label="Class of line",
        key_says="`comment`, `charge`, `free_text` or `non_stock`.",
        owner=_OPS,
        fields=(
            Field(
                name="treatment",
                label="Treatment",
                kind=FieldKind.CHOICE,
                is_required=True,
                choices=("instructions", "leave out"),
            ),
        ),
    ),
    Table(
        name="country",
        title="Countries",
        decides="The two-letter code of a country as people write it in Sage. The British Isles are known; an order "
        "for a country that is neither known nor a code does not go out.",
        key_label="Country",
        key_says="The country as it stands in addresses, for instance Deutschland.",
        owner=_OPS,
        fields=(Field(name="code", label="Code", kind=FieldKind.COUNTRY, is_required=True, says="ISO 3166: DE."),),
    ),
    Table(
        name="shipping_service",
        title="Shipping services of warehouses",
        decides="What a warehouse calls the shipping service of an order. Without a row the warehouse chooses.",
        key_label="Account and service",
        key_says=f"`account|service`: {_ACCOUNT}, and what stands in the order's analysis code; `account|*` for any.",
        owner=_OPS,
        fields=(Field(name="service", label="Warehouse's service", is_required=True),),
    ),
    Table(
        name="carrier",
        title="Carriers",
        decides="Which courier of Sage, and which carrier of the storefront, a carrier's name in a despatch is. The "
        "row `*` is what an unknown name becomes, so that finance is not held up; it is shown all the same.",
        key_label="Account, carrier and service",
        key_says=f"`account|carrier|service`, `account|carrier`, a beginning with `*`, or `*`; {_ACCOUNT}.",
        owner=_OPS,
        fields=(
            Field(name="courier", label="Sage's courier"),
            Field(name="storefront", label="Storefront's carrier"),
        ),
    ),
    Table(
        name="stock_reason",
        title="Stock movements of warehouses",
        decides="What a movement becomes in Sage. A reason without a row stops before Sage. `move` goes between the "
        "site's bin and its bin of what is not for sale; `ignore` is for what Sage knows from elsewhere, such as "
        "returns and shipments.",
        key_label="Kind and reason",
        key_says=f"`account|kind|reason`, `kind|reason` or `kind`; {_ACCOUNT}; kinds: adjustment, receipt, write_off, "
        "transfer, quarantine, release, return.",
        owner=_FIN,
        fields=(
            Field(name="treatment", label="Becomes", kind=FieldKind.CHOICE, is_required=True, choices=TREATMENTS),
            *nominal_fields(says="What it is booked against; not needed for move and ignore."),
            Field(name="category", label="Write-off category", says="Its name in Sage; for write_off."),
            Field(
                name="approve_over",
                label="Ask a person above",
                kind=FieldKind.LIMIT,
                says="Pounds at cost, or never. Where it is not set, every one is asked about.",
            ),
        ),
    ),
    Table(
        name="availability_buffer",
        title="Buffers of availability",
        decides="How many units are never offered for sale, so that a count that is wrong oversells nothing.",
        key_label="Stock code",
        key_says="`location|stock code`, a stock code, a beginning with `*`, or `*`.",
        owner=_OPS,
        fields=(Field(name="units", label="Units", kind=FieldKind.WHOLE, is_required=True),),
    ),
    Table(
        name="warehouse_charge",
        title="Charges of 3PLs",
        decides="Where a 3PL's charge is booked. A charge without a row, or for an unknown shipment, opens an "
        "exception and is not booked.",
        key_label="Account and charge",
        key_says=f"`account|code`: {_ACCOUNT}, and the 3PL's own word for the charge; or the word alone.",
        owner=_FIN,
        fields=(
            *nominal_fields(is_required=True),
            Field(
                name="needs_shipment",
                label="Must name a shipment",
                kind=FieldKind.CHOICE,
                choices=("yes", "no"),
                says="yes if not set: storage and minimum fees are no.",
            ),
        ),
    ),
)
