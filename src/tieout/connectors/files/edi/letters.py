"""From bytes to text: which letters a file is written in, and how it begins."""

from __future__ import annotations

import re

from tieout.connectors.files.edi import compat
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.ports.inbound import MalformedError

BLANKS = " \t\r\n"
"""What may stand between segments. Python counts the ASCII separators among blanks, and partners separate by them."""
_BOM = b"\xef\xbb\xbf"
_UNB = re.compile(rb"UNB[^A-Za-z0-9\s](UNO[A-Z])")
_FIRST_BYTES = 200


def text_of(body: bytes, settings: EdiSettings) -> str:
    """The file as text, without its byte order mark and the blanks before its first segment."""
    if len(body) > settings.bytes_max:
        raise MalformedError(
            f"The file has {len(body):,} bytes, and {settings.bytes_max:,} are the most that is read: ask for parts."
        )
    if not body.strip():
        raise MalformedError("The file is empty.")
    if b"\x00" in body:
        raise MalformedError("The file holds zero bytes: it is no EDI text, or one of two bytes to a letter.")
    if body.startswith(_BOM):
        return _decoded(body[len(_BOM) :], ("utf-8", "iso8859-1"))
    if settings.charset:
        return _decoded(body, (settings.charset, "iso8859-1"))
    told = _UNB.search(body[:_FIRST_BYTES])
    named = compat.CHARSETS.get(told.group(1).decode("ascii"), "") if told else ""
    return _decoded(body, (named, "iso8859-1") if named else ("utf-8", "iso8859-1"))


def _decoded(body: bytes, charsets: tuple[str, ...]) -> str:
    for charset in charsets:
        try:
            return body.decode(charset).lstrip("\ufeff" + BLANKS)
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 reads every byte")


def without_line_breaks(text: str) -> str:
    """The text in one line: breaks between and within segments mean nothing where a segment ends in a letter."""
    return text.replace("\r", "").replace("\n", "")
