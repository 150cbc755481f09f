"""The chargers of a day as things, and its guests as people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from days.answers import Answers
from days.quirks import Met, watched
from days.script import ChargerPlan, Visit
from days.site import charger_id
from days.truth import Answer, Leg, Truth
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from simulator.charge_point.messages import Message


@dataclass(slots=True)
class Charger:
    """`dead`: without power. `cars`: who is parked at which connector."""

    name: str
    id: str
    plan: ChargerPlan
    device: VirtualChargePoint
    met: Met
    answers: Answers
    dead: bool = False
    loses_answer: bool = False
    """To whatever it says next."""
    cars: dict[int, "Guest"] = field(default_factory=dict)

    @classmethod
    def made(cls, name: str, plan: ChargerPlan, **options: Any) -> "Charger":
        """`options`: of the virtual charge point, where its stage says how it lives."""
        met, answers = Met(), Answers()
        heard: Callable[[Message], None] = options.pop("on_message", lambda _message: None)

        def hear(message: Message) -> None:
            met.hears(message)
            answers.hears(message)
            heard(message)

        knobs: dict[str, Any] = dict(plan.knobs)
        values: dict[str, Any] = {"url": "ws://day", "password": None, "reconnect_delay_s": 0.0} | options
        device = VirtualChargePoint(
            identity=charger_id(name),
            version=plan.version,
            connectors=plan.connectors,
            plugs=plan.plugs,
            power_w=150_000,
            misbehaviour=Misbehaviour(clock_offset=timedelta(hours=plan.clock_h), **knobs),
            transaction_retry_s=0.0,
            tx_start_point=plan.tx_start_point,
            profile=watched(plan.vendor, met) if plan.vendor else None,
            on_message=hear,
            **values,
        )
        return cls(name, charger_id(name), plan, device, met, answers)

    @property
    def asks_us(self) -> bool:
        """Whom it lets in, we have let in. One that never asks knows no parent tag, either, to know other cards by."""
        return not self.device.misbehaviour.ignore_token and self.plan.vendor != "local-time"

    def is_taken(self, number: int) -> bool:
        """By a car: no other one fits there."""
        return bool(self.cars) if self.plan.shared else number in self.cars

    def look(self, truth: Truth, now: datetime) -> None:
        """See what runs at its plugs, and what it was told about cards, and keep it."""
        truth.answers += [Answer(self.id, *heard, at=now) for heard in self.answers.taken()]
        for number in range(1, self.plan.connectors + 1):
            seen, leg = self.device.connector(number).transaction, truth.running(self.id, number)
            if leg is not None and leg.seen is not seen:
                leg.ended, leg = now, None
            guest = self.cars.get(number)
            if leg is None and seen is not None and guest is not None:
                truth.legs.append(
                    Leg(guest.name, guest.driver, guest.card, self.id, number, began=now, seen=seen)
                )


@dataclass(slots=True)
class Guest:
    """A visit as it goes on. `code`: of the reservation, once it was asked for. `outcome`: what the booking said."""

    name: str
    visit: Visit
    site: int = 0
    code: str = ""
    outcome: str = ""
    intent: str = ""
    parked: tuple[str, int] | None = None
    """(charger as the script calls it, connector number)"""
    tries: int = 0
    gone: bool = False
    swapped: "Guest | None" = None
    """With them: each does now what was planned for the other's slot."""

    @property
    def driver(self) -> str:
        return f"driver-{self.visit.driver + 1}"

    @property
    def card(self) -> str:
        return f"CARD{self.visit.driver + 1:02d}{self.visit.card + 1:02d}"
