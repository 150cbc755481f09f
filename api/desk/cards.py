"""Drivers' cards: registered, changed and blocked by operators of the whole installation; reported lost by drivers.

It counts from the next time that a card is shown. Local lists of chargers follow by themselves, within half a minute
(`ocpp_gateway/duties/local_lists.py`). What runs goes on, and is stopped with another card of the driver, or remotely.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import cards
from db.queries.people import driver_under_lock
from db.tables import Driver, Token
from domain.charging.tokens import card_flaw, end_of_token, normalised_token
from domain.errors import UnknownCard
from domain.facts.audit_people import CardBlocked, CardLost, CardSet, CardUnblocked
from domain.facts.refused_people import NoSuchCard


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    """`group_id`: the parent tag that it has in common with others. `expires_at`: it opens nothing from there on."""

    group_id: str | None
    expires_at: datetime | None
    reason: str

    def columns(self) -> dict[str, Any]:
        return {"group_id": self.group_id, "expires_at": self.expires_at}


def edition_of_card(row: Token) -> str:
    return edition_of(row.driver_id, row.group_id, row.blocked, row.blocked_at, row.expires_at)


class Cards:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, *, driver_id: str | None, blocked: bool | None, after: str, limit: int
    ) -> Sequence[Token]:
        """Up to `limit` + 1, by their ids. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await cards.cards(session, driver_id=driver_id, blocked=blocked, after=after, limit=limit)

    async def one(self, principal: Principal, card_id: str) -> Token:
        """Raises ScopeMissing, UnknownCard."""
        principal.require("operator")
        async with self._sessions() as session:
            return await cards.card_of(session, card_id)

    async def register(
        self,
        principal: Principal,
        driver_id: str,
        id_tag: str,
        order: CardOrder,
        former: str | None,
        seen: Seen = WHATEVER,
    ) -> Token:
        """The driver's from now on; one that is known keeps its blocking. `former`: whose it may have been so far.

        Raises ScopeMissing, UnusableValue, ChangedMeanwhile, CardTaken.
        """
        principal.require("operator")
        now, value = self._clock(), normalised_token(id_tag)
        if flaw := card_flaw(value):
            raise UnusableValue("id_tag", "unreadable", f"id_tag: {flaw}")
        async with self._sessions.begin() as session:
            await driver_under_lock(session, driver_id, now)
            await cards.lock_card_named(session, value)
            known = await cards.card_named_under_lock(session, value)
            seen.check(None if known is None else edition_of_card(known))
            whose = "" if known is None or known.driver_id == driver_id else known.driver_id
            row, changed = await cards.lay_card(
                session, value, driver_id, order.columns(), now, former=former
            )
            if changed:
                await self._record_set(session, principal, row, order, now, former=whose)
            return row

    async def change(
        self, principal: Principal, card_id: str, order: CardOrder, seen: Seen = WHATEVER
    ) -> Token:
        """Raises ScopeMissing, UnknownCard, ChangedMeanwhile."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await cards.card_under_lock(session, card_id)
            seen.check(edition_of_card(row))
            whose = row.driver_id
            _, changed = await cards.lay_card(session, row.value, whose, order.columns(), now, former=None)
            if changed:
                await self._record_set(session, principal, row, order, now)
            return row

    async def block(self, principal: Principal, card_id: str, reason: str, seen: Seen = WHATEVER) -> Token:
        """Raises ScopeMissing, UnknownCard, ChangedMeanwhile."""
        principal.require("operator")
        async with self._sessions.begin() as session:
            row = await cards.card_under_lock(session, card_id)
            seen.check(edition_of_card(row))
            now = self._clock()
            if cards.block_card(row, now):
                fact = CardBlocked(card=end_of_token(row.value), reason=reason)
                await record(session, principal, fact, row.driver_id, at=now, more=_named(row))
            return row

    async def unblock(self, principal: Principal, card_id: str, reason: str, seen: Seen = WHATEVER) -> Token:
        """It was found again. Raises ScopeMissing, UnknownCard, ChangedMeanwhile."""
        principal.require("operator")
        async with self._sessions.begin() as session:
            row = await cards.card_under_lock(session, card_id)
            seen.check(edition_of_card(row))
            if row.blocked:
                row.blocked, row.blocked_at = False, None
                fact = CardUnblocked(card=end_of_token(row.value), reason=reason)
                await record(session, principal, fact, row.driver_id, at=self._clock(), more=_named(row))
            return row

    async def own(self, principal: Principal, *, after: str, limit: int) -> Sequence[Token]:
        """A driver's, blocked ones too; up to `limit` + 1. Raises ScopeMissing."""
        principal.require("driver")
        async with self._sessions() as session:
            return await cards.cards(
                session, driver_id=principal.subject, blocked=None, after=after, limit=limit
            )

    async def of_fleet(self, principal: Principal, driver_ids: Sequence[str]) -> Sequence[Token]:
        """Of those among these drivers who are the caller's, blocked ones too. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await cards.cards_of(session, driver_ids, principal.require_fleet())

    async def report_lost(self, principal: Principal, card_id: str) -> Token:
        """By its driver, or by the fleet that they are of: blocked at once; only an operator gives it back.

        Raises ScopeMissing, UnknownCard.
        """
        principal.require("driver", "fleet")
        async with self._sessions.begin() as session:
            row = await cards.card_under_lock(session, card_id)
            by = "driver" if row.driver_id == principal.driver_id else "fleet"
            if by == "fleet" and not await _is_of_their_fleet(session, principal, row.driver_id):
                raise UnknownCard(NoSuchCard(card=card_id))
            now = self._clock()
            if cards.block_card(row, now):
                fact = CardLost(card=end_of_token(row.value))
                await record(session, principal, fact, row.driver_id, at=now, more=_named(row), by=by)
            return row

    @staticmethod
    async def _record_set(
        session: AsyncSession,
        principal: Principal,
        row: Token,
        order: CardOrder,
        now: datetime,
        *,
        former: str = "",
    ) -> None:
        card, until = end_of_token(row.value), order.expires_at
        fact = CardSet(card=card, former=former, until=until, reason=order.reason)
        more = _named(row) | {"group": order.group_id}
        await record(session, principal, fact, row.driver_id, at=now, more=more)


async def _is_of_their_fleet(session: AsyncSession, principal: Principal, driver_id: str) -> bool:
    if "fleet" not in principal.scopes or principal.fleet_id is None:
        return False
    return (await session.get_one(Driver, driver_id)).fleet_id == principal.fleet_id


def _named(row: Token) -> dict[str, Any]:
    return {"card_id": row.card_id}
