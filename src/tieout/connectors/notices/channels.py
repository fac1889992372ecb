"""Channels that Apprise carries. What it says about failures is read for the status only, and never passed on.

Its own log names addresses and quotes messages, so it is heard here and goes no further.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from tieout.connectors.notices.settings import ChannelSettings, Kind
from tieout.ports.errors import Refused, Unavailable
from tieout.ports.notices import NoticeText

CONNECT_SECONDS: Final = 5.0
TITLE_MAX: Final = 200
PASSING: Final = frozenset({408, 425, 429})
"""Answers of the 400s that another try may change."""
CARRIERS: Final[Mapping[Kind, tuple[str, str]]] = {
    "email": ("NotifyEmail", "email"),
    "slack": ("NotifySlack", "slack"),
    "teams": ("NotifyWorkflows", "workflows"),
    "webhook": ("NotifyJSON", "custom_json"),
}
"""Class and module of the library for each kind."""
CHATTY: Final = {"apprise": logging.WARNING, "urllib3": logging.CRITICAL}
"""Loggers that write addresses, and from which level on they do not; a webhook's address is its secret."""

_STATUS: Final = re.compile(r"error=(\d{3})\b")


class _Heard(logging.Handler):
    """The status that the library reported in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status: int | None = None
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and (found := _STATUS.search(record.getMessage())):
            self.status = int(found.group(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of the settings."""

    kind: str
    place: str
    settings: ChannelSettings = field(repr=False)

    def send(self, notice: NoticeText) -> str:
        """Send one message; see the port."""
        carrier = self._carrier(notice)
        with _hearing() as heard:
            try:
                is_taken = carrier.notify(
                    title=" ".join(notice.title.split())[:TITLE_MAX],
                    body=notice.text,
                    notify_type="success" if notice.is_good else "warning",
                    body_format="text",
                )
            except Exception as error:  # noqa: BLE001 - whatever it raises may quote the address
                raise Unavailable(f"{self.place} could not be asked ({type(error).__name__})") from None
        if is_taken:
            return f"taken by {self.place}"
        raise _failure(self.place, heard.status)

    def _carrier(self, notice: NoticeText) -> Any:  # noqa: ANN401 - one of four classes of the library
        """The library's own channel, made anew for every message: it is not made to be shared by threads."""
        _hush()
        try:
            made = _made(self.settings)
        except Exception as error:  # noqa: BLE001 - whatever it raises may quote the address
            said = f"the address of this {self.kind} channel cannot be used ({type(error).__name__})"
            raise Refused(f"{said}: look at it in the settings") from None
        made.redirects = False
        made.socket_connect_timeout, made.socket_read_timeout = CONNECT_SECONDS, self.settings.read_seconds
        made.include_image = False  # a picture would be fetched from a stranger's address
        if self.kind == "slack" and self.settings.base_url:
            made.webhook_url = f"{self.settings.base_url.rstrip('/')}/services"
        if self.kind == "webhook":
            made.payload_extras = {"number": notice.number, "is_good": notice.is_good}
        return made


def open_channel(settings: ChannelSettings) -> Channel:
    """A channel of the settings. Opening sends nothing."""
    return Channel(kind=settings.kind, place=settings.place, settings=settings)


def _failure(place: str, status: int | None) -> Refused | Unavailable:
    if status is None:
        return Unavailable(f"{place} did not take it, or did not answer")
    if 400 <= status < 500 and status not in PASSING:
        return Refused(f"{place} answered {status}: the address is not valid any more, or may not be used so")
    return Unavailable(f"{place} answered {status}")


def _made(settings: ChannelSettings) -> Any:  # noqa: ANN401 - one of four classes of the library
    """The library's channel for an address: of its own kind and of no other of the hundred that it knows."""
    from apprise import AppriseAsset  # noqa: PLC0415 - slow to load, and most commands send nothing

    address = settings.address.get_secret_value().strip()
    carrier = _carrier_class(settings.kind)
    if settings.kind == "webhook":
        found = carrier.parse_url(_webhook_address(address))
    elif address.startswith("https://"):
        found = carrier.parse_native_url(address)
    else:
        found = carrier.parse_url(address)
    asset = AppriseAsset(app_id="Tieout", app_desc="Tieout", app_url="", async_mode=False, secure_logging=True)
    return carrier(**found, asset=asset)


def _carrier_class(kind: Kind) -> Any:  # noqa: ANN401 - one of four classes of the library
    name, place = CARRIERS[kind]
    with warnings.catch_warnings():
        # Its mail loads a module for signing that Python is about to let go.
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(import_module(f"apprise.plugins.{place}"), name)


def _webhook_address(address: str) -> str:
    """The address as the library spells it."""
    parts = urlsplit(address)
    own = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query, keep_blank_values=True)])
    scheme = "jsons" if parts.scheme == "https" else "json"
    return f"{scheme}://{parts.netloc}{quote(parts.path, safe='/%')}" + (f"?{own}" if own else "")


def _hush() -> None:
    """Keep the library and what it calls from writing anything: addresses are secrets here."""
    for name, level in CHATTY.items():
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(level)
        if not any(isinstance(one, logging.NullHandler) for one in logger.handlers):
            logger.addHandler(logging.NullHandler())


@contextmanager
def _hearing() -> Iterator[_Heard]:
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
