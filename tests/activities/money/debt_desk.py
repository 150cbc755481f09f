"""What tests of debts need beside the money desk."""

from datetime import timedelta

import httpx
from sqlalchemy import select, update
from temporalio.exceptions import ApplicationError

from activities.money.debts import DebtActivities
from contracts.debts import AskForPayment, CollectDebt, DebtStanding, PaymentAsked
from db.queries.debts import debt_of
from db.tables import Debt, Driver, Notification, OutboxDelivery
from domain.money.amount import Money
from tests.activities.money.money_desk import CODE, NOW, VISA, MoneyDesk
from tests.factories import make_policy, make_terms

DAY = timedelta(days=1)
NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))
BROKE = "pm_card_chargeDeclinedInsufficientFunds"


class DebtDesk:
    """Debts of 23.80 EUR that a card did not pay."""

    def __init__(self, desk: MoneyDesk) -> None:
        self.money = desk
        self.debts = DebtActivities(desk.sessions, desk.stripe)

    async def settled_without_paying(self, card: str | None = BROKE) -> None:
        await self.money.charged(40_000)
        receipt = await self.money.settle(terms=NO_DEPOSIT, payment_method=card)
        assert receipt.outstanding == Money(2380, "EUR")

    async def collect(self, after: timedelta) -> DebtStanding:
        return await self.debts.collect_debt(CollectDebt(code=CODE, now=NOW + after))

    async def link(self, after: timedelta = timedelta()) -> PaymentAsked:
        return await self.debts.ask_for_payment(AskForPayment(code=CODE, now=NOW + after))

    async def link_in_the_end(self, after: timedelta = timedelta()) -> PaymentAsked:
        """As the workflow does: asked again where that is worth it."""
        for _ in range(3):
            try:
                return await self.link(after)
            except ApplicationError as failure:
                if failure.non_retryable:
                    raise
        return await self.link(after)

    async def paid_by_hand(self, asked: PaymentAsked, card: str = VISA) -> None:
        await self.money.stripe.confirm(asked.payment_intent_id, card, key=f"app:{asked.payment_intent_id}")

    async def customer(self) -> str:
        """The driver's at the provider."""
        customer = await self.money.stripe.create_customer(key="customer")
        async with self.money.sessions.begin() as session:
            await session.execute(update(Driver).values(stripe_customer=customer))
        return customer

    async def new_card(self) -> None:
        """The driver has saved one that pays."""
        customer = await self.customer()
        async with self._provider() as http:
            saved = await http.post(f"/v1/payment_methods/{VISA}/attach", data={"customer": customer})
        assert saved.is_success, saved.text

    async def charge_customer_fails(self) -> None:
        """The driver has saved a card that can be saved, and not charged."""
        customer = await self.customer()
        async with self._provider() as http:
            data = {"customer": customer}
            saved = await http.post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", data=data)
        assert saved.is_success, saved.text

    async def customer_is_deleted(self) -> None:
        """In the provider's dashboard."""
        async with self._provider() as http:
            assert (await http.delete(f"/v1/customers/{await self.customer()}")).is_success

    def _provider(self) -> httpx.AsyncClient:
        api = self.money.api
        return httpx.AsyncClient(base_url=api.base_url, auth=(api.api_key, ""))

    async def debt(self) -> Debt:
        async with self.money.sessions() as session:
            found = await debt_of(session, CODE)
        assert found is not None
        return found

    async def looks(self, code: str = CODE) -> int:
        """How often whoever collects the debt was told to look."""
        async with self.money.sessions() as session:
            found = select(OutboxDelivery).where(OutboxDelivery.target == "debts", OutboxDelivery.key == code)
            return len(list(await session.scalars(found)))

    async def told(self) -> list[str]:
        async with self.money.sessions() as session:
            found = await session.scalars(
                select(Notification.template).order_by(Notification.at, Notification.key)
            )
            return list(found)
