"""Readable resources of the price book: bands, prices, and the discounts that they are sold under."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY, STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields

PRICE_BOOK = (
    Resource(
        name="price_bands",
        source="price_band b",
        order="b.id",
        fields=fields(
            "b",
            "id:i name:s description:s is_standard_band:b currency_id:k price_band_type_id:i price_band_type:s "
            f"is_active:b is_time_based:b active_date_time_from:t active_date_time_to:t {STAMPS}",
            is_standard_band="b.standard",
            currency_id=BASE_CURRENCY,
            price_band_type_id="b.limited",
            price_band_type="CASE b.limited WHEN 1 THEN 'Limited' ELSE 'Universal' END",
            is_active="b.active",
            is_time_based="b.active_from IS NOT NULL OR b.active_to IS NOT NULL",
            active_date_time_from="b.active_from",
            active_date_time_to="b.active_to",
            **stamps("b"),
        ),
    ),
    Resource(
        name="product_price_views",
        source=(
            "price x JOIN product p ON p.id = x.product_id JOIN price_band b ON b.id = x.band_id "
            "JOIN currency c ON c.base = 1"
        ),
        order="x.id",
        single=False,
        fields=fields(
            "x",
            "product_price_id:i product_id:i product_code:s product_name:s product_stock_unit_name:s price_band_id:i "
            "price_band_name:s product_price_use_standard:b product_price_price:q currency_id:i currency_name:s "
            "currency_symbol:s date_time_updated:t",
            product_price_id="x.id",
            product_code="p.code",
            product_name="p.name",
            product_stock_unit_name="'Each'",
            price_band_id="x.band_id",
            price_band_name="b.name",
            product_price_use_standard="x.use_standard",
            product_price_price="x.price",
            currency_id="c.id",
            currency_name="c.name",
            currency_symbol="c.symbol",
            date_time_updated="x.updated",
        ),
    ),
    Resource(
        name="customer_discount_groups",
        source="customer_discount_group g",
        order="g.id",
        fields=fields("g", f"id:i name:s description:s {STAMPS}", **stamps("g")),
    ),
    Resource(
        name="order_value_discounts",
        source="order_value_discount v",
        order="v.id",
        fields=fields(
            "v", f"id:i name:s description:s currency_id:k {STAMPS}", currency_id=BASE_CURRENCY, **stamps("v")
        ),
    ),
)
