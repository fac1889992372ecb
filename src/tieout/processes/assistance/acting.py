"""What people do about suggestions: dismiss one, or have a case explained. Each with its audit entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tieout.domain.alerts.conditions import do_of, means_of
from tieout.domain.alerts.wording import ABOUT_PEOPLE
from tieout.domain.masking import PERSONAL, masked_looks
from tieout.domain.people import Actor
from tieout.ports.errors import ConnectorError
from tieout.processes.assistance import Assistance
from tieout.processes.desk import NotPossible
from tieout.store import audit, suggestions
from tieout.store.cases import Case
from tieout.store.suggestions import NewSuggestion, Suggestion

INSTRUCTION: Final = (
    "You explain one exception of an order and returns system to a bookkeeper in the United Kingdom. Say in at most "
    "120 plain words what most likely happened and what to look at first. Use only the facts given. Say so where they "
    "do not tell. Do not name people."
)
LONGEST: Final = 2_000


def dismiss(assistance: Assistance, actor: Actor, suggestion_id: int) -> Suggestion:
    """Put a suggestion away: it is not shown for this case again. NotPossible when it was answered before."""
    for company in actor.companies or (None,):
        with assistance.store.scope(company) as c:
            known = suggestions.suggestion(c, suggestion_id)
            if known is None:
                continue
            now = assistance.clock()
            answered = suggestions.answer(c, suggestion_id, answer="dismissed", by=actor.name, at=now)
            if answered is None:
                raise NotPossible(f"{known.answered_by} has answered this suggestion already.")
            audit.append(
                c,
                company=known.company,
                who=actor.name,
                action="suggestion.dismissed",
                subject=f"case {known.case_id}",
                before={"answer": known.answer},
                after={"answer": "dismissed", "kind": known.kind, "suggestion": suggestion_id},
                at=now,
            )
            return answered
    raise NotPossible("This suggestion is not there, or is in a company that you do not see.")


def explain(assistance: Assistance, actor: Actor, case: Case) -> str:
    """Have the configured model explain a case; kept as a suggestion. NotPossible when none is, or it fails.

    No transaction is open while it is asked. What is sent is kept beside the answer, word for word.
    """
    model = assistance.explainer
    if model is None or not assistance.is_on:
        raise NotPossible("No model is set up: the settings name one under [assistance].")
    asked = told_of(case)
    try:
        said = masked_looks(" ".join(model.explain(INSTRUCTION, asked).split()))[:LONGEST]
    except ConnectorError:
        raise NotPossible("The model gave no answer. Nothing is lost: the case says what it needs.") from None
    now = assistance.clock()
    fresh = NewSuggestion(
        company=case.company,
        case_id=case.id,
        kind="explanation",
        table_name="",
        key="",
        suggested={"text": said},
        evidence={"score": 0, "because": [f"{model.name} at {model.place} was told: {asked}"]},
        made_by=model.name,
        made_at=now,
    )
    with assistance.store.scope(case.company) as c:
        suggestions.offer(c, fresh)
        audit.append(
            c,
            company=case.company,
            who=actor.name,
            action="case.explained",
            subject=f"case {case.id} {case.document_kind} {case.document_key}",
            before=None,
            after={"model": model.name, "place": model.place, "told": asked},
            at=now,
        )
    return said


def told_of(case: Case) -> str:
    """What a model is told of a case: its kinds of fault and their figures, and nobody's name, address or number."""
    return " ".join(_lines(case))


def _lines(case: Case) -> Iterator[str]:
    yield f"A {case.document_kind.replace('_', ' ')} is held up."
    for one in case.faults:
        if not isinstance(one, Mapping):
            continue
        code = str(one.get("code") or "")
        yield f"Fault {code}: {means_of(code)} What the runbook says: {do_of(code)}"
        for name, label in (("at", "About"), ("saw", "Found"), ("wanted", "Expected")):
            text = " ".join(str(one.get(name) or "").split())
            if text:
                yield f"{label}: {PERSONAL if code in ABOUT_PEOPLE else masked_looks(text)}."
