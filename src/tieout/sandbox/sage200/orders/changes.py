"""Changes that somebody makes to the company while others work: locks, periods, prices, rights, master records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk import price
from tieout.sandbox.sage200.company.locks import COMPANY, DRESSES, NUMBERS, Lock, Record
from tieout.sandbox.sage200.company.periods import STATUSES, SUB_LEDGERS, change_status
from tieout.sandbox.sage200.company.refusals import WORDINGS, RefusedError
from tieout.sandbox.sage200.company.seed import add_bin
from tieout.sandbox.sage200.company.seed_stock import STANDARD_EDITION
from tieout.sandbox.sage200.company.set_up import nominal_id, set_price, tax_code_id
from tieout.sandbox.sage200.desktop.deeds import document_named
from tieout.sandbox.sage200.ledger.owned import customer_record
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.reading.access import FEATURES, RELEASES
from tieout.sandbox.sage200.stock.movements import product_record, warehouse_record

Body = Mapping[str, Any]
ALWAYS_AUTOMATIC = frozenset({"auto_generate_order_return_numbers"})


def lock(books: Books, body: Body) -> dict[str, Any]:
    """Let a named user hold a record."""
    dress = str(body.get("dress", "400"))
    if dress not in DRESSES:
        raise RefusedError(f"The dress of a lock is one of {', '.join(DRESSES)}.")
    wording = str(body.get("wording", "in use"))
    if wording not in WORDINGS:
        raise RefusedError(f"The wording of a lock is one of {', '.join(WORDINGS)}.")
    record = _record(books, str(body.get("record")), body.get("id", body.get("reference")))
    seconds = body.get("seconds", 60)
    held = books.locks.hold(
        record, str(body.get("holder", "JSMITH")), None if seconds is None else float(seconds), dress, wording
    )
    return lock_as_json(held)


def lock_as_json(held: Lock) -> dict[str, Any]:
    """Return a lock as JSON values."""
    return {
        "record": held.record.kind,
        "id": held.record.id,
        "label": held.record.label,
        "holder": held.holder,
        "until": held.until.isoformat(),
        "dress": held.dress,
        "wording": held.wording,
    }


def _record(books: Books, kind: str, name: object) -> Record:
    match kind:
        case "company":
            return COMPANY
        case "order" | "return":
            return record_of(document_named(books, kind, name))
        case "customer":
            row = _named(books, "customer", "reference", name)
            return customer_record(row)
        case "product":
            return product_record(_named(books, "product", "code", name))
        case "warehouse":
            return warehouse_record(_named(books, "warehouse", "name", name))
        case "numbers":
            return NUMBERS
    raise RefusedError("record is one of order, return, customer, product, warehouse, numbers, company.")


def _named(books: Books, table: str, column: str, name: object) -> Any:  # noqa: ANN401  # a database row
    """Return a record by id (a number) or by its name."""
    by = "id" if isinstance(name, int) else column
    found = books.row(f"SELECT * FROM {table} WHERE {by} = ?", name)  # noqa: S608  # our own names
    if found is None:
        raise RefusedError(f"There is no {table} {name}.")
    return found


def periods(books: Books) -> list[dict[str, Any]]:
    """Return every period with its status per sub-ledger."""
    answer = []
    for row in books.rows("SELECT * FROM period ORDER BY start"):
        found = books.rows("SELECT sub_ledger, status FROM period_status WHERE period_id = ?", row["id"])
        statuses = {s["sub_ledger"]: s["status"] for s in found}
        answer.append({"period_start": row["start"], "period_end": row["finish"], "statuses": statuses})
    return answer


def set_period(books: Books, body: Body) -> dict[str, Any]:
    """Open, close or defer a period in one sub-ledger or in all."""
    start, status = str(body.get("period_start")), body.get("status")
    period_id = books.value("SELECT id FROM period WHERE start = ?", start)
    if period_id is None:
        raise RefusedError(f"There is no period that starts on {start}.")
    if status not in STATUSES:
        raise RefusedError(f"The status of a period is one of {', '.join(STATUSES)}.")
    ledgers = [body["sub_ledger"]] if body.get("sub_ledger") else list(SUB_LEDGERS)
    for name in ledgers:
        if name not in SUB_LEDGERS:
            raise RefusedError(f"The sub-ledger is one of {', '.join(SUB_LEDGERS)}.")
        change_status(books, int(period_id), name, str(status))
    return {"period_start": start, "sub_ledgers": ledgers, "status": status}


def set_prices(books: Books, body: Body) -> dict[str, Any]:
    """Change standard prices; documents already entered keep theirs."""
    for code, value in body.items():
        set_price(books, _named(books, "product", "code", code)["id"], price(value))
    return {"changed": len(body)}


def set_permissions(books: Books, body: Body) -> dict[str, Any]:
    """Change the rights of the API user, and the resources that the user's role lacks."""
    known = books.settings("permissions")
    for name, value in body.items():
        if name == "forbidden_resources":
            books.set_setting("forbidden", "resources", list(value))
        elif name == "denied_features":
            unknown = set(value) - {*FEATURES, "system"}
            if unknown:
                raise RefusedError(f"There is no feature {', '.join(sorted(unknown))}.")
            books.set_setting("forbidden", "features", list(value))
        elif name in known:
            books.set_setting("permissions", name, bool(value))
        else:
            raise RefusedError(f"There is no permission {name}.")
    return books.settings("permissions") | {
        "forbidden_resources": books.setting("forbidden", "resources"),
        "denied_features": books.setting("forbidden", "features"),
    }


