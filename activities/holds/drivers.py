"""The driver behind a booking, how many promises they have open, and the credentials that open this one."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Driver, Hold, Token
from domain.charging.tokens import TokenKind
from domain.errors import Explained, TooManyReservations
from domain.facts.refused_bookings import AccountBlocked, TooManyOpen
from domain.terms.policy import Policy

_APP_TAG_BYTES = 10
"""80 bits nobody guesses, in the 20 characters an OCPP 1.6 idTag allows (CiString20Type)."""


class DriverBlocked(Explained):
    """The operator has blocked the driver's account."""

    code = "driver_blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """`id_tag`, of `token_kind`: for the device's own hold. `group_id`: the parent tag that opens it too.
    `app_tag`: the reservation's own credential, which the driver's app shows."""

    id_tag: str
    token_kind: TokenKind
    app_tag: str
    group_id: str | None


async def admit(session: AsyncSession, *, driver_id: str, fleet_id: str | None, now: datetime) -> Driver:
    """The driver's row, locked and made if need be: who has a valid bearer token is a driver.

    Raises DriverBlocked.
    """
    made = insert(Driver).values(id=driver_id, fleet_id=fleet_id, created_at=now)
    await session.execute(made.on_conflict_do_nothing())
    driver = (
        await session.scalars(select(Driver).where(Driver.id == driver_id).with_for_update(key_share=True))
    ).one()
    if driver.blocked:
        raise DriverBlocked(AccountBlocked())
    if fleet_id is not None and driver.fleet_id is None:
        driver.fleet_id = fleet_id
    return driver


async def check_open_reservations(
    session: AsyncSession, *, driver_id: str, policy: Policy, now: datetime
) -> None:
    """Raises TooManyReservations. The driver's row must be locked."""
    open_ = await session.scalar(
        select(func.count(func.distinct(Hold.reservation_code))).where(
            Hold.driver_id == driver_id, Hold.released_at.is_(None), Hold.slot_end > now
        )
    )
    if (open_ or 0) >= policy.open_reservations_per_driver:
        raise TooManyReservations(TooManyOpen(most=policy.open_reservations_per_driver))


async def credentials_of(session: AsyncSession, *, driver_id: str, code: str) -> Credentials:
    """The driver's card if it is the only one, else the reservation's own app credential, issued if need be."""
    card = (Token.driver_id == driver_id) & (Token.kind == TokenKind.RFID) & Token.blocked.is_(False)
    tokens = (await session.scalars(select(Token).where(or_(card, Token.reservation_code == code)))).all()
    cards = [token for token in tokens if token.kind == TokenKind.RFID]
    app_tags = [token.value for token in tokens if token.kind == TokenKind.APP]
    groups = {token.group_id for token in cards}
    group_id = groups.pop() if len(groups) == 1 else None
    app_tag = (
        app_tags[0]
        if app_tags
        else await issue_app_token(session, driver_id=driver_id, code=code, group_id=group_id)
    )
    only_card = len(cards) == 1
    return Credentials(
        id_tag=cards[0].value if only_card else app_tag,
        token_kind=TokenKind.RFID if only_card else TokenKind.APP,
        app_tag=app_tag,
        group_id=group_id,
    )


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
