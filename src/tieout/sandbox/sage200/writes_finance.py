"""POST, PUT and DELETE of general settings, financials, cash book and nominal ledger."""

from __future__ import annotations

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.ledger import banks, cash_book, nominal_codes
from tieout.sandbox.sage200.ledger.exchange_rates import exchange_rate
from tieout.sandbox.sage200.ledger.records import Body, Kept, Writer, Writes, plain_record, writes_of
from tieout.sandbox.sage200.reading.enumerations_finance import FINANCE_TYPES
from tieout.sandbox.sage200.reading.settings import company_details, system_settings

PLACE = "code:s3! name:s60 contact_name:s200 contact_details:s235 contact_email_address:s200"
COMPANY = (
    "name:s60 telephone:s30 fax:s30 email:s255 website:s255 tax_registration_number:s30 country_code_id:i "
    "eori_number:s14 address:o"
)
ADDRESS = "address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 postcode:s10 country:s60"
SYSTEM = (
    "number_open_periods:i update_nominal_online:b use_cost_centre_breakdown:b use_intrastat_reporting:b "
    "use_period_exchange_rates:b use_segmented_address:b use_additional_trans_analysis:b "
    "transaction_analysis_heading:s30 accounting_period_validation_type:s20 transaction_date_validation:o"
)
VALIDATION = (
    "transaction_date_validation_type:s20 pre_days_normal:i post_days_normal:i pre_days_acceptable:i "
    "post_days_acceptable:i previous_year_classification:s20 future_year_classification:s20 "
    "closed_period_classification:s20 future_period_classification:s20"
)
OPEN_PERIODS_MAX = 20


def _values(name: str) -> frozenset[str]:
    return frozenset(str(row["value"]) for row in FINANCE_TYPES[name])


COURIER = Kept(
    resource="couriers",
    table="courier",
    what="Courier",
    spec="name:s60! website:s2083 tracking_url:s2083 is_default:b",
    sole="is_default",
    used=("SELECT id FROM despatch WHERE courier_id = ?",),
)
PLACES = tuple(
    Kept(
        resource=f"{table}s",
        table=table,
        what=what,
        spec=PLACE,
        fixed="code",
        unique="code",
        used=(f"SELECT id FROM nominal WHERE {table} = ?",),  # noqa: S608  # our own tables
        used_by="code",
    )
    for table, what in (("cost_centre", "Cost centre"), ("department", "Department"))
)
OTHERS = (
    Kept(resource="flow_states", table="flow_state", what="Flow state", spec="flow_id:s128! value:s8000"),
    Kept(
        resource="pending_emails",
        table="pending_email",
        what="Pending email",
        spec=("email_type:s32! email_address:s255! email_subject:s255 email_body:s8000 user_number:i! user_name:s256"),
    ),
    Kept(
        resource="nominal_report_categories",
        table="report_category",
        what="Report category",
        spec="code:s4! description:s60 account_report_type:s20! account_report_category_type:s20!",
        columns={"account_report_type": "report_type", "account_report_category_type": "category_type"},
        values={
            "account_report_type": _values("nominal_reporting_types"),
            "account_report_category_type": _values("nominal_report_category_types"),
        },
        unique="code",
        fixed="code",
        used=(
            "SELECT id FROM nominal WHERE report_category_id = ?",
            "SELECT id FROM report_row WHERE category_id = ?",
        ),
    ),
)
MEMO = Kept(
    resource="nominal_code_memos",
    table="nominal_memo",
    what="Memo",
    spec="nominal_code_id:i! note:s1000! is_active:b",
    columns={"nominal_code_id": "nominal_id", "is_active": "active"},
    user_column="user_name",
)


def _new_nominal(books: Books, _: int, __: Body) -> object:
    return nominal_codes.new_nominal(books)


def _of_a_nominal(writer: Writer) -> Writer:
    """Refuse a memo of a nominal account that does not exist."""

    def write(books: Books, key: int, body: Body) -> object:
        said = checked(body, "nominal_code_id:i").get("nominal_code_id")
        if said is not None and books.value("SELECT id FROM nominal WHERE id = ?", said) is None:
            raise RefusedError(f"The nominal code {said} does not exist.")
        return writer(books, key, body)

    return write


