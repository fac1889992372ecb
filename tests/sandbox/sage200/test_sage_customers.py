"""Customer accounts in the Sage 200 stand-in: contacts at any depth, delivery addresses, memos, alerts, deleting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

VALUES = ("emails", "telephones", "mobiles", "faxes", "websites")
PEOPLE = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "emails": [{"email": "ada@example.com"}, {"email": "office@example.com"}],
    "telephones": [{"country_code": "+44", "area_code": "113", "subscriber_number": "496 0000"}],
    "roles": [{"trader_contact_role_id": 1, "is_preferred_contact_for_role": True}],
}
FULL = {
    "reference": "NEW1",
    "name": "New customer",
    "credit_limit": 500.25,
    "payment_terms_days": 14,
    "payment_terms_basis": "PaymentDueFromEndOfMonth",
    "order_priority": "C",
    "analysis_code_3": "North",
    "spare_number_1": 1.23456,
    "spare_bool_2": True,
    "spare_date_1": "2026-12-01T00:00:00Z",
    "account_opened": "2020-01-02T00:00:00Z",
    "invoice_line_discount_percent": 2.5,
    "main_address": {"address_1": "1 High Street", "city": "Leeds", "postcode": "LS1 1AA"},
    "credit_memo_note": {"note": "Pays late in August"},
    "contacts": [PEOPLE],
    "memos": [{"note": "Met at the fair"}],
    "alerts": [{"alert_text": "Ring before delivery", "show_alert_for_orders": True}],
    "cards": [{"description": "Visa of the office"}],
}


@pytest.fixture
def customer(sage: Sage) -> Json:
    return sage.post("customers", FULL)


def contact_of(customer: Json) -> Json:
    found: Json = customer["contacts"][0]
    return found


def test_an_account_is_read_back_as_it_was_entered(sage: Sage, customer: Json) -> None:
    found = sage.get(f"customers/{customer['id']}")
    for name in FULL.keys() - {"main_address", "credit_memo_note", "contacts", "memos", "alerts", "cards"}:
        assert found[name] == customer[name]
        assert str(found[name]).rstrip("0").rstrip(".") == str(FULL[name]).rstrip("0").rstrip(".")
    assert found["main_address"]["city"] == "Leeds"
    assert found["main_address"]["contact_name"] == "Ada Lovelace"
    assert found["credit_memo_note"]["note"] == "Pays late in August"
    assert [len(found[name]) for name in ("contacts", "memos", "alerts", "cards")] == [1, 1, 1, 1]
    assert [row["email"] for row in found["contacts"][0]["emails"]] == ["ada@example.com", "office@example.com"]
    assert found["contacts"][0]["default_telephone"] == "+44 113 496 0000"
    assert found["contacts"][0]["roles"][0]["is_preferred_contact_for_role"] is True


def test_children_of_a_list_come_on_request(sage: Sage, customer: Json) -> None:
    assert "contacts" not in sage.one("customers", "reference eq 'NEW1'")
    found = sage.one("customers", "reference eq 'NEW1'", expand="contacts,memos,status,country_code")
    assert found["contacts"][0]["id"] == contact_of(customer)["id"]
    assert found["status"]["is_live"] is True
    assert found["country_code"]["code"] == "GB"


def test_a_new_account_takes_its_terms_from_the_settings_of_the_ledger(sage: Sage) -> None:
    settings = {"default_payment_terms_days": 21, "early_settlement_discount_percent": 2.5, "keep_transactions_for": 6}
    sage.put("sales_ledger_settings/1", settings)
    blank = sage.post("customers_new", {})
    made = sage.post("customers", {"reference": "TERMS", "name": "Terms"})
    for found in (blank, made):
        assert found["payment_terms_days"] == 21
        assert found["early_settlement_discount_percent"] == Decimal("2.5")
        assert found["months_to_keep_transactions"] == 6
    assert blank["id"] == 0
    assert {row["reference"] for row in sage.get("lookup_customers")} == {"SHOP", "HELD", "TERMS"}


def test_accounts_are_numbered_when_the_settings_say_so(sage: Sage) -> None:
    assert "reference is required" in sage.refused("customers", {"name": "Nameless"})
    sage.put("sales_ledger_settings/1", {"auto_generate_account_numbers": True, "next_account_number": 41})
    numbers = [sage.post("customers", {"name": f"Shop {n}"})["reference"] for n in (1, 2)]
    assert numbers == ["00000041", "00000042"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"payment_terms_basis": "WhenAble"}, "payment_terms_basis"),
        ({"price_band_id": 987}, "price band 987"),
        ({"default_tax_code_id": 987}, "tax code 987"),
        ({"country_code_id": 987}, "country code 987"),
        ({"order_priority": "7"}, "A to Z"),
        ({"name": ""}, "name is required"),
        ({"reference": "OTHER"}, "cannot be changed"),
        ({"spare_number_1": 1.234567}, "5 decimal places"),
        ({"main_address": {"postcode": "LONGER THAN 10"}}, "too long"),
        ({"contacts": [{"id": 987}]}, "contact 987"),
        ({"contacts": [{"salutation_id": 987}]}, "salutation 987"),
        ({"contacts": [{"roles": [{"trader_contact_role_id": 987}]}]}, "contact role 987"),
        ({"credit_position_id": 987}, "credit position 987"),
        ({"memos": [{"note": None}]}, "cannot be null"),
    ],
)
def test_what_sage_would_not_take_of_an_account_is_refused(sage: Sage, customer: Json, change: Json, said: str) -> None:
    assert said in sage.refused(f"customers/{customer['id']}", change, method="PUT")


def test_a_put_changes_only_what_it_names(sage: Sage, customer: Json) -> None:
    changed = sage.put(f"customers/{customer['id']}", {"main_address": {"city": "York"}, "on_hold": True})
    assert changed["main_address"] | {"city": "Leeds"} == customer["main_address"] | {
        "date_time_updated": changed["main_address"]["date_time_updated"]
    }
    assert changed["on_hold"] is True
    assert changed["spare_number_1"] == customer["spare_number_1"]
    assert sage.one("customers", "reference eq 'NEW1'", expand="status")["status"]["is_live"] is False


def test_rows_inside_a_put_are_entered_amended_and_deleted_by_their_ids(sage: Sage, customer: Json) -> None:
    contact = contact_of(customer)
    first, second = contact["emails"]
    emails = [{"id": first["id"], "is_to_delete": True}, {"email": "third@example.com", "is_default": True}]
    body = {"contacts": [{"id": contact["id"], "last_name": "King", "emails": emails}]}
    changed = contact_of(sage.put(f"customers/{customer['id']}", body))
    assert changed["name"] == "Ada King"
    assert [(row["email"], row["is_default"]) for row in changed["emails"]] == [
        (second["email"], False),
        ("third@example.com", True),
    ]
    assert changed["default_email"] == "third@example.com"


def test_the_first_contact_is_the_default_until_it_is_deleted(sage: Sage, customer: Json) -> None:
    below = f"customers/{customer['id']}/customer_contacts"
    second = sage.post(below, {"first_name": "Bea"})
    third = sage.post(below, {"first_name": "Cleo"})
    assert [row["is_default"] for row in sage.get(below)] == [True, False, False]
    sage.call("DELETE", f"{below}/{contact_of(customer)['id']}")
    assert [(row["id"], row["is_default"]) for row in sage.get(below)] == [(second["id"], True), (third["id"], False)]
    assert sage.get("customer_emails", filter=f"customer_contact_id eq {contact_of(customer)['id']}") == []


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_number_of_a_contact_can_be_reached_at_every_depth(sage: Sage, customer: Json, name: str, depth: int) -> None:
    customer_id, contact_id = customer["id"], contact_of(customer)["id"]
    lists = {
        1: f"customer_{name}",
        2: f"customer_contacts/{contact_id}/customer_{name}",
        3: f"customers/{customer_id}/customer_contacts/{contact_id}/customer_{name}",
    }
    value = {"emails": "email", "websites": "website"}.get(name, "subscriber_number")
    made = sage.post(lists[max(depth, 2)], {value: "one"})
    assert made["customer_contact_id"] == contact_id
    assert sage.get(f"{lists[depth]}/{made['id']}") == made
    assert made["id"] in {row["id"] for row in sage.get(lists[depth])}
    assert sage.put(f"{lists[depth]}/{made['id']}", {value: "two"})[value] == "two"
    assert sage.call("DELETE", f"{lists[depth]}/{made['id']}").status_code == 200
    assert made["id"] not in {row["id"] for row in sage.get(lists[depth])}
    assert sage.call("GET", f"{lists[depth]}/{made['id']}").status_code == 404


def test_a_contact_is_not_found_below_another_customer(sage: Sage, customer: Json) -> None:
    shop, contact = sage.id_of("customers", "reference eq 'SHOP'"), contact_of(customer)
    wrong = f"customers/{shop}/customer_contacts/{contact['id']}"
    assert sage.call("GET", wrong).status_code == 404
    assert sage.call("GET", f"{wrong}/customer_emails").status_code == 404
    assert sage.call("PUT", f"{wrong}/customer_emails/{contact['emails'][0]['id']}", {"email": "x"}).status_code == 404
    assert sage.call("POST", f"{wrong}/customer_emails", {"email": "x"}).status_code == 404
    assert sage.call("DELETE", wrong).status_code == 404
    assert sage.get(f"customers/{shop}/customer_contacts") == []
    assert sage.get(f"customer_contacts/{contact['id']}/customer_contact_roles")[0]["trader_contact_role_id"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "customer_contacts"),
        ("POST", "customer_emails"),
        ("GET", "customers/{id}/customer_memos/1"),
        ("POST", "customers/{id}/customer_alerts"),
        ("POST", "customer_cards"),
        ("GET", "customers/{id}/sop_orders/1/sop_order_lines"),
        ("GET", "customers/x"),
        ("GET", "customers/0"),
        ("DELETE", "customer_contact_roles/1"),
    ],
)
def test_a_verb_that_the_definition_does_not_list_leads_nowhere(
    sage: Sage, customer: Json, method: str, path: str
) -> None:
    assert sage.call(method, path.format(id=customer["id"]), {}).status_code == 404


def test_delivery_addresses_are_entered_amended_and_deleted(sage: Sage, customer: Json) -> None:
    tax_code = sage.id_of("tax_codes", "code eq 1")
    body = {"customer_id": customer["id"], "description": "Shop in York", "tax_code_id": tax_code}
    assert "description is required" in sage.refused("customer_delivery_addresses", {"customer_id": customer["id"]})
    assert "tax code 5 " in sage.refused("customer_delivery_addresses", body | {"tax_code_id": 5})
    first = sage.post("customer_delivery_addresses", body | {"city": "York", "address_country_code_id": 1})
    second = sage.post("customer_delivery_addresses", body | {"description": "Shed", "is_default": True})
    assert (first["is_default"], first["country"]) == (True, "United Kingdom")
    rows = sage.get(f"customers/{customer['id']}/customer_delivery_addresses", expand="customer,tax_code")
    assert [(row["description"], row["is_default"]) for row in rows] == [("Shop in York", False), ("Shed", True)]
    assert rows[0]["customer"]["reference"] == "NEW1"
    assert sage.put(f"customer_delivery_addresses/{first['id']}", {"city": "Hull"})["city"] == "Hull"
    sage.call("DELETE", f"customer_delivery_addresses/{second['id']}")
    assert sage.one("customer_delivery_addresses", f"customer_id eq {customer['id']}")["is_default"] is True
    moved = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'")}
    assert "cannot be changed" in sage.refused(f"customer_delivery_addresses/{first['id']}", moved, method="PUT")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("customer_memos", {"note": "Rang twice", "is_active": False}),
        ("customer_alerts", {"alert_text": "On stop at Easter", "show_alert_for_returns": True}),
    ],
)
def test_memos_and_alerts_know_who_wrote_them(sage: Sage, customer: Json, name: str, body: Json) -> None:
    made = sage.post(name, body | {"customer_id": customer["id"]})
    assert made == made | body
    assert "TIEOUT" in made.values()
    assert made["id"] in {row["id"] for row in sage.get(f"customers/{customer['id']}/{name}")}
    assert sage.put(f"{name}/{made['id']}", {"is_active": True})["is_active"] is True
    sage.call("DELETE", f"{name}/{made['id']}")
    assert sage.call("GET", f"{name}/{made['id']}").status_code == 404
    assert "customer_id is required" in sage.refused(name, body)


def test_an_account_with_transactions_or_orders_cannot_be_deleted(sage: Sage, customer: Json) -> None:
    sage.order()
    shop = sage.id_of("customers", "reference eq 'SHOP'")
    assert "sales orders" in sage.refused(f"customers/{shop}", None, method="DELETE")
    sage.post("sales_invoices", {"customer_id": customer["id"], "document_goods_value": 1})
    assert "has transactions" in sage.refused(f"customers/{customer['id']}", None, method="DELETE")
    empty = sage.post("customers", FULL | {"reference": "EMPTY"})
    assert sage.call("DELETE", f"customers/{empty['id']}").status_code == 200
    assert sage.call("GET", f"customers/{empty['id']}").status_code == 404
    assert sage.get("customer_contacts", filter=f"customer_id eq {empty['id']}") == []


def test_views_widen_an_account(sage: Sage, customer: Json) -> None:
    view = sage.one("customer_views", "reference eq 'NEW1'")
    assert view["contact_name"] == "Ada Lovelace"
    assert view["contact_default_email_address"] == "ada@example.com"
    assert view["payment_terms_in_days"] == 14
    assert view["customer_location_full_address"].splitlines()[0] == "1 High Street"
    assert (view["currency_symbol"], view["default_tax_rate_code"]) == ("£", 1)
    lookup = sage.one("lookup_customers", "reference eq 'NEW1'")
    assert (lookup["id"], lookup["post_code"]) == (customer["id"], "LS1 1AA")


def test_a_held_record_keeps_its_contacts_from_being_changed(sage: Sage, customer: Json) -> None:
    hold = {"record": "customer", "reference": "NEW1", "holder": "JSMITH", "seconds": 60, "dress": "423"}
    sage.control("POST", "locks", hold)
    path = f"customer_contacts/{contact_of(customer)['id']}"
    assert "JSMITH" in sage.refused(path, {"first_name": "Eve"}, method="PUT", status=423)
    assert "JSMITH" in sage.refused(f"{path}/customer_emails", {"email": "x"}, status=423)
    sage.control("DELETE", "locks")
    assert sage.put(path, {"first_name": "Eve"})["name"] == "Eve Lovelace"


def test_finance_charges_and_head_offices_are_kept_by_a_professional_company(sage: Sage) -> None:
    charge = sage.get("finance_charges")[0]
    changed = sage.put(f"finance_charges/{charge['id']}", {"finance_charge_percent": 3.5})
    assert changed["finance_charge_percent"] == Decimal("3.5")
    assert sage.get("sales_ledger_settings")[0]["finance_charges"][0] == changed
    head = sage.id_of("customers", "reference eq 'SHOP'")
    branch = {"reference": "BRANCH", "name": "Branch", "office_type": "Branch", "associated_head_office_id": head}
    sage.post("customers", branch)
    assert sage.get(f"customers/{head}")["is_head_office_with_branches"] is True
    assert "head office" in sage.refused(f"customers/{head}", None, method="DELETE")


def test_limited_price_bands_of_an_account_are_linked_in_the_desktop(sage: Sage) -> None:
    sage.control("PUT", "limited-price-bands", {"SHOP": ["Standard"]})
    row = sage.one("customer_price_bands", "price_band_id gt 0", expand="price_band")
    assert row["price_band"]["name"] == "Standard"
    shop = sage.get(f"customers/{row['customer_id']}")
    assert [band["id"] for band in shop["limited_price_bands"]] == [row["id"]]
    assert "Nowhere" in sage.control("PUT", "limited-price-bands", {"SHOP": ["Nowhere"]}, expect=400)["error"]


def test_a_standard_company_passes_over_what_only_professional_accounts_have(bare_sage: Sage) -> None:
    got = bare_sage.control("POST", "tokens?company=5")
    who = {
        "Authorization": f"Bearer {got['access_token']}",
        "X-Site": got["site_id"],
        "X-Company": str(got["company_id"]),
    }
    base = "/sage200/uk/sage200/accounts/v1"
    body = {"reference": "STD", "name": "Standard", "office_type": "Branch", "use_consolidated_billing": True}
    made = bare_sage.http.post(f"{base}/customers", json=body, headers=who).json()
    assert made["name"] == "Standard"
    assert made.keys().isdisjoint({"office_type", "use_consolidated_billing", "finance_charge_id", "analysis_code_6"})
    settings = bare_sage.http.get(f"{base}/sales_ledger_settings", headers=who).json()[0]
    assert "finance_charges" not in settings
    for path in ("finance_charges", "sales_trading_periods"):
        assert bare_sage.http.get(f"{base}/{path}", headers=who).status_code == 404
