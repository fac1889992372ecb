"""Where records are shown: a key may hold slashes, spaces and any letter, so no page writes an address by itself."""

from __future__ import annotations

from urllib.parse import quote


def document_address(company: str, kind: str, key: str) -> str:
    """The page of one document."""
    return f"/documents/{_part(company)}/{_part(kind)}/{quote(key, safe='/')}"


def raw_address(company: str, kind: str, key: str, event_id: int) -> str:
    """One message of a document, masked."""
    return f"{document_address(company, kind, key)}/raw/{event_id}"


def request_address(company: str, kind: str, key: str, effect_key: str) -> str:
    """One request that we made for a document, masked."""
    return f"{document_address(company, kind, key)}/request/{_part(effect_key)}"


def customer_address(company: str, kind: str, key: str) -> str:
    """A document as one may tell its customer."""
    return f"/customer/{_part(company)}/{_part(kind)}/{quote(key, safe='/')}"


def case_address(case_id: int) -> str:
    """The page of one exception."""
    return f"/exceptions/{case_id}"


def _part(name: str) -> str:
    return quote(name, safe="")
