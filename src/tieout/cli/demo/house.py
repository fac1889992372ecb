"""The rules of the demo's house: mapping tables and policies as a merchant would set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from tieout.cli.demo.cast import Scene, bundle_rule
from tieout.cli.demo.floors import MINTSOFT, MINTSOFT_SITE, THREEPL, THREEPL_SITE
from tieout.cli.demo.orders_cast import COUNTRIES, HOME, LEEDS
from tieout.cli.demo.script import email_of
from tieout.cli.demo.stage import BINS, CREDIT_BANK, FEES, GATEWAY, GOODWILL, TAX_CODES
from tieout.cli.demo.trading import DAMAGED_REASONS, HOME_COUNTRY, SOUND_REASONS, Play, vat_percent
from tieout.store import Store, mapping_rules

RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    *(("reason", reason, {"code": "sound", "account": "4010", "grade": "good"}) for reason in SOUND_REASONS),
    *(("reason", reason, {"code": "damaged", "account": "4010", "grade": "damaged"}) for reason in DAMAGED_REASONS),
    ("disposition", "any|good", {"warehouse": "HOME", "bin": "A1"}),
    ("disposition", "any|damaged", {"warehouse": "QUARANTINE", "bin": "Q1"}),
    ("line_class", "POST", {"class": "carriage"}),
    ("line_class", "DOT", {"class": "carriage"}),
    ("line_class", "C2", {"class": "carriage"}),
    ("line_class", "M", {"class": "manual"}),
    ("line_class", "D", {"class": "manual"}),
    ("line_class", "S", {"class": "manual"}),
    ("line_class", "ADJUST*", {"class": "manual"}),
    ("line_class", "BANK CHARGES", {"class": "ledger"}),
    ("line_class", "AMAZONFEE", {"class": "ledger"}),
    ("line_class", "CRUK", {"class": "ledger"}),
    ("line_class", "B", {"class": "ledger"}),
    ("line_class", "TEST*", {"class": "test"}),
    ("line_class", "GIFT_*", {"class": "voucher"}),
    ("tender", GATEWAY, {"bank": "SHOPPAY"}),
    ("storefront_location", "HOME", {"location": "HOME"}),
    ("policy", "credit_on", {"value": "receipt"}),
    ("policy", "price_tolerance_pence", {"value": "1"}),
    ("policy", "returns_warehouse", {"value": "HOME"}),
    ("policy", "goods_in_bin", {"value": "GOODS-IN"}),
    ("policy", "stock_write_on_nominal", {"value": "5200"}),
    ("policy", "portal_app", {"value": "ReturnGO"}),
    ("policy", "adopt_alone_up_to", {"value": "1"}),
    ("exchange_service", "*", {"service": "Second class parcel", "analysis": "1"}),
    ("value_policy", "exchange", {"treatment": "zero"}),
    ("value_policy", "store_credit", {"treatment": "liability", "bank": CREDIT_BANK}),
    ("value_policy", "gift_card", {"treatment": "liability", "bank": CREDIT_BANK}),
    ("value_policy", "returnless", {"approve_over": "50"}),
    ("value_policy", "historical", {"account": "4010", "approve_over": "500"}),
    *(("tax_rate", f"{rate.normalize():f}", {"code": str(code)}) for rate, code in TAX_CODES.items()),
)

ORDER_RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("policy", "release_orders", {"value": "on"}),
    ("policy", "tell_storefront", {"value": "yes"}),
    ("policy", "exchange_warehouse", {"value": "DESK"}),
    ("warehouse_node", HOME, {"account": MINTSOFT, "site": MINTSOFT_SITE}),
    ("warehouse_node", LEEDS, {"account": THREEPL, "site": THREEPL_SITE}),
    ("warehouse_site", f"{MINTSOFT}|{MINTSOFT_SITE}", {"warehouse": HOME, "bin": BINS[HOME]}),
    ("warehouse_site", f"{THREEPL}|{THREEPL_SITE}", {"warehouse": LEEDS, "bin": BINS[LEEDS]}),
    ("carrier", f"{MINTSOFT}|*", {"courier": "", "storefront": "DPD UK"}),
    ("carrier", f"{THREEPL}|*", {"courier": "", "storefront": "DPD UK"}),
    *(("country", name, {"code": code}) for name, code in COUNTRIES.items()),
)
"""Who ships what of the first company. Exchanges are packed at the returns desk, and no warehouse is asked for them."""

FIRST_DAY = date(2000, 1, 1)

OUTLET_RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("reason", "Exchange", {"code": "sound", "account": "4010", "grade": "good"}),
    ("policy", "receipt_authority", {"value": "warehouse"}),
    ("policy", "refund_release", {"value": "portal"}),
)
"""What the second company has otherwise: the till gives no reason, the warehouse's count holds, the shop pays."""


def set_house_rules(store: Store, company: str, play: Play, scenes: tuple[Scene, ...], at: datetime) -> None:
    """Put the rules in force, with the Sage account of every customer who returns something."""
    customers = sorted({request.customer for request in play.returns if request.customer})
    customers += [scene.account for scene in scenes]
    accounts = [("customer", email_of(customer), {"account": customer}) for customer in customers]
    put_in_force(store, company, [*RULES, *ORDER_RULES, *accounts, *_rules_of_the_day(play, scenes)], at)


def set_outlet_rules(store: Store, company: str, at: datetime) -> None:
    """Put the rules of the second company in force: those of the house, but for its own."""
    own = {(table, key) for table, key, _ in OUTLET_RULES} | {("policy", "portal_app")}
    put_in_force(store, company, [*(rule for rule in RULES if rule[:2] not in own), *OUTLET_RULES], at)


def put_in_force(store: Store, company: str, rules: Iterable[tuple[str, str, dict[str, str]]], at: datetime) -> None:
    """Propose and approve every rule, from the first day on."""
    with store.scope(company) as c:
        for table, key, value in rules:
            rule = mapping_rules.propose(
                c,
                company=company,
                table_name=table,
                key=key,
                value=value,
                in_force_from=FIRST_DAY,
                owner="finance",
                proposed_by="demo",
            )
            mapping_rules.approve(c, rule.id, by="demo owner", at=at)


def _rules_of_the_day(play: Play, scenes: tuple[Scene, ...]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is given and kept without goods carries the VAT of the day; the bundle is made of what was sold."""
    day = max(sale.day for sale in play.sales)
    tax_code = str(TAX_CODES[vat_percent(day, HOME_COUNTRY)])
    for name, account in (("goodwill", GOODWILL), ("store_credit_bonus", GOODWILL), ("restocking_fee", FEES)):
        yield "value_policy", name, {"account": account, "tax_code": tax_code, "approve_over": "0"}
    for order in (order for scene in scenes for order in scene.orders if order.bundle):
        yield "bundle", order.bundle, bundle_rule(order)
