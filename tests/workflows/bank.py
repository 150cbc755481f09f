"""The fake payment side: one manual-capture intent a reservation; prices by the real rules of the domain."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from contracts.declaration import implements
from contracts.money import (
    AUTHORISE_DEPOSIT,
    SETTLE_RESERVATION,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    SettleReservation,
    VoidedPayments,
    VoidPayments,
)
from domain.money.amount import Money, zero
from domain.money.bill import Bill, PaymentTotals, Receipt
from domain.reservation.lifecycle import DepositState
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from tests.workflows.troubles import Troubles

GOOD_CARD, CARD_WITH_3DS, BAD_CARD = "pm_good", "pm_3ds", "pm_declined"
_FIRST_STATUS = {GOOD_CARD: "authorised", CARD_WITH_3DS: "action_required", BAD_CARD: "declined"}

_HEARD = {
    "authorised": DepositState.AUTHORISED,
    "captured": DepositState.AUTHORISED,
    "action_required": DepositState.ACTION_REQUIRED,
    "declined": DepositState.DECLINED,
    "voided": DepositState.DECLINED,
}
"""What the activity says of an intent, as the real one does."""


Step = tuple[str, str]
"""Reservation and step."""


@dataclass(slots=True)
class Intent:
    """`status`: of an Authorisation, or `captured` or `voided`."""

    status: str
    amount: Money
    captured: Money


@dataclass(slots=True)
class Bank:
    troubles: Troubles
    give_back: Callable[[SettleReservation], Awaitable[None]]
    intents: dict[str, Intent] = field(default_factory=dict)
    legs: dict[str, list[ChargingLeg]] = field(default_factory=dict)
    settled: list[SettleReservation] = field(default_factory=list)
    bills: dict[Step, Bill] = field(default_factory=dict)
    receipts: dict[Step, Receipt] = field(default_factory=dict)

    def pay(self, code: str) -> None:
        """The driver completes 3DS (or enters a card) in the app; the provider refuses what was voided meanwhile."""
        intent = self.intents[code]
        if intent.status != "voided":
            intent.status = "authorised"

    def status(self, code: str) -> str:
        intent = self.intents.get(code)
        return intent.status if intent else "none"

    @implements(AUTHORISE_DEPOSIT)
    async def authorise_deposit(self, ask: AuthoriseDeposit) -> Authorisation:
        await self.troubles.meet("authorise_deposit")
        intent = self.intents.setdefault(
            ask.code,
            Intent(_FIRST_STATUS[ask.payment_method or CARD_WITH_3DS], ask.amount, zero(ask.amount.currency)),
        )
        return Authorisation(
            status=_HEARD[intent.status],
            payment_intent_id=f"pi_{ask.code}",
            client_secret=f"pi_{ask.code}_secret" if intent.status == "action_required" else None,
            message="your card was declined" if intent.status == "declined" else "",
        )

    @implements(VOID_PAYMENTS)
    async def void_payments(self, ask: VoidPayments) -> VoidedPayments:
        await self.troubles.meet("void_payments")
        intent = self.intents.get(ask.code)
        if intent is not None:
            intent.status = "voided"
        return VoidedPayments(totals=None)

    @implements(SETTLE_RESERVATION)
    async def settle_reservation(self, ask: SettleReservation) -> Receipt:
        """A step's bill is decided once, before money moves."""
        await self.give_back(ask)
        step = (ask.code, ask.step)
        if step not in self.bills:
            legs = tuple(self.legs.get(ask.code, ()))
            around = Surroundings(somebody_waits=True, occupancy_percent=50)
            self.bills[step] = settle(ask.progress, ask.terms, legs, around)
        await self.troubles.meet("settle_reservation")
        if step not in self.receipts:
            self.settled.append(ask)
            bill = self.bills[step]
            self.receipts[step] = Receipt(bill=bill, payments=self._moved(ask.code, bill.charge))
        return self.receipts[step]

    def _moved(self, code: str, charge: Money) -> PaymentTotals:
        nothing = zero(charge.currency)
        intent = self.intents.get(code)
        authorised = intent.amount if intent else nothing
        if intent is not None:
            intent.status = "captured" if charge.minor else "voided"
            intent.captured = charge
        return PaymentTotals(captured=charge, released=max(authorised - charge, nothing), refunded=nothing)
