"""Control surface of the 3PL, below /_sandbox/files/ (JSON; quantities as text in base units unless a unit is named).

- GET sftp: host, port, username, host_key (as in known_hosts) and its fingerprint. PUT sftp {"key_seed": number}: the
  server shows another host key from now on, at the same port.
- GET|PUT manners: how files and file server misbehave (see `manners.py`).
- POST partners {"name", "format": csv | x12 | edifact}. csv, x12 and edifact are there from the start.
- POST work {"partner" or all, "until": acknowledge | picking | picked | packed | ship, "how": whole | parts | short |
  over | substituted, or nothing for seeded dice}: one round; orders/in and ack are read, orders acknowledged and
  shipped, despatches told. -> counts by partner.
- POST finish: late acknowledgements, late renames and the rest of half-written files, now. They come by themselves at
  `work`, too, once their time has come.

Below partners/{partner}/:
- GET|PUT settings {answers_in: out | ack, waits_for_stock, one_file_each, partly_accepts, report_unit: "" | base |
  a unit's name, zone, and of csv: short_rows: missing | line, columns: {layout: {our name: their name}}}.
- POST load {"sites": [codes], "items": [{sku, description, barcode, base_unit, units: {unit: factor}, tracking: "" |
  batch | serial, substitute}], "stock": [{site, sku, quantity, batch, expiry | serials}]}.
- POST despatches {order_ref, release_no, lines: [{line_no, quantity, sku for a substitute, lots: {batch: quantity},
  serials}] or how, complete: closes the rest as short, reason, parcels, tracking: [...], carrier, service, tell}.
- POST stages {order_ref, release_no, status: picking | picked | packed}.
- POST stock/{adjust | receive | return | write_off | quarantine | release | damage | transfer} {site, sku, quantity,
  unit, batch | serials, expiry, reason, ref, ref_type, user, at, to_site, tell}: adjust is signed.
- POST movements: tell what was not told (tell false). POST snapshots {site, at}. POST charges {"charges": [{invoice,
  code, reference, quantity, net, description, date, charge_id, currency}]}.
- POST resend: the right files in place of cut-off, garbled or incomplete ones. POST copies {"seq"}: the bytes of an
  earlier file under another name.
- GET ledgers/{orders | shipped | stock | movements | charges | written | seen}. GET written/{seq}: a file's bytes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.files import acts
from tieout.sandbox.files.depositor import STAGES, WAYS, Depositor
from tieout.sandbox.files.ledgers import ledger
from tieout.sandbox.files.manners import Manners
from tieout.sandbox.files.stock import ActRefusedError
from tieout.sandbox.journal import JournalEntry

if TYPE_CHECKING:
    from tieout.sandbox.files.system import FilesSandbox

Json = dict[str, Any]
Act = Callable[[Depositor, Json, JournalEntry, Request], Json]
ROUND = "work"
SWITCHES = ("waits_for_stock", "one_file_each")


class Control:
    """The routes by which tests and the demonstration act as the people of the 3PL."""

    def __init__(self, house: FilesSandbox) -> None:
        self._house = house

    def routes(self) -> Sequence[BaseRoute]:
        """Return the control routes."""
        acts_by_path: dict[str, Act] = {
            "load": _load,
            "despatches": _despatch,
            "stages": _stage,
            "stock/{act}": _move,
            "movements": lambda one, _, entry, __: {"told": one.tell_movements(entry)},
            "snapshots": _count,
            "charges": _bill,
            "resend": lambda one, _, entry, __: {"sent": one.dropper.resend(entry)},
            "copies": lambda one, given, entry, _: one.dropper.copy(int(given.get("seq", 0)), entry).to_json(),
        }
        at = "/partners/{partner}"
        return [
            Route("/sftp", self._sftp, methods=["GET", "PUT"]),
            Route("/manners", self._manners, methods=["GET", "PUT"]),
            Route(f"/{ROUND}", self._work, methods=["POST"]),
            Route("/finish", self._finish, methods=["POST"]),
            Route("/partners", self._add, methods=["POST"]),
            Route(f"{at}/settings", self._settings, methods=["GET", "PUT"]),
            Route(f"{at}/ledgers/{{ledger}}", self._ledger, methods=["GET"]),
            Route(f"{at}/written/{{seq:int}}", self._written, methods=["GET"]),
            *(Route(f"{at}/{path}", self._acting(act), methods=["POST"]) for path, act in acts_by_path.items()),
        ]

    def _acting(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """Let an act happen whole, under the lock, with a journal entry of its own."""

        async def acting(request: Request) -> Response:
            given = await json_object(request)
            partner = self._partner(request)
            with self._house.lock:
                entry = self._house.journal.begin("CONTROL", request.url.path.partition("/_sandbox/files")[2])
                try:
                    return JSONResponse(act(partner, given, entry, request))
                except ActRefusedError as error:
                    raise HTTPException(409, f"{error}.") from error
                except (KeyError, ValueError, TypeError, IndexError) as error:
                    raise HTTPException(400, f"{type(error).__name__}: {error}.") from error

        return acting

    def _partner(self, request: Request) -> Depositor:
        try:
            return self._house.partner(request.path_params["partner"])
        except ActRefusedError as error:
            raise HTTPException(404, f"{error}.") from error

    async def _sftp(self, request: Request) -> Response:
        if request.method == "PUT":
            seed = (await json_object(request)).get("key_seed")
            if not isinstance(seed, int):
                raise HTTPException(400, 'Send {"key_seed": number}.')
            self._house.server.change_key(seed)
        return JSONResponse(self._house.address())

    async def _manners(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self._house.manners = Manners.from_json(await json_object(request))
            except ValueError as error:
                raise HTTPException(400, f"{error}.") from error
        return JSONResponse(self._house.manners.to_json())

    async def _add(self, request: Request) -> Response:
        given = await json_object(request)
        try:
            with self._house.lock:
                made = self._house.add_partner(str(given.get("name") or ""), str(given.get("format") or "csv"))
        except ValueError as error:
            raise HTTPException(400, f"{error}.") from error
        return JSONResponse({"name": made.name})

    async def _work(self, request: Request) -> Response:
        given = await json_object(request)
        until, how = str(given.get("until") or "ship"), str(given.get("how") or "")
        if until not in STAGES or how not in {"", *WAYS}:
            raise HTTPException(400, f"until is {', '.join(STAGES)}; how is {', '.join(WAYS)} or nothing.")
        house = self._house
        try:
            partners = [house.partner(str(given["partner"]))] if given.get("partner") else [*house.partners.values()]
        except ActRefusedError as error:
            raise HTTPException(404, f"{error}.") from error
        with house.lock:
            entry = house.journal.begin("CONTROL", f"/{ROUND}")
            busy = house.wire.busy()
            return JSONResponse({one.name: one.work(entry, until=until, how=how, busy=busy) for one in partners})

    async def _finish(self, _: Request) -> Response:
        with self._house.lock:
            entry = self._house.journal.begin("CONTROL", "/finish")
            done = {name: one.dropper.finish(entry, everything=True) for name, one in self._house.partners.items()}
        return JSONResponse(done)

    async def _settings(self, request: Request) -> Response:
        partner = self._partner(request)
        if request.method == "PUT":
            try:
                with self._house.lock:
                    for name, value in (await json_object(request)).items():
                        _set(partner, name, value)
            except (ValueError, KeyError) as error:
                raise HTTPException(400, f"{error}.") from error
        return JSONResponse(_settings(partner))

    async def _ledger(self, request: Request) -> Response:
        partner, name = self._partner(request), request.path_params["ledger"]
        with self._house.lock:
            found = ledger(partner, name)
        if found is None:
            raise HTTPException(404, f"There is no ledger {name}.")
        return JSONResponse({name: found})

    async def _written(self, request: Request) -> Response:
        written = self._partner(request).dropper.written
        seq = request.path_params["seq"]
        if not 0 < seq <= len(written):
            raise HTTPException(404, f"There is no file {seq}.")
        return Response(written[seq - 1].body, media_type="application/octet-stream")


def _load(partner: Depositor, given: Json, entry: JournalEntry, _: Request) -> Json:
    acts.load(partner, given, entry)
    return {"items": len(partner.house.stock.items), "sites": list(partner.house.stock.sites)}


def _despatch(partner: Depositor, given: Json, entry: JournalEntry, _: Request) -> Json:
    order = partner.order(str(given["order_ref"]), str(given.get("release_no") or ""))
    made = acts.despatch(partner, order, given, entry)
    if given.get("tell", True):
        partner.tell_despatches(entry)
    return {
        "despatch_ref": made.despatch_ref,
        "status": order.status,
        "tracking": [parcel.tracking for parcel in made.parcels],
    }


def _stage(partner: Depositor, given: Json, entry: JournalEntry, _: Request) -> Json:
    order = partner.order(str(given["order_ref"]), str(given.get("release_no") or ""))
    partner.house.stage(order, str(given.get("status") or "picking"), entry)
    return {"status": order.status}


def _move(partner: Depositor, given: Json, entry: JournalEntry, request: Request) -> Json:
    made = acts.act(partner, request.path_params["act"], given, entry)
    if given.get("tell", True):
        partner.tell_movements(entry)
    return {"movements": [one.movement_id for one in made]}


def _count(partner: Depositor, given: Json, entry: JournalEntry, _: Request) -> Json:
    partner.tell_stock(str(given.get("site") or ""), entry, counted_at=acts.moment(given.get("at")))
    return {"path": partner.dropper.written[-1].path}


def _bill(partner: Depositor, given: Json, entry: JournalEntry, _: Request) -> Json:
    made = acts.charges(given["charges"], partner.house.now().date())
    partner.tell_charges(made, entry)
    return {"charges": [charge.charge_id for charge in made]}


def _settings(partner: Depositor) -> Json:
    return {
        "answers_in": partner.answers_in,
        **{name: getattr(partner, name) for name in SWITCHES},
        "partly_accepts": partner.house.partly_accepts,
        "report_unit": partner.house.bay.report_unit,
        "zone": str(partner.dropper.zone),
        "short_rows": partner.csv.short_rows,
        "columns": partner.csv.columns,
    }


def _set(partner: Depositor, name: str, value: Any) -> None:  # noqa: ANN401  # a JSON edge
    match name:
        case "answers_in" if value in {"out", "ack"}:
            partner.answers_in = value
        case "waits_for_stock" | "one_file_each" if isinstance(value, bool):
            setattr(partner, name, value)
        case "partly_accepts" if isinstance(value, bool):
            partner.house.partly_accepts = value
        case "report_unit" if isinstance(value, str):
            partner.house.bay.report_unit = value
        case "zone" if isinstance(value, str):
            partner.dropper.zone = ZoneInfo(value)
        case "short_rows" if value in {"missing", "line"}:
            partner.csv.short_rows = value
        case "columns" if isinstance(value, dict):
            partner.csv.columns = value
        case _:
            raise ValueError(f"{name}: {value} is no setting; there are {_settings(partner)}")
