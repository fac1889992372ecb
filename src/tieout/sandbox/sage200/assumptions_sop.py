"""What the sandbox does without a source in sales order processing and in pricing."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


SOP_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "half-entered orders",
        "A dead session, or (at the drafts-left rate) a POST whose answer is lost with 504, leaves a draft under a "
        "number that begins with ##; its stock is allocated.",
        "Forums tell of ## and TBA orders after crashes; whether the API can leave them is not said.",
        "orders/crashes.py",
    ),
    _assumed(
        "drafts in lists",
        "Drafts are left out of lists unless the filter names is_draft, and always out of views and look-ups; they can "
        "be read by id.",
        "They are said to be hidden in lists.",
        "reading/catalogue_sop.py",
    ),
    _assumed(
        "new documents with an id",
        "PUT on sop_orders_new, sop_quotes_new or sop_returns_new with an id amends that document.",
        "POST answers a document that is not stored; what its PUT is for is not said.",
        "writes_sop.py",
    ),
    _assumed(
        "number of a draft",
        "A draft takes its number when it is confirmed; quotes always number by themselves.",
        "TBA is documented, the moment is not.",
        "orders/headers.py",
    ),
    _assumed(
        "quotes of accounts on hold",
        "A quote can be entered for an account on hold.",
        "Quotes have no override_on_hold.",
        "orders/documents.py",
    ),
    _assumed(
        "quote to order",
        "sop_orders_duplicate takes a quote as its source too; the quote then shows the order's number.",
        "The API has no other call that makes an order of a quote.",
        "orders/copies.py",
    ),
    _assumed(
        "status of a quote",
        "PUT /sop_quotes sets the status to Live or Lost; other statuses are passed over.",
        "document_status is writable on quotes only, and a Lost value is mentioned.",
        "orders/documents.py",
    ),
    _assumed(
        "best discount",
        "The discount for the customer wins over its discount group's, that over everybody's; an item's over its "
        "group's; then the largest quantity break that fits; a customer's line discount comes last.",
        "The order of the sources of a price is documented, not how several discounts meet.",
        "orders/price_book.py",
    ),
    _assumed(
        "own price takes no discount",
        "A line that is sent with another price than Sage's takes no discount of the price book.",
        "Not stated; the price of a shop is the price.",
        "orders/line_columns.py",
    ),
    _assumed(
        "document discount at entry",
        "Orders and quotes start with the customer's invoice discount; the order value discount comes only with "
        "apply_available_document_discount_percent, when it is the better one.",
        "Only the latter is described.",
        "orders/documents.py",
    ),
    _assumed(
        "prices that hold VAT",
        "Line totals and the goods subtotal hold VAT; VAT is taken out of the gross per tax code, net is the rest.",
        "Whether the API's values hold VAT in such a company is not said.",
        "orders/pricing.py",
    ),
    _assumed(
        "payment with order",
        "A full payment is the order's gross value. Its receipt is posted at entry if it is to be invoiced "
        "immediately, else with the first invoice; each invoice is allocated what is left of it.",
        "The fields are named, the moment is not.",
        "orders/payment.py",
    ),
    _assumed(
        "credit limit",
        "is_credit_limit_exceeded compares the limit with what the account owes plus this order. The order is taken, "
        "and put on hold unless override_on_hold comes from somebody with the right.",
        "The hold is documented, the sum is not.",
        "orders/documents.py",
    ),
    _assumed(
        "cancelled lines",
        "A cancelled line is recorded when a quantity falls or a line goes with create_cancelled_line, and for what an "
        "order still lacks when it is cancelled, if the company records such lines.",
        "The setting and the flag are documented, cancelling a whole order is not.",
        "orders/entry_lines.py",
    ),
    _assumed(
        "print sequence",
        "With is_to_sequence_lines, lines that a PUT does not name follow those that it names.",
        "Only that the order of the array counts is said.",
        "orders/documents.py",
    ),
    _assumed(
        "header dates",
        "use_header_requested_date and use_header_promised_date give every line the header's date when they are sent.",
        "2024 R2 names them without a word on what they do.",
        "orders/documents.py",
    ),
    _assumed(
        "suggested products",
        "Frequent and recent items come from the customer's orders, preferred ones from lines with mark_as_preferred.",
        "How Sage finds them is not published.",
        "orders/suggestions.py",
    ),
    _assumed(
        "discount of a line",
        "The discount shown with a line names its source and kind with the words of the price book's enumerations; "
        "quantity_break_amount stays 0.",
        "The values are not published, and what the amount means is not said.",
        "reading/catalogue_sop_lists.py",
    ),
    _assumed(
        "references typed by people",
        "At the desktop a receipt of a return takes a reference, which becomes that of its movements; the second "
        "reference of a posted invoice or credit note is typed in one step with the posting.",
        "Sage's help names no reference on the receipt screen. It lets references of postings be amended afterwards, "
        "and only while they are not allocated.",
        "desktop/deeds.py",
    ),
    _assumed(
        "lines of no value",
        "With an add-on that dislikes them, an order or return with a line of no value (comments apart) is refused "
        "with 400, or saved and put on hold, also when it was released and is amended again.",
        "Makers of add-ons tell that zero value lines can be held; how the API shows it is not said.",
        "orders/addon.py",
    ),
)
