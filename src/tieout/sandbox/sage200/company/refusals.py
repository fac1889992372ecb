"""Why a request is not done: each carries the sentence that the caller is given."""

from __future__ import annotations


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

    def __init__(self, record: str, holder: str, dress: str) -> None:
        super().__init__(f"{record} is in use by {holder}.")
        self.record = record
        self.holder = holder
        self.dress = dress
