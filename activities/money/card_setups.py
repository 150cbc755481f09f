"""Our record of each SetupIntent: committed as `intended` before Stripe first hears of it, as payments are."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.money.payment_intents import SetupState
from activities.money.payment_steps import CANCELED, INTENDED, SUCCEEDED, UNPAID, Guard, payment_key
from activities.money.stripe_gateway import StripeGateway
from db.tables import CardSetup

_UNLESS_THERE = insert(CardSetup).on_conflict_do_nothing(index_elements=["reservation_code", "step"])
_ROW = select(CardSetup).where(
    CardSetup.reservation_code == bindparam("code"), CardSetup.step == bindparam("of_step")
)


class CardSetups:
    """Reads and writes `card_setups` rows; closes at Stripe what nobody completed."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def intend(self, code: str, step: str, now: datetime, *, unless_late: Guard) -> CardSetup:
        """The row of the step, committed as `intended` unless it exists. `unless_late` raises for a lost attempt."""
        async with self._sessions.begin() as session:
            await unless_late(session)
            intended = {"reservation_code": code, "step": step, "status": INTENDED, "updated_at": now}
            await (await session.connection()).execute(_UNLESS_THERE, intended)
            return (await session.execute(_ROW, {"code": code, "of_step": step})).scalar_one()

    async def keep(self, code: str, step: str, setup: SetupState, now: datetime) -> bool:
        """What Stripe said. False: the step was given up meanwhile, so the setup must not live on."""
        async with self._sessions.begin() as session:
            row = await self._locked(session, code, step)
            given_up = row.status == CANCELED and setup.status != CANCELED
            if row.status != SUCCEEDED and not given_up:
                row.status = setup.status
            row.setup_intent_id, row.updated_at = setup.id, now
            row.payment_method = setup.payment_method if setup.status == SUCCEEDED else None
            return not given_up

    async def mark(
        self, code: str, step: str, status: str, now: datetime, setup_id: str | None = None
    ) -> None:
        """Close a row that has nothing at Stripe, or whose card was declined."""
        async with self._sessions.begin() as session:
            row = await self._locked(session, code, step)
            row.status, row.setup_intent_id = status, setup_id or row.setup_intent_id
            row.updated_at = now

    async def close(self, code: str, now: datetime) -> None:
        """Nobody can complete one any more. A card that was saved stays the driver's."""
        async with self._sessions() as session:
            open_ones = CardSetup.status.in_([INTENDED, *UNPAID])
            rows = (
                await session.scalars(select(CardSetup).where(CardSetup.reservation_code == code, open_ones))
            ).all()
        for row in rows:
            if row.setup_intent_id is None:
                await self.mark(code, row.step, CANCELED, now)
            else:
                await self.cancel(code, row.step, row.setup_intent_id, now)

    async def cancel(self, code: str, step: str, setup_id: str, now: datetime) -> None:
        setup = await self._stripe.setups.cancel(setup_id, key=payment_key(code, step, "cancel"))
        await self.keep(code, step, setup, now)

    async def _locked(self, session: AsyncSession, code: str, step: str) -> CardSetup:
        return (await session.execute(_ROW.with_for_update(), {"code": code, "of_step": step})).scalar_one()
