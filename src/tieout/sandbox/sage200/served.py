"""What of Sage's definition the sandbox serves, read off its own tables; and what it leaves out, with the reason.

Paths are written as in the definition, every id as {Id}: ("GET", "/customers/{Id}/sop_orders").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tieout.sandbox.sage200.reading.catalogue import DEEP, NESTED, NESTED_SINGLES, RESOURCES
from tieout.sandbox.sage200.reading.enquiries import SINGLETONS
from tieout.sandbox.sage200.reading.enquiries_sop import ENQUIRIES
from tieout.sandbox.sage200.reading.enumerations import TYPES
from tieout.sandbox.sage200.reading.figures_enquiry import FIGURES
from tieout.sandbox.sage200.writes import WRITES

Operation = tuple[str, str]
WORKED_OUT = tuple(ENQUIRIES)
PURCHASES = "Tieout does not touch the purchase side."
NAMES_ONLY = "Came with 2025 R1; nothing but the name is public, and Tieout needs none of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Operations that are not served: a pattern for "VERB /path", and why."""

    pattern: str
    reason: str

    def holds(self, operation: Operation) -> bool:
        """Say whether an operation is one of these."""
        return re.fullmatch(self.pattern, " ".join(operation)) is not None


LEFT_OUT: tuple[LeftOut, ...] = (
    *(
        LeftOut(pattern=rf"\w+ /{names}", reason=PURCHASES)
        for names in (
            r"pop_[\w/{}]*",
            r"lookup_pop_orders",
            r"purchase_[\w/{}]*",
            r"suppliers[\w/{}]*",
            r"supplier_[\w/{}]*",
            r"lookup_suppliers",
            r"sage_payments_supplier_status_types",
            r"payment_groups(/\{Id\})?",
            r"factor_houses(/\{Id\})?",
            r"payment_types",
            r"authorisation_types",
        )
    ),
    *(
        LeftOut(pattern=rf"GET /{names}", reason=NAMES_ONLY)
        for names in (
            r"communication_\w*types",
            r"applies_to_status_types",
            r"product_customer_alert_views",
            r"product_supplier_alert_views",
        )
    ),
)

SOURCE_2025 = "https://developer.sage.com/200/updates/2025-06-02 (names; verbs by the pattern of the house)"
BEYOND: frozenset[str] = frozenset(
    {
        "sop_returns",
        "sop_returns_new",
        "sop_returns_duplicate",
        "sop_returns_status",
        "sop_orders_status",
        "lookup_sop_returns",
        "sop_return_receipt_line_views",
        "applies_to_status_types",
        "communication_types",
        "communication_contact_types",
        "communication_location_types",
        "communication_outcome_types",
        "communication_style_types",
        "product_customer_alert_views",
        "product_supplier_alert_views",
    }
)
"""Resources that came with 2025 R1, after the definition (2024 R1): names from SOURCE_2025."""


def served() -> dict[Operation, str]:
    """Return every operation that is answered, with its form: list, single, values, settings, worked out or write."""
    found = dict(_reads())
    for method, route, is_single in WRITES:
        found[method, template(route, single=is_single)] = "write"
    return found


def _reads() -> Iterator[tuple[Operation, str]]:
    yield from _resources()
    for route in (*("/".join(names) for names in NESTED), *DEEP):
        yield ("GET", template(route)), "list"
        if route in NESTED_SINGLES:
            yield ("GET", template(route, single=True)), "single"
    for name in TYPES:
        yield ("GET", template(name)), "values"
    for name in FIGURES:
        yield ("GET", template(name, single=True)), "worked out"
    for name in SINGLETONS:
        yield ("GET", template(name)), "settings"
        if name in {"company_details", "sop_user_permissions"} or name.endswith("_settings"):
            yield ("GET", template(name, single=True)), "settings"
    for name in WORKED_OUT:
        yield ("GET", template(name)), "worked out"


def _resources() -> Iterator[tuple[Operation, str]]:
    for resource in RESOURCES.values():
        if resource.listed and not resource.hidden:
            yield ("GET", template(resource.name)), "list"
        if resource.single and not resource.hidden:
            yield ("GET", template(resource.name, single=True)), "single"


def template(route: str, *, single: bool = False) -> str:
    """Return the path of a route: "customers/sop_orders" is "/customers/{Id}/sop_orders"."""
    return "/" + "/{Id}/".join(route.split("/")) + ("/{Id}" if single else "")


def is_beyond(operation: Operation) -> bool:
    """Say whether an operation came after the definition."""
    return any(word in BEYOND for word in operation[1].split("/"))


def reason_left_out(operation: Operation) -> str | None:
    """Return why an operation of the definition is not served, or nothing when no reason is declared."""
    return next((left.reason for left in LEFT_OUT if left.holds(operation)), None)
