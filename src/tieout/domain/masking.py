"""What nobody may read in a message that is shown: people, where they live, cards, secrets. The one place for it.

A value is masked for the name it goes by (`email`, `zip`, `access_token`), for standing beneath a person or an address
(`customer`, `shipping_address`), or for how it looks (an e-mail address in a note). Where in doubt it is masked: what
ties a record to another system, such as ids, order names and tracking numbers, stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

Plain: TypeAlias = "Mapping[str, Plain] | Sequence[Plain] | str | int | Decimal | bool | None"
"""A JSON value; numbers with a point are decimals, so that none is shown otherwise than it came."""

PERSONAL: Final = "[masked: personal]"
SECRET: Final = "[masked: secret]"  # noqa: S105 - what stands in place of one
CARD: Final = "[masked: card]"
EMAIL: Final = "[masked: email]"
PHONE: Final = "[masked: telephone]"
POSTCODE: Final = "[masked: postcode]"
WRITTEN: Final = "[masked: text somebody wrote]"
DEEP: Final = "[masked: nested too deeply]"

_DEEPEST: Final = 60

_SECRETS: Final = re.compile(
    r"password|passwd|secret|token|api_?key|authori[sz]ation|signature|hmac|cookie|session|bearer|credential|private_?key"
)
_CARDS: Final = re.compile(
    r"card_?(number|no|num|holder|name|expiry)|credit_?card|debit_?card|\bpan\b|^cvv|^cvc|security_?code|"
    r"last_?(4|four)|_?expir(y|ation)_?(month|year|date)|^exp_(month|year)$|^bin$|iban|sort_?code|account_?number|swift"
)
_PERSONS: Final = re.compile(
    r"e_?mail|phone|mobile|telephone|^fax$|(first|last|full|middle|sur|given|family|customer|contact|display)_?name$|"
    r"address|street|^line_?[1-4]$|^city$|^town$|^county$|^province|^zip|postal|post_?code|latitude|longitude|"
    r"^lat$|^lng$|^lon$|birth|gender|(^|_)ip$|user_?agent|^contact|recipient|vat_?(number|id)|company_?name|^by$|^staff"
)
_WRITTEN: Final = re.compile(
    r"^notes?$|(^|_)notes?$|comments?$|message$|feedback|^remarks?$|reason_?(text|note|details)"
)
_PEOPLE: Final = re.compile(
    r"^(customer|client|buyer|user|person|contact|recipient|consignee|sender|shopper|destination|origin|delivery|"
    r"client_details|staff_member|payment_details)$|address(es)?$"
)
_KEPT: Final = re.compile(
    r"(^|_)(id|gid|ids)$|graphql|^country|^currency|^(created|updated|processed)_at$|^state$|^kind$|"
    r"(^|_)(tracking|barcode|ean|gtin|sku|rma|order_?name|order_?number|order)$|^tracking_(no|number)$"
)

_LOOKS: Final = (
    (re.compile(r"[^\s@<>\"',;:()\[\]]{1,64}@[^\s@<>\"',;:()\[\]]{1,190}\.[^\s@<>\"',;:()\[\].]{2,24}"), EMAIL),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), SECRET),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), SECRET),
    (re.compile(r"\b(shp(at|ss|ca|pa)|whsec|sk_(live|test)|pk_(live|test)|xox[abp]|ghp)[_-][\w/+=-]{6,}"), SECRET),
    (re.compile(r"(?<![\w+])(?!000)(\+\d{1,3}|00\d{2}|0)[\s().-]{0,2}(\d[\s().-]{0,2}){8,11}\d(?![\w.])"), PHONE),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2}\b"), POSTCODE),
    (re.compile(r"\b[A-Z]{2}\d{2}( ?[A-Z\d]{4}){3,7}( ?[A-Z\d]{1,3})?\b"), CARD),
)
"""What gives itself away. The postcode is British and spaced: `SW1A 1AA`; codes of goods have no such gap. Nobody can
dial what begins with 000: Sage's numbers of orders do."""
_RECORD: Final = re.compile(r"(gid://\w+/\w+/)?\d{1,40}")
_DIGITS: Final = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])")
_TAGGED: Final = re.compile(r"<([\w:.-]{1,80})((?:\s[^<>]{0,400})?)>([^<>]{1,4000})</\1>")
_NAMED: Final = re.compile(r"([\w.\[\]-]{1,80})\"?\s{0,3}[=:]\s{0,3}\"?")
_ENDS: Final = {True: re.compile(r"\"|$"), False: re.compile(r"[&<>\r\n]|$")}
"""Where the value of a name ends: one in quotes with its quote, another with its line."""


