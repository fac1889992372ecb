"""Section 5, row by row: what Sage's fields hold is kept whole, and one more is refused on our side and on Sage's."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import Act, Floor
from tests.connectors.sage200.conformance.fields_of_section_five import (
    DECIMALS,
    RAW_DECIMALS,
    TEXTS,
    UNFILLED,
    Figure,
    Row,
)
from tests.connectors.sage200.conftest import Keeper

from tieout.connectors.sage200.compat import Compat
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from tieout.connectors.transport import Json
    from tieout.sandbox.clock import SandboxClock


@pytest.fixture(scope="module")
def floor(served: tuple[str, SandboxClock]) -> Iterator[Floor]:
    world = World(served[0], Keeper(), served[1])
    yield Floor(world)
    proofs = world.does("GET", "/ledgers/proofs")
    world.close()
    assert all(proofs[name] for name in proofs if name != "duplicates"), proofs


ADDRESS = c.PostalAddress(
    name="A Person", lines=("1", "2", "3", "4"), city="Leeds", postcode="LS1 1AA", contact="A", email="a@example.com"
)


def whole(floor: Floor, name: str) -> Act:
    """The named command with every field that it can have."""
    act = floor.act(name)
    if name == "enter_order":
        free_text = c.EntryLine(kind="free_text", description="Gift wrap", unit_price=Decimal(0), tax_code="1")
        more: dict[str, Any] = {
            "delivery": ADDRESS,
            "analysis": ((1, "SHOP"),),
            "payment": c.OrderPayment(method="CARD", amount=Money(4800), reference="AUTH-1"),
            "lines": (*act.command.lines, free_text),
        }
    elif name in ("open_customer", "add_delivery_address"):
        more = {"address": ADDRESS}
    elif name == "despatch":
        more = {"consignment": "JD-1", "note": "x", "weight": Decimal(1)}
    else:
        more = {}
    return dataclasses.replace(act, command=dataclasses.replace(act.command, **more))


def changed(thing: Any, steps: Sequence[str], value: object) -> Any:  # noqa: ANN401  # any part of a command
    """The thing with the value at the place; a number is a place in a row of things."""
    if not steps:
        return value
    step, further = steps[0], steps[1:]
    if step.isdecimal():
        rows = list(thing)
        rows[int(step)] = changed(rows[int(step)], further, value)
        return tuple(rows)
    return dataclasses.replace(thing, **{step: changed(getattr(thing, step), further, value)})


def at(thing: Any, place: str) -> Any:  # noqa: ANN401  # any part of a JSON answer
    for step in place.split("."):
        thing = thing[int(step) if step.isdecimal() else step]
    return thing


def nested(place: str, value: Json) -> Any:  # noqa: ANN401  # a JSON body
    """A body that has the value at the place and nothing else."""
    for step in reversed(place.split(".")):
        value = [value] if step.isdecimal() else {step: value}
    return value


def merged(base: Any, over: Any) -> Any:  # noqa: ANN401  # JSON bodies
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return {**base, **{name: merged(base.get(name), value) for name, value in over.items()}}
    if isinstance(base, list) and isinstance(over, list) and base:
        return [merged(base[0], over[0]), *base[1:]]
    return over


def filled(row: Row, act: Act, length: int) -> tuple[Act, str]:
    """The command with a text of so many characters in Sage's field; the text, which is unlike any other."""
    digits = "".join(letter for letter in act.command.key if letter.isdigit())[-4:]
    text = f"K{digits}{'W' * length}"[: length - row.beside - 1] + "Z"
    changes = changed(act.command, row.into.split("."), text)
    return dataclasses.replace(act, command=changes), text


