"""When an action on a return is refused, and in which of the vendor's forms.

Most refusals come with HTTP 200 and an object in place of the word true; their forms differ from action to action.
"""

from __future__ import annotations

from collections.abc import Collection

from tieout.sandbox.loop.books import LoopReturn

REMOVABLE = ("refund", "store_credit")


class ActionRefusedError(Exception):
    """The action is not done; `body` and `status` are what the client is told."""

    def __init__(self, sentence: str, body: dict[str, object], status: int = 200) -> None:
        super().__init__(sentence)
        self.body = body
        self.status = status


def to_process(ret: LoopReturn, *, flagged_too: bool) -> None:
    """Raise unless the return can be processed."""
    if ret.state == "cancelled":
        raise _message("Return is cancelled and therefore cannot be processed.")
    if ret.state in {"closed", "expired"}:
        raise _state(ret)
    if ret.flagged and not flagged_too:
        raise _state(ret, "UNPROCESSABLE_FLAGGED_RETURN")
    if ret.state == "review" and not ret.flagged:
        raise _message("Return is review and therefore cannot be processed.")


def to_cancel(ret: LoopReturn) -> None:
    """Raise unless the return can be cancelled."""
    if ret.state in {"closed", "cancelled"}:
        raise _state(ret)
    if ret.state == "expired":
        raise _content("Return is expired and cannot be processed.")
    if ret.flagged:
        raise _content("Return is flagged and cannot be processed.")


def to_flag(ret: LoopReturn) -> None:
    """Raise unless the return is still under way."""
    if ret.state not in {"open", "review"}:
        raise _state(ret)


def to_close(ret: LoopReturn) -> None:
    """Raise unless the return can be closed."""
    if ret.state == "cancelled":
        raise _message("Return is cancelled and therefore cannot be processed.")
    if ret.state == "closed":
        raise _state(ret)


def to_approve(ret: LoopReturn) -> None:
    """Raise unless the return is under review."""
    if ret.state != "review":
        raise _state(ret)


def to_remove(ret: LoopReturn, numbers: Collection[int]) -> None:
    """Raise unless these line items can be taken off the return."""
    if ret.state != "open":
        raise _message("Return cannot be modified.", 422)
    asked = [unit for unit in ret.units if unit.id in numbers]
    fit = [unit for unit in asked if unit.outcome in REMOVABLE]
    if not fit:
        raise _message("There are no line items that qualify for removal", 422)
    if len(fit) < len(set(numbers)):
        raise _message("Not all line items qualify for removal", 422)


def _message(sentence: str, status: int = 200) -> ActionRefusedError:
    return ActionRefusedError(sentence, {"message": sentence}, status)


def _content(sentence: str) -> ActionRefusedError:
    return ActionRefusedError(sentence, {"content": sentence})


def _state(ret: LoopReturn, code: str = "UNPROCESSABLE_RETURN") -> ActionRefusedError:
    sentence = f"Return is {ret.state} and therefore cannot be processed."
    return ActionRefusedError(sentence, {"errors": {"message": sentence, "code": code}})
