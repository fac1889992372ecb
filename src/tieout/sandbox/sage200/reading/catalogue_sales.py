"""Readable resources of the sales ledger: posted and archived transactions, their analysis, and their views."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Child, Resource, fields, many, one

_VALUES = (
    "document_goods_value:m document_gross_value:m document_tax_value:m document_discount_value:m discount_percent:p "
    "document_tax_discount_value:m document_allocated_value:m document_outstanding_value:m base_goods_value:m "
    "base_gross_value:m base_tax_value:m base_discount_value:m base_tax_discount_value:m base_allocated_value:m "
    "control_value_in_base_currency:m"
)
_FIGURES = {
    "document_goods_value": "p.goods",
    "document_gross_value": "p.gross",
    "document_tax_value": "p.tax",
    "document_discount_value": "p.discount",
    "document_tax_discount_value": "p.tax_discount",
    "document_allocated_value": "p.allocated",
    "document_outstanding_value": "p.gross - p.allocated",
    "base_goods_value": "p.goods",
    "base_gross_value": "p.gross",
    "base_tax_value": "p.tax",
    "base_discount_value": "p.discount",
    "base_tax_discount_value": "p.tax_discount",
    "base_allocated_value": "p.allocated",
}
_DATES = {
    "transaction_date": "p.date",
    "posted_date": "p.posted",
    "due_date": "p.due",
    "exchange_rate": "1000000",
}
_MEMO_STATUS = "CASE WHEN EXISTS (SELECT 1 FROM memo m WHERE m.posted_id = p.id AND m.active = 1) THEN 'Y' ELSE '' END"
ALLOCATION_STATUS = (
    "CASE WHEN p.allocated = 0 AND p.gross <> 0 THEN 'Not allocated' WHEN p.allocated = p.gross THEN 'Fully allocated' "
    "ELSE 'Part allocated' END"
)
_ITEMS: dict[str, Child] = {
    "tax_analysis_items": many("posted_tax_items", "posted_id"),
    "nominal_analysis_items": many("posted_nominal_items", "urn", "urn"),
    "bank_items": many("posted_bank_items", "posted_id"),
}
_ALLOCATIONS: dict[str, Child] = {
    "allocation_session_items": many("posted_session_items", "posted_id"),
    "allocation_history_items": many("posted_allocation_items", "posted_id"),
}
_CUSTOMER = {"customer": one("customers", "customer_id")}


def _transactions(name: str, archived: int, children: dict[str, Child]) -> Resource:
    """Return the resource of the rows that are, or are no longer, in the current ledger."""
    return Resource(
        name=name,
        source="posted p",
        where=f"p.archived = {archived}",
        order="p.id",
        fields=fields(
            "p",
            "id:i customer_id:k trader_transaction_type:e.trader_type reference:s second_reference:s queried:s "
            f"transaction_date:d posted_date:t due_date:d full_settlement_date:d {_VALUES} exchange_rate:r "
            f"settled_immediately:b discount_days:i urn:i user_name:s {STAMPS}",
            trader_transaction_type="p.type",
            full_settlement_date="p.settled",
            control_value_in_base_currency="p.gross",
            **_DATES,
            **_FIGURES,
            **stamps("p"),
        ),
        children=_CUSTOMER | children,
        inline=tuple(children),
    )


_ENQUIRY = Resource(
    name="sales_transaction_enquiry_views",
    source="posted p",
    where="p.archived = 0",
    order="p.id",
    fields=fields(
        "p",
        "id:i customer_id:k trader_transaction_type:e.trader_type reference:s second_reference:s queried:s "
        "transaction_date:d posted_date:t due_date:d discount_days:s discount_due_date:d document_gross_value:m "
        "document_discount_value:m document_discounted_value:m document_tax_discount_value:m "
        "document_allocated_value:m document_outstanding_value:m allocation_status:s memo_note_status:s "
        "exchange_rate:r settled_immediately:b source:s urn:i user_name:s has_documents:b date_time_updated:h",
        trader_transaction_type="p.type",
        discount_days="CAST(p.discount_days AS TEXT)",
        discount_due_date="date(p.date, '+' || p.discount_days || ' days')",
        document_gross_value="p.gross",
        document_discount_value="p.discount",
        document_discounted_value="p.gross - p.discount",
        document_tax_discount_value="p.tax_discount",
        document_allocated_value="p.allocated",
        document_outstanding_value="p.gross - p.allocated",
        allocation_status=ALLOCATION_STATUS,
        memo_note_status=_MEMO_STATUS,
        source="CASE p.origin WHEN 'SOP' THEN 'LedgerSOP' ELSE 'LedgerSales' END",
        has_documents="0",
        date_time_updated="p.updated",
        **_DATES,
    ),
    children={
        **_CUSTOMER,
        **_ITEMS,
        **_ALLOCATIONS,
        "memos": many("sales_posted_transaction_memos", "posted_customer_transaction_id"),
    },
    inline=(*_ITEMS, *_ALLOCATIONS, "memos"),
)

_VIEW = Resource(
    name="sales_transaction_views",
    source="posted p JOIN customer c ON c.id = p.customer_id LEFT JOIN currency y ON y.base = 1",
    where="p.archived = 0",
    order="p.id",
    single=False,
    fields=fields(
        "p",
        "posted_customer_transaction_id:i transaction_type:e.trader_type transaction_date:d posted_date:t due_date:d "
        "discount_days:i reference:s second_reference:s query:s status:s user_name:s ledger_type:s urn:i "
        "exchange_rate:r settled_immediately:b base_goods_value:m base_gross_value:m base_discount_value:m "
        "base_tax_value:m base_tax_discount_value:m base_allocated_value:m base_outstanding_value:m "
        "document_goods_value:m document_gross_value:m document_discount_value:m document_tax_value:m "
        "document_tax_discount_value:m document_allocated_value:m document_outstanding_value:m customer_id:k "
        "customer_reference:s customer_name:s currency_name:s currency_symbol:s transaction_date_time_updated:t",
        posted_customer_transaction_id="p.id",
        transaction_type="p.type",
        query="p.queried",
        status=ALLOCATION_STATUS,
        ledger_type="CASE p.origin WHEN 'SOP' THEN 'LedgerSOP' ELSE 'LedgerSales' END",
        base_outstanding_value="p.gross - p.allocated",
        customer_reference="c.reference",
        customer_name="c.name",
        currency_name="y.name",
        currency_symbol="y.symbol",
        transaction_date_time_updated="p.updated",
        **_DATES,
        **_FIGURES,
    ),
)

_TAX = Resource(
    name="posted_tax_items",
    hidden=True,
    source="posted_tax t JOIN tax_code c ON c.id = t.tax_code_id",
    order="t.id",
    fields=fields(
        "t",
        "id:i code:i name:s entry_type:s goods_amount:m tax_amount:m tax_discount_amount:m posted_id:h",
        id="t.tax_code_id",
        code="c.code",
        name="c.name",
        entry_type="'TaxAccountEntryOutput'",
        goods_amount="t.goods",
        tax_amount="t.tax",
        tax_discount_amount="0",
    ),
)
_NOMINAL = Resource(
    name="posted_nominal_items",
    hidden=True,
    source="entry e JOIN journal j ON j.id = e.journal_id JOIN nominal n ON n.id = e.nominal_id",
    where="e.role = 'analysis'",
    order="e.id",
    fields=fields(
        "e",
        "code:s cost_centre:s department:s name:s location:s reference:s narrative:s value:m base_value:m "
        "transaction_analysis_code:s source:s urn:h",
        code="n.account",
        cost_centre="n.cost_centre",
        department="n.department",
        name="n.name",
        location="CASE j.deferred WHEN 1 THEN 'Deferred' ELSE 'Current' END",
        reference="j.reference",
        base_value="e.value",
        transaction_analysis_code="e.transaction_code",
        source="j.source",
        urn="j.urn",
    ),
)
_BANK = Resource(
    name="posted_bank_items",
    hidden=True,
    source="posted p JOIN bank b ON b.id = p.bank_id",
    order="p.id",
    fields=fields(
        "p",
        "bank_code:s name:s bank_entry_type:s reference:s cheque_value:m statement_page_number:i urn:i posted_id:h",
        bank_code="b.code",
        name="b.name",
        bank_entry_type="CASE WHEN p.gross < 0 THEN 'BankAccountEntryType.Receipt' "
        "ELSE 'BankAccountEntryType.Payment' END",
        cheque_value="p.discount - p.gross",
        statement_page_number="0",
        posted_id="p.id",
    ),
)
_HISTORY = Resource(
    name="posted_allocation_items",
    hidden=True,
    source="ledger_allocation a",
    order="a.id",
    fields=fields(
        "a",
        "id:i trading_revaluation_allocation_entry_type:s entry_date:d allocation_value:m nominal_updated:b "
        f"exchange_rate:r exchange_gain_loss:m {STAMPS} posted_id:h",
        trading_revaluation_allocation_entry_type="'Allocation'",
        entry_date="a.date",
        allocation_value="a.value",
        nominal_updated="1",
        exchange_rate="1000000",
        exchange_gain_loss="0",
        **stamps("a"),
    ),
)
_SESSION = Resource(
    name="posted_session_items",
    hidden=True,
    source=(
        "ledger_allocation a JOIN ledger_allocation o ON o.session = a.session AND o.posted_id <> a.posted_id "
        "JOIN posted p ON p.id = o.posted_id"
    ),
    order="o.id",
    fields=fields(
        "o",
        "user_name:s ledger_type:s urn:i allocation_date:d trader_transaction_type:e.trader_type reference:s value:m "
        "allocation_value:m posted_id:h",
        ledger_type="'LedgerSales'",
        urn="p.urn",
        allocation_date="o.date",
        trader_transaction_type="p.type",
        reference="p.reference",
        value="p.gross",
        allocation_value="o.value",
        posted_id="a.posted_id",
    ),
)
_MEMO = Resource(
    name="sales_posted_transaction_memos",
    source="memo m",
    order="m.id",
    fields=fields(
        "m",
        f"id:i posted_customer_transaction_id:k note:s is_active:b created_by:s {STAMPS}",
        posted_customer_transaction_id="m.posted_id",
        is_active="m.active",
        created_by="m.user_name",
        **stamps("m"),
    ),
)
_TRADING_PERIOD = Resource(
    name="sales_trading_periods",
    source="period x JOIN financial_year y ON y.id = x.year_id",
    order="x.start",
    fields=fields(
        "x",
        f"id:i period_number:s start_date:d end_date:d {STAMPS}",
        period_number="CAST(x.number AS TEXT)",
        start_date="x.start",
        end_date="x.finish",
        date_time_created="x.start || 'T00:00:00.000Z'",
        date_time_updated="x.start || 'T00:00:00.000Z'",
    ),
)

SALES = (
    _transactions("sales_posted_transactions", 0, _ITEMS | _ALLOCATIONS),
    _transactions("sales_historical_transactions", 1, _ITEMS),
    _ENQUIRY,
    _VIEW,
    _TAX,
    _NOMINAL,
    _BANK,
    _HISTORY,
    _SESSION,
    _MEMO,
    _TRADING_PERIOD,
)
