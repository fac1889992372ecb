"""Makes texts fit the elements of a message, or says which does not: nothing of an address is ever cut off."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterable

from tieout.connectors.files.edi import compat
from tieout.ports.errors import Refused

Letters = Callable[[str], str]
"""Makes free text of letters that the dialect takes."""


def one_line(text: str) -> str:
    """The text with every run of blanks and breaks as one blank; what cannot be printed counts as a blank."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())


def in_charset(text: str, charset: str) -> str:
    """The text in letters of a character set: accents fall off, and what has no likeness becomes a point."""
    return "".join(_likeness(letter, charset) for letter in one_line(text))


def _likeness(letter: str, charset: str) -> str:
    for candidate in (letter, *unicodedata.normalize("NFKD", letter)):
        try:
            candidate.encode(charset)
        except UnicodeEncodeError:
            continue
        return str(candidate)
    return "."


def exact(text: str, what: str, width: int, letters: Letters) -> str:
    """A code as it is; Refused when the dialect cannot carry it unchanged, for changed it would be another code."""
    if text != letters(text):
        raise Refused(f"{what} {text!r} holds letters that this partner's format cannot carry.")
    return fitted(text, what, width, letters)


def fitted(text: str, what: str, width: int, letters: Letters) -> str:
    """Free text in letters of the dialect; Refused when it is too long."""
    spoken = letters(text)
    if len(spoken) > width:
        raise Refused(f"{what} {spoken!r} has {len(spoken)} letters, and {width} are the most: shorten it.")
    return spoken


def wrapped(texts: Iterable[str], what: str, width: int, most: int, letters: Letters) -> list[str]:
    """Lines of text, those too long continued on a next one; Refused when they are too many."""
    lines = [part for text in texts for part in textwrap.wrap(letters(text), width)]
    if len(lines) > most:
        raise Refused(f"{what} takes {len(lines)} lines of {width} letters, and {most} are the most: shorten it.")
    return lines


def country_code(country: str) -> str:
    """The code of a country; Refused when its name is not known."""
    plain = one_line(country)
    code = plain.upper() if len(plain) <= 3 and plain.casefold() not in compat.COUNTRIES else ""
    found = code or compat.COUNTRIES.get(plain.casefold(), "")
    if plain and not (found.isascii() and found.isalpha()):
        raise Refused(f"The country {plain!r} has no code here: write its code of two letters in the address.")
    return found


def unit_code(unit: str, units: dict[str, str], otherwise: str, longest: int) -> str:
    """The code of a unit; Refused when it has none that the dialect can carry."""
    code = units.get(unit, unit) if unit else otherwise
    if not 0 < len(code) <= longest or not (code.isascii() and code.isalnum()):
        raise Refused(
            f"The unit {unit!r} has no code of at most {longest} letters: add it to the units in the settings."
        )
    return code


def file_name(kind: str, control: int, reference: str, ending: str) -> str:
    """A name that no other file of ours has, and that every file system takes."""
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in reference)
    return f"{kind}_{safe}_{control:09}.{ending}"
