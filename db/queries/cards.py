"""Drivers and their cards as they are laid down, by operators and by seeds: one way for both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.whose_drivers import belongs_to
from db.tables import Driver, FormerCard, Token, WaitingEntry
from domain.charging.tokens import TokenKind, normalised_token
from domain.errors import CardTaken, UnknownCard
from domain.facts.refused_people import CardOfAnother, NoSuchCard

Said = Mapping[str, Any]
"""By columns."""
_CARD = select(Token).where(Token.kind == TokenKind.RFID)
ANYBODY = "*"
"""In place of who has a card so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidDriver:
    """`made`: they were not there before."""

    made: bool
    changed: bool


async def lay_driver(
    session: AsyncSession,
    driver_id: str,
    said: Said,
    now: datetime,
    *,
    sown: bool = False,
    entries: Collection[WaitingEntry] = (),
) -> LaidDriver:
    """`said`: by columns of `Driver`; made if need be, their row is locked (`db.queries.lock_order`). `entries`: as of
    `belongs_to`, where that says whose they are. `sown`: by a seed
    file, of which only what it did not say last is laid, whatever an operator has said since; of one whom it has never
    spoken of, only what nobody has said.
    """
    since = {"blocked_at": now} if said.get("blocked") else {}
    document = _document(said) if sown else None
    new = insert(Driver).values(id=driver_id, created_at=now, sown=document, **said, **since)
    made = await session.scalar(new.on_conflict_do_nothing().returning(Driver.id)) is not None
    mine = select(Driver).where(Driver.id == driver_id).with_for_update(key_share=True)
    row = (await session.scalars(mine.execution_options(populate_existing=True))).one()
    if sown and row.sown == document:
        return LaidDriver(made=made, changed=False)
    if sown:
        said = _news(row, said)
        await session.execute(update(Driver).where(Driver.id == driver_id).values(sown=document))
    if "blocked" in said and bool(said["blocked"]) != row.blocked:
        said = {**said, "blocked_at": now if said["blocked"] else None}
    moved = "fleet_id" in said and said["fleet_id"] != row.fleet_id
    if moved:
        await belongs_to(session, row, said["fleet_id"], entries, now)
    changed = _set(row, said) or moved
    await session.flush()
    return LaidDriver(made=made, changed=changed)


def block_card(row: Token, now: datetime) -> bool:
    """False: it is blocked already, since then."""
    if row.blocked:
        return False
    row.blocked, row.blocked_at = True, now
    return True


async def lay_card(
    session: AsyncSession,
    value: str,
    driver_id: str,
    said: Said,
    now: datetime,
    *,
    former: str | None,
    sown: bool = False,
) -> tuple[Token, bool]:
    """The card in its normal form, and whether anything has changed. `said`: by columns of `Token`. `sown`: as of a
    driver.

    `former`: the other driver whose it may have been so far; what was begun before `now` stays theirs. One that is
    known keeps its blocking: nobody gives a lost one back by registering it again. Raises CardTaken.
    """
    value, said = normalised_token(value), {**said, "driver_id": driver_id}
    document = _document(said) if sown else None
    row = await session.get(Token, value, with_for_update=True, populate_existing=True)
    if row is None:
        row = Token(value=value, kind=TokenKind.RFID, blocked=False, sown=document, **said)
        session.add(row)
        await session.flush()
        return row, True
    if sown and row.sown == document:
        return row, False
    if row.kind != TokenKind.RFID or (row.driver_id != driver_id and former not in (row.driver_id, ANYBODY)):
        raise CardTaken(CardOfAnother(driver_id=driver_id))
    if sown:
        news = _news(row, said)
        await session.execute(update(Token).where(Token.value == value).values(sown=document))
        if row.driver_id != driver_id and "driver_id" not in news:
            return row, False  # handed on since: what the file says of it is of its former driver
        said = said if row.driver_id != driver_id else news
    if row.driver_id != driver_id:  # a group and an end were its former driver's
        kept = {"driver_id": row.driver_id, "group_id": row.group_id, "expires_at": row.expires_at}
        await session.execute(insert(FormerCard).values(value=value, until=now, **kept))
        said = {"group_id": None, "expires_at": None, **said}
    changed = _set(row, said)
    await session.flush()
    return row, changed


def _news(row: Driver | Token, said: Said) -> Said:
    """Of what a seed file says, what it did not say last."""
    if row.sown is None:
        return {name: value for name, value in said.items() if not getattr(row, name)}
    last, document = row.sown, _document(said)
    return {name: value for name, value in said.items() if name not in last or last[name] != document[name]}


def _document(said: Said) -> dict[str, Any]:
    """As it is kept, to be compared."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}


async def lock_card_named(session: AsyncSession, value: str) -> None:
    """Who registers one of that value at the same moment waits until the end of the transaction."""
    key = func.hashtextextended(f"card:{normalised_token(value)}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def card_of(session: AsyncSession, card_id: str) -> Token:
    """Raises UnknownCard."""
    row = (await session.scalars(_CARD.where(Token.card_id == card_id))).one_or_none()
    if row is None:
        raise UnknownCard(NoSuchCard(card=card_id))
    return row


async def card_under_lock(session: AsyncSession, card_id: str) -> Token:
    """Raises UnknownCard."""
    row = (await session.scalars(_CARD.where(Token.card_id == card_id).with_for_update())).one_or_none()
    if row is None:
        raise UnknownCard(NoSuchCard(card=card_id))
    return row


async def card_named_under_lock(session: AsyncSession, value: str) -> Token | None:
    """`value`: in its normal form."""
    return (await session.scalars(_CARD.where(Token.value == value).with_for_update())).one_or_none()


async def cards_of(session: AsyncSession, driver_ids: Sequence[str], fleet_id: str) -> Sequence[Token]:
    """Of those among them who are the fleet's, by their ids."""
    theirs = select(Driver.id).where(Driver.fleet_id == fleet_id, Driver.id.in_(driver_ids))
    return (await session.scalars(_CARD.where(Token.driver_id.in_(theirs)).order_by(Token.card_id))).all()


async def cards(
    session: AsyncSession, *, driver_id: str | None, blocked: bool | None, after: str, limit: int
) -> Sequence[Token]:
    """Up to `limit` + 1, by their ids; None: of all, blocked or not."""
    page = select(Token).where(Token.kind == TokenKind.RFID, Token.card_id > after)
    if driver_id is not None:
        page = page.where(Token.driver_id == driver_id)
    if blocked is not None:
        page = page.where(Token.blocked.is_(blocked))
    return (await session.scalars(page.order_by(Token.card_id).limit(limit + 1))).all()


async def drivers(
    session: AsyncSession, *, fleet_id: str | None, blocked: bool | None, after: str, limit: int
) -> Sequence[Driver]:
    """Up to `limit` + 1, by id."""
    page = select(Driver).where(Driver.id > after)
    if fleet_id is not None:
        page = page.where(Driver.fleet_id == fleet_id)
    if blocked is not None:
        page = page.where(Driver.blocked.is_(blocked))
    return (await session.scalars(page.order_by(Driver.id).limit(limit + 1))).all()


def _set(row: Driver | Token, said: Said) -> bool:
    changed = {name: value for name, value in said.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
