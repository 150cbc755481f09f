"""The fake payment side: a manual-capture intent a step, cards saved for later; prices by the domain's real rules."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from contracts.declaration import implements
from contracts.money import (
    AUTHORISE_DEPOSIT,
    RELEASE_DEPOSIT,
    SAVE_CARD,
    SETTLE_RESERVATION,
    TAKE_FEE,
    VOID_PAYMENTS,
    Authorisation,
    AuthoriseDeposit,
    ReleaseDeposit,
    SaveCard,
    SettleReservation,
    TakeFee,
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
WANTS_DRIVER = "pm_bank_wants_driver"
"""Works while its driver is there only."""
_FIRST_STATUS = {
    GOOD_CARD: "authorised",
    CARD_WITH_3DS: "action_required",
    BAD_CARD: "declined",
    WANTS_DRIVER: "authorised",
}
PRESENT, ABSENT = timedelta(days=7), timedelta(days=4, hours=18)
"""So long a hold lasts."""

_HEARD = {
    "authorised": DepositState.AUTHORISED,
    "captured": DepositState.AUTHORISED,
    "action_required": DepositState.ACTION_REQUIRED,
    "declined": DepositState.DECLINED,
    "voided": DepositState.DECLINED,
    "lapsed": DepositState.LAPSED,
}
"""What the activity says of an intent, as the real one does."""


Step = tuple[str, str]
"""Reservation and step."""


def intent_id(code: str, step: str = "deposit") -> str:
    return f"pi_{code}" if step == "deposit" else f"pi_{code}_{step}"


@dataclass(slots=True)
class Intent:
    """`status`: of an Authorisation, or `captured` or `voided`."""

    status: str
    amount: Money
    captured: Money
    step: str = "deposit"
    card: str = GOOD_CARD
    lasts: timedelta = PRESENT
    code: str = ""
    """Of a decline."""
    is_fee: bool = False
    """`authorised` means that it is taken."""


@dataclass(slots=True)
class Bank:
    troubles: Troubles
    give_back: Callable[[SettleReservation], Awaitable[None]]
    intents: dict[str, Intent] = field(default_factory=dict)
    """The newest of each reservation."""
    steps: dict[Step, Intent] = field(default_factory=dict)
    setups: dict[str, str] = field(default_factory=dict)
    """Of cards that are saved: `card_saved`, `action_required`, `declined` or `canceled`, by reservation."""
    lasts: timedelta | None = None
    """How long holds last, where that is not as usual."""
    legs: dict[str, list[ChargingLeg]] = field(default_factory=dict)
    settled: list[SettleReservation] = field(default_factory=list)
    bills: dict[Step, Bill] = field(default_factory=dict)
    receipts: dict[Step, Receipt] = field(default_factory=dict)

    def pay(self, code: str) -> None:
        """The driver completes 3DS (or enters a card) in the app; the provider refuses what was voided meanwhile."""
        if self.setups.get(code) == "action_required":
            self.setups[code] = "card_saved"
        elif (intent := self.intents[code]).status != "voided":
            intent.status = "authorised"

    def lapse(self, code: str) -> None:
        """The hold runs out, or the provider gives it back."""
        self.intents[code].status = "lapsed"

    def held(self, code: str) -> list[str]:
        """Steps that hold money."""
        return [
            step for (of, step), intent in self.steps.items() if of == code and intent.status == "authorised"
        ]

    def status(self, code: str) -> str:
        intent = self.intents.get(code)
        return intent.status if intent else "none"

    @implements(AUTHORISE_DEPOSIT)
    async def authorise_deposit(self, ask: AuthoriseDeposit) -> Authorisation:
        await self.troubles.meet("authorise_deposit")
        return await self._asked(ask)

    @implements(TAKE_FEE)
    async def take_fee(self, ask: TakeFee) -> Authorisation:
        await self.troubles.meet("take_fee")
        answer = await self._asked(ask)
        paid = answer.status is DepositState.AUTHORISED
        return replace(answer, status=DepositState.TAKEN, lapses_at=None) if paid else answer

    async def _asked(self, ask: AuthoriseDeposit | TakeFee) -> Authorisation:
        key = (ask.code, ask.step)
        if key not in self.steps:
            self.steps[key] = self.intents[ask.code] = self._intent(ask)
        await self.troubles.meet("answer_authorisation")
        intent = self.steps[key]
        if intent.status == "authorised":
            self._release_before(ask)
        wanted = intent.status == "action_required"
        return Authorisation(
            status=_HEARD[intent.status],
            payment_intent_id=intent_id(ask.code, ask.step),
            client_secret=f"{intent_id(ask.code, ask.step)}_secret" if wanted else None,
            decline_code=intent.code or None,
            message="your card was declined" if intent.status == "declined" else "",
            payment_method=intent.card if intent.status == "authorised" else None,
            customer="cus_1" if intent.status == "authorised" else None,
            lapses_at=ask.now + intent.lasts if intent.status == "authorised" else None,
            amount=intent.amount,
        )

    def _intent(self, ask: AuthoriseDeposit | TakeFee) -> Intent:
        card = ask.payment_method or CARD_WITH_3DS
        absent = isinstance(ask, AuthoriseDeposit) and ask.off_session
        refused = absent and card == WANTS_DRIVER
        usual = ABSENT if absent else PRESENT
        return Intent(
            "declined" if refused else _FIRST_STATUS[card],
            ask.amount,
            zero(ask.amount.currency),
            step=ask.step,
            card=card,
            lasts=self.lasts or usual,
            code="authentication_required" if refused else "",
            is_fee=isinstance(ask, TakeFee),
        )

    def _release_before(self, ask: AuthoriseDeposit | TakeFee) -> None:
        """What is open of the steps before."""
        for (code, step), intent in self.steps.items():
            if (code, step) == (ask.code, ask.step):
                return
            if code == ask.code and intent.status in ("authorised", "action_required"):
                intent.status = "voided"

    @implements(SAVE_CARD)
    async def save_card(self, ask: SaveCard) -> Authorisation:
        await self.troubles.meet("save_card")
        first = _FIRST_STATUS[ask.payment_method or CARD_WITH_3DS].replace("authorised", "card_saved")
        status = self.setups.setdefault(ask.code, first)
        saved = status == "card_saved"
        return Authorisation(
            status=DepositState.DECLINED if status == "canceled" else DepositState(status),
            client_secret=f"seti_{ask.code}_secret" if status == "action_required" else None,
            payment_method=(ask.payment_method or GOOD_CARD) if saved else None,
            customer="cus_1" if saved else None,
            message="your card was declined" if status == "declined" else "",
        )

    @implements(RELEASE_DEPOSIT)
    async def release_deposit(self, ask: ReleaseDeposit) -> bool:
        await self.troubles.meet("release_deposit")
        held = False
        for (code, step), intent in self.steps.items():
            if (
                code == ask.code
                and ask.step in ("", step)
                and intent.status in ("authorised", "action_required")
            ):
                held = held or intent.status == "authorised"
                intent.status = "voided"
        return held

    @implements(VOID_PAYMENTS)
    async def void_payments(self, ask: VoidPayments) -> VoidedPayments:
        await self.troubles.meet("void_payments")
        for (code, _), intent in self.steps.items():
            if code == ask.code:
                intent.status = "voided"
        if self.setups.get(ask.code) == "action_required":
            self.setups[ask.code] = "canceled"
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
            moved = zero(bill.charge.currency) if ask.account else bill.charge
            self.receipts[step] = Receipt(
                bill=bill, payments=self._moved(ask.code, moved), account=ask.account
            )
        return self.receipts[step]

    def _moved(self, code: str, charge: Money) -> PaymentTotals:
        nothing = zero(charge.currency)
        intent = self.intents.get(code)
        authorised = intent.amount if intent else nothing
        for (of, _), earlier in self.steps.items():
            if of == code and earlier is not intent:
                earlier.status = "voided"
        if intent is not None:
            intent.status = "captured" if charge.minor else "voided"
            intent.captured = charge
        left = max(authorised - charge, nothing)
        is_fee = intent is not None and intent.is_fee
        return PaymentTotals(
            captured=charge, released=nothing if is_fee else left, refunded=left if is_fee else nothing
        )
