"""The driver behind a booking, how many promises they have open, and the credentials that open this one."""

import secrets
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Driver, Hold, Token
from domain.charging.tokens import Card, Credentials, TokenKind, common_group, credentials
from domain.place.slots import Slot
from domain.terms.drivers import check_driver

_APP_TAG_BYTES = 10
"""80 bits nobody guesses, in the 20 characters an OCPP 1.6 idTag allows (CiString20Type)."""


async def admit(session: AsyncSession, *, driver_id: str, fleet_id: str | None, now: datetime) -> Driver:
    """The driver's row, locked and made if need be: who has a valid bearer token is a driver.

    Raises DriverBlocked.
    """
    made = insert(Driver).values(id=driver_id, fleet_id=fleet_id, created_at=now)
    await session.execute(made.on_conflict_do_nothing())
    driver = (
        await session.scalars(select(Driver).where(Driver.id == driver_id).with_for_update(key_share=True))
    ).one()
    check_driver(blocked=driver.blocked)
    if fleet_id is not None and driver.fleet_id is None:
        driver.fleet_id = fleet_id
    return driver


async def open_reservations(session: AsyncSession, *, driver_id: str, now: datetime) -> int:
    """How many the driver has whose slot has not ended. The driver's row must be locked."""
    count = await session.scalar(
        select(func.count(func.distinct(Hold.reservation_code))).where(
            Hold.driver_id == driver_id, Hold.released_at.is_(None), Hold.slot_end > now
        )
    )
    return count or 0


async def overlapping_reservation(
    session: AsyncSession, *, driver_id: str, slot: Slot, code: str
) -> str | None:
    """The code of another reservation of the driver within `slot`. The driver's row must be locked."""
    other = select(Hold.reservation_code).where(
        Hold.driver_id == driver_id,
        Hold.released_at.is_(None),
        Hold.reservation_code != code,
        Hold.slot_start < slot.end,
        Hold.slot_end > slot.start,
    )
    return await session.scalar(other.order_by(Hold.slot_start, Hold.id).limit(1))


async def lock_driver_of(session: AsyncSession, *, code: str, hold_id: int) -> None:
    """As a booking does, before any pool is locked: two who change one driver's times wait for each other."""
    whose = select(Hold.driver_id).where(Hold.id == hold_id, Hold.reservation_code == code)
    row = select(Driver.id).where(Driver.id.in_(whose)).with_for_update(key_share=True)
    await session.execute(row)


async def credentials_of(session: AsyncSession, *, driver_id: str, code: str, now: datetime) -> Credentials:
    """What opens the reservation's connector; its own app credential is issued if need be."""
    card = (Token.driver_id == driver_id) & (Token.kind == TokenKind.RFID) & Token.blocked.is_(False)
    opens = or_(card, Token.reservation_code == code)
    found = await session.execute(
        select(Driver.parent_tag, Token).outerjoin(Token, opens).where(Driver.id == driver_id)
    )
    rows = found.all()
    joined: list[Token | None] = [row[1] for row in rows]
    own_tag = rows[0][0]
    tokens = [token for token in joined if token is not None]
    cards = [
        Card(value=token.value, group_id=token.group_id, expires_at=token.expires_at)
        for token in tokens
        if token.kind == TokenKind.RFID
    ]
    app_tag = next((token.value for token in tokens if token.kind == TokenKind.APP), None)
    if app_tag is None:
        group_id = common_group(cards)
        app_tag = await issue_app_token(session, driver_id=driver_id, code=code, group_id=group_id)
    return credentials(cards, app_tag, own_tag, now)


async def issue_app_token(session: AsyncSession, *, driver_id: str, code: str, group_id: str | None) -> str:
    """The reservation's own credential: random, made once, the same ever after.

    Not derived from the code, which is read out on the phone. It stays for good: outside the window the access
    rules refuse it.
    """
    token = insert(Token).values(
        value=secrets.token_hex(_APP_TAG_BYTES).upper(),
        kind=TokenKind.APP,
        driver_id=driver_id,
        group_id=group_id,
        reservation_code=code,
    )
    first = token.on_conflict_do_nothing(index_elements=["reservation_code"]).returning(Token.value)
    value = await session.scalar(first)
    if value is not None:
        return value
    return (await session.scalars(select(Token.value).where(Token.reservation_code == code))).one()
