"""Readable resources of customer accounts: the account, its thin lists, and what hangs on it."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Child, Resource, fields, many, one

OUTSTANDING = "(SELECT coalesce(sum(gross - allocated), 0) FROM posted WHERE customer_id = c.id AND gross <> allocated)"
ORDERS_OUTSTANDING = (
    "(SELECT coalesce(sum(gross), 0) FROM document WHERE customer_id = c.id AND kind = 'order' AND status = 'Live')"
)
CURRENCY = f"coalesce(nullif(c.currency_id, 0), {BASE_CURRENCY})"
CONTACT_NAME = "trim(k.first_name || ' ' || trim(k.middle_name || ' ' || k.last_name))"
FIRST_CONTACT = "customer_contact k WHERE k.customer_id = c.id AND k.is_default = 1 LIMIT 1"
NUMBER = "trim({0}country_code || ' ' || trim({0}area_code || ' ' || {0}subscriber_number))"
FULL_NUMBER = NUMBER.format("x.")
_DEFAULT = "WHERE x.customer_contact_id = k.id AND x.is_default = 1 LIMIT 1"
DEFAULT_TELEPHONE = f"coalesce((SELECT {FULL_NUMBER} FROM customer_telephone x {_DEFAULT}), '')"  # noqa: S608  # ours
DEFAULT_EMAIL = f"coalesce((SELECT x.email FROM customer_email x {_DEFAULT}), '')"  # noqa: S608  # our own names


def address_part(name: str) -> str:
    """Return the SQL of one line of the main address."""
    return f"coalesce(json_extract(c.address, '$.{name}'), '')"


_PLACE = ("address_1", "address_2", "address_3", "address_4", "city", "county", "postcode")
ADDRESS_COUNTRY = "coalesce(nullif(json_extract(c.address, '$.address_country_code_id'), 0), c.country_id)"
MAIN_ADDRESS = (
    "json_object('id', c.id, 'customer_id', c.id, "  # noqa: S608  # our own names
    + "".join(f"'{name}', {address_part(name)}, " for name in _PLACE)
    + f"'country', coalesce((SELECT y.name FROM country y WHERE y.id = {ADDRESS_COUNTRY}), ''), "  # noqa: S608  # ours
    f"'contact_name', coalesce((SELECT {CONTACT_NAME} FROM {FIRST_CONTACT}), ''), "
    f"'address_country_code_id', coalesce({ADDRESS_COUNTRY}, 0), "
    "'date_time_created', c.created, 'date_time_updated', c.updated)"
)
CREDIT_MEMO = "CASE WHEN c.credit_memo IS NOT NULL THEN json_set(c.credit_memo, '$.id', c.id) END"
ANALYSIS = " ".join(f"analysis_code_{n}:s" for n in range(1, 21))
SPARES = " ".join(
    f"spare_{kind}_{n}:{shown}"
    for kind, count, shown in (("text", 10, "s"), ("number", 10, "q"), ("date", 5, "d"), ("bool", 5, "b"))
    for n in range(1, count + 1)
)

_CUSTOMER = Resource(
    name="customers",
    source="customer c LEFT JOIN nominal n ON n.id = c.nominal_id",
    order="c.id",
    fields=fields(
        "c",
        "id:i reference:s name:s short_name:s balance:m on_hold:b status_reason:s account_status_type:e.account_status "
        "currency_id:k exchange_rate_type:s telephone_country_code:s telephone_area_code:s "
        "telephone_subscriber_number:s fax_country_code:s fax_area_code:s fax_subscriber_number:s website:s "
        "credit_limit:m country_code_id:k default_tax_code_id:k vat_number:s duns_code:s account_type:s "
        "early_settlement_discount_percent:p early_settlement_discount_days:i payment_terms_days:i "
        "payment_terms_basis:s average_time_to_pay:i terms_agreed:b value_of_current_orders_in_sop:m "
        "credit_bureau_id:k credit_position_id:k finance_charge_id:k+ trading_terms:s credit_reference:s "
        "account_opened:d last_credit_review:d next_credit_review:d application_date:d date_received:d "
        "date_finance_charge_last_run:d office_type:s+ associated_head_office_id:k+ produce_statements_for_customer:b+ "
        "is_head_office_with_branches:b+ use_consolidated_billing:b+ order_priority:s use_tax_code_as_default:b "
        "months_to_keep_transactions:i default_nominal_code_id:k default_nominal_code_reference:s "
        "default_nominal_code_cost_centre:s default_nominal_code_department:s invoice_discount_percent:p "
        "invoice_line_discount_percent:p customer_discount_group_id:k order_value_discount_id:k price_band_id:k "
        f"{ANALYSIS} {SPARES} credit_memo_note:o main_address:o last_follow_up_date:d has_promised_payment:b "
        f"layout_id:h {STAMPS}",
        date_finance_charge_last_run="NULL",
        layout_id="0",
        balance=OUTSTANDING,
        account_status_type="c.status",
        currency_id=CURRENCY,
        country_code_id="c.country_id",
        default_tax_code_id="c.tax_code_id",
        average_time_to_pay="0",
        value_of_current_orders_in_sop=ORDERS_OUTSTANDING,
        is_head_office_with_branches="EXISTS (SELECT 1 FROM customer b WHERE b.associated_head_office_id = c.id)",
        default_nominal_code_id="c.nominal_id",
        default_nominal_code_reference="n.account",
        default_nominal_code_cost_centre="n.cost_centre",
        default_nominal_code_department="n.department",
        invoice_discount_percent="c.document_discount",
        invoice_line_discount_percent="c.line_discount",
        customer_discount_group_id="c.discount_group_id",
        order_value_discount_id="c.order_discount_id",
        price_band_id="c.band_id",
        credit_memo_note=CREDIT_MEMO,
        main_address=MAIN_ADDRESS,
        **stamps("c"),
    ),
    children={
        "currency": one("currencies", "currency_id"),
        "default_tax_code": one("tax_codes", "default_tax_code_id"),
        "default_nominal_code": one("nominal_codes", "default_nominal_code_id"),
        "price_band": one("price_bands", "price_band_id"),
        "country_code": one("country_codes", "country_code_id"),
        "associated_head_office": one("customers", "associated_head_office_id"),
        "credit_bureau": one("credit_bureaus", "credit_bureau_id"),
        "credit_position": one("credit_positions", "credit_position_id"),
        "customer_discount_group": one("customer_discount_groups", "customer_discount_group_id"),
        "finance_charge": one("finance_charges", "finance_charge_id"),
        "order_value_discount": one("order_value_discounts", "order_value_discount_id"),
        **{
            name: one("document_layouts", "layout_id")
            for name in ("sales_credit_note_layout", "sales_invoice_layout", "statement_layout")
        },
        "status": one("customer_standings", "id"),
        "alerts": many("customer_alerts", "customer_id"),
        "cards": many("customer_cards", "customer_id"),
        "contacts": Child(resource="customer_contacts", mine="id", theirs="customer_id", deep=True),
        "limited_price_bands": many("customer_price_bands", "customer_id"),
        "memos": many("customer_memos", "customer_id"),
    },
    inline=("alerts", "cards", "contacts", "limited_price_bands", "memos"),
)

_STANDING = Resource(
    name="customer_standings",
    hidden=True,
    source="customer c",
    order="c.id",
    fields=fields(
        "c",
        f"is_live:b {STAMPS} id:h",
        is_live="c.status = 'AccountStatusActive' AND c.on_hold = 0",
        **stamps("c"),
    ),
)

_LOOKUP = Resource(
    name="lookup_customers",
    source="customer c",
    order="c.reference",
    single=False,
    fields=fields(
        "c",
        "id:i reference:s name:s short_name:s account_status_type_id:i post_code:s office_type_id:i+",
        account_status_type_id="CASE c.status WHEN 'AccountStatusActive' THEN 0 ELSE 1 END",
        post_code=address_part("postcode"),
        office_type_id=(
            "CASE c.office_type WHEN 'Independent' THEN 0 WHEN 'Branch' THEN 1 WHEN 'Head Office' THEN 2 "
            "WHEN 'Independent No Statement' THEN 3 ELSE 4 END"
        ),
    ),
)


def _owned(name: str, table: str, words: str, **expressions: str) -> Resource:
    """Return the resource of rows that belong to an account."""
    return Resource(
        name=name,
        source=f"{table} x",
        order="x.id",
        fields=fields("x", f"id:i {words} is_to_delete:b {STAMPS}", is_to_delete="0", **expressions, **stamps("x")),
    )


_CONTACTS = Resource(
    name="customer_contacts",
    source="customer_contact k",
    order="k.id",
    fields=fields(
        "k",
        "id:i customer_id:k salutation_id:k name:s first_name:s middle_name:s last_name:s default_telephone:s "
        f"default_email:s is_default:b is_to_delete:b {STAMPS}",
        is_to_delete="0",
        name=CONTACT_NAME,
        default_telephone=DEFAULT_TELEPHONE,
        default_email=DEFAULT_EMAIL,
        **stamps("k"),
    ),
    children={
        "salutation": one("salutations", "salutation_id"),
        **{
            name: many(f"customer_{name if name != 'roles' else 'contact_roles'}", "customer_contact_id")
            for name in ("emails", "telephones", "mobiles", "faxes", "websites", "roles")
        },
    },
    inline=("emails", "telephones", "mobiles", "faxes", "websites", "roles"),
)
_CONTACT_OF = {"customer_contact": one("customer_contacts", "customer_contact_id")}
_VALUES = tuple(
    Resource(
        name=name,
        source=f"{table} x",
        order="x.id",
        fields=fields(
            "x",
            f"id:i {words} customer_contact_id:k is_default:b is_to_delete:b {STAMPS}",
            is_to_delete="0",
            **shown,
            **stamps("x"),
        ),
        children=_CONTACT_OF,
    )
    for name, table, words, shown in (
        ("customer_emails", "customer_email", "email:s", {}),
        ("customer_websites", "customer_website", "website:s", {}),
        *(
            (
                name,
                table,
                "full_number:s country_code:s area_code:s subscriber_number:s",
                {"full_number": FULL_NUMBER},
            )
            for name, table in (
                ("customer_telephones", "customer_telephone"),
                ("customer_mobiles", "customer_mobile"),
                ("customer_faxes", "customer_fax"),
            )
        ),
    )
)

_DELIVERY = Resource(
    name="customer_delivery_addresses",
    source="customer_delivery_address x LEFT JOIN country y ON y.id = x.address_country_code_id",
    order="x.id",
    fields=fields(
        "x",
        "id:i customer_id:k is_default:b description:s postal_name:s address_1:s address_2:s address_3:s address_4:s "
        "city:s county:s postcode:s country:s address_country_code_id:k contact:s telephone:s fax:s email:s "
        f"tax_number:s tax_code_id:k country_code_id:k {STAMPS}",
        country="coalesce(y.name, '')",
        **stamps("x"),
    ),
    children={
        "customer": one("customers", "customer_id"),
        "address_country_code": one("country_codes", "address_country_code_id"),
        "tax_code": one("tax_codes", "tax_code_id"),
        "country_code": one("country_codes", "country_code_id"),
    },
)

CUSTOMERS = (
    _CUSTOMER,
    _STANDING,
    _LOOKUP,
    _CONTACTS,
    *_VALUES,
    _DELIVERY,
    _owned(
        "customer_contact_roles",
        "customer_contact_role",
        "customer_contact_id:k trader_contact_role_id:k is_preferred_contact_for_role:b",
    ),
    _owned(
        "customer_alerts",
        "customer_alert",
        "customer_id:k alert_text:s is_active:b show_alert_for_orders:b show_alert_for_proformas:b "
        "show_alert_for_quotes:b show_alert_for_credit_notes:b show_alert_for_price_enquiries:b "
        "show_alert_for_invoices:b show_alert_for_returns:b show_alert_for_project_bills:b updated_by:s",
        updated_by="x.user_name",
    ),
    _owned(
        "customer_memos",
        "customer_memo",
        "customer_id:k note:s is_active:b created_by:s",
        created_by="x.user_name",
    ),
    Resource(
        name="customer_cards",
        source="customer_card x",
        order="x.id",
        fields=fields(
            "x",
            "id:i customer_id:k description:s last_used_date:t is_to_delete:b",
            last_used_date="x.last_used",
            is_to_delete="0",
        ),
    ),
    Resource(
        name="customer_price_bands",
        source="customer_price_band x",
        order="x.id",
        fields=fields(
            "x",
            f"id:i customer_id:k price_band_id:k is_to_delete:b {STAMPS}",
            price_band_id="x.band_id",
            is_to_delete="0",
            **stamps("x"),
        ),
        children={"price_band": one("price_bands", "price_band_id")},
    ),
    Resource(
        name="finance_charges",
        source="finance_charge x",
        order="x.id",
        fields=fields(
            "x", f"id:i code:i finance_charge_percent:p {STAMPS}", finance_charge_percent="x.percent", **stamps("x")
        ),
    ),
)
