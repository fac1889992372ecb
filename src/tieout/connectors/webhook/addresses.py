"""Where a message may go: never into our own network, whatever an address or its name says.

Whoever may set up a webhook chooses an address that our servers call. Without a doorman they could have them call
the cloud's metadata service, the database, or Sage behind its firewall.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from tieout.ports.errors import Refused, Unavailable

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
URL_LETTERS_MAX: Final = 2000
DOORS_MAX: Final = 3

_CARRIERS: Final = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96"))
"""Networks of IPv6 that carry an IPv4 address inside, public by their looks and leading anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address that was looked at: the machine to connect to, and the name that it must prove to have."""

    scheme: str
    address: str
    """The one that was looked at, so that the name cannot lead elsewhere a moment later."""
    port: int
    name: str
    rest: str
    """Path and query."""

    @property
    def pinned_url(self) -> str:
        """The address with the machine in the place of its name."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}{self.rest}"

    @property
    def host_header(self) -> str:
        """The Host header that the address asks for."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        usual = {"https": 443, "http": 80}[self.scheme]
        return name if self.port == usual else f"{name}:{self.port}"


def _resolved(name: str, port: int) -> list[str]:
    """Every address that a name has now; Unavailable when it has none."""
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(f"The name {name} has no address.") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorman:
    """Says whether a message may be sent to an address; `loopback` lets it go to programs on this machine."""

    loopback: bool = False
    resolve: Callable[[str, int], Sequence[str]] = _resolved

    def check(self, url: str) -> None:
        """Raise Refused, in a sentence for whoever gave the address, when nothing may be posted to it.

        A name is not looked up: it may lead elsewhere tomorrow, so that is done whenever something is posted.
        """
        parts = _parts(url)
        literal = _literal(parts.hostname or "")
        is_here = parts.hostname == "localhost" or (literal is not None and literal.is_loopback)
        if is_here and not self.loopback:
            raise Refused("The address leads to this machine; webhooks go to other machines only.")
        if literal is not None:
            self._let(str(literal))
        if parts.scheme == "http" and not (is_here and self.loopback):
            raise Refused("Give an address that begins with https://.")

    def doors(self, url: str) -> list[Door]:
        """The doors to try, one after the other: the name's addresses, when all are allowed.

        Refused when one of them is not; Unavailable when there is none.
        """
        self.check(url)
        parts = _parts(url)
        name = parts.hostname or ""
        port = parts.port or {"https": 443, "http": 80}[parts.scheme]
        literal = _literal(name)
        addresses = [str(literal)] if literal is not None else self.resolve(name, port)
        if not addresses:
            raise Unavailable(f"The name {name} has no address.")
        for address in addresses:
            self._let(address)
        rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return [
            Door(scheme=parts.scheme, address=address, port=port, name=name, rest=rest)
            for address in addresses[:DOORS_MAX]
        ]

    def _let(self, text: str) -> None:
        address = _unmapped(ipaddress.ip_address(text.partition("%")[0]))
        if address.is_loopback and self.loopback:
            return
        carried = isinstance(address, ipaddress.IPv6Address) and any(address in net for net in _CARRIERS)
        is_site = isinstance(address, ipaddress.IPv6Address) and address.is_site_local  # for Python global
        if carried or is_site or not address.is_global or address.is_multicast or address.is_reserved:
            raise Refused("The address leads into a private network; webhooks go to public addresses only.")


def _parts(url: str) -> SplitResult:
    """The parts of an address that anything could be posted to; Refused, in a sentence, otherwise."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole, parts = False, SplitResult("", "", "", "", "")
    # A name in other letters than these is looked up as something else than what was read.
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    if not is_whole or not is_plain or len(url) > URL_LETTERS_MAX:
        raise Refused("Give a whole address, as in https://hooks.example.co.uk/tieout.")
    if "@" in parts.netloc or parts.fragment:
        raise Refused("Give an address without a user name, a password or a # part.")
    return parts


def _literal(host: str) -> Address | None:
    """The address that a host is written as; None for a name.

    Also where it is written as C programs read it (`127.1`, `0x7f000001`), which a lookup would follow.
    """
    try:
        return _unmapped(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _unmapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
