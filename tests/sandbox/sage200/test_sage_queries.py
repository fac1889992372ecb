"""The subset of OData: filters, paging, selection, expansion, and what replies look like."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Sage


def codes(sage: Sage, filter: str) -> list[str]:  # noqa: A002  # the name of the option
    return [row["code"] for row in sage.get("products", filter=filter, orderby="code")]


def test_filters_compare_combine_and_search(sage: Sage) -> None:
    assert codes(sage, "code eq 'MUG' or code eq 'CANDLE'") == ["CANDLE", "MUG"]
    assert codes(sage, "(code eq 'MUG' or code eq 'CANDLE') and free_stock_quantity gt 4.5") == ["MUG"]
    assert codes(sage, "contains(name,'and')") == ["CANDLE"]
    assert codes(sage, "startswith(code,'MU')") == ["MUG"]
    assert codes(sage, "endswith(code,'LE') eq false") == ["MUG"]
    assert codes(sage, "barcode eq ''") == ["CANDLE", "MUG"]
    assert codes(sage, "name eq 'O''Mug'") == []
    assert codes(sage, "average_buying_price ge 4.5 and average_buying_price le 4.50000") == ["MUG"]


def test_what_has_no_value_is_null(sage: Sage) -> None:
    price = "active_date_time_from eq null"
    assert len(sage.get("price_bands", filter=price)) == len(sage.get("price_bands")) > 0
    assert sage.get("price_bands", filter="active_date_time_from ne null") == []


def test_enumerations_match_by_quoted_number_and_by_name(sage: Sage) -> None:
    sage.order()
    for literal in ("'0'", "'EnumDocumentStatusLive'"):
        assert len(sage.get("sop_orders", filter=f"document_status eq {literal}")) == 1
    assert sage.get("sop_orders", filter="document_status eq '2'") == []


def test_dates_match_bare_and_as_stamps(sage: Sage) -> None:
    sage.order()
    for literal, found in (("2026-11-20", 1), ("2026-11-20T00:00:00Z", 1), ("2026-11-19", 0)):
        assert len(sage.get("sop_orders", filter=f"document_date eq {literal}")) == found
    assert len(sage.get("sop_orders", filter="document_date gt 2026-11-19T12:00:00Z")) == 1
    assert len(sage.get("sop_orders", filter="date_time_updated gt 2020-01-01")) == 1
    assert sage.get("sop_orders", filter="date_time_updated gt 2050-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "filter",
    ["colour eq 'red'", "code eq", "code eq 'MUG' and", "code is 'MUG'", "code eq 12", "id eq 'x'", "code eq 'M", ")"],
)
def test_a_filter_that_cannot_be_understood_is_refused(sage: Sage, filter: str) -> None:  # noqa: A002  # as above
    assert sage.call("GET", "products", filter=filter).status_code == 400


def test_a_filter_cannot_carry_sql(sage: Sage) -> None:
    assert codes(sage, "code eq '''; DROP TABLE product; --'") == []
    assert len(sage.get("products")) == 2


def test_pages_need_an_order_and_have_a_largest_size(sage: Sage) -> None:
    assert sage.call("GET", "products", skip="1").status_code == 400
    assert sage.call("GET", "products", top="5001").status_code == 400
    assert [row["code"] for row in sage.get("products", orderby="code desc", skip="1", top="1")] == ["CANDLE"]


def test_lists_are_bare_arrays_without_nulls_and_with_noughts_for_missing_keys(sage: Sage) -> None:
    sage.control("POST", "load", {"customers": [{"reference": "FAR", "country": "ZZ"}]})
    row = sage.one("customers", "reference eq 'FAR'")
    assert row["country_code_id"] == 0
    assert "vat_number" not in row
    assert list(row)[-2:] == ["date_time_created", "date_time_updated"]
    assert sage.get("customers", filter="country_code_id eq null")[0]["reference"] == "FAR"


def test_selected_fields_reach_into_expanded_children(sage: Sage) -> None:
    sage.order()
    row = sage.get("sop_orders", expand="customer", select="id,customer.name")[0]
    assert set(row) == {"id", "customer"}
    assert row["customer"] == {"name": "Web shop customers"}
    assert sage.call("GET", "sop_orders", select="customer.name").status_code == 400
    assert sage.call("GET", "sop_orders", expand="nothing").status_code == 400


def test_lines_come_with_a_single_order_and_on_request_in_lists(sage: Sage) -> None:
    order = sage.order()
    assert "lines" not in sage.get("sop_orders")[0]
    assert len(sage.get("sop_orders", expand="lines")[0]["lines"]) == 1
    assert sage.get(f"sop_orders/{order['id']}")["lines"][0]["line_quantity"] == 2


def test_nested_paths_narrow_and_unknown_parents_are_not_found(sage: Sage) -> None:
    mug = sage.id_of("products", "code eq 'MUG'")
    assert {row["product_id"] for row in sage.get(f"products/{mug}/bin_holdings")} == {mug}
    assert sage.call("GET", "products/999/bin_holdings").status_code == 404


def test_decimals_are_json_numbers_that_keep_their_places(sage: Sage) -> None:
    view = sage.one("product_price_views", "product_code eq 'CANDLE'")
    assert view["product_price_price"] == Decimal("3.33")


def test_metadata_names_the_fields(sage: Sage) -> None:
    names = [row["name"] for row in sage.get("sop_returns", metadata="true")]
    assert "customer_document_no" in names
