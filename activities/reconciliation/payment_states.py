"""How one of the provider's payments stands in our books, and in which way they differ."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.payment_intents import IntentState
from activities.money.payment_steps import CANCELED, DECLINED, RELEASABLE, UNPAID
from contracts.provider_reconciliation import MoneyDifference, MoneyFinding
from db.queries.money import reconciliation as query
from db.tables import Payment
from domain.errors import InvalidReservationCode
from domain.money.amount import Money
from domain.reservation.code import parse_reservation_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`row` None: we do not have it. `cleared`: what the ledger says the driver has paid by it and not got back.

    `over_since`: when its reservation was closed; None while more may come. `moved_at`: when its row was written, or
    anything of its reservation posted, last.
    """

    code: str
    step: str
    row: Payment | None
    cleared: Money
    over_since: datetime | None
    moved_at: datetime | None

    @property
    def is_given_up(self) -> bool:
        """A settlement has closed it unmade: nobody is to have money by it."""
        return self.row is not None and self.row.status == CANCELED

    def difference(self, intent: IntentState, quiet_before: datetime) -> MoneyFinding | None:
        """The one that matters most. What a reservation does that lives, or moved lately, is on its way."""
        kind = self._kind(intent, is_over=self.is_over(quiet_before))
        return None if kind is None else self._finding(kind, intent)

    def is_over(self, quiet_before: datetime) -> bool:
        """Its reservation is closed, and nothing of it was written lately."""
        is_closed = self.over_since is not None and self.over_since < quiet_before
        return is_closed and (self.moved_at is None or self.moved_at < quiet_before)

    def _kind(self, intent: IntentState, *, is_over: bool) -> MoneyDifference | None:
        """While a reservation lives its workflow keeps the rows that it waits for: brought up to date here, they would
        say that it knows already, and the event would be kept from it (`activities.money.payment_events`).
        """
        row = self.row
        if row is None or row.payment_intent_id not in (None, intent.id):
            if intent.net.minor > 0:
                return MoneyDifference.UNKNOWN_PAYMENT
            holds = intent.status in RELEASABLE and intent.capturable.minor > 0
            return MoneyDifference.LEFT_OPEN if holds and is_over else None
        if not (is_over or self.is_given_up):
            return None
        if is_over and intent.net != self.cleared:
            return MoneyDifference.NOT_POSTED
        if row.payment_intent_id is None:
            return MoneyDifference.LOST_PAYMENT if row.status != DECLINED else None
        return MoneyDifference.OLDER_STATE if self._is_behind(row, intent) else None

    def _is_behind(self, row: Payment, intent: IntentState) -> bool:
        """In its state, or in sums that the ledger has already."""
        if row.status == DECLINED and intent.status in (*UNPAID, CANCELED):
            return False
        ours = (row.captured_minor, row.refunded_minor)
        if ours != (intent.received.minor, intent.refunded.minor):
            return intent.net == self.cleared
        return row.status != intent.status

    def _finding(self, kind: MoneyDifference, intent: IntentState) -> MoneyFinding:
        return MoneyFinding(
            kind=kind,
            provider_object=intent.id,
            reservation=self.code,
            currency=intent.net.currency,
            ours=self.cleared.minor,
            theirs=intent.net.minor,
        )


async def standing_of(session: AsyncSession, intent: IntentState) -> Standing | None:
    """None: it is of no reservation of ours; another system may share the provider's account."""
    named = _named(intent.code)
    row = await query.payment_of(session, intent.id, named, intent.step)
    code = row.reservation_code if row is not None else named
    if row is None and not (code and await query.is_ours(session, code)):
        return None
    moved = (row.updated_at if row is not None else None, await query.last_posted(session, code))
    cleared = (await query.cleared_by(session, [intent.id])).get(intent.id, 0)
    return Standing(
        code=code,
        step=row.step if row is not None else intent.step,
        row=row,
        cleared=Money(cleared, intent.net.currency),
        over_since=await query.over_since(session, code),
        moved_at=max(filter(None, moved), default=None),
    )


def _named(code: str) -> str:
    """A reservation as we could have named it; empty otherwise."""
    try:
        return code if parse_reservation_code(code) == code else ""
    except InvalidReservationCode:
        return ""