def _bank_document(kind: str) -> Writer:
    return lambda books, _, body: {"urn": str(cash_book.post_bank_document(books, kind, body))}


def _bank_transfer(books: Books, _: int, body: Body) -> object:
    cash_book.transfer(books, body)
    return body


def _exchange_rate(books: Books, _: int, body: Body) -> object:
    return exchange_rate(books, body)


def _amend_company(books: Books, key: int, body: Body) -> object:
    _only_one(key)
    fields = checked(body, COMPANY)
    if fields.get("country_code_id") and (
        books.value("SELECT id FROM country WHERE id = ?", fields["country_code_id"]) is None
    ):
        raise RefusedError(f"The country code {fields['country_code_id']} does not exist.")
    if "address" in fields:
        fields["address"] = books.settings("company_details").get("address", {}) | checked(fields["address"], ADDRESS)
    for name, value in fields.items():
        books.set_setting("company_details", name, value)
    books.effect("company_details.amended", id=key)
    return company_details(books)


def _amend_system(books: Books, key: int, body: Body) -> object:
    _only_one(key)
    fields = checked(body, SYSTEM)
    if not 1 <= fields.get("number_open_periods", 1) <= OPEN_PERIODS_MAX:
        raise RefusedError(f"The field number_open_periods must be between 1 and {OPEN_PERIODS_MAX}.")
    if fields.get("accounting_period_validation_type", "Acceptable") not in _values(
        "accounting_period_validation_types"
    ):
        raise RefusedError("The value of accounting_period_validation_type is not valid.")
    if "transaction_date_validation" in fields:
        fields["transaction_date_validation"] = _validation(books, fields["transaction_date_validation"])
    for name, value in fields.items():
        books.set_setting("system", name, value)
    books.effect("system_settings.amended", id=key)
    return system_settings(books)


def _validation(books: Books, said: Body) -> Body:
    """Return the rules of date validation with what is said of them."""
    fields = checked(said, VALIDATION)
    for name, value in fields.items():
        if name == "transaction_date_validation_type" and value not in _values("transaction_date_validation_types"):
            raise RefusedError(f"The value of {name} is not valid.")
        if name.endswith("_classification") and value not in _values("transaction_date_validation_classifications"):
            raise RefusedError(f"The value of {name} is not valid.")
        if name.startswith(("pre_", "post_")) and value < 0:
            raise RefusedError(f"The field {name} cannot be negative.")
    present: Body = books.setting("system", "transaction_date_validation")
    return present | fields


def _only_one(key: int) -> None:
    if key != 1:
        raise NotFoundError(f"The settings record {key} does not exist.")


FINANCE_WRITES: Writes = {
    **writes_of(COURIER, many=True),
    **{route: writer for kept in PLACES for route, writer in writes_of(kept, many=True).items()},
    **{route: writer for kept in OTHERS for route, writer in writes_of(kept).items()},
    **{route: _of_a_nominal(writer) if route[0] != "DELETE" else writer for route, writer in writes_of(MEMO).items()},
    ("PUT", "company_details", True): _amend_company,
    ("PUT", "system_settings", True): _amend_system,
    **plain_record("banks", banks.enter_bank, banks.amend_bank, banks.delete_bank),
    ("POST", "bank_receipt", False): _bank_document(cash_book.RECEIPT),
    ("POST", "bank_payment", False): _bank_document(cash_book.PAYMENT),
    ("POST", "bank_transfer", False): _bank_transfer,
    ("POST", "currency_exchange_rates", False): _exchange_rate,
    **plain_record(
        "nominal_codes", nominal_codes.enter_nominal, nominal_codes.amend_nominal, nominal_codes.delete_nominal
    ),
    ("POST", "nominal_codes_new", False): _new_nominal,
}
FINANCE_READS_BY_POST = frozenset({"currency_exchange_rates", "nominal_codes_new"})
