"""Why a request is not done: each carries the sentence that the caller is given."""

from __future__ import annotations

WORDINGS = {
    "in use": "{record} is in use by {holder}.",
    "being used": "{record} is being used by {holder}. Please try again later.",
    "locked": "{record} is locked.",
    "being edited": "{record} is currently being edited by user {holder}.",
    "being amended": "This record is being amended. User: {holder}.",
    "another user": "Another user is working with {record}.",
    "deadlock": "The statement was ended because of a deadlock on {record}.",
    "timeout": "Timeout expired. {record} could not be read in time.",
    "no lock": "Could not obtain a lock on {record}.",
    "unheard": "{record} is checked out on workstation PC-{holder} and cannot be opened at this time.",
}
"""How a record lock is told, by name; no document gives Sage's own sentence, and "unheard" is like none of the rest."""


class RefusedError(Exception):
    """A business rule or a bad request: 400 with the first problem in English."""

    status = 400

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status


class NotFoundError(RefusedError):
    """No such record or path: 404."""

    status = 404


class NoPathError(NotFoundError):
    """No such path or verb: 404."""

    def __init__(self) -> None:
        super().__init__("No HTTP resource was found that matches the request.")


class KeyConflictError(RefusedError):
    """The companion was given a known key with other content: 409."""

    status = 409


class LockedError(RefusedError):
    """Somebody else is in the record; `dress` says how the API shows it."""

    def __init__(self, record: str, holder: str, dress: str, wording: str = "in use") -> None:
        super().__init__(WORDINGS[wording].format(record=record, holder=holder))
        self.record = record
        self.holder = holder
        self.dress = dress
