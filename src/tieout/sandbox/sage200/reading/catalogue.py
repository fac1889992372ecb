"""Every resource that can be read, by name, and the nested paths that narrow one by another."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_bank import BANKS
from tieout.sandbox.sage200.reading.catalogue_customer_view import CUSTOMER_VIEW
from tieout.sandbox.sage200.reading.catalogue_customers import CUSTOMERS
from tieout.sandbox.sage200.reading.catalogue_finance import FINANCE
from tieout.sandbox.sage200.reading.catalogue_items import ITEMS
from tieout.sandbox.sage200.reading.catalogue_nominal import NOMINAL
from tieout.sandbox.sage200.reading.catalogue_nominal_lists import NOMINAL_LISTS
from tieout.sandbox.sage200.reading.catalogue_price_book import PRICE_BOOK
from tieout.sandbox.sage200.reading.catalogue_sales import SALES
from tieout.sandbox.sage200.reading.catalogue_sales_views import SALES_VIEWS
from tieout.sandbox.sage200.reading.catalogue_sop import SOP
from tieout.sandbox.sage200.reading.catalogue_sop_lines import SOP_LINES
from tieout.sandbox.sage200.reading.catalogue_sop_lists import SOP_LISTS
from tieout.sandbox.sage200.reading.catalogue_sop_views import SOP_VIEWS
from tieout.sandbox.sage200.reading.catalogue_stock import STOCK
from tieout.sandbox.sage200.reading.catalogue_stock_views import STOCK_VIEWS
from tieout.sandbox.sage200.reading.catalogue_stocktakes import STOCKTAKES
from tieout.sandbox.sage200.reading.catalogue_system import SYSTEM
from tieout.sandbox.sage200.reading.catalogue_traceables import TRACEABLES
from tieout.sandbox.sage200.reading.resources import Resource

RESOURCES: dict[str, Resource] = {
    r.name: r
    for r in (
        CUSTOMER_VIEW,
        *CUSTOMERS,
        *SALES,
        *SALES_VIEWS,
        *SOP,
        *SOP_LINES,
        *SOP_LISTS,
        *SOP_VIEWS,
        *STOCK,
        *ITEMS,
        *STOCK_VIEWS,
        *STOCKTAKES,
        *TRACEABLES,
    )
}

RESOURCES |= {r.name: r for r in (*SYSTEM, *FINANCE, *NOMINAL, *NOMINAL_LISTS, *BANKS, *PRICE_BOOK)}

CONTACT_VALUES = ("customer_emails", "customer_faxes", "customer_mobiles", "customer_telephones", "customer_websites")

NESTED: dict[tuple[str, str], tuple[str, str]] = {
    ("banks", "bank_posted_transactions"): ("bank_posted_transactions", "bank_id"),
    ("nominal_codes", "nominal_transaction_enquiry_views"): ("nominal_transaction_enquiry_views", "nominal_code_id"),
    ("customers", "sop_orders"): ("sop_orders", "customer_id"),
    ("customers", "sop_returns"): ("sop_returns", "customer_id"),
    **{
        ("customers", name): (name, "customer_id")
        for name in (
            "customer_alerts",
            "customer_cards",
            "customer_contacts",
            "customer_delivery_addresses",
            "customer_memos",
            "sales_historical_transactions",
            "sales_posted_transactions",
            "sales_transaction_enquiry_views",
        )
    },
    **{
        ("customer_contacts", name): (name, "customer_contact_id")
        for name in (*CONTACT_VALUES, "customer_contact_roles")
    },
    ("sop_orders", "sop_order_lines"): ("sop_order_lines", "sop_order_id"),
    ("products", "bin_holdings"): ("bin_holdings", "product_id"),
    ("products", "warehouses"): ("product_warehouses", "product_id"),
    ("product_groups", "products"): ("products", "product_group_id"),
    ("warehouse_holdings", "traceable_item_balances"): ("traceable_item_balances", "warehouse_holding_id"),
    ("traceable_items", "traceable_item_allocations"): ("traceable_item_allocations", "traceable_item_id"),
    ("traceable_items", "traceable_item_issues"): ("traceable_item_issues", "traceable_item_id"),
    ("traceable_items", "traceable_item_locations"): ("traceable_item_locations", "traceable_item_id"),
    ("traceable_items", "traceable_item_receipts"): ("traceable_item_receipts", "traceable_item_id"),
    ("traceable_bin_items", "traceable_item_allocations"): ("traceable_item_allocations", "traceable_bin_item_id"),
    ("product_transactions", "traceable_item_transactions"): ("traceable_item_transactions", "movement_id"),
    ("products", "warehouse_holdings"): ("warehouse_holdings", "product_id"),
    ("warehouses", "warehouse_holdings"): ("warehouse_holdings", "warehouse_id"),
    ("warehouse_holdings", "bin_holdings"): ("bin_holdings", "warehouse_holding_id"),
    ("sales_posted_transactions", "sales_posted_transaction_memos"): (
        "sales_posted_transaction_memos",
        "posted_customer_transaction_id",
    ),
}
"""How a list hangs below a parent: (parent, name in the path) gives the resource and its field with the parent's id."""

NESTED_SINGLES: frozenset[str] = frozenset(
    {
        "sop_orders/sop_order_lines",
        "customers/customer_contacts",
        *(f"customer_contacts/{name}" for name in CONTACT_VALUES),
        *(f"customers/customer_contacts/{name}" for name in CONTACT_VALUES),
    }
)
"""The nested routes that can also be read by id."""

DEEP: frozenset[str] = frozenset(
    {
        *(f"customers/customer_contacts/{name}" for name in CONTACT_VALUES),
        "products/warehouses/warehouse_holdings",
        "warehouses/products/warehouse_holdings",
    }
)
"""The routes below two parents; each step that is in NESTED narrows."""
