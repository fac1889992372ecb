"""What the Sage 200 sandbox does without a source for it, and where to correct it once a site has shown the truth."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption
from tieout.sandbox.sage200.assumptions_company import COMPANY_ASSUMPTIONS
from tieout.sandbox.sage200.assumptions_finance import FINANCE_ASSUMPTIONS
from tieout.sandbox.sage200.assumptions_sales import SALES_ASSUMPTIONS
from tieout.sandbox.sage200.assumptions_sop import SOP_ASSUMPTIONS
from tieout.sandbox.sage200.assumptions_stock import STOCK_ASSUMPTIONS

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "lock dress",
        "A record in use answers 400, 409, 423 or 500 with a Message naming the holder, or hangs and then 504.",
        "No document says how the API reports a lock; a client must cope with all of them.",
        "company/locks.py",
    ),
    _assumed(
        "edit lock",
        "While an order is open through $expand=is_to_lock, a PUT without its lock_id is refused as in use; a PUT that "
        "fails does not give the lock back.",
        "Only the taking and the releasing of that lock are documented.",
        "company/locks.py",
    ),
    _assumed(
        "despatch list takes no locks",
        "GET /sop_confirm_despatch lists without locking.",
        "The documents speak of locked goods without saying what is locked for how long.",
        "reading/enquiries.py",
    ),
    _assumed(
        "return body",
        "POST /sop_returns takes the body of a sales order, with positive quantities.",
        "The field list of 2025 R1 is not public; one public client does it so.",
        "orders/documents.py",
    ),
    _assumed(
        "status body",
        "sop_orders_status and sop_returns_status take POST or PUT with an id and document_status or status.",
        "Two public guesses contradict each other; both are taken.",
        "orders/documents.py",
    ),
    _assumed(
        "receipt line view",
        "sop_return_receipt_line_views is shaped like the despatch line view with receipt and return in its names.",
        "The resource is announced for 2025 R1 without its fields.",
        "reading/catalogue_sop.py",
    ),
    _assumed(
        "line tax",
        "VAT is worked out on the net total per tax code and shared over the lines so that they add up to it.",
        "No document gives the rounding.",
        "orders/pricing.py",
    ),
    _assumed(
        "tax not checked against rate",
        "A ledger document's tax is taken as keyed; only the sums must agree.",
        "Ledger entry in the desktop lets VAT be amended.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "returned goods cost",
        "Returned goods come back at the return line's cost price, else at the item's present cost.",
        "Sage's rule per costing method was not found.",
        "orders/despatch.py",
    ),
    _assumed(
        "cost of sales at despatch",
        "Stock and cost of sales are posted when goods leave, and reversed when they come back.",
        "The settings say despatch or invoice; update_stock_on_despatch is on unless it is changed.",
        "stock/postings.py",
    ),
    _assumed(
        "to_allocate_quantity adds",
        "On PUT, to_allocate_quantity allocates so much more; allocated_quantity sets the figure.",
        "The field is described only by its name.",
        "orders/entry_lines.py",
    ),
    _assumed(
        "allocated means not yet despatched",
        "allocated_quantity falls when goods are despatched.",
        "Stock and allocation fall together; whether the line's figure does is not said.",
        "reading/catalogue_sop.py",
    ),
    _assumed(
        "order posting is atomic",
        "POST /sop_orders and /sop_returns enter everything or nothing.",
        "Not stated; the partial application of PUT is, and is done.",
        "orders/documents.py",
    ),
    _assumed(
        "order and return number series",
        "Orders and returns count separately, both from 0000000001.",
        "One setting covers both; the series are shown apart in the desktop.",
        "orders/documents.py",
    ),
    _assumed(
        "lines in lists",
        "Lists of orders carry lines only with $expand=lines; a single order always does.",
        "Not stated for lists.",
        "reading/catalogue_sop.py",
    ),
    _assumed(
        "nominal analysis of a posting",
        "nominal_analysis_items shows the analysis side only (not control, VAT or bank), debit positive.",
        "The examples do not show which entries are listed, nor the sign.",
        "reading/catalogue_sales.py",
    ),
    _assumed(
        "sign of tax analysis",
        "tax_analysis_items of a credit note are negative, as its header is.",
        "Only the header's sign is documented.",
        "ledger/sales_ledger.py",
    ),
    _assumed(
        "location of deferred entries",
        "A nominal analysis item whose posting waits for a future period has location Deferred, else Current.",
        "The field is expected to tell them apart; its values are not published.",
        "reading/catalogue_sales.py",
    ),
    _assumed(
        "movement quantity is unsigned",
        "product_transaction_views shows quantities positive; the movement type and group tell in from out.",
        "The field is described as the quantity on the transaction.",
        "reading/catalogue_stock.py",
    ),
    _assumed(
        "transfer pair",
        "A transfer shows as Out - Transfer and In - Transfer under the same references.",
        "That it is a pair is inferred; the names are ours.",
        "stock/movements.py",
    ),
    _assumed(
        "holding stamps",
        "date_time_updated of holdings does not move with quantities.",
        "Not stated; a client must not rely on it.",
        "reading/catalogue_stock.py",
    ),
    _assumed(
        "unknown keys",
        "Unknown properties of a body are passed over.",
        "Not stated; the serialiser of that framework does so by default.",
        "company/bodies.py",
    ),
    _assumed(
        "acceptable dates",
        "A date that validation calls Acceptable is posted; Unacceptable is refused.",
        "The desktop warns on Acceptable; the API has no way to ask back.",
        "company/periods.py",
    ),
    _assumed(
        "count",
        "$count=true answers a bare number.",
        "The shape is not documented.",
        "reading/reads.py",
    ),
    _assumed(
        "text comparison",
        "Filters on text do not tell capitals from small letters.",
        "The usual collation of the database behind Sage 200.",
        "company/tables.py",
    ),
    _assumed(
        "enumeration numbers",
        "Numbers of enumerations beyond those published (document status 0 to 2) follow the order of their names.",
        "The live list is read from the _types resources of a site.",
        "reading/resources.py",
    ),
    _assumed(
        "error sentences",
        "The sentences in Message are ours.",
        "Sage's texts are not published; a client must not depend on their exact words.",
        "company/refusals.py",
    ),
    _assumed(
        "price without permission",
        "A price or discount other than Sage's own is refused when the user may not override prices.",
        "The documents say refused or replaced.",
        "orders/entry_lines.py",
    ),
    _assumed(
        "non-trading warehouse",
        "An order line on a warehouse that is not used for sales trading is refused; a return line is not.",
        "The flag stops sales; returns into quarantine are the point of it.",
        "orders/entry_lines.py",
    ),
    *COMPANY_ASSUMPTIONS,
    *FINANCE_ASSUMPTIONS,
    *SALES_ASSUMPTIONS,
    *SOP_ASSUMPTIONS,
    *STOCK_ASSUMPTIONS,
)
