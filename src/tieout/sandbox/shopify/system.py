"""The Shopify stand-in: the Admin GraphQL endpoint, its throttle, its token, and its control surface."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import Journal, JournalEntry, journal_of
from tieout.sandbox.shopify.control import control_routes
from tieout.sandbox.shopify.costs import QUERY_COST_MAX, Bucket, cost_of
from tieout.sandbox.shopify.mutations import Mutations
from tieout.sandbox.shopify.queries import Queries
from tieout.sandbox.shopify.schema import admin_schema
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.temper import CALM, Temper, TemperMiddleware, skewed
from tieout.sandbox.webhooks import WebhookSender

VERSIONS = ("2026-07", "2026-10")
# Eight tries within four hours at Shopify; the same number here within seconds.
RETRY_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0)


class ShopifySandbox:
    """A shop that answers at POST /admin/api/{version}/graphql.json with `X-Shopify-Access-Token`.

    `client_secret` signs webhooks; `client_app` is the title under which the caller's own refunds appear.
    """

    name = "shopify"

    def __init__(  # the settings of one shop
        self,
        clock: SandboxClock,
        *,
        shop_domain: str = "tieout-demo.myshopify.com",
        client_secret: str = "sandbox-client-secret",  # noqa: S107  # a stand-in's, known to everybody
        access_token: str = "shpat_sandbox",  # noqa: S107  # a stand-in's, known to everybody
        client_app: str = "Tieout",
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self._counts: Counter[str] = Counter()
        self.sender = WebhookSender(lambda: self.temper, random.Random(seed + 1), self._counts, retry_waits=RETRY_WAITS)
        self.shop = Shop(shop_domain, client_secret, VERSIONS[0], self.sender)
        self._token = access_token
        self._bucket = Bucket()
        self._queries = Queries(self.shop)
        self._mutations = Mutations(self.shop, self.shop.app_called(client_app))
        routes = [Route("/admin/api/{version}/graphql.json", self._graphql, methods=["POST"])]
        self.app: ASGIApp = TemperMiddleware(
            Starlette(routes=routes),
            lambda: self.temper,
            self.journal,
            random.Random(seed),
            self._counts,
            is_write=is_mutation,
        )
        self.control: Sequence[BaseRoute] = control_routes(self.shop, self.journal, self.now)

    def now(self) -> datetime:
        """Return the time by the shop's own clock, after settling what fell due."""
        now = skewed(self.clock, self.temper)
        self.shop.settle(now)
        return now

    def summary(self) -> dict[str, object]:
        """Return the size of the books."""
        books = self.shop.books
        return {
            "orders": len(books.orders),
            "variants": len(books.variants),
            "refunds": len(books.refunds),
            "returns": len(books.returns),
            "adjustments": len(books.groups),
            "webhooks": len(self.sender.log),
        }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)

    async def _graphql(self, request: Request) -> Response:
        version = request.path_params["version"]
        if version not in VERSIONS:
            return JSONResponse({"errors": "Not Found"}, 404)
        headers = {"X-Shopify-API-Version": version}
        if request.headers.get("X-Shopify-Access-Token") != self._token:
            sentence = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": sentence}, 401, headers)
        try:
            asked = json.loads(await request.body())
            source, variables = str(asked["query"]), dict(asked.get("variables") or {})
        except (ValueError, TypeError, KeyError):
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
        answer = self._run(source, variables, asked.get("operationName"), journal_of(request))
        return JSONResponse(answer, 200, headers)

    def _run(
        self, source: str, variables: dict[str, object], operation: str | None, entry: JournalEntry
    ) -> dict[str, object]:
        document, errors = _read(source)
        if document is None or errors:
            return {"errors": [_error(error) for error in errors]}
        now = self.now()
        settings = self.shop.settings
        size, rate = settings.bucket_size, settings.restore_per_second
        cost = cost_of(document, variables)
        if cost > QUERY_COST_MAX:
            return _costly(cost)
        if not self._bucket.spend(cost, now, size=size, rate=rate):
            return {
                "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
                "extensions": self._bucket.status(cost, actual=None, size=size, rate=rate),
            }
        result = execute_sync(
            admin_schema(),
            document,
            root_value={**self._queries.roots(), **self._mutations.roots(now, entry)},
            variable_values=variables,
            operation_name=operation,
        )
        assert isinstance(result, ExecutionResult), "every resolver answers at once"
        answer: dict[str, object] = {"data": result.data}
        if result.errors:
            answer["errors"] = [_error(error) for error in result.errors]
        answer["extensions"] = self._bucket.status(cost, actual=cost, size=size, rate=rate)
        return answer


@lru_cache(maxsize=256)
def _read(source: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parse and validate a document; clients send the same few again and again."""
    try:
        document = parse(source)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(admin_schema(), document))


def is_mutation(method: str, path: str, body: bytes) -> bool:
    """Say whether a request carries a mutation."""
    del path
    if method != "POST":
        return False
    try:
        document, _ = _read(str(json.loads(body)["query"]))
    except (ValueError, TypeError, KeyError):
        return False
    operations = document.definitions if document else ()
    return any(isinstance(d, OperationDefinitionNode) and d.operation is OperationType.MUTATION for d in operations)


def _error(error: GraphQLError) -> dict[str, object]:
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    return {str(key): value for key, value in error.formatted.items()}


def _costly(cost: int) -> dict[str, object]:
    sentence = f"Query cost is {cost}, which exceeds the single query max cost limit ({QUERY_COST_MAX})."
    details = {"code": "MAX_COST_EXCEEDED", "cost": cost, "maxCost": QUERY_COST_MAX}
    return {"errors": [{"message": sentence, "extensions": details}]}
