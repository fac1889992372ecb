"""The vendor's own sandbox simulation: ships or delivers a shipment some minutes from now, one after the other."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tieout.sandbox.journal import Journal
from tieout.sandbox.shipbob.books import Shipment, Tracking
from tieout.sandbox.shipbob.despatching import Table
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError, problem
from tieout.sandbox.shipbob.views import Json, moment

ACTIONS = ("ShipOrder", "DeliverOrder")


@dataclass(slots=True, kw_only=True)
class Step:
    """One action of a simulation."""

    action: str
    due: datetime
    status: str = "Scheduled"
    message: str = ""


@dataclass(slots=True, kw_only=True)
class Simulation:
    """What is to happen to a shipment."""

    id: str
    shipment: Shipment
    steps: list[Step]


class Simulator:
    """Runs simulations when their time has come."""

    def __init__(self, network: Network, table: Table, journal: Journal, rng: random.Random) -> None:
        self._network = network
        self._table = table
        self._journal = journal
        self._rng = rng
        self._waiting: list[Simulation] = []
        self._all: dict[str, Simulation] = {}

    def begin(self, given: Mapping[str, Any]) -> Simulation:
        """Take a simulation, or raise RefusedError."""
        number = str(given.get("shipment_id") or "")
        shipment = self._network.books.shipments.get(int(number)) if number.isdecimal() else None
        if shipment is None:
            raise problem(f"Shipment {number} does not exist.", 404)
        due, steps, step = self._network.now(), [], given.get("simulation")
        while isinstance(step, dict):
            minutes = step.get("delay") or 0
            if step.get("action") not in ACTIONS or type(minutes) is not int or minutes < 0:
                raise problem(f"A simulation has an action ({', '.join(ACTIONS)}) and a delay in minutes.")
            due += timedelta(minutes=minutes)
            steps.append(Step(action=step["action"], due=due))
            step = step.get("next")
        if not steps:
            raise problem("The simulation is missing.")
        made = Simulation(id=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)), shipment=shipment, steps=steps)
        self._all[made.id] = made
        self._waiting.append(made)
        self.tick()
        return made

    def tick(self) -> None:
        """Do what is due."""
        now = self._network.now()
        for simulation in tuple(self._waiting):
            for step in simulation.steps:
                if step.status == "Scheduled" and step.due <= now:
                    self._run(simulation.shipment, step)
            if all(step.status != "Scheduled" for step in simulation.steps):
                self._waiting.remove(simulation)

    def found(self, number: str) -> Simulation | None:
        """Return a simulation."""
        return self._all.get(number)

    def _run(self, shipment: Shipment, step: Step) -> None:
        entry = self._journal.begin("SIMULATION", f"/shipment/{shipment.id}/{step.action}")
        try:
            if step.action == "ShipOrder":
                self._table.ship(shipment, None, new_tracking(shipment), entry)
            else:
                self._table.deliver(shipment)
        except TooLateError as error:
            step.status, step.message = "Failed", str(error)
        else:
            step.status = "Completed"


def new_tracking(shipment: Shipment, carrier: str = "DPD UK", service: str = "DPD Next Day") -> Tracking:
    """Return what the carrier gives a shipment that nobody says more of."""
    number = f"1550{shipment.id:010d}"
    return Tracking(carrier=carrier, service=service, number=number, url=f"https://track.invalid/{number}")


def status_view(simulation: Simulation) -> Json:
    """Return how far a simulation is."""
    chained: Json | None = None
    for step in reversed(simulation.steps):
        chained = {
            "action": step.action,
            "status": step.status,
            "message": step.message or None,
            "schedule_time": moment(step.due),
            "next": chained,
        }
    return {
        "simulation_id": simulation.id,
        "entity_id": str(simulation.shipment.id),
        "entity_type": "Shipment",
        "simulation": chained,
    }
