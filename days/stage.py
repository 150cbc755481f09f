"""What a day is lived on: its time, its gateway, and where its reservations run."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from contracts.money import PaymentEvent
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from days.calendar import Calendar
from days.people import Charger
from days.script import ChargerPlan
from days.virtual_time import Work
from domain.reservation.actions.messages import Message
from simulator.charge_point.times import Time
from simulator.stripe_api.control_client import StripeApiControl


class NotDone(Exception):
    """`code`: of the refusal; empty where nobody answered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class DayTime(Time, Protocol):
    """A charger's time, and the day's alarms."""

    def at(self, when: Any, work: Work) -> Any: ...

    def next_due(self) -> Any: ...

    async def jump(self) -> None: ...


class Stage(Protocol):
    """`tolerance`: how late what is right may come here."""

    @property
    def calendar(self) -> Calendar: ...

    @property
    def time(self) -> DayTime: ...

    @property
    def tolerance(self) -> timedelta: ...

    @property
    def tasks(self) -> int: ...

    @property
    def frames(self) -> int: ...

    def charger(self, name: str, plan: ChargerPlan) -> Charger: ...

    def lose_next_answer(self, charger: Charger) -> None: ...

    def pause_relay(self, seconds: float) -> None:
        """So long reservations hear nothing, except where a deadline waits for it."""
        ...

    async def slow_provider(self, control: StripeApiControl, seconds: float) -> None:
        """So long the payment provider does nothing of what it is asked."""
        ...

    def lose_tasks(self, times: int) -> None:
        """So many of the next workflow tasks are lost with the worker that did them."""
        ...

    async def settle(self, chargers: list[Charger], look: Callable[[], None]) -> None:
        """Until nothing is left to be done before time passes. `look`: at the plugs, whenever something has moved."""
        ...

    async def book(self, request: BookRequest) -> BookDecision: ...

    async def act(self, code: str, action: str, message: Message | None) -> None:
        """Raises NotDone."""
        ...

    async def view(self, code: str) -> ReservationView | None:
        """None: there is none, or it is over."""
        ...

    async def paid(self, code: str, event: PaymentEvent) -> None: ...

    async def shown(self) -> dict[str, tuple[bool, ReservationView]]:
        """By code: whether it is over, and what its workflow says of itself."""
        ...

    async def tidy_up(self) -> None:
        """What schedules do beside the reservations."""
        ...
