"""The plan of a document as people read it: every step in order, whether it is done, and under which reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from tieout.domain.command_legs import weight_of
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money
from tieout.processes.record import Json, command_from_json
from tieout.store.attempts import Attempt
from tieout.store.effects import Effect

StepState = Literal["done", "sent", "to do", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done in one system."""

    key: str
    command: str
    system: str
    state: StepState
    amount: Money | None
    reference: str
    """What the system calls it: a URN, a credit note's number."""
    why: str
    """Why it was refused or withdrawn."""
    at: datetime | None
    """When it was read back, refused or withdrawn."""
    tries: int
    link: str = ""
    """Where the system shows it, as it answered; empty where it did not say."""

    @property
    def title(self) -> str:
        """What is done, in words."""
        said = said_of(self.command)
        return said[0].upper() + said[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The plan, and what keeps the document from its end."""

    steps: Sequence[Step]
    waiting_for: str
    stopped_by: Sequence[str]
    """Titles of the faults that stopped it."""


def steps_of(last: Attempt | None, effects: Sequence[Effect]) -> Steps:
    """What was done so far, then what the last plan still holds, in the order of its steps."""
    planned, waiting_for, faults = _decision_of(last)
    known = {effect.key: effect for effect in effects}
    keys = {str(command.get("key")) for command in planned}
    steps = [_step_done(effect) for effect in effects if effect.key not in keys]
    for command in planned:
        effect = known.get(str(command.get("key")))
        steps.append(_step_done(effect) if effect is not None else _step_to_do(command))
    return Steps(
        steps=steps,
        waiting_for=waiting_for,
        stopped_by=[BY_CODE[code].title if code in BY_CODE else code for code in faults],
    )


def said_of(command: str) -> str:
    """A command as people say it: `post_sop_credit_note` as `post SOP credit note`."""
    return " ".join("SOP" if word == "sop" else word for word in command.split("_"))


def _decision_of(last: Attempt | None) -> tuple[list[Mapping[str, Json]], str, list[str]]:
    """Commands, what is waited for, and codes of faults of the last decision."""
    match last.decision if last is not None else None:
        case {"plan": {"commands": [*commands], "waiting_for": str(waiting_for)}}:
            return [one for one in commands if isinstance(one, Mapping)], waiting_for, []
        case {"blocked": {"faults": [*faults]}}:
            return [], "", list(dict.fromkeys(str(one["code"]) for one in faults if isinstance(one, Mapping)))
        case _:
            return [], "", []


def _step_done(effect: Effect) -> Step:
    states: Mapping[str, StepState] = {"done": "done", "refused": "refused", "withdrawn": "withdrawn"}
    unsettled: StepState = "sent" if effect.sent_at is not None else "to do"
    return Step(
        key=effect.key,
        command=effect.command,
        system=effect.system,
        state=states.get(effect.state, unsettled),
        amount=_amount_of(effect.content),
        reference=effect.reference or "",
        why=effect.reason or "",
        at=effect.settled_at,
        tries=effect.tries,
        link=_link_of(effect.answer),
    )


def _step_to_do(command: Mapping[str, Json]) -> Step:
    kind = str(command.get("kind"))
    return Step(
        key=str(command.get("key")),
        command=kind,
        system="",
        state="to do",
        amount=_amount_of(command),
        reference="",
        why="",
        at=None,
        tries=0,
    )


def _link_of(answer: Json) -> str:
    """The page that a system named in its answer; only what a browser may be sent to."""
    match answer:
        case {"link": str(link)} if link.startswith(("https://", "http://")):
            return link
        case _:
            return ""


def _amount_of(content: Json) -> Money | None:
    """The money that a command moves; None where it moves none, or where an earlier release wrote it otherwise."""
    try:
        command = command_from_json(content)
    except ValidationError:
        return None
    return weight_of(command, command.figures())[0]
