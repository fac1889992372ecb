"""What no public document of Sage 200 settles, in one place, so that a site's truth is a setting and no patch.

Every default is marked with where it comes from; the numbers are sections of the project's
Sage 200 reference. Correct them under `compat` of the ledger account's settings.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Compat(BaseModel):
    """Assumptions about one site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_expands: tuple[str, ...] = Field(
        default=("lines", "customer"),
        description="Children asked for with orders; whether lists hold lines unasked is not stated (2.1).",
    )
    return_path: str = Field(
        default="/sop_returns", description="Where returns are raised, since release 2025 R1 (3.0)."
    )
    cancel_path: str = Field(default="/sop_returns_status", description="Where a return's status is changed (3.0).")
    cancel_verb: Literal["POST", "PUT"] = Field(
        default="POST", description="Verb of the status change; the release notes list none (3.0)."
    )
    cancel_id_field: str = Field(
        default="id", description="Name of the return's id in the status change; public guesses differ (7.6)."
    )
    cancel_status_field: str = Field(
        default="status", description="Name of the status in the status change; public guesses differ (7.6)."
    )
    cancel_status: str = Field(
        default="EnumDocumentStatusCancelled", description="The status that cancels what is open (Annex C)."
    )
    cancel_extra: dict[str, str] = Field(
        default_factory=dict, description="Further fields of the status change, such as a reason."
    )
    price_overridden_field: bool = Field(
        default=True,
        description="Send selling_unit_price_overridden with a return's price, as on orders (7.3, assumed).",
    )
    ledger_words: dict[str, str] = Field(
        default={"sales": "Sales", "stock": "StockControl", "cash": "CashBook", "nominal": "Nominal"},
        description="Our ledger names to the words of /ledger_types; their prefix is read there (Annex C).",
    )
    group_words: tuple[str, ...] = Field(
        default=("group", "memo"),
        description="Nominal account types that hold one of these words take no posting (6.7).",
    )
    history_path: str = Field(
        default="/sales_historical_transactions",
        description="Archived ledger rows are looked for here too; empty to leave them out (2.7).",
    )
    sign_in_counts_from: Literal["sign_in", "renewal"] = Field(
        default="sign_in",
        description="Whether a sign-in's life counts from the sign-in, the cautious way, or from the last renewal "
        "(1.3 is silent).",
    )
    currency_signs: dict[str, str] = Field(
        default={"£": "GBP", "€": "EUR", "$": "USD"},
        description="Used where a foreign currency has no ISO code record (A.7).",
    )
    order_cancel_path: str = Field(
        default="/sop_orders_status",
        description="Where an order's status is changed, since release 2025 R1; verb and fields as `cancel_...` (7.6).",
    )
    lock_orders_to_edit: bool = Field(
        default=False,
        description="Take Sage's edit lock before an order is changed and give it back with the change (2.6, 7.5).",
    )
    allocate_by: Literal["to_allocate_quantity", "allocated_quantity"] = Field(
        default="to_allocate_quantity",
        description="Field that asks for allocation: the one adds, the other sets; both are writable (A.2).",
    )
    allocated_holds_despatched: bool = Field(
        default=False,
        description="Whether a line's allocated_quantity goes on counting what was despatched of it (A.2).",
    )
    wide_text: Literal["refuse", "send"] = Field(
        default="refuse",
        description="Texts with letters outside Windows-1252, such as emoji: many of Sage's columns may turn them into "
        "question marks (5, unproven). Send them where the site has been seen to keep them.",
    )
    draft_numbers: tuple[str, ...] = Field(
        default=("TBA", "##"),
        description="How the number of an order begins that a cut-off entry left behind (2.5, 7.4).",
    )
    despatch_intents: dict[str, str] = Field(
        default={"goods": "", "services": "Confirm"},
        description="confirmation_intent_type of a despatch; empty leaves it to Sage's default, which is goods (A.3).",
    )
    document_types: dict[int, Literal["order", "return"]] = Field(
        default={0: "order", 1: "return"},
        description="document_type_id of the order and return view; other ids are quotes and pro formas (4.5, B.1).",
    )
    out_words: tuple[str, ...] = Field(
        default=("out", "bom issue"),
        description="Movement types that begin with one of these take stock away; whether quantities are signed is "
        "not stated (6.4, A.5).",
    )
    unmoving_words: tuple[str, ...] = Field(
        default=("allocation", "on pop order"),
        description="Rows of the movement log whose type begins with one of these moved no stock (Annex C).",
    )
    stock_filter: str = Field(
        default="quantity_in_stock ne 0 or quantity_allocated ne 0",
        description="Which bin holdings the sweep of stock asks for; empty for all, where Sage cannot filter by these.",
    )
    open_orders_filter: str = Field(
        default="document_status eq 'EnumDocumentStatusLive' or document_status eq 'EnumDocumentStatusOnHold'",
        description="Which orders the sweep of promised goods asks for; the words of the filter are not stated (2.1).",
    )
    stocktake_type: Literal["By Stock Item", "By Bin"] = Field(
        default="By Stock Item",
        description="How a stocktake selects; by bin every other item of the bin is on the sheet too (4.2).",
    )
    payment_in_part: str = Field(
        default="EnumSOPOrderPaymentTypePart",
        description="payment_type of a payment that is less than the order's total (Annex C, inferred).",
    )
