"""The driver behind a booking, how many promises they have open, and the credentials that open this one."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Text, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.debts import open_debts_of, owes_anything
from db.queries.disputes import barring
from db.queries.lock_order import lock_drivers
from db.queries.money.budgets import BookedOn
from db.queries.people import drivers_of_one
from db.queries.standing import PEOPLE, STANDING, Wanted, asking, standing_in
from db.queries.waiting_list import has_offer, is_offer
from db.tables import Driver, Hold, Token
from domain.charging.tokens import Card, Credentials, TokenKind, common_group, credentials
from domain.money.amount import Money
from domain.money.declines import NOT_BY_CARD
from domain.place.slots import Slot, check_slot_anywhere
from domain.settlement.debts import Owed, check_debts
from domain.terms.accepted import Terms
from domain.terms.account import check_account
from domain.terms.drivers import (
    Overlapping,
    check_disputes,
    check_driver,
    check_one_at_a_time,
    check_open_reservations,
    is_full,
)
from domain.terms.fair_use import Used, check_fair_use, check_no_shows
from domain.terms.payer import Standing, check_membership
from domain.terms.policy import Policy
from domain.terms.tiered import check_horizon

_APP_TAG_BYTES = 10
"""80 bits nobody guesses, in the 20 characters an OCPP 1.6 idTag allows (CiString20Type)."""


_FIRST_APP_TOKEN = (
    insert(Token).on_conflict_do_nothing(index_elements=["reservation_code"]).returning(Token.value)
)
_ADMITTED = (
    insert(Driver)
    .on_conflict_do_update(index_elements=["id"], set_={"fleet_id": Driver.fleet_id})
    .returning(Driver.blocked, Driver.stripe_customer, Driver.fleet_id, Driver.person_id)
)
_driver, _code = bindparam("driver", type_=Text), bindparam("code", type_=Text)
_OVERLAPPING = (
    select(func.jsonb_build_array(Hold.reservation_code, Hold.slot_end))
    .where(
        Hold.driver_id == any_(PEOPLE),
        Hold.released_at.is_(None),
        Hold.reservation_code != _code,
        Hold.for_guest.is_(False),
        Hold.slot_start < bindparam("end"),
        Hold.slot_end > bindparam("start"),
    )
    .order_by(Hold.slot_start, Hold.id)
    .limit(1)
)
_card = (Token.driver_id == _driver) & (Token.kind == TokenKind.RFID) & Token.blocked.is_(False)
_token = func.jsonb_build_array(Token.kind, Token.value, Token.group_id, Token.expires_at)
_OPENERS = (
    select(Driver.parent_tag).where(Driver.id == _driver).scalar_subquery().label("own_tag"),
    select(func.jsonb_agg(_token))
    .where(or_(_card, Token.reservation_code == _code))
    .scalar_subquery()
    .label("tokens"),
)
_OPENING = select(*_OPENERS)
_BOOKED = select(
    select(Hold.id)
    .where(Hold.reservation_code == _code, Hold.step == bindparam("step"))
    .scalar_subquery()
    .label("hold_id"),
    _OVERLAPPING.scalar_subquery().label("overlapping"),
    owes_anything(PEOPLE).label("owes"),
    barring(PEOPLE).label("disputed"),
    *_OPENERS,
    *STANDING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A driver's customer id at Stripe, their fleet, and the person that they are one of several drivers of. `on`: what
    a booking goes on at the fleet's expense; None: it has no account.
    """

    stripe: str | None
    fleet_id: str | None
    person_id: str | None = None
    on: BookedOn | None = None


async def admit(session: AsyncSession, *, driver_id: str, fleet_id: str | None, now: datetime) -> Admitted:
    """Their row is locked, and made if need be: who has a valid bearer token is a driver. Of who is there already it
    counts whose they are by now, whatever was asked for before they left a fleet.

    Raises DriverBlocked.
    """
    connection = await session.connection()
    driver = await connection.execute(_ADMITTED, {"id": driver_id, "fleet_id": fleet_id, "created_at": now})
    blocked, customer, fleet, person = driver.one()
    check_driver(blocked=blocked)
    return Admitted(stripe=customer, fleet_id=fleet, person_id=person)


