"""The enumerations of sales order processing, as (description, value) in the order of their numbers.

Values that stand in public payloads or Sage's field notes are as found there; the others follow the same spelling
(assumed, see the assumption on enumeration values).
"""

from __future__ import annotations


def _spelled(prefix: str, *words: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, f"{prefix}{word.title().replace(' ', '')}") for word in words)


SOP_TYPES: dict[str, tuple[tuple[str, str], ...]] = {
    "sop_document_types": (
        ("Sales order", "EnumDocumentTypeOrder"),
        ("Sales return", "EnumDocumentTypeReturn"),
        ("Pro forma", "EnumDocumentTypeProForma"),
        ("Quotation", "EnumDocumentTypeQuote"),
    ),
    "sop_invoice_credit_types": _spelled("EnumInvoiceCreditType", "Invoice", "Credit"),
    "sop_customer_types": _spelled("EnumCustomerType", "Credit", "Cash", "Prospect"),
    "sop_order_payment_types": (
        ("Full", "EnumSOPOrderPaymentTypeFull"),
        ("Part", "EnumSOPOrderPaymentTypePart"),
    ),
    "sop_confirmation_intent_types": (
        ("Confirm on despatch", "ConfirmOnDespatch"),
        ("Confirm", "Confirm"),
        ("No confirmation", "NoConfirmation"),
    ),
    "sop_show_on_picking_list_types": (
        ("Show", "Show"),
        ("Do not show", "DoNotShow"),
        ("Show but exclude", "ShowButExclude"),
    ),
    "sop_back_to_back_status_types": (
        ("Purchase order not required", "EnumBackToBackStatusPONotReq"),
        ("Purchase order not generated", "EnumBackToBackStatusPONotGenerated"),
        ("Purchase order generated", "EnumBackToBackStatusPOGenerated"),
        ("Fulfilled", "EnumBackToBackStatusFulfilled"),
    ),
    "sop_document_print_status_types": _spelled("EnumDocumentPrintStatus", "Not printed", "Printed", "Reprint"),
    "sop_intrastat_status_types": _spelled("EnumIntrastatStatus", "Not required", "Required", "Generated"),
    "sop_order_entry_types": _spelled("EnumOrderEntryType", "Full", "Rapid", "Trade"),
    "order_line_item_types": (
        ("Stock item", "EnumOrderLineItemTypeStockItem"),
        ("Free text", "EnumOrderLineItemTypeFreeText"),
        ("Additional charge", "EnumOrderLineItemTypeCharge"),
        ("Comment", "EnumOrderLineItemTypeComment"),
    ),
}
