"""The control surface of the Sage 200 sandbox, under /_sandbox/sage200/. It is what tests and the demo set up with.

Money and quantities are decimal strings (numbers are taken too), dates are YYYY-MM-DD. A refusal is
{"error": sentence} with 400. Beside the routes that every system has (see `estate.py`):

`?company=<id>` on any route below picks one of the companies (see GET companies); without it the default is meant.

- GET    companies                   [{"company_id", "company_name", "site_id", ..., "edition", "base_currency"}]
- DELETE state                       all companies as they started; locks are gone, tokens stay good
- POST   tokens                      {"access_token", "refresh_token", "expires_in", "site_id", "company_id",
                                     "companion_key"} without the browser round trip
- DELETE tokens                      every access token ends now (refresh tokens stay good)
- PUT    oauth                       {"refuse_early_refresh": bool, "access_seconds": int, "refresh_seconds": int,
                                     "deny_consent": bool, "client_secret": text, "redirect_uris": [addresses],
                                     "companies": [ids that the account sees] or null for all}
- DELETE refresh-tokens              every refresh token is dead: invalid_grant, a human must sign in again
- POST   load                        reference records and orders in one transaction: {"warehouses": [{"name",
         "use_for_sales_trading", "bins": [{"name"}]}], "tax_codes": [{"code", "name", "rate"}], "nominals":
         [{"account", "cost_centre", "department", "name", "type", "hidden"}], "banks": [{"code", "name", "nominal"}],
         "customers": [{"reference", "name", "country", "tax_code", "on_hold", "nominal"}], "products": [{"code",
         "name", "costing": "FIFO"|"AVERAGE"|"STANDARD"|"ACTUAL", "traceable": "batch"|"serial", "record_numbers",
         "units": [{"unit", "multiple"}], "tax_code", "revenue_nominal", "standard_price", "standard_cost",
         "inactive", "locations": [warehouse names; all when left out], "stock": [{"warehouse", "bin", "quantity",
         "unit_cost", "numbers": [{"number", "quantity", "sell_by", "use_by"}]}]}], "orders": [{"customer",
         "customer_document_no", "document_date", "lines": [{"product", "quantity", "unit_price", "discount_percent",
         "tax_code", "warehouse"}], "discount_line": {"description", "net", "tax_code", "nominal"} (a free text line
         that takes so much off), "charge_lines": [the same, added], "despatched", "invoiced", "paid": true or a bank
         code}]}. Tax codes are named by
         number (1), nominals as "4000" or "4000/WEB/ONL". Missing stock of a despatched line is brought in as
         opening stock. Answers how many of each.
- POST   bulk                        {"posted", "orders", "returns", "movements", "customers", "products": how many}:
                                     made-up trade of three years that hangs together; a million posted transactions
                                     take a minute or two, during which nothing else is answered. Answers the counts
- POST   locks                       {"record": "order"|"return"|"customer"|"product"|"warehouse"|"numbers"|"company",
                                     "id" or "reference", "holder", "seconds" (null: until cleared), "dress":
                                     "400"|"409"|"423"|"500"|"hang", "wording": "in use"|"being used"|"locked"|
                                     "being edited"|"being amended"|"another user"|"deadlock"|"timeout"|"no lock"|
                                     "unheard" (a sentence like none of the others)}; GET lists them
- DELETE locks                       clears all
- GET|PUT periods                    PUT {"period_start", "sub_ledger" (left out: all five), "status"}
- PUT    prices                      {product code: price, ...}: a change of the price book
- PUT    permissions                 {"override_prices_discounts": bool, ..., "forbidden_resources": [names],
                                     "denied_features": ["sales_orders", "sales_ledger", "stock", "price_book",
                                     "nominal_ledger", "cash_book", "financials", "system"]}: what the user's role lacks
- GET|PUT release                    {"release": "2022 R1"|...|"2023 R2"|"2024 R1"|"2024 R2"|"2025 R1"}: what is newer
                                     than it is missing: paths are 404, fields absent
- PUT    settings                    {"sop": {...}, "stock": {...}, "system": {...}, "sales_ledger": {...}};
         "system": {"transaction_date_validation": {...}} is merged
- PUT    company                     any of {"customers": {reference: {"on_hold", "hidden"}}, "nominals":
         {"4000/WEB": {"hidden", "name"}}, "tax_codes": {number: {"removed", "rate", "name"}}, "bins":
         [{"warehouse", "name", "rename" or "remove": true, "priority"}], "warehouses": {name:
         {"use_for_sales_trading", "rename"}}, "products": {code: {"inactive", "tax_code", "revenue_nominal"}}}
- PUT    price-book                  {"bands": {name: {product code: price}}, "discount_groups": [names], "discounts":
         [{"name", "product" or "product_group", "customer" or "discount_group" (neither: everybody), "breaks":
         [{"quantity", "percent" or "value"}]}], "order_value_discounts": [{"name", "breaks": [{"value", "percent"}]}],
         "customers": {reference: {"band", "discount_group", "line_discount", "document_discount",
         "order_value_discount", "credit_limit"}}, "settings": {"use_stock_item_discounts": bool, ...}}
- PUT    addon                       {"zero_price_lines": "refuse"|"hold"|"allow"}: an add-on meets an order or return
                                     with a line of no value: 400, or saved and put on hold
- PUT    drafts-left                 {"rate": 0 to 1, "seed"}: this share of POSTs of orders dies half-way (504) and
                                     leaves a draft whose number begins with ##, its stock allocated
- POST   desktop/crash-order         a body as POST /sop_orders takes it; leaves such a draft
- POST   desktop/despatch            {"order", "lines": [{"id", "quantity"}], "despatch_date"}; without lines all of it
- POST   desktop/cancel              {"order" or "return": id or number}: what is still open of it
- POST   desktop/raise-return        {"customer", "customer_document_no", "lines": [{"product", "quantity",
                                     "unit_price", "tax_code", "warehouse", "nominal"}]}: also before 2025 R1
- POST   desktop/receive-return      {"return": id or number, "bin", "reference", "receipt_date", "lines"}
- POST   desktop/post-credit-note    {"return", "reference", "credit_date", "lines": [{"return_line_id", "quantity",
                                     "net_value", "tax_value"}]}; without lines everything due, at the return's values.
         {"customer", "reference", "second_reference", "narrative", "net", "tax", "tax_code", "nominal", "date"}: a
         person's own credit note in the sales ledger, that no return stands behind
- POST   desktop/post-invoice        {"order", "reference", "invoice_date"}
- POST   desktop/edit                {"order" or "return": id or number, header fields and lines as in a PUT}
- POST   desktop/ledger-credit-note, desktop/ledger-receipt   as the API's POST, by another user's hand
- POST   desktop/ledger-invoice, desktop/ledger-payment, desktop/ledger-allocation          the same
- PUT    limited-price-bands         {customer reference: [price band names]}: the limited bands of accounts
- POST   desktop/hold                {"order", "on_hold": true or false}: an order is put on hold, or goes on
- POST   desktop/archive-ledger      {"upto": date}: fully allocated transactions dated up to it become historical
- POST   desktop/archive             {"upto": date}: completed and cancelled documents vanish; {"order" or "return"}:
                                     that one. Their invoices and credit notes stay in the sales ledger
- POST   desktop/goods-in, desktop/add-stock   {"product": code, "warehouse" (HOME), "bin", "quantity", "unit_cost",
                                     "date", "reference", "second_reference", "memo", "numbers": [{"number",
                                     "quantity", "sell_by", "use_by"}]}; add-stock takes a "nominal"
- POST   desktop/write-off, desktop/internal-issue, desktop/free-issue   the same without a cost; "category"
                                     (Damaged, Lost) or "area" (Samples, Shop fittings)
- POST   desktop/move-stock          the same with "to_bin" and "to_warehouse"
- POST   desktop/count               {"product", "warehouse", "bin", "quantity", "reference"}: a stocktake of one bin
- POST   desktop/open                as POST locks, held by the "user"; desktop/close {"of": user} clears a user's locks
- POST   desktop/crash               {"records": [{"record", "id" or "reference"}], "dress", "wording"}: they stay held
- POST   desktop/period              {"period_start", "sub_ledger" (left out: all five), "status", "seconds", "dress"}:
                                     closing is refused while others hold records; holds the company so long
- POST   desktop/change              as PUT company, by a person
- POST   desktop/invoice-run         {"invoice_date"}: bills all that is despatched or received; tells what is refused
- POST   desktop/nominal-journal     {"date", "reference", "narrative", "lines": [{"nominal": "4000/WEB", "debit" or
                                     "credit", "narrative"}]}
- POST   desktop/reverse, desktop/delete-posting, desktop/deallocate     {"urn"}: a ledger transaction
- POST   desktop/reverse-credit-note {"reference"}: the credit note that carries it (as either reference) is reversed
                                     by its opposite, which settles it; what it was allocated to is open again
- POST   desktop/restore-without     {"references": [...]}: those ledger documents, bank entries and journals are gone,
                                     as after a restore from before them; what they billed is due again
- POST   desktop/back-up, desktop/restore   the whole company is kept; it is put back as it was kept, numbers too
- POST   desktop/deallocate-stock    {"order"}
- POST   desktop/amend-despatch      {"despatch_no", "lines": [{"line_id", "quantity"}]}; without lines all of it
         Every desktop deed takes a "user" (JBROWN) and stands in the journal as DESKTOP with its effects.
- GET    ledgers/nominal             {"total": "0.00", "accounts": [...]}; ledgers/nominal/{account} lists postings
- GET    ledgers/stock               per item, warehouse and bin; ledgers/stock/movements?product=&reference=
- GET    ledgers/sales?reference=    posted sales transactions
- GET    ledgers/despatches          what left of every order line by the despatch notes, in stock units, and its cost
- GET    ledgers/proofs              {"nominal_balanced", "stock_equals_movements", "stock_equals_nominal",
                                     "debtors_equals_control", "allocations_agree", "numbers_agree",
                                     "duplicates": [...]}; "not_claimed" instead of "stock_equals_nominal" where the
                                     stock settings let movements post nothing
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.routing import Route

from tieout.sandbox.sage200.company import proofs, set_up
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.fill import fill
from tieout.sandbox.sage200.company.profiles import PROFILES
from tieout.sandbox.sage200.control_parts import DESKTOP_USER, Act, Body, by_hand, changing, chosen, reading, route
from tieout.sandbox.sage200.control_people import people_routes
from tieout.sandbox.sage200.control_sales import sales_routes
from tieout.sandbox.sage200.control_sop import sop_routes
from tieout.sandbox.sage200.control_stock import stock_routes
from tieout.sandbox.sage200.desktop import deeds
from tieout.sandbox.sage200.ledger import sales_ledger
from tieout.sandbox.sage200.orders import changes
from tieout.sandbox.sage200.reading.access import release_of

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox


def control_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the control routes of one sandbox."""
    return [
        *_sign_in_routes(system),
        *_state_routes(system),
        *_change_routes(system),
        *_desktop_routes(system),
        *people_routes(system),
        *sales_routes(system),
        *sop_routes(system),
        *stock_routes(system),
        *_ledger_routes(system),
    ]


