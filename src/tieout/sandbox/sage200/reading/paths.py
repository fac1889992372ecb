"""Which record or list a path of the API names, however deep: `/customers/{id}/customer_contacts/{id}/customer_emails`.

A path is names and ids in turn. Its joined names ("customers/customer_contacts") are its route: writes are declared by
route, and so are the nested single reads and the lists below two parents (`catalogue.py`). Whatever stands further left
must hold what stands to its right: a contact is not found under another customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import NoPathError
from tieout.sandbox.sage200.reading.access import hidden_fields, visible
from tieout.sandbox.sage200.reading.catalogue import DEEP, NESTED, NESTED_SINGLES, RESOURCES
from tieout.sandbox.sage200.reading.enquiries import SINGLETONS
from tieout.sandbox.sage200.reading.enquiries_sop import ENQUIRIES
from tieout.sandbox.sage200.reading.enumerations import TYPES
from tieout.sandbox.sage200.reading.figures_enquiry import FIGURES
from tieout.sandbox.sage200.reading.reads import describe, read_list, read_one
from tieout.sandbox.sage200.reading.resources import Resource

ID_DIGITS_MAX = 15
Links = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The names of a path, the ids of all but the last, and the last one's id unless the path names a list."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    key: int | None

    @property
    def route(self) -> str:
        """Return the names joined: "customers/customer_contacts"."""
        return "/".join(self.names)


def address(words: Sequence[str]) -> Address:
    """Return what the words of a path name; NoPathError when they do not alternate between name and id."""
    if not words:
        raise NoPathError
    ids = tuple(_key(word) for word in words[1::2])
    names = tuple(words[::2])
    single = len(ids) == len(names)
    return Address(names=names, parents=ids[: len(names) - 1], key=ids[-1] if single else None)


def read(books: Books, at: Address, params: dict[str, str]) -> object:
    """Answer a GET; NoPathError when the path is not one of the API's, NotFoundError when the record is missing."""
    if len(at.names) == 1:
        return _read_flat(books, at, params)
    if not is_nested_read(at.route, single=at.key is not None):
        raise NoPathError
    resource, links = _nested_resource(at.names), links_of(books, at)
    if at.key is None:
        return read_list(books, resource, params, under=links)
    return read_one(books, resource, at.key, params, under=links)


def is_nested_read(route: str, *, single: bool) -> bool:
    """Say whether the nested route can be read, as a list or by id."""
    names = tuple(route.split("/"))
    known = names in NESTED if len(names) == 2 else route in DEEP
    return known and (not single or route in NESTED_SINGLES)


def links_of(books: Books, at: Address) -> Links:
    """Return the fields and ids by which the parents narrow the last name; NotFoundError when one is missing."""
    for position, key in enumerate(at.parents):
        upper = Address(names=at.names[: position + 1], parents=at.parents[:position], key=key)
        read_one(books, _resource_at(upper.names), key, under=_links(upper))
    return _links(at)


def check_below(books: Books, at: Address) -> None:
    """Raise NotFoundError unless the record named last exists below its parents."""
    if at.key is not None:
        read_one(books, _nested_resource(at.names), at.key, under=links_of(books, at))


def _links(at: Address) -> Links:
    last = at.names[-1]
    return tuple(
        (NESTED[name, last][1], key) for name, key in zip(at.names, at.parents, strict=False) if (name, last) in NESTED
    )


def _resource_at(names: tuple[str, ...]) -> Resource:
    """Return the resource of a record in the path, as it is below the one before it."""
    return _nested_resource(names) if names[-2:] in NESTED else RESOURCES[names[-1]]


def _nested_resource(names: tuple[str, ...]) -> Resource:
    return RESOURCES[NESTED[names[-2], names[-1]][0]]


def _read_flat(books: Books, at: Address, params: dict[str, str]) -> object:
    name = at.names[0]
    if name in SINGLETONS:
        return _settings(_shown(books, name, SINGLETONS[name](books)), at.key)
    if at.key is None and name in TYPES:
        return TYPES[name]
    if at.key is None and name in ENQUIRIES:
        return ENQUIRIES[name](books, params)
    if at.key is not None and name in FIGURES:
        return FIGURES[name](books, at.key, params)
    resource = RESOURCES.get(name)
    if resource is None or resource.hidden or not (resource.listed if at.key is None else resource.single):
        raise NoPathError
    if "$metadata" in params:
        return describe(visible(books, resource))
    if at.key is None:
        return read_list(books, resource, params)
    return read_one(books, resource, at.key, params)


def _shown(books: Books, name: str, answer: object) -> object:
    """Leave out of a worked-out answer what this company's edition and release do not have."""
    hidden = hidden_fields(books, name)
    match answer:
        case list():
            return [_shown(books, name, row) for row in answer]
        case dict():
            return {key: value for key, value in answer.items() if key not in hidden}
        case _:
            return answer


def _settings(answer: object, key: int | None) -> object:
    """Return a worked-out answer; the record of a settings list when its id is asked for."""
    if key is None:
        return answer
    if isinstance(answer, list) and answer[0].get("id") == key:
        return answer[0]
    raise NoPathError


def _key(word: str) -> int:
    """Return an id of the path; a word that is none leads nowhere, and no record has the id 0."""
    if not word.isdecimal() or len(word) > ID_DIGITS_MAX or int(word) == 0:
        raise NoPathError
    return int(word)
