"""Readable resources of the cash book: accounts, and what was posted to them."""

from __future__ import annotations

from tieout.sandbox.sage200.company.tables_finance import BANK_NOMINALS
from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, many, one

BASE_RATE = "1000000"
_BALANCE = "(SELECT coalesce(sum(debit - credit), 0) FROM nominal_total WHERE nominal_id = b.nominal_id)"
_STATUS = "CASE b.hidden WHEN 1 THEN 'AccountStatusHidden' ELSE 'AccountStatusActive' END"
_NOMINALS = " ".join(
    f"{name}:s"
    for name in (
        *(f"bank_account_nominal_{part}" for part in ("reference", "cost_centre", "department")),
        *BANK_NOMINALS,
    )
)
_OWN_NOMINAL = {
    "bank_account_nominal_reference": "n.account",
    "bank_account_nominal_cost_centre": "n.cost_centre",
    "bank_account_nominal_department": "n.department",
}


def _expansion(purpose: str) -> str:
    """Return the id of the nominal code of a bank's purpose (charges, exchange differences)."""
    return (  # the words are ours
        f"(SELECT x.id FROM nominal x WHERE x.account = b.{purpose}_nominal_reference "  # noqa: S608
        f"AND x.cost_centre = b.{purpose}_nominal_cost_centre AND x.department = b.{purpose}_nominal_department)"
    )


BANKS = (
    Resource(
        name="banks",
        source="bank b JOIN nominal n ON n.id = b.nominal_id",
        order="b.id",
        fields=fields(
            "b",
            "id:i code:s description:s sort_code:s account_no:s bank_name:s account_type:s "
            "account_status_type:e.account_status balance:m balance_in_base:m overdraft_limit:m account_name:s iban:s "
            f"bic:s statement_balance:m account_currency_id:k {_NOMINALS} bank_address:o {STAMPS} own_id:h "
            "charges_id:h difference_id:h",
            description="b.name",
            account_status_type=_STATUS,
            balance=_BALANCE,
            balance_in_base=_BALANCE,
            overdraft_limit="b.overdraft",
            statement_balance="0",
            account_currency_id=BASE_CURRENCY,
            **_OWN_NOMINAL,
            bank_address="json_patch(b.address, json_object('id', b.id))",
            **stamps("b"),
            own_id="b.nominal_id",
            charges_id=_expansion("bank_charges"),
            difference_id=_expansion("exchange_diff"),
        ),
        children={
            "account_currency": one("currencies", "account_currency_id"),
            "bank_account_nominal_code": one("nominal_codes", "own_id"),
            "bank_charges_nominal_code": one("nominal_codes", "charges_id"),
            "exchange_diff_nominal_code": one("nominal_codes", "difference_id"),
            **{name: many(f"bank_{name}", "bank_id") for name in ("emails", "memos", "websites")},
            "bank_contacts": many("bank_contacts", "bank_id"),
        },
        inline=("bank_contacts", "emails", "memos", "websites"),
    ),
    *(
        Resource(
            name=name,
            hidden=True,
            source=f"{name.removesuffix('s')} x",
            order="x.id",
            fields=fields("x", f"id:i bank_id:i {words} {STAMPS}", **stamps("x")),
        )
        for name, words in (
            ("bank_contacts", "type:s address:s"),
            ("bank_emails", "email:s is_default:b"),
            ("bank_memos", "note:s is_active:b created_by:s"),
            ("bank_websites", "website:s is_default:b"),
        )
    ),
    Resource(
        name="lookup_banks",
        source="bank b",
        order="b.code",
        single=False,
        fields=fields(
            "b",
            f"id:i code:s description:s account_status_type:e.account_status {STAMPS}",
            description="b.name",
            account_status_type=_STATUS,
            **stamps("b"),
        ),
    ),
    Resource(
        name="bank_views",
        source="bank b JOIN nominal n ON n.id = b.nominal_id JOIN currency c ON c.base = 1",
        order="b.code",
        single=False,
        fields=fields(
            "b",
            "id:i code:s description:s sort_code:s account_no:s bank_name:s account_type_id:i "
            "account_status_type_id:i balance:m balance_in_base:m overdraft_limit:m account_name:s iban:s bic:s "
            "statement_balance:m statement_page_number:i currency_id:k currency_name:s currency_symbol:s "
            f"currency_iso_code_id:k currency_iso_code:s currency_iso_code_name:s {_NOMINALS} electronic_bank:s",
            description="b.name",
            account_type_id="CASE b.account_type WHEN 'Cash' THEN 1 WHEN 'Credit card' THEN 2 ELSE 0 END",
            account_status_type_id="b.hidden",
            balance=_BALANCE,
            balance_in_base=_BALANCE,
            overdraft_limit="b.overdraft",
            statement_balance="0",
            statement_page_number="0",
            currency_id="c.id",
            currency_name="c.name",
            currency_symbol="c.symbol",
            currency_iso_code_id="c.id",
            currency_iso_code="c.iso",
            currency_iso_code_name="c.name",
            **_OWN_NOMINAL,
            electronic_bank="''",
        ),
    ),
    Resource(
        name="bank_posted_transactions",
        source="bank_posted t",
        order="t.id",
        fields=fields(
            "t",
            "id:i bank_id:i bank_transaction_type:s entry_description:s reference:s second_reference:s "
            "transaction_date:d posted_date:t cheque_value:m cheque_discount_value:m cheque_to_account_currency_rate:r "
            "bank_cheque_to_base_currency_rate:r cheque_currency_id:k statement_page_number:i source:s urn:i "
            f"user_name:s {STAMPS}",
            bank_transaction_type="t.type",
            entry_description="t.description",
            transaction_date="t.date",
            posted_date="t.posted",
            cheque_value="t.value",
            cheque_discount_value="0",
            cheque_to_account_currency_rate=BASE_RATE,
            bank_cheque_to_base_currency_rate=BASE_RATE,
            cheque_currency_id=BASE_CURRENCY,
            statement_page_number="0",
            user_name="substr(t.user_name, 1, 20)",
            **stamps("t"),
        ),
        children={
            "bank": one("banks", "bank_id"),
            "cheque_currency": one("currencies", "cheque_currency_id"),
            "tax_analysis_items": many("urn_tax_items", "urn", "urn"),
            "nominal_analysis_items": many("posted_nominal_items", "urn", "urn"),
            "trade_items": many("urn_trade_items", "urn", "urn"),
        },
        inline=("tax_analysis_items", "nominal_analysis_items", "trade_items"),
    ),
)