def set_release(books: Books, body: Body) -> dict[str, Any]:
    """Put the company on another release of Sage 200; nothing in its books changes."""
    if body.get("release") not in RELEASES:
        raise RefusedError(f"The release is one of {', '.join(RELEASES)}.")
    books.set_setting("company", "release", body["release"])
    return {"release": body["release"]}


def set_settings(books: Books, body: Body) -> dict[str, Any]:
    """Change module settings."""
    for area, values in body.items():
        known = books.settings(area) if area in {"sop", "stock", "system", "sales_ledger"} else {}
        for name, value in values.items():
            if name not in known:
                raise RefusedError(f"There is no setting {area}.{name}.")
            if area == "stock" and not books.profile.professional and STANDARD_EDITION.get(name, value) != value:
                raise RefusedError(f"Sage 200 Standard does not let {name} be changed.")
            if name in ALWAYS_AUTOMATIC and not (books.profile.professional or value):
                raise RefusedError("Sage 200 Standard always generates order and return numbers.")
            merged = known[name] | value if isinstance(known[name], dict) else value
            books.set_setting(area, name, merged)
    return {area: books.settings(area) for area in body}


def change_company(books: Books, body: Body) -> dict[str, Any]:
    """Change master records as somebody in the desktop would."""
    steps = {
        "customers": _change_customer,
        "nominals": _change_nominal,
        "tax_codes": _change_tax_code,
        "warehouses": _change_warehouse,
        "products": _change_product,
    }
    for name, step in steps.items():
        for key, values in body.get(name, {}).items():
            step(books, key, values)
    for change in body.get("bins", []):
        _change_bin(books, change)
    unknown = set(body) - set(steps) - {"bins"}
    if unknown:
        raise RefusedError(f"The company has no {', '.join(sorted(unknown))} to change.")
    return {"changed": sum(len(values) for values in body.values())}


def _set(books: Books, table: str, key: int, **columns: object) -> None:
    known = {name: value for name, value in columns.items() if value is not None}
    if known:
        books.update(table, key, **known, updated=books.stamp())


def _flag(values: Body, name: str) -> int | None:
    return int(bool(values[name])) if name in values else None


def _change_customer(books: Books, reference: str, values: Body) -> None:
    status = None
    if "hidden" in values:
        status = "AccountStatusHidden" if values["hidden"] else "AccountStatusActive"
    row = _named(books, "customer", "reference", reference)
    _set(books, "customer", row["id"], on_hold=_flag(values, "on_hold"), status=status)


def _change_nominal(books: Books, name: str, values: Body) -> None:
    key = nominal_id(books, *name.split("/"))
    _set(books, "nominal", key, hidden=_flag(values, "hidden"), name=values.get("name"))


def _change_tax_code(books: Books, code: str, values: Body) -> None:
    row = _named(books, "tax_code", "code", code)
    rate = price(values["rate"]) // 1000 if "rate" in values else None
    _set(books, "tax_code", row["id"], removed=_flag(values, "removed"), rate=rate, name=values.get("name"))


def _change_warehouse(books: Books, name: str, values: Body) -> None:
    row = _named(books, "warehouse", "name", name)
    trading = _flag(values, "use_for_sales_trading")
    _set(books, "warehouse", row["id"], trading=trading, name=values.get("rename"))


def _change_product(books: Books, code: str, values: Body) -> None:
    row = _named(books, "product", "code", code)
    status = None
    if "inactive" in values:
        status = "EnumStockItemStatusTypeInactive" if values["inactive"] else "EnumStockItemStatusTypeActive"
    tax = tax_code_id(books, values["tax_code"]) if "tax_code" in values else None
    revenue = None
    if "revenue_nominal" in values:
        revenue = nominal_id(books, *str(values["revenue_nominal"]).split("/"))
    _set(books, "product", row["id"], status=status, tax_code_id=tax, revenue_id=revenue)


def _change_bin(books: Books, values: Body) -> None:
    """Add, rename or remove a bin everywhere in a warehouse; a bin that holds stock cannot be removed."""
    warehouse = _named(books, "warehouse", "name", values["warehouse"])
    name, new = str(values["name"]), values.get("rename")
    inside = "warehouse_holding_id IN (SELECT id FROM warehouse_holding WHERE warehouse_id = ?) AND name = ?"
    if values.get("remove"):
        if books.value(f"SELECT count(*) FROM bin_holding WHERE {inside} AND quantity > 0", warehouse["id"], name):  # noqa: S608  # a fixed condition
            raise RefusedError(f"Bin {name} still holds stock.")
        books.run(f"DELETE FROM bin_holding WHERE {inside}", warehouse["id"], name)  # noqa: S608  # as above
        books.run("DELETE FROM warehouse_bin WHERE warehouse_id = ? AND name = ?", warehouse["id"], name)
    elif new:
        now = books.stamp()
        sql = f"UPDATE bin_holding SET name = ?, updated = ? WHERE {inside}"  # noqa: S608  # as above
        books.run(sql, new, now, warehouse["id"], name)
        books.run("UPDATE warehouse_bin SET name = ? WHERE warehouse_id = ? AND name = ?", new, warehouse["id"], name)
    else:
        add_bin(books, warehouse["id"], name, int(values.get("priority", 9)))