async def check_owes_nothing(session: AsyncSession, driver_id: str, policy: Policy, now: datetime) -> None:
    """Nothing that bars a new booking by this policy. Raises DebtsOpen."""
    if not policy.debts.bars_bookings:
        return
    owed = tuple(
        Owed(
            reservation=debt.reservation,
            amount=Money(debt.outstanding_minor, debt.currency),
            since=debt.opened_at,
            payable=debt.reason not in NOT_BY_CARD,
        )
        for debt in await open_debts_of(session, driver_id)
    )
    check_debts(owed, policy.debts, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the driver has that opens. `app_tag`: the reservation's own credential, None: not issued yet."""

    own_tag: str
    cards: tuple[Card, ...]
    app_tag: str | None


def opening_in(row: Any) -> Opening:
    """`row` has _OPENERS."""
    tokens = row.tokens or ()
    return Opening(
        own_tag=row.own_tag,
        cards=tuple(
            Card(value=value, group_id=group_id, expires_at=expires and datetime.fromisoformat(expires))
            for kind, value, group_id, expires in tokens
            if kind == TokenKind.RFID
        ),
        app_tag=next((value for kind, value, _, _ in tokens if kind == TokenKind.APP), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a person has, seen from one reservation. `hold_id`: of its own, by the same step. `overlapping`: another one
    within the slot. `owes`: something is open to be paid. `disputed`: states of disputes by which their
    bank has money of theirs."""

    hold_id: int | None
    standing: Standing
    overlapping: Overlapping | None
    owes: bool
    disputed: str | None
    opening: Opening


async def booked_by(
    session: AsyncSession, wanted: Wanted, slot: Slot, policy: Policy, *, step: str, now: datetime
) -> Booked:
    """The driver's row must be locked, and that of the person."""
    about = {"step": step, "start": slot.start, "end": slot.end}
    connection = await session.connection()
    row = (await connection.execute(_BOOKED, about | asking(wanted, policy, now))).one()
    return Booked(
        hold_id=row.hold_id,
        standing=standing_in(row),
        overlapping=_overlapping_in(row.overlapping),
        owes=row.owes,
        disputed=row.disputed,
        opening=opening_in(row),
    )


async def check_may_book(
    session: AsyncSession,
    wanted: Wanted,
    booked: Booked,
    terms: Terms,
    slot: Slot,
    now: datetime,
    *,
    on_the_spot: bool = False,
    pool_id: str | None = None,
) -> None:
    """All that does not depend on what is free. `terms`: with the driver's payer. `pool_id`: the one that is
    wanted.

    Raises AccountUnusable, MembershipRequired, BeyondTierHorizon, SlotInvalid, TooManyReservations, DebtsOpen,
    DisputeOpen, DriverBookedAlready, CoolingOff, WeeklyHoursUsed, StayTooLong.
    """
    policy, standing = terms.policy, booked.standing
    check_account(standing.account, policy.payments, policy.currency)
    check_membership(terms.payer, policy.payments, member=standing.member)
    check_horizon(policy, slot.start, now)
    check_slot_anywhere(slot, policy.slots, now, terms.site_zone, pool_id=pool_id, on_the_spot=on_the_spot)
    offered = is_full(standing.ends, policy) and await has_offer(session, wanted.driver_id)
    check_open_reservations(standing.ends, policy, offered=offered)
    check_no_shows(policy.fair_use, standing.missed, now)
    if booked.owes:
        await check_owes_nothing(session, wanted.driver_id, policy, now)
    check_disputes(booked.disputed, policy)
    check_one_at_a_time(await told_apart(session, booked.overlapping), policy)
    asked = Used(site_id=wanted.site_id, start=slot.start, end=slot.end)
    check_fair_use(policy.fair_use, asked, terms.site_zone, standing.used)


async def told_apart(session: AsyncSession, overlapping: Overlapping | None) -> Overlapping | None:
    """A reservation, or an offer that waits for its driver's word; asked only where there is one."""
    if overlapping is None:
        return None
    return replace(overlapping, offered=await is_offer(session, overlapping.code))


async def overlapping_reservation(
    session: AsyncSession, *, driver_id: str, slot: Slot, code: str
) -> Overlapping | None:
    """Another reservation of the person within `slot`. The driver's row must be locked."""
    about = {"driver": driver_id, "code": code, "start": slot.start, "end": slot.end}
    return await told_apart(session, _overlapping_in(await session.scalar(_OVERLAPPING, about)))


def _overlapping_in(facts: list[str] | None) -> Overlapping | None:
    return None if facts is None else Overlapping(facts[0], datetime.fromisoformat(facts[1]))


async def slots_booked(
    session: AsyncSession, driver_id: str, around: Slot, *, but: str = ""
) -> tuple[Slot, ...]:
    """Of all reservations of the person that reach into `around`, except the one with the code `but`."""
    theirs = Hold.driver_id == any_(drivers_of_one(driver_id))
    mine = (theirs, Hold.released_at.is_(None), Hold.for_guest.is_(False))
    within = (Hold.reservation_code != but, Hold.slot_start < around.end, Hold.slot_end > around.start)
    rows = await session.execute(select(Hold.slot_start, Hold.slot_end).where(*mine, *within))
    return tuple(Slot(start, end) for start, end in rows)


async def lock_drivers_of(session: AsyncSession, hold_ids: Collection[int]) -> None:
    """As bookings do, in the order of `db.queries.lock_order`: those who change one driver's times wait for each
    other."""
    whose = select(Hold.driver_id).where(Hold.id.in_(hold_ids)).distinct()
    await lock_drivers(session, (await session.scalars(whose)).all())


async def credentials_of(session: AsyncSession, *, driver_id: str, code: str, now: datetime) -> Credentials:
    """What opens the reservation's connector; its own app credential is issued if need be."""
    connection = await session.connection()
    row = (await connection.execute(_OPENING, {"driver": driver_id, "code": code})).one()
    return await issued(session, opening_in(row), driver_id=driver_id, code=code, now=now)


async def issued(
    session: AsyncSession, opening: Opening, *, driver_id: str, code: str, now: datetime
) -> Credentials:
    """The same, of what was read already."""
    app_tag = opening.app_tag
    if app_tag is None:
        group_id = common_group(opening.cards)
        app_tag = await issue_app_token(session, driver_id=driver_id, code=code, group_id=group_id)
    return credentials(opening.cards, app_tag, opening.own_tag, now)


async def issue_app_token(session: AsyncSession, *, driver_id: str, code: str, group_id: str | None) -> str:
    """The reservation's own credential: random, made once, the same ever after.

    Not derived from the code, which is read out on the phone. It stays for good: outside the window the access
    rules refuse it.
    """
    token = {
        "value": secrets.token_hex(_APP_TAG_BYTES).upper(),
        "kind": TokenKind.APP,
        "driver_id": driver_id,
        "group_id": group_id,
        "reservation_code": code,
    }
    connection = await session.connection()
    value: str | None = await connection.scalar(_FIRST_APP_TOKEN, token)
    if value is not None:
        return value
    return (await session.scalars(select(Token.value).where(Token.reservation_code == code))).one()