def _sign_in_routes(system: Sage200Sandbox) -> list[Route]:
    def tokens(request: Request, __: Body) -> object:
        profile = chosen(system, request).profile
        return {
            **system.identity.issue(),
            "site_id": profile.site.id,
            "company_id": profile.company_id,
            "companion_key": system.companion_key,
        }

    def end_tokens(_: Request, __: Body) -> object:
        system.identity.expire_access()
        return {}

    def oauth(_: Request, body: Body) -> object:
        return system.identity.set_up(body)

    def end_refreshing(_: Request, __: Body) -> object:
        system.identity.expire_refresh()
        return {}

    return [
        route("/tokens", {"POST": tokens, "DELETE": end_tokens}),
        route("/refresh-tokens", {"DELETE": end_refreshing}),
        route("/oauth", {"PUT": oauth}),
    ]


def _state_routes(system: Sage200Sandbox) -> list[Route]:
    def reset(_: Request, __: Body) -> object:
        system.reset()
        return system.summary()

    def load(request: Request, body: Body) -> object:
        books = chosen(system, request)
        user, books.user = books.user, DESKTOP_USER
        try:
            with books.transaction():
                return set_up.load(books, body)
        finally:
            books.user = user

    def companies(_: Request, __: Body) -> object:
        return [
            {**profile.as_site(), "edition": profile.site.edition, "base_currency": profile.currency.iso}
            for profile in PROFILES
        ]

    return [
        route("/companies", {"GET": companies}),
        route("/state", {"DELETE": reset}),
        route("/load", {"POST": load}),
        route("/bulk", {"POST": lambda request, body: fill(chosen(system, request), body)}),
    ]


