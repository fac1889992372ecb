"""Sites of Sage 200 as merchants have them: edition, channel, currency and release, each served and connected."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias, cast

import httpx
from pydantic import SecretStr
from tests.connectors.sage200.conftest import Keeper

from tieout.connectors.sage200 import Sage200Settings, open_ledger
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.identifiers import compose_key
from tieout.domain.money import Money, tax_on
from tieout.ports.directory import Company
from tieout.processes.bindings import Binding, bind
from tieout.sandbox.clock import SandboxClock

Json: TypeAlias = Any  # a JSON edge
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ON = date(2026, 11, 20)
PROFESSIONAL, STANDARD = "/uk/sage200extra/accounts/v1", "/uk/sage200/accounts/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One way of having Sage 200."""

    company_id: int = 3
    api: str = PROFESSIONAL
    channel: Literal["companion", "manual"] = "companion"
    release: str = "2025 R1"
    currency: str = "GBP"
    rate: Decimal = Decimal(20)
    """VAT of tax code 1, in per cent."""


SITES = {
    "professional": Site(),
    "by-hand": Site(channel="manual"),
    "standard": Site(company_id=5, api=STANDARD, channel="manual"),
    "ireland": Site(company_id=4, currency="EUR", rate=Decimal(23)),
    "2024-R1": Site(release="2024 R1"),
    "2022-R1": Site(channel="manual", release="2022 R1"),
}
"""By the name that the table of channels uses."""

GOODS = ("MUG", "VASE", "BOOK")
LOAD: Json = {
    "customers": [{"reference": "WEB", "name": "Web shop", "tax_code": 1}],
    "products": [
        {
            "code": code,
            "name": code.title(),
            "costing": "AVERAGE" if code == "MUG" else "FIFO",
            "tax_code": 1,
            "standard_price": "19.99",
            "stock": [{"warehouse": "HOME", "bin": "A1", "quantity": "1000", "unit_cost": "3.00"}],
        }
        for code in GOODS
    ],
}


class At:
    """Tieout at one site, and a person at its desktop."""

    def __init__(self, url: str, clock: SandboxClock, site: Site) -> None:
        self.site = site
        self.by_hand = httpx.Client(base_url=f"{url}/_sandbox/sage200", timeout=30)
        self._numbers = itertools.count(1)
        self.does("DELETE", "/state")
        self.does("POST", "/load", LOAD)
        self.does("PUT", "/release", {"release": site.release})
        given = self.does("POST", "/tokens", {})
        self.settings = Sage200Settings(
            base_url=f"{url}/sage200{site.api}",
            identity_url=f"{url}/sage200",
            client_id="tieout-sandbox",
            client_secret=SecretStr("sandbox-secret"),
            refresh_token=SecretStr(given["refresh_token"]),
            site_id=given["site_id"],
            company_id=given["company_id"],
            channel=site.channel,
            companion_url=f"{url}/sage200/companion" if site.channel == "companion" else "",
            companion_key=SecretStr(given["companion_key"]) if site.channel == "companion" else None,
            base_currency=site.currency,
            cache_seconds=0,
        )
        self.sage = open_ledger(self.settings, Keeper(), clock.now)
        self.company = self._company()

    def close(self) -> None:
        self.sage.close()
        self.by_hand.close()

    def does(self, verb: str, path: str, body: object = None) -> Json:
        """What somebody does at this company's stand-in, or sees there."""
        path += f"{'&' if '?' in path else '?'}company={self.site.company_id}"
        answer = self.by_hand.request(verb, path, json=body)
        assert answer.is_success, f"{verb} {path} answered {answer.text}"
        return json.loads(answer.content, parse_float=Decimal)

    def bound(self, command: c.AnyCommand) -> Binding:
        """The look and the act that production would use for the command."""
        return bind(self.company, command)

    def key(self, step: str) -> str:
        return compose_key(step, repr(self.site), str(next(self._numbers)))

    def money(self, minor: int) -> Money:
        return Money(minor, self.site.currency)

    def tax(self, net: int) -> Money:
        """VAT of a net amount at the company's standard rate."""
        return tax_on(self.money(net), self.site.rate)

    def sells(self, *, despatched: bool = False, invoiced: bool = False, sku: str = "VASE") -> SalesOrder:
        """An order of three at 10.00."""
        channel = f"SHOP-{next(self._numbers)}"
        line = {"product": sku, "quantity": "3", "unit_price": "10.00", "tax_code": 1, "warehouse": "HOME"}
        order = {
            "customer": "WEB",
            "customer_document_no": channel,
            "document_date": "2026-11-18",
            "lines": [line],
            "despatched": despatched,
            "invoiced": invoiced,
            "paid": invoiced,
        }
        self.does("POST", "/load", {"orders": [order]})
        (found,) = self.sage.orders.orders(channel)
        return found

    def customer_id(self) -> str:
        return self.sells().customer_id

    def mark(self) -> int:
        """The number of the newest entry of the stand-in's journal."""
        return max((entry["seq"] for entry in self.does("GET", "/journal")["entries"]), default=0)

    def effects(self, since: int) -> Counter[str]:
        """How often each kind of change was really made since, whoever made it."""
        entries = self.does("GET", f"/journal?effects_only=1&since={since}")["entries"]
        return Counter(effect["name"] for entry in entries for effect in entry["effects"])

    def prove(self) -> None:
        """Assert that the ledgers agree with each other and that nothing was posted twice."""
        proofs = self.does("GET", "/ledgers/proofs")
        assert proofs.pop("duplicates") == []
        assert all(proofs.values()), proofs

    def _company(self) -> Company:
        nobody = cast("Any", None)  # the shop and the portal have no part in what Sage is asked
        sage = self.sage
        return Company(
            name="site",
            credit_route="sop",
            refund_mode="gate",
            lanes=1,
            portal_account="",
            storefront_account="",
            ledger_account="sage",
            portal=nobody,
            storefront=nobody,
            orders=sage.orders,
            returns=sage.returns,
            ledger=sage.ledger,
            stock=sage.stock,
            books=sage.books,
            order_entry=sage.order_entry,
            despatches=sage.despatches,
            customer_postings=sage.customer_postings,
            cash_book=sage.cash_book,
            customers=sage.customers,
            feeds=sage.feeds,
        )


@contextmanager
def connected(url: str, clock: SandboxClock, site: Site) -> Iterator[At]:
    """Tieout at a site, and its ledgers proven when it leaves."""
    at = At(url, clock, site)
    try:
        yield at
    finally:
        at.close()
