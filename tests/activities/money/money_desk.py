"""Everything a money test needs on real parts: a migrated database, the stand-in, the real stripe package."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.books_check import BooksCheck, check_books
from activities.money.fees import FeeActivities
from activities.money.ledger import balances_of
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_gateway import StripeGateway
from contracts.money import (
    Authorisation,
    AuthoriseDeposit,
    SettleReservation,
    TakeFee,
    VoidPayments,
)
from db.engine import create_engine, create_sessions
from db.tables import ChargingSession, Hold, MeterReading, Payment
from domain.charging.readings import Reading
from domain.money.accounts import Balances
from domain.money.amount import Money
from domain.money.bill import PaymentTotals, Receipt
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.factories import make_driver, make_policy, make_seed, make_site, make_terms, plant

NOW = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
SLOT = Slot(NOW - timedelta(hours=1), NOW)
CODE = "7F3K-2QVM-X9TA"
VISA = "pm_card_visa"


class MoneyDesk:
    """Short ways to say what a test is about. `driver-1` is known; `connector` is in Bay 1 of site north."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        api: RunningStripeApi,
        stripe: StripeGateway,
        connector: int,
    ) -> None:
        self.sessions = sessions
        self.api = api
        self.stripe = stripe
        self.connector = connector
        self.payments = PaymentActivities(sessions, stripe)
        self.fees = FeeActivities(sessions, stripe)
        self.settlement = SettlementActivities(sessions, stripe)

    async def authorise(
        self,
        *,
        code: str = CODE,
        card: str | None = VISA,
        amount: int = 1000,
        currency: str = "EUR",
        driver: str = "driver-1",
        version: int = 0,
    ) -> Authorisation:
        ask = AuthoriseDeposit(
            code=code,
            driver_id=driver,
            amount=Money(amount, currency),
            payment_method=card,
            customer=None,
            now=NOW,
            version=version,
        )
        return await self.payments.authorise_deposit(ask)

    async def take_fee(
        self,
        *,
        code: str = CODE,
        card: str | None = VISA,
        amount: int = 357,
        currency: str = "EUR",
        step: str = "fee",
        version: int = 0,
        tax_basis_points: int = 1900,
    ) -> Authorisation:
        ask = TakeFee(
            code=code,
            driver_id="driver-1",
            amount=Money(amount, currency),
            payment_method=card,
            customer=None,
            now=NOW,
            step=step,
            version=version,
            tax_basis_points=tax_basis_points,
        )
        return await self.fees.take_fee(ask)

    async def void(self, *, code: str = CODE) -> PaymentTotals | None:
        voided = await self.payments.void_payments(VoidPayments(code=code, reason="test", now=NOW))
        return voided.totals

    def ask(
        self,
        state: State = State.SETTLING,
        *,
        code: str = CODE,
        step: str = "settle",
        driver: str = "driver-1",
        **over: Any,
    ) -> SettleReservation:
        progress: dict[str, Any] = {
            "state": state,
            "slot": SLOT,
            "arrived_at": SLOT.start,
            "departed_at": SLOT.end,
            "assignment": Assignment(
                hold_id=1,
                site_id="north",
                charger_id="NORTH-1",
                connector_id=self.connector,
                connector_number=1,
                label="Bay 1",
                power_w=150_000,
            ),
        }
        values: dict[str, Any] = {
            "payment_method": None,
            "customer": None,
            "terms": make_terms(),
            "now": NOW,
        }
        values |= {name: over.pop(name) for name in list(over) if name in values}
        return SettleReservation(
            code=code,
            step=step,
            driver_id=driver,
            progress=Progress(**(progress | over)),
            **values,
        )

    async def settle(
        self, state: State = State.SETTLING, *, code: str = CODE, step: str = "settle", **over: Any
    ) -> Receipt:
        return await self.settlement.settle_reservation(self.ask(state, code=code, step=step, **over))

    async def charged(
        self,
        wh: int,
        *,
        code: str | None = CODE,
        authorised: bool = True,
        transaction: str = "1",
        readings: Sequence[Reading] = (),
    ) -> None:
        """A finished transaction of the reservation, half an hour long."""
        async with self.sessions.begin() as session:
            row = ChargingSession(
                charger_id="NORTH-1",
                connector_id=self.connector,
                transaction_id=transaction,
                id_tag="TAG",
                driver_id="driver-1",
                reservation_code=code,
                authorised=authorised,
                started_at=SLOT.start,
                meter_start_wh=1000,
                meter_last_wh=1000 + wh,
                meter_at=SLOT.start + timedelta(minutes=30),
                ended_at=SLOT.start + timedelta(minutes=30),
            )
            session.add(row)
            await session.flush()
            session.add_all(
                MeterReading(
                    session_id=row.id,
                    at=one.at,
                    wh=one.wh,
                    context=one.context,
                    told=one.told,
                    location=one.location,
                    unit=one.unit,
                    received_at=one.at,
                )
                for one in readings
            )

    async def next_guest(self) -> None:
        """Somebody has the connector from half an hour after `SLOT`."""
        start = SLOT.end + timedelta(minutes=30)
        end = start + timedelta(hours=1)
        async with self.sessions.begin() as session:
            session.add(
                Hold(
                    reservation_code="NEXT-GUEST",
                    step="book",
                    connector_id=self.connector,
                    pool_id="north-dc",
                    driver_id="driver-1",
                    during=Range(start, end),
                    slot_start=start,
                    slot_end=end,
                    opens_at=start,
                    watch_from=start,
                    placed_at=SLOT.start,
                )
            )

    async def ledger(self, code: str = CODE, currency: str = "EUR") -> dict[str, int]:
        """Balances in minor units by account."""
        async with self.sessions() as session:
            return cents(await balances_of(session, code), currency)

    async def check(self, code: str = CODE, currency: str = "EUR") -> BooksCheck:
        return await check_books(self.sessions, self.stripe, code, currency)

    async def totals(self) -> dict[str, int]:
        """The stand-in's own sums in EUR: captured, refunded, authorized."""
        sums: dict[str, dict[str, int]] = (await self.api.dump())["totals"]
        return sums.get("eur", {"captured": 0, "refunded": 0, "authorized": 0})

    async def rows(self, code: str = CODE) -> dict[str, Payment]:
        async with self.sessions() as session:
            found = await session.scalars(select(Payment).where(Payment.reservation_code == code))
            return {row.step: row for row in found}


def cents(balances: Balances, currency: str = "EUR") -> dict[str, int]:
    assert all(amount.currency == currency for amount in balances.values())
    return {account: amount.minor for account, amount in balances.items()}


@asynccontextmanager
async def money_desk(database_url: str, **gateway: Any) -> AsyncIterator[MoneyDesk]:
    engine = create_engine(database_url)
    sessions = create_sessions(engine)
    connectors = await plant(sessions, make_seed(make_site(), drivers=(make_driver(),), policy=make_policy()))
    async with running_stripe_api() as api:
        stripe = StripeGateway(
            api.api_key, api.base_url, **({"max_network_retries": 0, "timeout_seconds": 5.0} | gateway)
        )
        try:
            yield MoneyDesk(sessions, api, stripe, connectors[("NORTH-1", 1)])
        finally:
            await stripe.aclose()
            await engine.dispose()
