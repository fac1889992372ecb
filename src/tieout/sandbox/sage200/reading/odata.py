"""The subset of OData that Sage 200 speaks, translated to SQL with parameters.

`$filter` knows eq ne gt ge lt le, and, or, brackets, contains/startswith/endswith, null, bare dates and Z stamps,
and enumerations by quoted number or name. `ne` includes rows without a value (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.resources import Field, Resource

TOP_DEFAULT = 500
TOP_MAX = 5000
OPERATORS = {"eq": "=", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
FUNCTIONS = ("contains", "startswith", "endswith")
PLACES = {"m": 2, "p": 2, "q": 5, "w": 4, "r": 6, "u": 7, "v": 9}
TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<stamp>\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?)|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_./]*)|(?P<sign>[(),]))"
)
DATE_LENGTH = 10
EXTRA_PLACES_MAX = 3
FIGURE_MAX = 10**15
DIGITS_MAX = 12


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a filter."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL with its parameters."""

    sql: str
    values: tuple[object, ...] = ()


def _tokens(text: str) -> list[Token]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise RefusedError(f"The $filter cannot be understood at '{text[position : position + 20].strip()}'.")
        kind = match.lastgroup or ""
        found.append(Token(kind, match[kind]))
        position = match.end()
    return found


class _Parser:
    """Recursive descent over the words of one filter."""

    def __init__(self, resource: Resource, tokens: list[Token]) -> None:
        self._resource = resource
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Where:
        found = self._either()
        if self._at < len(self._tokens):
            raise RefusedError(f"The $filter cannot be understood at '{self._tokens[self._at].text}'.")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at].text.lower() if self._at < len(self._tokens) else ""

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise RefusedError("The $filter ends too early.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> None:
        found = self._next().text
        if found != text:
            raise RefusedError(f"The $filter has '{found}' where '{text}' is expected.")

    def _either(self) -> Where:
        return self._joined("or", self._all)

    def _all(self) -> Where:
        return self._joined("and", self._term)

    def _joined(self, word: str, part: Callable[[], Where]) -> Where:
        parts = [part()]
        while self._peek() == word:
            self._at += 1
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        joined = f" {word.upper()} ".join(p.sql for p in parts)
        return Where(f"({joined})", tuple(v for p in parts for v in p.values))

    def _term(self) -> Where:
        if self._peek() == "(":
            self._at += 1
            inner = self._either()
            self._expect(")")
            return inner
        if self._peek() == "not":
            self._at += 1
            inner = self._term()
            return Where(f"NOT ({inner.sql})", inner.values)
        if self._peek() in FUNCTIONS:
            return self._function()
        return self._comparison()

    def _field(self) -> Field:
        name = self._next().text
        found = self._resource.field(name)
        if found is None or found.kind in {"o", "h"}:
            raise RefusedError(f"Could not find a property named '{name}' on type '{self._resource.name}'.")
        return found

    def _function(self) -> Where:
        name = self._next().text.lower()
        self._expect("(")
        field = self._field()
        self._expect(",")
        token = self._next()
        if token.kind != "string" or not field.kind.startswith(("s", "e")):
            raise RefusedError(f"The function {name} needs a text field and a quoted text.")
        self._expect(")")
        wanted = unquoted(token.text)
        escaped = re.sub(r"([%_\\])", r"\\\1", wanted)
        pattern = {"contains": f"%{escaped}%", "startswith": f"{escaped}%", "endswith": f"%{escaped}"}[name]
        found = Where(rf"coalesce({field.sql}, '') LIKE ? ESCAPE '\'", (pattern,))
        if self._peek() in {"eq", "ne"}:
            positive = self._next().text == "eq"
            if (self._next().text.lower() == "true") != positive:
                return Where(f"NOT ({found.sql})", found.values)
        return found

    def _comparison(self) -> Where:
        field = self._field()
        word = self._next().text.lower()
        if word not in OPERATORS:
            raise RefusedError(f"The $filter has '{word}' where a comparison is expected.")
        return compare(field, OPERATORS[word], self._next())


def unquoted(text: str) -> str:
    """Return the text of a quoted literal."""
    return text[1:-1].replace("''", "'")


def compare(field: Field, operator: str, token: Token) -> Where:
    """Return one comparison; RefusedError when the literal does not suit the field."""
    if token.text.lower() == "null" and token.kind == "word":
        if operator not in {"=", "IS NOT"}:
            raise RefusedError("null can only be compared with eq and ne.")
        empty = "= 0" if field.kind == "k" else "IS NULL"
        sql = f"coalesce({field.sql}, 0) = 0" if field.kind == "k" else f"{field.sql} {empty}"
        return Where(sql if operator == "=" else f"NOT ({sql})")
    sql = f"coalesce({field.sql}, 0)" if field.kind == "k" and token.text == "0" else field.sql
    if field.kind in PLACES:
        return _figure(field, operator, token)
    if field.kind == "d":
        return _date(field, operator, token)
    return Where(f"{sql} {operator} ?", (_literal(field, token),))


def _literal(field: Field, token: Token) -> object:
    wrong = RefusedError(f"The value {token.text} does not suit the property {field.name}.")
    match field.kind[0]:
        case "i" | "k":
            text = unquoted(token.text) if token.kind == "string" else token.text
            if not re.fullmatch(r"-?\d{1,18}", text):
                raise wrong
            return int(text)
        case "s":
            if token.kind != "string":
                raise wrong
            return unquoted(token.text)
        case "b" if token.text.lower() in {"true", "false"}:
            return int(token.text.lower() == "true")
        case "t" if token.kind == "stamp" and (len(token.text) == DATE_LENGTH or token.text.endswith("Z")):
            return _stamp(token.text)
        case "e":
            wanted = unquoted(token.text) if token.kind == "string" else token.text
            for stored, number, name in field.enum:
                if wanted in {str(number), name}:
                    return stored
    raise wrong


def _stamp(text: str) -> str:
    """Return a stamp as stored, with three fractional digits."""
    day, _, time = text.rstrip("Z").partition("T")
    clock, _, fraction = time.partition(".")
    return f"{day}T{clock or '00:00:00'}.{(fraction + '000')[:3]}Z"


def _date(field: Field, operator: str, token: Token) -> Where:
    """Compare a business date, which stands at midnight."""
    if token.kind != "stamp":
        raise RefusedError(f"The value {token.text} does not suit the property {field.name}.")
    wanted = _stamp(token.text)
    if wanted.endswith("T00:00:00.000Z"):
        return Where(f"{field.sql} {operator} ?", (wanted[:DATE_LENGTH],))
    return Where(f"({field.sql} || 'T00:00:00.000Z') {operator} ?", (wanted,))


def _figure(field: Field, operator: str, token: Token) -> Where:
    """Compare a decimal with its stored whole number, exactly even when the literal has more places."""
    try:
        exact = Decimal(token.text if token.kind == "number" else unquoted(token.text)).scaleb(PLACES[field.kind])
    except InvalidOperation as error:
        raise RefusedError(f"The value {token.text} does not suit the property {field.name}.") from error
    if abs(exact) > FIGURE_MAX:
        raise RefusedError(f"The value {token.text} does not suit the property {field.name}.")
    extra = max(0, -int(exact.as_tuple().exponent))
    if extra > EXTRA_PLACES_MAX:
        raise RefusedError(f"The value {token.text} has too many decimal places.")
    value = int(exact.scaleb(extra))
    sql = field.sql if extra == 0 else f"{field.sql} * {10**extra}"
    return Where(f"{sql} {operator} ?", (value,))


def where(resource: Resource, text: str) -> Where:
    """Translate a $filter on a resource; RefusedError names what is wrong."""
    tokens = _tokens(text)
    if not tokens:
        raise RefusedError("The $filter is empty.")
    return _Parser(resource, tokens).whole()


def ordered(resource: Resource, text: str) -> str:
    """Translate an $orderby."""
    parts = []
    for word in text.split(","):
        name, _, direction = word.strip().partition(" ")
        found = resource.field(name)
        direction = direction.strip().lower() or "asc"
        if found is None or direction not in {"asc", "desc"}:
            raise RefusedError(f"Could not find a property named '{name}' on type '{resource.name}'.")
        column = "NULL" if found.sql.isdecimal() else found.sql
        parts.append(f"{column} {direction}")
    return ", ".join(parts)


def limit(params: dict[str, str]) -> tuple[int, int]:
    """Return $top and $skip; $skip is refused without $orderby."""
    figures = []
    for name, default in (("$top", TOP_DEFAULT), ("$skip", 0)):
        text = params.get(name, str(default))
        if not text.isdecimal() or len(text) > DIGITS_MAX:
            raise RefusedError(f"The value of {name} must be a whole number.")
        figures.append(int(text))
    top, skip = figures
    if top > TOP_MAX:
        raise RefusedError(f"The value of $top cannot be more than {TOP_MAX}.")
    if "$skip" in params and "$orderby" not in params:
        raise RefusedError("The $skip query option needs $orderby.")
    return top, skip