def base_of(floor: Floor, path: str) -> dict[str, Any]:
    """What a body must have for its fields to be read at all."""
    customer = {"customer_id": int(floor.customer)}
    value = {"document_goods_value": 1, "nominal_analysis_items": [{"code": "4000", "value": 1}]}
    line = {"line_type": "EnumLineTypeComment", "description": "x"}
    _, order, order_line = floor.order() if path == "/sop_confirm_despatch" else ("", 0, "0")
    bodies: dict[str, dict[str, Any]] = {
        "/customers": {"reference": "RAW", "name": "Raw"},
        "/customer_delivery_addresses": {**customer, "description": "Raw", "tax_code_id": 1},
        "/sop_orders": {**customer, "lines": [line]},
        "/sop_returns": {**customer, "lines": [line]},
        "/sales_invoices": {**customer, **value},
        "/sales_credit_notes": {**customer, **value},
        "/sales_receipts": {**customer, "bank_id": 1, "cheque_value": 1},
        "/sales_payments": {**customer, "bank_id": 1, "cheque_value": 1},
        "/customer_memos": {**customer, "note": "Raw"},
        "/sales_posted_transaction_memos": {"posted_customer_transaction_id": 1},
        "/sales_allocations": {**customer, "allocation_lines": [{"posted_tran_id": 1}]},
        "/bank_receipt": {"bank_id": 1, "nominal_analysis_items": [{"code": "7601"}]},
        "/bank_payment": {"bank_id": 1, "nominal_analysis_items": [{"code": "7601"}]},
        "/bank_transfer": {"bank_from_id": 1, "bank_to_id": 2, "payment_value": 1},
        "/stock_transfers": {"product_id": 1, "bin_holding_from_id": 1, "bin_holding_to_id": 2, "quantity": 1},
        "/bin_holdings": {"product_id": 1, "warehouse_holding_id": 1},
        "/warehouse_holdings": {"product_id": 1, "warehouse_id": 1},
        "/stocktakes": {"warehouse_id": 1, "stocktake_type": "By Stock Item", "stocktake_items": []},
        "/sop_confirm_despatch": {"sop_order_return_id": order, "items": [{"id": int(order_line), "quantity": 1}]},
        "/products": {"code": "RAW", "name": "Raw", "product_group_id": 1},
        "/banks": {"code": "RAW", "sort_code": "1"},
        "/warehouses": {"name": "Raw"},
        "/nominal_codes": {"reference": "RAW", "name": "Raw"},
        "/currency_exchange_rates": {"currency_from_id": 1, "currency_to_id": 2},
        "/flow_states": {"flow_id": "raw", "value": "raw"},
        "/cost_centres": {"code": "RAW", "name": "Raw"},
        "/departments": {"code": "RAW", "name": "Raw"},
    }
    return bodies.get(path, {})


def refused_by_sage(floor: Floor, raw: tuple[str, str], value: Json, sentence: str) -> None:
    """A request past the connector is refused with its field's name, and nothing of it is done."""
    path, place = raw
    verb, path = path.split(" ") if " " in path else ("POST", path)
    body = merged(base_of(floor, path), nested(place, value))
    if place.startswith("tax_analysis_items"):
        body["tax_analysis_items"][0]["id"] = 1
    since = floor.mark()
    answer = floor.world.asks(verb, path, body)
    assert answer.status_code == 400, answer.text
    said = answer.json()["Message"]
    assert place.split(".")[-1] in said
    assert sentence in said
    assert not floor.effects(since)


def shown(floor: Floor, act: Act, read: tuple[str, str, str]) -> Any:  # noqa: ANN401  # a text or a number
    """What the API shows in the place that a row of the table names."""
    path, where, place = read
    names = {field.name: getattr(act.command, field.name) for field in dataclasses.fields(act.command)}
    params = {"$filter": where.format(**names)}
    child = place.split(".")[0]
    if "." in place and not child.endswith("_address"):
        params["$expand"] = child
    answer = floor.world.asks("GET", path, **params)
    assert answer.is_success, answer.text
    return at(json.loads(answer.text, parse_float=Decimal)[0], place)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_as_long_as_sage_keeps_is_kept_whole_and_one_more_character_is_sent_nowhere(
    floor: Floor, name: str
) -> None:
    row = TEXTS[name]
    over, _ = filled(row, whole(floor, row.act), row.longest + 1)
    since = floor.mark()
    with pytest.raises(Refused, match=f"has {row.longest + 1} characters of {row.longest}"):
        over.do(floor.sage)
    assert floor.writes(since) == []
    act, text = filled(row, whole(floor, row.act), row.longest)
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    kept = shown(floor, act, row.read)
    assert text in kept
    assert len(kept) == row.longest


@pytest.mark.parametrize("name", TEXTS)
def test_sage_itself_refuses_a_longer_text_and_never_cuts_it(floor: Floor, name: str) -> None:
    row = TEXTS[name]
    refused_by_sage(floor, row.raw, "x" * (row.longest + 1), f"maximum length is {row.longest}")


@pytest.mark.parametrize("raw", UNFILLED, ids=" ".join)
def test_a_field_that_we_do_not_fill_holds_as_much_in_the_stand_in_too(floor: Floor, raw: tuple[str, str]) -> None:
    refused_by_sage(floor, raw, "x" * (UNFILLED[raw] + 1), f"maximum length is {UNFILLED[raw]}")


# Decimal places


