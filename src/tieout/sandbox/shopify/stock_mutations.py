"""The mutation that sets stock levels to absolute figures, each only from the figure that the client last saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.figures import number_of
from tieout.sandbox.shopify.idempotency import SAID, Attempt, Info, content_of, key_of, trouble_with
from tieout.sandbox.shopify.paging import View
from tieout.sandbox.shopify.shop import Shop, WantedChange
from tieout.sandbox.shopify.stock import App, Level
from tieout.sandbox.shopify.stock_views import group_view

QUANTITY_MAX = 1_000_000_000
INPUT_MAX = 250
NAMES = ("available", "on_hand")
MUTATION = "inventorySetQuantities"


class StockMutations:
    """Resolves inventorySetQuantities; `attempts` are the keys that all mutations share."""

    def __init__(self, shop: Shop, client: App, attempts: dict[str, Attempt], reasons: tuple[str, ...]) -> None:
        self._shop = shop
        self._client = client
        self._attempts = attempts
        self._reasons = reasons

    def set_quantities(self, info: Info, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> View:
        """Set all levels, or none of them with an error for each that cannot be set."""
        books, key = self._shop.books, key_of(info)
        content = content_of(MUTATION, given)
        attempt = self._attempts.get(key)
        if attempt is not None:
            trouble = trouble_with(attempt, content)
            if trouble:
                return _refused([_error(trouble, SAID[trouble])])
            return {"inventoryAdjustmentGroup": group_view(books.groups[attempt.result], books), "userErrors": []}
        wanted = given["quantities"]
        if len(wanted) > INPUT_MAX:
            raise GraphQLError(
                f"The input array size of {len(wanted)} is greater than the maximum allowed of {INPUT_MAX}.",
                extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
            )
        if any("changeFromQuantity" not in one for one in wanted):
            raise GraphQLError("changeFromQuantity must be given for each quantity; null skips the comparison.")
        errors = self._wrong(given)
        if errors:
            self._attempts[key] = Attempt(content=content, result=0)
            return _refused(errors)
        group = self._shop.adjust(
            self._changes(given),
            now,
            entry,
            reason=given["reason"],
            reference=given.get("referenceDocumentUri"),
            app=self._client,
            key=key,
        )
        self._attempts[key] = Attempt(content=content, result=group.id)
        return {"inventoryAdjustmentGroup": group_view(group, books), "userErrors": []}

    def _changes(self, given: Mapping[str, Any]) -> list[WantedChange]:
        found = []
        for one in given["quantities"]:
            level = self._level(one)
            assert level is not None, "checked with the rest"
            delta = one["quantity"] - _held(level, given["name"])
            if delta:
                found.append(WantedChange(level=level, delta=delta))
        return found

    def _wrong(self, given: Mapping[str, Any]) -> list[View]:
        errors: list[View] = []
        if given["name"] not in NAMES:
            errors.append(_error("INVALID_NAME", "The quantity name must be available or on_hand.", "name"))
        if given["reason"] not in self._reasons:
            errors.append(_error("INVALID_REASON", "The specified reason is invalid.", "reason"))
        if given.get("referenceDocumentUri") is not None and "://" not in given["referenceDocumentUri"]:
            errors.append(
                _error("INVALID_REFERENCE_DOCUMENT", "The reference document is not a URI.", "referenceDocumentUri")
            )
        seen: set[tuple[str, str]] = set()
        for index, one in enumerate(given["quantities"]):
            code, sentence, field = self._wrong_one(one, given["name"])
            pair = (one["inventoryItemId"], one["locationId"])
            if not code and pair in seen:
                code, field = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "locationId"
                sentence = "The combination of inventoryItemId and locationId must be unique."
            seen.add(pair)
            if code:
                errors.append(_error(code, sentence, "quantities", str(index), field))
        return errors

    def _wrong_one(self, one: Mapping[str, Any], name: str) -> tuple[str, str, str]:
        """Return code, sentence and field of what is wrong with one quantity; empty when nothing is."""
        books, wanted = self._shop.books, one["quantity"]
        if number_of(one["inventoryItemId"], "InventoryItem") not in books.variants_by_item:
            return "INVALID_INVENTORY_ITEM", "The inventory item could not be found.", "inventoryItemId"
        if number_of(one["locationId"], "Location") not in books.locations:
            return "INVALID_LOCATION", "The location could not be found.", "locationId"
        level = self._level(one)
        if level is None:
            return "ITEM_NOT_STOCKED_AT_LOCATION", "The item is not stocked at the location.", "locationId"
        if wanted < 0:
            return "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", "quantity"
        if wanted > QUANTITY_MAX:
            return "INVALID_QUANTITY_TOO_HIGH", "The quantity can't be higher than 1,000,000,000.", "quantity"
        before = one["changeFromQuantity"]
        if before is not None and name in NAMES and before != _held(level, name):
            return (
                "CHANGE_FROM_QUANTITY_STALE",
                "The changeFromQuantity argument no longer matches the persisted quantity.",
                "changeFromQuantity",
            )
        return "", "", ""

    def _level(self, one: Mapping[str, Any]) -> Level | None:
        key = (number_of(one["inventoryItemId"], "InventoryItem"), number_of(one["locationId"], "Location"))
        return self._shop.books.levels.get(key)


def _held(level: Level, name: str) -> int:
    return level.available if name == "available" else level.on_hand


def _error(code: str, message: str, *path: str) -> View:
    return {"code": code, "field": ["input", *path] if path else None, "message": message}


def _refused(errors: list[View]) -> View:
    return {"inventoryAdjustmentGroup": None, "userErrors": errors}
