"""What the starting company has for sales order processing: its settings, rights, ways to pay and terms of trade."""

from __future__ import annotations

from tieout.sandbox.sage200.company.books import Books

_PRINTED = ("picking_lists", "order_acknowledgements", "despatch_notes", "invoices")
SOP_SETTINGS: dict[str, object] = {
    "id": 1,
    "auto_generate_order_return_numbers": True,
    "show_order_number_on_confirm": True,
    "order_line_item_type": "EnumOrderLineItemTypeStockItem",
    "amend_analysis_codes": True,
    "amend_nominal_codes": True,
    "allow_payment_with_order": True,
    "user_logon_as_order_taker": True,
    "revenue_nominal_account_same_as": False,
    "use_same_cost_centre_department_as_customer": False,
    "use_same_cost_centre_department_for_issues": False,
    "use_same_cost_centre_department_for_assets": False,
    "allow_cash_orders": True,
    "cash_order_account_id": 0,
    "are_prices_tax_inclusive": False,
    "allocate_stock_on_order_entry": False,
    "update_stock_on_despatch": True,
    "record_cancelled_order_lines": False,
    "print_picking_lists": False,
    "auto_print_picking_lists": False,
    "add_invoice_credit_note_to_sales_ledger": True,
    "print_order_acknowledgements": False,
    "print_despatch_notes": False,
    "fully_paid_invoice_text": "",
    "generate_intrastat_entries": False,
    "terms_of_delivery_type": "",
    "nature_of_transaction_code_id": 0,
    **{f"print_traceable_numbers_on_{paper}": False for paper in _PRINTED},
    "mode_of_transport_id": 0,
    "allow_amend_picking_lists": False,
    "default_free_text_confirm_intent_type": "NoConfirmation",
    "default_service_labour_confirm_intent_type": "NoConfirmation",
    "show_unallocated_items_on_picking_list": False,
    "show_undespatched_items_on_despatch_note": False,
    "allow_prospect_quotes": True,
    "prospect_quote_account_id": 0,
    "use_invoice_date_on_stock_history": False,
    "include_terms_of_delivery_on_intrastat": False,
    "include_statistical_value_on_intrastat": False,
    "intrastat_date_type": "",
    "use_sop_reverse_charge_invoice_option": False,
    "sop_print_eu_zero_rated_sales_option_id": 0,
    "invoice_payment_immediately": False,
    "use_card_processing": False,
    "amend_header_analysis_codes": True,
    "use_cross_selling_items": False,
    "show_frequent_items": True,
    "show_recent_items": True,
    "show_preferred_items": False,
    "number_of_days_for_frequent_items": 90,
    "minimum_number_of_lines_for_frequent_items": 3,
    "number_of_days_for_recent_items": 90,
    "sop_reverse_charge_invoice_option_type": "",
    "sop_invoice_cis_reverse_charge_text_type": "",
    "sop_credit_note_cis_reverse_charge_text_type": "",
    "record_tracking_on_despatch": True,
}
PERMISSIONS: dict[str, object] = {
    "id": 1,
    "user_number": 1,
    "view_profit_values": True,
    "view_price_calculations": True,
    "override_credit_holds": False,
    "override_prices_discounts": True,
    "override_fulfilment_method": False,
    "override_confirmation_method": False,
    "override_cost_price": True,
    "generate_purchase_orders": False,
    "rapid_order_warehouse_id": 0,
    "trade_order_warehouse_id": 0,
    "full_order_warehouse_id": 0,
    "invoice_warehouse_id": 0,
}
METHODS = (
    ("BACS", "Bank transfer", "CURRENT", False),
    ("CARD", "Card machine", "CARD", False),
    ("CASH", "Cash", "CASH", False),
    ("ONLINE", "Online card", "CARD", True),
)
INCOTERMS = ("EXW", "DAP", "DDP")
EXPORT_REASONS = ("Sale", "Return", "Sample")


def seed_sop(books: Books) -> None:
    """Add ways to pay and terms of trade to a starting company; call after its banks."""
    for name, description, bank, card in METHODS:
        bank_id = books.value("SELECT id FROM bank WHERE code = ?", bank)
        books.insert(
            "payment_method", name=name, description=description, bank_id=bank_id, card=int(card), **books.stamps()
        )
    for table, names in (("incoterm", INCOTERMS), ("export_reason", EXPORT_REASONS)):
        for position, name in enumerate(names):
            books.insert(table, name=name, is_default=int(position == 0), **books.stamps())