def with_figure(row: Figure, act: Act, places: int) -> tuple[Act, Decimal]:
    """The command with a number of so many decimal places; totals that follow from it are left to Sage."""
    value = Decimal(f"{row.whole}.{'1' * places}")
    command = changed(act.command, row.into.split("."), value)
    if isinstance(command, c.EnterOrder):
        command = dataclasses.replace(command, net=None, tax=None, payment=None)
    return dataclasses.replace(act, command=command), value


@pytest.mark.parametrize("name", DECIMALS)
def test_as_many_decimals_as_sage_keeps_are_kept_and_one_more_is_sent_nowhere(floor: Floor, name: str) -> None:
    row = DECIMALS[name]
    over, value = with_figure(row, whole(floor, row.act), row.places + 1)
    since = floor.mark()
    with pytest.raises(Refused, match=f"{value} has more than {row.places} decimal places"):
        over.do(floor.sage)
    assert floor.writes(since) == []
    act, value = with_figure(row, whole(floor, row.act), row.places)
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    assert abs(shown(floor, act, row.read)) == value


@pytest.mark.parametrize("raw", RAW_DECIMALS, ids=" ".join)
def test_sage_itself_refuses_one_decimal_more_and_never_rounds_it(floor: Floor, raw: tuple[str, str]) -> None:
    places = RAW_DECIMALS[raw]
    refused_by_sage(floor, raw, Decimal(f"1.{'1' * (places + 1)}"), f"at most {places} decimal places")


@pytest.mark.parametrize(("percent", "is_taken"), [("99.99", True), ("-99.99", True), ("100", False), ("-100", False)])
def test_a_document_discount_lies_between_minus_and_plus_99_99(floor: Floor, percent: str, is_taken: bool) -> None:  # noqa: FBT001 - a table
    line: Json = {
        "line_type": "EnumLineTypeFreeText",
        "description": "x",
        "line_quantity": 1,
        "selling_unit_price": 100,
    }
    body: Json = {"customer_id": int(floor.customer), "document_discount_percent": Decimal(percent), "lines": [line]}
    answer = floor.world.asks("POST", "/sop_orders", body)
    if is_taken:
        assert json.loads(answer.text, parse_float=Decimal)["document_discount_percent"] == Decimal(percent)
    else:
        assert answer.status_code == 400
        assert "between -99.99 and 99.99" in answer.json()["Message"]


# All at once


def test_four_faults_of_one_command_are_named_at_once(floor: Floor) -> None:
    act = whole(floor, "raise_invoice")
    command = dataclasses.replace(act.command, key="K" * 21, second_reference="S" * 21)
    command = changed(command, ("lines", "0", "narrative"), "n" * 6001)
    command = changed(command, ("lines", "1", "nominal"), Nominal(account="400000000", department="LONG"))
    since = floor.mark()
    with pytest.raises(Refused) as raised:
        floor.sage.customer_postings.raise_invoice(command)
    for said in (
        "reference has 21 characters of 20",
        "second reference has 21 characters of 20",
        "nominal analysis items 1, narrative has 6001 characters of 6000",
        "nominal analysis items 2, code has 9 characters of 8",
        "nominal analysis items 2, department has 4 characters of 3",
    ):
        assert said in raised.value.reason
    assert floor.writes(since) == []


# Letters outside Windows-1252, which a varchar column would turn into question marks

WIDE = {"emoji": "🎁", "Polish": "Łódź", "Greek": "Ελλάδα", "Chinese": "礼物"}
NARROW = "Zoë & Söhne, café £5, “naïve” Œuvre €2…"
WIDE_FIELDS = {
    "enter_order": "delivery.name",
    "raise_return": "reason",
    "raise_invoice": "lines.0.narrative",
    "raise_credit_note": "second_reference",
    "write_memo": "note",
    "open_customer": "name",
    "add_delivery_address": "address.city",
    "despatch": "note",
    "move_stock": "second_reference",
    "count_stock": "narrative",
    "write_on": "narrative",
    "post_journal": "narrative",
}


@pytest.mark.parametrize("script", WIDE)
@pytest.mark.parametrize("name", WIDE_FIELDS)
def test_letters_that_sage_may_turn_into_question_marks_are_refused_by_name_and_sent_nowhere(
    floor: Floor, name: str, script: str
) -> None:
    act = whole(floor, name)
    command = changed(act.command, WIDE_FIELDS[name].split("."), f"x {WIDE[script]}")
    since = floor.mark()
    with pytest.raises(Refused, match=rf"holds {WIDE[script][0]}.*question marks"):
        dataclasses.replace(act, command=command).do(floor.sage)
    assert floor.writes(since) == []


