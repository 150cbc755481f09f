"""Workflows and gateways as the desk's clients meet them: they note what was asked, and answer as told."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.desk.orders import Order
from api.desk.principal import Principal
from contracts.chargers import Connection
from contracts.debts import PaymentAsked
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome, BookRequest
from domain.charging.commands import Command, CommandOutcome, CommandReply
from domain.money.amount import Money
from domain.reservation.actions.messages import Message
from tests.api.stage import END, START, view_of
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.debts import DebtClient
from workflows.client.failures import CallFailed
from workflows.client.reservations import ReservationClient


@dataclass(frozen=True, kw_only=True)
class Act:
    code: str
    action: str
    message: Message | None
    update_id: str | None


class PlayedReservations(ReservationClient):
    """`fails`: raised by every call, `fails_acts`: by acts. `views`: what runs, by code. `waits`: bookings answer once
    it is set. `becomes`: what acts come to.
    """

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.booked: list[BookRequest] = []
        self.views: dict[str, ReservationView] = {}
        self.fails: CallFailed | None = None
        self.fails_acts: CallFailed | None = None
        self.waits: asyncio.Event | None = None
        self.remembers: BookDecision | None = None
        self.becomes: ReservationView | None = None

    async def book(self, request: BookRequest, *, patience: timedelta) -> BookDecision:
        self.booked.append(request)
        if self.waits is not None:
            await self.waits.wait()
        self._fail()
        return BookDecision(
            outcome=BookOutcome.CONFIRMED, view=view_of(request.code, driver_id=request.driver_id)
        )

    async def act(
        self, code: str, action: str, message: Message | None, *, update_id: str | None, patience: timedelta
    ) -> ReservationView:
        self.acts.append(Act(code=code, action=action, message=message, update_id=update_id))
        if self.fails_acts is not None:
            raise self.fails_acts
        self._fail()
        return self.becomes or view_of(code)

    async def view(self, code: str, *, patience: timedelta) -> ReservationView | None:
        return self.views.get(code)

    async def runs(self, code: str, patience: timedelta) -> bool:
        self._fail()
        return any(one.code == code for one in self.booked)

    async def remembered_booking(self, code: str, *, patience: timedelta) -> BookDecision | None:
        self._fail()
        return self.remembers

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


@dataclass
class PlayedGateways(ChargerCommandClient):
    """Answers every command with `reply`, or fails."""

    reply: CommandReply = field(default_factory=lambda: CommandReply(outcome=CommandOutcome.ACCEPTED))
    fails: CallFailed | None = None
    sent: list[Command] = field(default_factory=list)

    async def send(
        self,
        instance: str,
        connection: Connection,
        command: Command,
        *,
        taken_within: timedelta,
        answered_within: timedelta,
    ) -> CommandReply:
        self.sent.append(command)
        if self.fails is not None:
            raise self.fails
        return self.reply


def caller(subject: str, *scopes: str, fleet_id: str | None = None) -> Principal:
    return Principal(subject=subject, scopes=frozenset(scopes), fleet_id=fleet_id)


DRIVER = caller("driver-1", "driver")
STRANGER = caller("driver-2", "driver")
FLEET = caller("dora", "fleet", fleet_id="fleet-1")
OPERATOR = caller("olga", "operator")


def order(**over: Any) -> Order:
    values: dict[str, Any] = {
        "site_id": "north",
        "start": datetime.fromisoformat(START),
        "end": datetime.fromisoformat(END),
    }
    return Order(**(values | over))


class PlayedDebts(DebtClient):
    """Each debt of 23.80 EUR is asked for by the same intent."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def pay(self, code: str, *, patience: timedelta) -> PaymentAsked:
        self.asked.append(code)
        return PaymentAsked(
            code=code, amount=Money(2380, "EUR"), payment_intent_id="pi_1", client_secret="pi_1_secret"
        )
