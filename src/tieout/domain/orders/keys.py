"""References and keys of what an order brings about: deterministic, so that nothing is told twice."""

from __future__ import annotations

from tieout.domain.commands import REFERENCE_LETTERS
from tieout.domain.documents.shipping import Shipment
from tieout.domain.identifiers import compose_key


def request_reference(order_number: str, release: int) -> str:
    """What a warehouse knows a request by: the order's number and the number of the request, as `0000000123-1`."""
    reference = f"{order_number}-{release}"
    assert len(reference) <= REFERENCE_LETTERS, f"{reference} has more than {REFERENCE_LETTERS} letters"
    return reference


def order_of(reference: str) -> str:
    """The number of the order that a request's reference names; empty when it is none of ours by its form."""
    number, dash, release = reference.strip().rpartition("-")
    return number if dash and release.isdecimal() else ""


def request_key(company: str, order_number: str, release: int) -> str:
    """The key of one request."""
    return compose_key("SR", company, order_number, str(release))


def cancel_key(company: str, reference: str) -> str:
    """The key of cancelling one request."""
    return compose_key("CR", company, reference)


def despatch_key(company: str, shipment: Shipment) -> str:
    """The key of telling Sage of one shipment."""
    return compose_key("DE", company, shipment.account, shipment.shipment_id)


def fulfilment_key(company: str, shipment: Shipment) -> str:
    """The key of telling the storefront of one shipment."""
    return compose_key("FU", company, shipment.account, shipment.shipment_id)


def raise_key(company: str, shipment: Shipment) -> str:
    """The key of raising order lines for what a shipment holds over."""
    return compose_key("RL", company, shipment.account, shipment.shipment_id)


def excess_key(company: str, shipment: Shipment, sku: str) -> str:
    """The key of writing off what a shipment holds over of one stock code."""
    return compose_key("OX", company, shipment.account, shipment.shipment_id, sku)
