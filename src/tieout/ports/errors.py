"""Connector errors: a remote system did not do as asked; each is named for what to do next."""

from __future__ import annotations

from datetime import timedelta


class ConnectorError(Exception):
    """A remote system did not do as asked. The text is for the desk and holds no secret."""


class Busy(ConnectorError):  # noqa: N818 - named for what to do next, as the architecture has it
    """The system asked us to come back later."""

    def __init__(self, text: str, wait: timedelta) -> None:
        super().__init__(text)
        self.wait = wait


class Locked(ConnectorError):  # noqa: N818 - as above
    """Somebody has the record on screen."""

    def __init__(self, text: str, holder: str = "", record: str = "") -> None:
        super().__init__(text)
        self.holder = holder
        self.record = record


class Unavailable(ConnectorError):  # noqa: N818 - as above
    """The system cannot be reached or fails, and nothing was asked of it that could have been done."""


class Unauthorised(ConnectorError):  # noqa: N818 - as above
    """The account's credentials or rights do not allow this."""


class Refused(ConnectorError):  # noqa: N818 - as above
    """The system understood and said no; nothing was done. `reason` is its own sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutcomeUnknown(ConnectorError):  # noqa: N818 - as above
    """A write was sent and no answer says what became of it: look before doing it again."""


class BadAnswer(ConnectorError):  # noqa: N818 - as above
    """The system answered something that its own documents do not allow."""


class NeedsHand(ConnectorError):  # noqa: N818 - as above
    """This company's channel for the command is a person: `task` says what to do in which system."""

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self.task = task