def masked(value: Plain) -> Plain:
    """The value with everything that nobody may read replaced by a word that says what stood there."""
    return _masked(value, name="", is_person=False, depth=0)


def masked_text(text: str) -> str:
    """A text that is no JSON: masked by tags, by `name=value` pairs, and by how things look."""
    tagged = _TAGGED.sub(lambda m: f"<{m[1]}{m[2]}>{_mask_of(m[1]) or m[3]}</{m[1]}>", text)
    parts, at = [], 0
    for named in _NAMED.finditer(tagged):
        mask = _mask_of(named[1])
        if mask and named.end() >= at:
            end = _ENDS[named[0].endswith('"')].search(tagged, named.end())
            parts += [tagged[at : named.end()], mask]
            at = end.start() if end else len(tagged)
    return masked_looks("".join([*parts, tagged[at:]]))


def masked_looks(text: str) -> str:
    """A text with what gives itself away by its looks masked: e-mail addresses, telephone and card numbers, tokens."""
    found = text
    for look, mask in _LOOKS:
        found = look.sub(mask, found)
    return _DIGITS.sub(lambda m: CARD if is_card_number(m[0]) else m[0], found)


def is_card_number(text: str) -> bool:
    """Say whether digits are those of a payment card: its first digit, its length and its check digit are right."""
    digits = [int(one) for one in text if one.isdecimal()]
    if not 13 <= len(digits) <= 19 or digits[0] not in {2, 3, 4, 5, 6}:
        return False
    doubled = [d if place % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for place, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _masked(value: Plain, *, name: str, is_person: bool, depth: int) -> Plain:
    if depth > _DEEPEST:
        return DEEP
    match value:
        case str():
            return _of_name(name, value, is_person=is_person)
        case Mapping():
            is_theirs = is_person or bool(_PEOPLE.search(plain_name(name)))
            return {
                masked_looks(str(key)): _masked(one, name=str(key), is_person=is_theirs, depth=depth + 1)
                for key, one in value.items()
            }
        case bool() | None:
            return value
        case Sequence():
            return [_masked(one, name=name, is_person=is_person, depth=depth + 1) for one in value]
        case _:
            text = str(value)
            shown = _of_name(name, text, is_person=is_person)
            return value if shown == text else shown


def _of_name(name: str, text: str, *, is_person: bool = False) -> str:
    """A text as it may be shown under its name."""
    if not text.strip():
        return text
    mask = _mask_of(name, is_person=is_person)
    if mask:
        return mask
    is_record = _RECORD.fullmatch(text) is not None and bool(_KEPT.search(plain_name(name)))
    return text if is_record else masked_looks(text)  # systems number their records whatever the check digit


def _mask_of(name: str, *, is_person: bool = False) -> str:
    """The word that stands in place of whatever goes by a name; empty where it may be read."""
    plain = plain_name(name)
    if _SECRETS.search(plain):
        return SECRET
    if _CARDS.search(plain):
        return CARD
    if _KEPT.search(plain):
        return ""
    if is_person or _PERSONS.search(plain) or _PEOPLE.search(plain):
        return PERSONAL
    return WRITTEN if _WRITTEN.search(plain) else ""


def plain_name(name: str) -> str:
    """A name as all systems would spell it: `firstName`, `First-Name` and `first name` are `first_name`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(":")[2])
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
