"""What is on record about a reservation: holds and ledger in Postgres, payments at Stripe's stand-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from db.engine import Sessions
from db.tables import Charger, ChargingSession, Connector, Hold, LedgerEntry, LedgerTransaction
from domain.money.accounts import CLEARING
from simulator.stripe_api.control_client import StripeApiControl


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeen:
    """One row of the holds table."""

    id: int
    charger_id: str
    connector_number: int
    slot_start: datetime
    locked_at: datetime | None
    released_at: datetime | None
    release_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """One row of the sessions table. `basis`: whose word the time of the start is."""

    started_at: datetime
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeMoney:
    """Sums over a reservation's PaymentIntents, minor units. `held`: still authorised now."""

    intents: int
    authorised: int
    captured: int
    refunded: int
    held: int
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Over all reservations, once every story has ended. Minor units.

    `differences`: what the comparison with Stripe, payment by payment, has found, as one sentence each.
    """

    stripe_taken: int
    ledger_taken: int
    still_authorised: int
    open_holds: int
    differences: tuple[str, ...] = ()

    @property
    def agree(self) -> bool:
        """Stripe and the ledger say the same of each payment, and nothing is left authorised or held."""
        left = self.still_authorised or self.open_holds or self.differences
        return self.stripe_taken == self.ledger_taken and not left

    def __str__(self) -> str:
        found = "; ".join(self.differences) or "no payment differs"
        return (
            f"Stripe took {self.stripe_taken / 100:.2f}, the ledger says {self.ledger_taken / 100:.2f}; "
            f"{self.still_authorised / 100:.2f} still authorised, {self.open_holds} holds still open; {found}"
        )


async def books(sessions: Sessions, stripe: StripeApiControl, compared: dict[str, Any] | None) -> Books:
    """The whole of Stripe compared with the whole of the ledger.

    `compared`: the report of GET /v1/operations/reconciliation; None when there is none.
    """
    totals = (await stripe.dump())["totals"].values()
    taken = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == CLEARING)
    open_holds = select(func.count()).select_from(Hold).where(Hold.released_at.is_(None))
    async with sessions() as session:
        in_ledger = await session.scalar(taken)
        held = await session.scalar(open_holds)
    return Books(
        stripe_taken=sum(total["captured"] - total["refunded"] for total in totals),
        ledger_taken=int(in_ledger or 0),
        still_authorised=sum(total["authorized"] for total in totals),
        open_holds=int(held or 0),
        differences=_differences(compared),
    )


def _differences(compared: dict[str, Any] | None) -> tuple[str, ...]:
    if compared is None:
        return ("the payments could not be compared",)
    return tuple(
        f"{one['kind']} {one['provider_object']} of {one['reservation_code']}" for one in compared["findings"]
    )


async def holds_of(sessions: Sessions, code: str) -> list[HoldSeen]:
    """All holds the reservation ever had, oldest first."""
    statement = (
        select(Hold, Charger.id, Connector.number)
        .join(Connector, Connector.id == Hold.connector_id)
        .join(Charger, Charger.id == Connector.charger_id)
        .where(Hold.reservation_code == code)
        .order_by(Hold.id)
    )
    async with sessions() as session:
        rows = (await session.execute(statement)).all()
    return [
        HoldSeen(
            id=hold.id,
            charger_id=charger_id,
            connector_number=number,
            slot_start=hold.slot_start,
            locked_at=hold.locked_at,
            released_at=hold.released_at,
            release_reason=hold.release_reason,
        )
        for hold, charger_id, number in rows
    ]


async def sessions_of(sessions: Sessions, code: str) -> list[SessionSeen]:
    """All sessions that the reservation prices, oldest first."""
    statement = (
        select(ChargingSession.started_at, ChargingSession.started_basis)
        .where(ChargingSession.reservation_code == code)
        .order_by(ChargingSession.id)
    )
    async with sessions() as session:
        rows = (await session.execute(statement)).all()
    return [SessionSeen(started_at=started_at, basis=basis) for started_at, basis in rows]


async def ledger_of(sessions: Sessions, code: str) -> dict[str, int]:
    """Balances by account; debits positive, zeros left out."""
    statement = (
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.reservation_code == code)
        .group_by(LedgerEntry.account)
    )
    async with sessions() as session:
        rows = (await session.execute(statement)).all()
    return {account: int(minor) for account, minor in rows if minor}


async def stripe_of(stripe: StripeApiControl, code: str) -> StripeMoney:
    """What Stripe says, asked of Stripe and not of our tables."""
    objects = await stripe.dump()
    intents = [intent for intent in objects["payment_intents"] if _code_of(intent) == code]
    ids = {intent["id"] for intent in intents}
    charges = [charge for charge in objects["charges"] if charge["payment_intent"] in ids]
    refunds = [refund for refund in objects["refunds"] if refund["payment_intent"] in ids]
    return StripeMoney(
        intents=len(intents),
        authorised=sum(charge["amount"] for charge in charges if charge["paid"]),
        captured=sum(intent["amount_received"] for intent in intents),
        refunded=sum(refund["amount"] for refund in refunds),
        held=sum(intent["amount_capturable"] for intent in intents),
        statuses=tuple(intent["status"] for intent in intents),
    )


def _code_of(intent: dict[str, Any]) -> str:
    return str((intent.get("metadata") or {}).get("reservation_code", ""))
