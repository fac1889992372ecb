"""Reads a connection to the last of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.queries import Document
from tieout.connectors.shopify.wire import PageShape, read_as
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer

NodeT = TypeVar("NodeT")


class Pager:
    """Asks one store for page after page."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def rest(
        self,
        first: PageShape[NodeT],
        document: Document,
        variables: Mapping[str, Json],
        path: tuple[str, ...],
        kind: type[PageShape[NodeT]],
    ) -> PageShape[NodeT]:
        """The connection with the nodes of all its pages, given the first."""
        if not first.page_info.has_next_page:
            return first
        after = {**variables, "after": first.page_info.end_cursor}
        return first.model_copy(update={"nodes": (*first.nodes, *self.pages(document, after, path, kind))})

    def pages(
        self,
        document: Document,
        variables: Mapping[str, Json],
        path: tuple[str, ...],
        kind: type[PageShape[NodeT]],
    ) -> Iterator[NodeT]:
        """The nodes of every page; BadAnswer when the paging goes in circles."""
        asked = {"after": None, **variables}
        used = {asked["after"]}
        while True:
            value: Json = self._client.ask(document, asked)
            for step in path:
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is None:
                raise BadAnswer(f"Shopify has no {'.'.join(path)} to read for {document.name}")
            page = read_as(kind, value, document.name)
            yield from page.nodes
            if not page.page_info.has_next_page:
                return
            asked["after"] = page.page_info.end_cursor
            if asked["after"] in used or not asked["after"]:
                raise BadAnswer(f"Shopify's pages of {document.name} repeat and would never end")
            used.add(asked["after"])
