"""GraphQL over HTTP with one Shopify store, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from tieout.connectors.shopify.errors import (
    failure_beside_result,
    failure_in_result,
    is_throttled,
)
from tieout.connectors.shopify.pacing import WAIT_SECONDS_MIN, Bucket, Cost
from tieout.connectors.shopify.queries import Document
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.transport import Json, Reply, Transport, error_for, wait_asked, write_json
from tieout.ports.errors import BadAnswer, Busy, OutcomeUnknown


class ShopifyClient:
    """One store's Admin API. Safe to share between threads."""

    def __init__(
        self,
        settings: ShopifySettings,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pause = pause
        self._bucket = Bucket(clock)
        self._path = f"/admin/api/{settings.api_version}/graphql.json"
        self._transport = Transport(
            "Shopify",
            settings.endpoint,
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            reads_tried=settings.reads_tried,
            headers={
                "x-shopify-access-token": settings.access_token.get_secret_value(),
                "content-type": "application/json",
                "accept": "application/json",
            },
        )

    def ask(self, document: Document, variables: Mapping[str, Json]) -> Mapping[str, Json]:
        """The `data` of a query; errors of any kind are raised."""
        assert not document.is_write, f"{document.name} writes"
        return self._run(document, variables)

    def tell(self, document: Document, variables: Mapping[str, Json], field: str) -> Mapping[str, Json]:
        """The result of a mutation's one field; Refused with its `userErrors`, OutcomeUnknown without any."""
        assert document.is_write, f"{document.name} only reads"
        result = self._run(document, variables).get(field)
        if not isinstance(result, Mapping):
            raise OutcomeUnknown(f"Shopify answered {document.name} without a result")
        errors = result.get("userErrors")
        if isinstance(errors, Sequence) and not isinstance(errors, str) and errors:
            raise failure_in_result(errors)
        return result

    def close(self) -> None:
        """Drop the idle connections."""
        self._transport.close()

    def _run(self, document: Document, variables: Mapping[str, Json]) -> Mapping[str, Json]:
        """The `data` of the answer, waiting for the bucket as long as the settings allow in all."""
        patience = self._settings.pause_seconds_max
        while True:
            wait = self._bucket.take(document.name)
            if not wait:
                answer = self._answer(document, variables)
                errors = _errors(answer)
                if not is_throttled(errors):
                    return self._result(document, answer, errors)
                cost = Cost.read(answer)
                wait = cost.wait_seconds() if cost else self._settings.busy_seconds
            wait = max(wait, WAIT_SECONDS_MIN)
            if wait > patience:
                raise Busy(f"Shopify's cost bucket is empty for {document.name}", timedelta(seconds=wait))
            patience -= wait
            self._pause(wait)

    def _answer(self, document: Document, variables: Mapping[str, Json]) -> Mapping[str, Json]:
        reply = self._transport.send(
            "POST",
            self._path,
            writing=document.is_write,
            content=write_json({"query": document.text, "variables": variables}),
        )
        self._raise_for(reply, document)
        try:
            answer = reply.json()
        except BadAnswer as failure:
            raise _unreadable(document, str(failure)) from None
        if not isinstance(answer, Mapping):
            raise _unreadable(document, "the answer is not a JSON object")
        cost = Cost.read(answer)
        if cost is not None:
            self._bucket.learn(document.name, cost)
        return answer

    def _result(self, document: Document, answer: Mapping[str, Json], errors: Sequence[Json]) -> Mapping[str, Json]:
        if errors:
            raise failure_beside_result(document.name, errors, writing=document.is_write)
        found = answer.get("data")
        if not isinstance(found, Mapping):
            raise _unreadable(document, "the answer has neither data nor errors")
        return found

    def _raise_for(self, reply: Reply, document: Document) -> None:
        if reply.is_success:
            return
        kind = error_for(reply.status, writing=document.is_write)
        text = f"Shopify answered {reply.status} to {document.name}"
        if kind is Busy:
            otherwise = timedelta(seconds=self._settings.busy_seconds)
            raise Busy(text, wait_asked(reply.headers, now=self._clock(), otherwise=otherwise))
        raise kind(text)


def _errors(answer: Mapping[str, Json]) -> Sequence[Json]:
    errors = answer.get("errors")
    if isinstance(errors, str):
        return (errors,)
    return errors if isinstance(errors, Sequence) else ()


def _unreadable(document: Document, why: str) -> BadAnswer | OutcomeUnknown:
    """After a write, an answer that cannot be read leaves the outcome open."""
    text = f"Shopify on {document.name}: {why}"
    return OutcomeUnknown(text) if document.is_write else BadAnswer(text)
