"""Invoice accounts: who has one, the transfers that paid, and what of the ledger is still open."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import BillingParty, InvoiceAccount, InvoiceTransfer, LedgerEntry, LedgerTransaction
from domain.money.accounts import FLEET


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """`party`: as who it is named; None: nobody has said."""

    row: InvoiceAccount
    party: BillingParty | None


_NAMED = select(InvoiceAccount, BillingParty).outerjoin(
    BillingParty, (BillingParty.kind == "fleet") & (BillingParty.subject == InvoiceAccount.fleet_id)
)


async def account_of(session: AsyncSession, fleet_id: str) -> NamedRow | None:
    found = (await session.execute(_NAMED.where(InvoiceAccount.fleet_id == fleet_id))).one_or_none()
    return None if found is None else NamedRow(row=found[0], party=found[1])


async def accounts_after(session: AsyncSession, fleet_id: str, limit: int) -> Sequence[NamedRow]:
    """Up to `limit` + 1, in the order of their fleets' ids."""
    wanted = _NAMED.where(InvoiceAccount.fleet_id > fleet_id).order_by(InvoiceAccount.fleet_id)
    rows = await session.execute(wanted.limit(limit + 1))
    return [NamedRow(row=row, party=party) for row, party in rows]


async def locked_account(session: AsyncSession, fleet_id: str) -> InvoiceAccount | None:
    """Nothing is posted to it until the transaction ends."""
    found: InvoiceAccount | None = await session.scalar(
        select(InvoiceAccount)
        .where(InvoiceAccount.fleet_id == fleet_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def note_transfer(session: AsyncSession, values: dict[str, object]) -> InvoiceTransfer | None:
    """None: its reference was noted before."""
    found: InvoiceTransfer | None = await session.scalar(
        insert(InvoiceTransfer)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["reference"])
        .returning(InvoiceTransfer)
    )
    return found


async def transfer_of(session: AsyncSession, reference: str) -> InvoiceTransfer:
    return (
        await session.scalars(select(InvoiceTransfer).where(InvoiceTransfer.reference == reference))
    ).one()


async def transfers(
    session: AsyncSession, fleet_id: str, after: RowPosition | None, limit: int
) -> Sequence[InvoiceTransfer]:
    """Up to `limit` + 1, the latest first."""
    mine = select(InvoiceTransfer).where(InvoiceTransfer.fleet_id == fleet_id)
    page = newest_first(mine, InvoiceTransfer.booked_at, InvoiceTransfer.id, after, limit)
    return (await session.scalars(page)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedClaim:
    reservation: str
    minor: int
    posted_at: datetime


async def claims_of(session: AsyncSession, fleet_id: str) -> AsyncIterator[PostedClaim]:
    """What reservations have come to on the account, those that were posted last first."""
    first, amount = func.min(LedgerTransaction.posted_at), func.sum(LedgerEntry.amount_minor)
    rows = await session.stream(
        select(LedgerTransaction.reservation_code, amount, first)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(
            LedgerTransaction.fleet_id == fleet_id,
            LedgerTransaction.reservation_code != "",
            LedgerEntry.account == FLEET,
        )
        .group_by(LedgerTransaction.reservation_code)
        .order_by(first.desc(), LedgerTransaction.reservation_code)
    )
    async for code, minor, posted_at in rows:
        yield PostedClaim(reservation=code, minor=int(minor), posted_at=posted_at)