def _change_routes(system: Sage200Sandbox) -> list[Route]:
    def locks(books: Books, _: Request) -> object:
        return [changes.lock_as_json(lock) for lock in books.locks.in_force()]

    def release(request: Request, _: Body) -> object:
        return {"released": chosen(system, request).locks.release_all()}

    def put(change: Callable[[Books, Body], object]) -> dict[str, Act]:
        return {"PUT": changing(system, change)}

    return [
        route(
            "/locks",
            {"GET": reading(system, locks), "POST": changing(system, changes.lock), "DELETE": release},
        ),
        route(
            "/periods",
            {
                "GET": reading(system, lambda books, _: changes.periods(books)),
                "PUT": changing(system, changes.set_period),
            },
        ),
        route("/prices", put(changes.set_prices)),
        route(
            "/release",
            {"GET": reading(system, lambda books, _: {"release": release_of(books)}), **put(changes.set_release)},
        ),
        route("/permissions", put(changes.set_permissions)),
        route("/settings", put(changes.set_settings)),
        route("/company", put(changes.change_company)),
    ]


def _desktop_routes(system: Sage200Sandbox) -> list[Route]:
    def ledger_credit(books: Books, body: Body) -> object:
        return {"urn": sales_ledger.post_trade_document(books, sales_ledger.CREDIT_NOTE, body)}

    def ledger_receipt(books: Books, body: Body) -> object:
        return {"urn": sales_ledger.post_money_document(books, sales_ledger.RECEIPT, body)}

    done_by_hand = {
        "despatch": deeds.despatch,
        "cancel": deeds.cancel,
        "raise-return": deeds.raise_return,
        "receive-return": deeds.receive_return,
        "post-credit-note": deeds.post_credit_note,
        "post-invoice": deeds.post_invoice,
        "edit": deeds.edit,
        "archive": deeds.archive,
        "ledger-credit-note": ledger_credit,
        "ledger-receipt": ledger_receipt,
    }
    return [route(f"/desktop/{name}", {"POST": by_hand(system, deed)}) for name, deed in done_by_hand.items()]


def _ledger_routes(system: Sage200Sandbox) -> list[Route]:
    def asked(request: Request, name: str) -> str:
        return request.query_params.get(name, "")

    looks: dict[str, Callable[[Books, Request], object]] = {
        "nominal": lambda books, _: proofs.trial_balance(books),
        "nominal/{account}": lambda books, r: proofs.nominal_entries(books, r.path_params["account"]),
        "stock": lambda books, _: proofs.stock_by_bin(books),
        "stock/movements": lambda books, r: proofs.movements(books, asked(r, "product"), asked(r, "reference")),
        "despatches": lambda books, _: proofs.despatched_lines(books),
        "sales": lambda books, r: proofs.sales_ledger(books, asked(r, "reference")),
        "proofs": lambda books, _: proofs.proofs(books),
    }
    return [route(f"/ledgers/{name}", {"GET": reading(system, look)}) for name, look in looks.items()]