def test_every_letter_of_windows_1252_is_kept_as_it_is(floor: Floor) -> None:
    act = whole(floor, "write_memo")
    act = dataclasses.replace(act, command=dataclasses.replace(act.command, note=NARROW))
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    assert shown(floor, act, TEXTS["memo note"].read).startswith(NARROW)


@pytest.mark.parametrize("script", WIDE)
def test_where_a_site_is_known_to_keep_them_they_are_sent_and_kept_whole(floor: Floor, script: str) -> None:
    sage = floor.world.open(compat=Compat(wide_text="send"))
    act = whole(floor, "write_memo")
    act = dataclasses.replace(act, command=dataclasses.replace(act.command, note=f"x {WIDE[script]}"))
    act.do(sage)
    assert act.is_found_as_wanted(sage)
    kept = shown(floor, act, TEXTS["memo note"].read)
    assert WIDE[script] in kept
    assert "?" not in kept


# Serial numbers come whole


@pytest.fixture(scope="module")
def serial(floor: Floor) -> str:
    item = {"code": "CLOCK", "name": "Clock", "costing": "FIFO", "tax_code": 1, "standard_price": "9.00"}
    floor.world.does("POST", "/load", {"products": [{**item, "traceable": "serial"}]})
    return "CLOCK"


@pytest.mark.parametrize(
    ("name", "item"), [("enter_order", ["lines", "0"]), ("raise_return", ["lines", "0"]), ("move_stock", [])]
)
def test_a_part_of_an_item_with_serial_numbers_is_refused_because_sage_would_round_it(
    floor: Floor, serial: str, name: str, item: list[str]
) -> None:
    act = whole(floor, name)
    command = changed(changed(act.command, [*item, "sku"], serial), [*item, "quantity"], Decimal("1.5"))
    since = floor.mark()
    with pytest.raises(Refused, match=r"CLOCK carries serial numbers and cannot be 1\.5"):
        dataclasses.replace(act, command=command).do(floor.sage)
    assert floor.writes(since) == []


def test_the_stand_in_rounds_serial_numbered_quantities_as_the_reference_has_it(floor: Floor, serial: str) -> None:
    (product,) = floor.world.asks("GET", "/products", **{"$filter": f"code eq '{serial}'"}).json()
    line: Json = {"line_type": "EnumLineTypeStandard", "product_id": product["id"], "line_quantity": Decimal("1.5")}
    entered = floor.world.asks("POST", "/sop_orders", {"customer_id": int(floor.customer), "lines": [line]})
    assert entered.is_success, entered.text
    assert entered.json()["lines"][0]["line_quantity"] == 2


# Values of enumerations are longer than some definitions of their fields

ENUMERATED = {
    "/sop_order_payment_types": ("/sop_orders", "payment_type"),
    "/sop_customer_types": ("/sop_orders", "customer_type"),
    "/sop_document_status_types": ("/sop_orders", "document_status"),
    "/order_return_line_types": ("/sop_orders", "lines.0.line_type"),
    "/sop_confirmation_intent_types": ("/sop_orders", "lines.0.confirmation_intent_type"),
    "/fulfilment_method_types": ("/sop_orders", "lines.0.fulfilment_method"),
    "/sop_show_on_picking_list_types": ("/sop_orders", "lines.0.show_on_picking_list_type"),
    "/currency_transaction_types": ("/currency_exchange_rates", "currency_transaction_type"),
    "/exchange_rate_types": ("/currency_exchange_rates", "exchange_rate_type"),
    "/account_status_types": ("/customers", "account_status_type"),
    "/traceable_types": ("/products", "traceable_type"),
    "/fulfilment_sequence_types": ("/products", "fulfilment_sequence_type"),
    "/landed_costs_types": ("/products", "landed_costs_type"),
    "/bom_item_types": ("/products", "bom_item_type"),
    "/label_printing_option_types": ("/products", "label_printing_option_type"),
    "/stocktake_types": ("/stocktakes", "stocktake_type"),
    "/warehouse_types": ("/warehouses", "warehouse_type"),
    "/bank_account_types": ("/banks", "account_type"),
    "/nominal_account_types": ("/nominal_codes", "nominal_account_type"),
}


@pytest.mark.parametrize("types", ENUMERATED)
def test_no_value_that_sage_itself_lists_is_too_long_for_its_field(floor: Floor, types: str) -> None:
    path, place = ENUMERATED[types]
    values = [row["value"] for row in floor.world.asks("GET", types).json()]
    assert values
    for value in values:
        body = merged(base_of(floor, path), nested(place, value))
        answer = floor.world.asks("POST", path, body)
        said = "" if answer.is_success else answer.json()["Message"]
        assert "too long" not in said, f"{value}: {said}"
