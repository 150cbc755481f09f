"""The reservation fee that is taken at booking: a payment of its own, in the books from the moment that it is taken.

There it is an advance: paid, its tax due, and nothing earned yet. The settlement counts it as paid, and gives back what
is not due. Row and books are written in one transaction; who dies before it meets the same payment under the same key.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.exceptions import ApplicationError

from activities.failures import failures_translated
from activities.holds.fence import pass_fence
from activities.money.asked_payments import AskedPayments, answer_of, withdrawn
from activities.money.ledger import Posting, books_of, post_under_lock
from activities.money.payment_intents import IntentState
from activities.money.payment_rows import is_withdrawn, net_of, write_down
from activities.money.settlement_records import decided_under_lock
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import TAKE_FEE, Authorisation, TakeFee
from domain.facts.ledger import AdvanceTaken
from domain.money.accounts import settled, taken_of
from domain.money.advances import advance_lines
from domain.money.amount import total


class FeeActivities:
    """The fee, and its place in the books."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._asked = AskedPayments(sessions, stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.take_fee]

    @implements(TAKE_FEE)
    @failures_translated
    async def take_fee(self, ask: TakeFee) -> Authorisation:
        """Take the fee from the driver's card. A decline is an answer, not a failure.

        Raises ApplicationError `superseded` for what a lost attempt asks after the booking was given up.
        """
        found = await self._asked.for_(ask, capture=True)
        if isinstance(found, Authorisation):
            return found
        try:
            async with self._sessions.begin() as session:
                kept = await keep_fee(session, ask, found.intent)
        except ApplicationError:  # superseded: whoever voids it has met it, or it is given back here
            async with self._sessions.begin() as session:
                withdraws = await is_withdrawn(session, ask.code, ask.step, found.intent)
            if withdraws:
                await self._asked.give_back(ask.code, ask.step, found.intent.id, ask.now)
            raise
        if not kept:
            await self._asked.give_back(ask.code, ask.step, found.intent.id, ask.now)
            return withdrawn()
        await self._asked.close_declined(ask, found.intent)
        return answer_of(ask, found.intent)


async def keep_fee(session: AsyncSession, ask: TakeFee, intent: IntentState) -> bool:
    """What the provider said, and the advance in the books. False: the step was voided meanwhile; nothing is written.

    A settlement posts what it found by itself, and what a later one finds: then there is nothing to post here. Raises
    ApplicationError `superseded` for who stood still since the provider said it: it may have been given back.
    """
    code, rate = ask.code, ask.tax_basis_points
    await pass_fence(session, code, ask.version)
    decided = await decided_under_lock(session, code)
    if await is_withdrawn(session, code, ask.step, intent):
        return False
    await write_down(session, code, ask.step, intent, ask.now)
    net = await net_of(
        session, code, ask.step
    )  # the reconciler may have given it back since, and passes no fence
    if net.minor > 0 and decided.standing is None:
        taken = {**taken_of(await books_of(session, code)), intent.id: net}
        lines = advance_lines(total(list(taken.values()), net.currency), rate)
        posting = Posting(
            code=code,
            step=ask.step,
            cause="driver",
            fact=AdvanceTaken(percent=rate / 100),
            target=settled(lines, taken=taken),
            now=ask.now,
            driver_id=ask.driver_id,  # there may be no projection yet that tells it
            fleet_id=ask.fleet_id,
        )
        await post_under_lock(session, posting)
    return True
