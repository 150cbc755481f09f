"""The waiting list of a site: who joins it, where they stand, and what they say to an offer.

An offer is made by a loop of the worker (`activities.queue`): a place is held under the code of the reservation that it
becomes, and who accepts starts that reservation, which finds its hold. What is said to an offer names it by that code,
so that an answer that comes late is never one to another offer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from api.desk.waiting_orders import WaitingOrder, noted
from db.changes import Kind, Subject, tell_change
from db.documents import needs_from_document
from db.engine import Sessions
from db.queries.place.sites import site_of
from db.queries.place.terms import versions_in_force
from db.queries.waiting_list import JoinedPosition, count_let_pass, entry_of_offer, open_at, page_of
from db.tables import WaitingEntry
from domain.errors import UnknownWaitingEntry
from domain.facts.refused_waiting import NoSuchWaitingEntry
from domain.place.fit import Needs
from domain.place.slots import Slot
from domain.queue.offers import COUNTED_FOR, OPEN, EntryState, snoozes_left
from domain.queue.order import Place, ahead_of, gained, in_line, waited
from domain.terms.site_roles import READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an open entry stands. `place`: 1 is asked first; `waiting`: how many there are, both of those whose windows
    overlap its own. `gained`: by the weight, beside what was `waited`.
    """

    place: int
    waiting: int
    waited: timedelta
    gained: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`code`: of the reservation that it becomes."""

    code: str
    slot: Slot
    pool_id: str | None
    connector_type: str | None
    quote: str | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`standing` None: it is over. `reservation`: what it became, or is becoming; empty: nothing."""

    row: WaitingEntry
    state: EntryState
    needs: Needs
    standing: Standing | None
    offer: Offer | None
    snoozes_left: int
    reservation: str
    replayed: bool = False


class WaitingListDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def join(self, principal: Principal, key: str, order: WaitingOrder) -> Entry:
        """The same key finds it again.

        Raises ScopeMissing, UnusableValue, KeyReused, UnknownSite, UnknownPool, UnknownDriver, UnknownVehicle, NoFit,
        NoAccess, SiteClosed, SlotInvalid, EnergyBeyondSlot, BeyondTierHorizon, WaitingWishUnusable,
        TooManyWaitingEntries, WaitingListFull.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            await site_of(session, order.site_id)
            entry_id, replayed = await noted(session, principal, key, order, now)
            await tell_change(
                session, Subject(Kind.SITE, order.site_id)
            )  # what is free already is offered at once
        async with self._sessions() as session:
            row = await session.get_one(WaitingEntry, entry_id)
            return (await shown(session, [row], now, replayed=replayed))[0]

    async def page(
        self, principal: Principal, after: JoinedPosition | None, limit: int, *, only_open: bool
    ) -> Sequence[Entry]:
        """Up to `limit` + 1 of the caller's own, who joined last first."""
        now = self._clock()
        async with self._sessions() as session:
            rows = await page_of(session, principal.accounts, after, limit, only_open=only_open)
            return await shown(session, rows, now)

    async def one(self, principal: Principal, entry_id: str) -> Entry:
        """The caller's own. Raises UnknownWaitingEntry."""
        async with self._sessions() as session:
            row = await session.get(WaitingEntry, entry_id)
            if row is None or row.account not in principal.accounts:
                raise unknown(entry_id)
            return (await shown(session, [row], self._clock()))[0]

    async def offered(self, principal: Principal, code: str) -> Entry | None:
        """The caller's own that is offered this, or has accepted it and is not booked yet; None: none of theirs."""
        async with self._sessions() as session:
            row = await entry_of_offer(session, code)
            if row is None or row.account not in principal.accounts:
                return None
            return (await shown(session, [row], self._clock()))[0]

    async def at_site(
        self, principal: Principal, site_id: str, after: JoinedPosition | None, limit: int
    ) -> Sequence[Entry]:
        """For operators: up to `limit` + 1 open entries of the site, who joined first first.

        Raises ScopeMissing, SiteForbidden, UnknownSite.
        """
        principal.require_site(site_id, *READ)
        now = self._clock()
        async with self._sessions() as session:
            await site_of(session, site_id)
            found = [
                row
                for row in await open_at(session, [site_id])
                if after is None or (row.joined_at, row.id) > tuple(after)
            ]
            return await shown(session, found[: limit + 1], now)


def unknown(entry_id: str) -> UnknownWaitingEntry:
    return UnknownWaitingEntry(NoSuchWaitingEntry(entry=entry_id))


async def shown(
    session: AsyncSession, rows: Sequence[WaitingEntry], now: datetime, *, replayed: bool = False
) -> list[Entry]:
    """Of any sites."""
    sites = {row.site_id for row in rows}
    others = await open_at(session, sites) if sites else []
    policies = {site: (await versions_in_force(session, site, now)).terms.policy for site in sites}
    let_pass = await count_let_pass(session, [row.id for row in rows], now - COUNTED_FOR)
    return [
        Entry(
            row=row,
            state=EntryState(row.state),
            needs=needs_from_document(row.needs),
            standing=_standing(row, others, now) if row.state in OPEN else None,
            offer=_offer(row) if row.state == EntryState.OFFERED else None,
            snoozes_left=snoozes_left(policies[row.site_id], let_pass[row.id]),
            reservation=_reservation(row),
            replayed=replayed,
        )
        for row in rows
    ]


def _reservation(row: WaitingEntry) -> str:
    made = row.state in (EntryState.ACCEPTED, EntryState.BOOKED)
    return (row.offer_code or "") if made else ""


def _standing(row: WaitingEntry, others: Sequence[WaitingEntry], now: datetime) -> Standing:
    rivals = [
        place_of(one)
        for one in others
        if one.site_id == row.site_id
        and one.window_start < row.window_end
        and row.window_start < one.window_end
    ]
    own = place_of(row)
    return Standing(
        place=ahead_of(own, in_line(rivals, now)) + 1,
        waiting=len(rivals),
        waited=waited(own, now),
        gained=gained(own, now),
    )


def place_of(row: WaitingEntry) -> Place:
    return Place(id=row.id, joined_at=row.joined_at, weight=row.weight)


def _offer(row: WaitingEntry) -> Offer:
    """Raises ValueError of a row that offers nothing, which the database keeps out."""
    if row.offer_code is None or row.offer_start is None or row.offer_end is None or row.offer_until is None:
        raise ValueError(f"entry {row.id} offers nothing")
    return Offer(
        code=row.offer_code,
        slot=Slot(row.offer_start, row.offer_end),
        pool_id=row.offer_pool,
        connector_type=row.offer_plug,
        quote=row.offer_quote,
        until=row.offer_until,
    )
