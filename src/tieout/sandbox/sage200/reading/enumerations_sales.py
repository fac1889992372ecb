"""The `_types` of the sales ledger."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.enumerations_finance import Values, spoken

OFFICES = ("Independent", "Branch", "Head Office", "Independent No Statement", "Head Office No Statement")
"""The kinds of office that Sage names; the words are taken as the values too (assumed)."""

STATEMENT_TERMS = (
    ("All transactions", "StatementTermsAllTransactions"),
    ("Outstanding only", "StatementTermsOutstandingOnly"),
)
STATEMENT_AGEING = (
    ("Use transaction date", "StatementAgeingTermsTypeEnumInstrumentDate"),
    ("Use due date", "StatementAgeingTermsTypeEnumDueDate"),
    ("Use calendar month", "StatementAgeingTermsTypeEnumCalendarMonth"),
)


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Values:
    return [{"id": number, "description": said, "value": value} for number, (said, value) in enumerate(pairs)]


SALES_TYPES: dict[str, Values] = {
    "document_transmission_method_types": spoken("Post", "Email"),
    "head_office_types": spoken(*OFFICES),
    "statement_ageing_terms": _pairs(STATEMENT_AGEING),
    "statement_layout_types": spoken("Paper Standard", "Paper Alternative", "Email Standard", "Email Alternative"),
    "statement_terms": _pairs(STATEMENT_TERMS),
}
