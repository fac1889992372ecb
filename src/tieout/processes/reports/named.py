"""Which return a text in another system's books names: by its RMA number, or by the number of its order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tieout.processes.reports.known import Known

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SHORTEST = 3
"""A number of two figures stands in too many texts to name anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Every known return by the words that name it."""

    by_word: Mapping[tuple[str, str], Known]

    @classmethod
    def of(cls, known: Iterable[Known]) -> Named:
        """An RMA's own number goes before an order's; two returns of one order name neither."""
        by_order: dict[tuple[str, str], list[Known]] = {}
        by_rma: dict[tuple[str, str], Known] = {}
        for each in known:
            for word in (each.key, f"rma{each.key}", f"rma-{each.key}"):
                by_rma[each.company, word.casefold()] = each
            order = each.facts.rma.order_name if each.facts and each.facts.rma else ""
            by_order.setdefault((each.company, order.casefold().lstrip("#")), []).append(each)
        single = {name: found[0] for name, found in by_order.items() if len(found) == 1}
        return cls(by_word={**single, **by_rma})


def named_return(named: Named, company: str, text: str) -> Known | None:
    """The return that a text names; None when it names none."""
    words = [word.casefold().strip("-_") for word in _WORD.findall(text)]
    found = (named.by_word.get((company, word)) for word in words if len(word) >= SHORTEST)
    return next((known for known in found if known is not None), None)
