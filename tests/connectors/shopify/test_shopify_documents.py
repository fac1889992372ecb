from __future__ import annotations

from importlib.resources import files

import pytest
from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, parse, visit
from graphql.language import DirectiveNode, Visitor

from tieout.connectors.shopify import queries
from tieout.connectors.shopify.queries import Document

DOCUMENTS = [value for value in vars(queries).values() if isinstance(value, Document)]


def operation(document: Document) -> OperationDefinitionNode:
    tree: DocumentNode = parse(document.text)
    (definition,) = tree.definitions
    assert not isinstance(definition, FragmentDefinitionNode)
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def test_every_document_on_disk_is_known_by_its_name() -> None:
    folder = files("tieout.connectors.shopify") / "documents"
    assert sorted(f"{document.name}.graphql" for document in DOCUMENTS) == sorted(
        entry.name for entry in folder.iterdir() if entry.name.endswith(".graphql")
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_is_one_named_operation_of_the_kind_it_claims(document: Document) -> None:
    found = operation(document)
    assert found.name is not None
    assert (found.operation.value == "mutation") == document.is_write


WITHOUT_KEYS = {"return_process", "return_close", "fulfilment_create", "order_mark_set"}
"""Shopify takes no key for these: they look before they write."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_mutation_carries_an_idempotency_key_and_no_query_does(document: Document) -> None:
    (field,) = operation(document).selection_set.selections
    assert isinstance(field, FieldNode)
    names = [directive.name.value for directive in field.directives or ()]
    takes_a_key = document.is_write and document.name not in WITHOUT_KEYS
    assert names == (["idempotent"] if takes_a_key else [])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_only_shop_money_is_ever_asked_for(document: Document) -> None:
    class Fields(Visitor):
        def __init__(self) -> None:
            super().__init__()
            self.names: list[str] = []

        def enter_field(self, node: FieldNode, *_: object) -> None:
            self.names.append(node.name.value)

        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            assert node.name.value in {"idempotent", "include"}

    seen = Fields()
    visit(operation(document), seen)
    assert "presentmentMoney" not in seen.names
    assert "totalRefundedSet" not in seen.names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_people_are_only_asked_for_where_the_app_may_read_them(document: Document) -> None:
    class People(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            if node.name.value in {"staffMember", "user"}:
                assert [directive.name.value for directive in node.directives or ()] == ["include"]

    visit(operation(document), People())
