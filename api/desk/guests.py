"""Guests: who comes to a reservation that somebody else booked, and the pass by which they see it and charge.

They are named when it is booked, or later; another one than before needs another pass.

A pass is random, kept as a digest, and counts until the reservation is closed; a new one voids the one before.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.access import Access, published
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.reading import Reading
from api.desk.steering import Steering
from contracts.publication import ReservationView
from db.engine import Sessions
from db.tables import ReservationGuest
from domain.errors import GuestPassInvalid, NotPossibleNow, UnknownGuest
from domain.facts.refused_actions import HasEnded
from domain.facts.refused_people import NoGuestNamed, NoSuchPass
from domain.reservation.actions.messages import Message
from domain.reservation.actions.table import BY_NAME
from domain.reservation.guest import Guest

_PASS_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """`has_pass`: one was issued, and not withdrawn."""

    guest: Guest
    has_pass: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """`secret`: shown once."""

    guest: Guest
    secret: str = field(repr=False)


def edition_of_guest(guest: Guest) -> str:
    return edition_of(guest.name, guest.contact)


class Guests:
    def __init__(self, sessions: Sessions, access: Access, reading: Reading, steering: Steering) -> None:
        self._sessions = sessions
        self._access = access
        self._reading = reading
        self._steering = steering

    async def name(self, principal: Principal, text: str, guest: Guest, seen: Seen = WHATEVER) -> Guest:
        """Who comes to the caller's own reservation; the same again changes nothing, somebody else voids the pass.

        Their time stays taken: a booking for somebody else is one that was booked so. Raises InvalidReservationCode,
        UnknownReservation, ReservationPending, NotPossibleNow, ChangedMeanwhile.
        """
        found = await self._access.find_own(principal, text)
        if found.view is None:
            raise found.not_known()
        if found.closed:
            raise NotPossibleNow(HasEnded())
        row = {"reservation_code": found.code, "driver_id": found.view.driver_id}
        async with self._sessions.begin() as session:
            made = insert(ReservationGuest).values(row | {"name": guest.name, "contact": guest.contact})
            is_new = await session.scalar(made.on_conflict_do_nothing().returning(ReservationGuest.driver_id))
            coming = await session.get_one(ReservationGuest, found.code, with_for_update=True)
            before = Guest(name=coming.name, contact=coming.contact)
            seen.check(None if is_new else edition_of_guest(before))
            if before != guest:
                coming.name, coming.contact, coming.pass_digest = guest.name, guest.contact, None
        return guest

    async def coming(self, principal: Principal, text: str) -> Coming | None:
        """None: nobody but the driver. Raises InvalidReservationCode, UnknownReservation."""
        code = (await self._access.find_own(principal, text)).code
        async with self._sessions() as session:
            row = await session.get(ReservationGuest, code)
        if row is None:
            return None
        return Coming(guest=Guest(name=row.name, contact=row.contact), has_pass=row.pass_digest is not None)

    async def one(self, principal: Principal, text: str) -> Guest:
        """Of the caller's own reservation. Raises InvalidReservationCode, UnknownReservation, UnknownGuest."""
        found = await self.coming(principal, text)
        if found is None:
            raise UnknownGuest(NoGuestNamed(reservation=text))
        return found.guest

    async def issue(self, principal: Principal, text: str) -> Pass:
        """Another one than before, which counts no more. Raises as `one`."""
        guest, secret = await self.one(principal, text), secrets.token_urlsafe(_PASS_BYTES)
        await self._set(principal, text, _digest(secret))
        return Pass(guest=guest, secret=secret)

    async def withdraw(self, principal: Principal, text: str) -> Guest:
        """Raises as `one`."""
        guest = await self.one(principal, text)
        await self._set(principal, text, None)
        return guest

    async def visit(self, secret: str) -> ReservationView:
        """Raises GuestPassInvalid, and as reading does."""
        driver, code = await self._let_in(secret)
        return await self._reading.one(driver, code)

    async def act(self, secret: str, action: str, message: Message | None) -> ReservationView:
        """`action`: of GUESTS_ACTIONS, when the reservation's own rules allow it. Raises GuestPassInvalid, and as
        steering does.
        """
        driver, code = await self._let_in(secret)
        return await self._steering.act(driver, code, BY_NAME[action], message)

    async def _set(self, principal: Principal, text: str, digest: str | None) -> None:
        code = (await self._access.find_own(principal, text)).code
        row = update(ReservationGuest).where(ReservationGuest.reservation_code == code)
        async with self._sessions.begin() as session:
            await session.execute(row.values(pass_digest=digest))

    async def _let_in(self, secret: str) -> tuple[Principal, str]:
        """In whose place, and to which reservation."""
        its = select(ReservationGuest).where(ReservationGuest.pass_digest == _digest(secret))
        async with self._sessions() as session:
            row = await session.scalar(its)
            found = None if row is None else await published(session, row.reservation_code)
        if row is None or (found is not None and found.closed):
            raise GuestPassInvalid(NoSuchPass())
        return Principal(subject=row.driver_id, scopes=frozenset({"driver"})), row.reservation_code


async def name_guest(session: AsyncSession, codes: Sequence[str], driver_id: str, guest: Guest) -> None:
    """Of each of the reservations, once, when they are asked for. The caller commits."""
    who = {"driver_id": driver_id, "name": guest.name, "contact": guest.contact}
    rows = [{"reservation_code": code, **who} for code in codes]
    await session.execute(insert(ReservationGuest).values(rows).on_conflict_do_nothing())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
