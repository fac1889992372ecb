"""Sage 200's shapes of an order that is to be released and despatched: all that this depends on (A.1, A.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from tieout.connectors.sage200.changes.wire_feeds import Stamp
from tieout.connectors.sage200.sop.wire_orders import OpenLine, OpenOrder
from tieout.connectors.sage200.wire import CustomerShape, Id, Shape, Text, rows_of


class PlaceShape(Shape):
    """`delivery_address` of an order (A.2), and `main_address` of a customer (A.1)."""

    postal_name: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    address_3: Text = ""
    address_4: Text = ""
    city: Text = ""
    county: Text = ""
    postcode: Text = ""
    country: Text = ""
    contact: Text = ""
    contact_name: Text = ""
    telephone_number: Text = ""
    email_address: Text = ""
    country_code_id: Id = 0
    address_country_code_id: Id = 0


class ContactShape(Shape):
    """`contacts[]` of a customer (A.1)."""

    default_telephone: Text = ""
    default_email: Text = ""
    is_default: bool = False


class BuyerShape(CustomerShape):
    """`customer` (A.1), as far as it decides whether and where goods go."""

    name: Text = ""
    on_hold: bool | None = None
    country_code_id: Id = 0
    main_address: PlaceShape | None = None
    contacts: Annotated[tuple[ContactShape, ...], BeforeValidator(rows_of)] = ()


class BookLine(OpenLine):
    """`sop_order_line` (A.2) with its unit."""

    selling_unit_id: Id = 0
    selling_unit_description: Text = ""


class BookOrder(OpenOrder):
    """`sop_order` (A.2) with where it goes and who took it."""

    requested_delivery_date: Text = ""
    use_invoice_address: bool = False
    document_created_by: Text = ""
    date_time_created: Stamp | None = None
    date_time_updated: Stamp | None = None
    customer: BuyerShape | None = None
    delivery_address: PlaceShape | None = None
    cash_account_invoice_address: PlaceShape | None = None
    lines: Annotated[tuple[BookLine, ...], BeforeValidator(rows_of)] = ()
