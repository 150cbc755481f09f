"""Hold activities: a connector's time promised, fixed, moved, replaced and given back.

Each is one transaction and safe to repeat: the same reservation and step meet the same hold.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from activities.holds.alternatives import alternatives
from activities.holds.answers import of_site, refused
from activities.holds.around import Around, around
from activities.holds.late import hold_what_is_free
from activities.holds.locking import lock
from activities.holds.matching import match_sessions
from activities.holds.moving import move
from activities.holds.placing import place
from activities.holds.releasing import give_up
from activities.holds.replacing import Reach, replace_hold
from activities.holds.swapping import follow_swap, swap
from activities.holds.together import Together
from activities.holds.transaction import in_transaction
from activities.holds.turns import Turns, in_turn
from activities.holds.undoing import put_back
from contracts.alternatives import Alternatives
from contracts.declaration import implements
from contracts.holds import (
    FIND_ALTERNATIVES,
    FOLLOW_SWAP,
    GIVE_UP_BOOKING,
    HOLD_REPLACEMENT,
    LOCK_HOLD,
    MOVE_HOLD,
    PLACE_HOLD,
    PUT_BACK_HOLD,
    RELEASE_HOLDS,
    SWAP_HOLDS,
    FollowSwap,
    GivenUp,
    GiveUpBooking,
    HoldDecision,
    HoldReplacement,
    LockedHold,
    LockHold,
    MoveHold,
    PlaceHold,
    PutBackHold,
    ReleaseHolds,
    SwapHolds,
)
from contracts.matching import MATCH_SESSIONS, MatchedSessions, MatchSessions
from db.engine import connections_of
from db.queries.releasing import release
from domain.errors import DomainError, NoAccess, NoFit, SlotUnavailable


class HoldActivities:
    """Refusals by a rule are answers, not failures; only the database being away is worth a retry."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        connections = connections_of(sessions)
        self._sessions = sessions
        # What has been booked is paid, told and given back by the other half.
        self._placing = Turns(max(1, connections // 2))
        self._offering = asyncio.Semaphore(max(1, connections // 5))
        self._around = Together[Around]()

    def all(self) -> list[Callable[..., Any]]:
        return [
            self.place_hold,
            self.find_alternatives,
            self.lock_hold,
            self.move_hold,
            self.swap_holds,
            self.follow_swap,
            self.hold_replacement,
            self.release_holds,
            self.put_back_hold,
            self.give_up_booking,
            self.match_sessions,
        ]

    @implements(PLACE_HOLD)
    async def place_hold(self, ask: PlaceHold) -> HoldDecision:
        """Book a slot: the best connector of the pool, or a refusal and nothing kept."""
        async with self._placing.at(ask.site_id):
            try:
                return await in_transaction(self._sessions, ask, lambda session: place(session, ask))
            except (SlotUnavailable, NoAccess, NoFit) as error:
                decision = _asking_for_others(refused(error))
            except DomainError as error:
                decision = refused(error)
            async with self._sessions() as session:
                return await of_site(session, decision, ask.site_id, ask.now)

    @implements(FIND_ALTERNATIVES)
    async def find_alternatives(self, ask: PlaceHold) -> Alternatives:
        """What this driver can book instead, for what it costs them. Nobody knows of the quotes of an answer that is
        lost: the next attempt makes its own.
        """
        wish = (ask.site_id, ask.pool_id, ask.connector_type, ask.slot, ask.needs.at(""), ask.energy)
        try:
            there = await self._around.found(wish, lambda: self._look_around(ask))
            async with in_turn(self._offering), self._sessions.begin() as session:
                return Alternatives(found=await alternatives(session, ask, there))
        except DomainError:  # the driver, or the site, may book nothing any more
            return Alternatives()

    async def _look_around(self, ask: PlaceHold) -> Around:
        async with self._offering, self._sessions() as session:
            return await around(session, ask)

    @implements(LOCK_HOLD)
    @failures_translated
    async def lock_hold(self, ask: LockHold) -> LockedHold:
        """Fix the connector. Fails with reservation_unknown for a hold that never was."""
        return await in_transaction(self._sessions, ask, lambda session: lock(session, ask))

    @implements(MOVE_HOLD)
    async def move_hold(self, ask: MoveHold) -> HoldDecision:
        """Reschedule or extend; when refused, the hold is as it was. `terms` stay those of the booking."""
        try:
            return await in_transaction(self._sessions, ask, lambda session: move(session, ask))
        except DomainError as error:
            return refused(error)

    @implements(SWAP_HOLDS)
    async def swap_holds(self, ask: SwapHolds) -> HoldDecision:
        """Two reservations exchange their slots; when refused, both are as they were."""
        try:
            return await in_transaction(self._sessions, ask, lambda session: swap(session, ask))
        except DomainError as error:
            return refused(error)

    @implements(FOLLOW_SWAP)
    @failures_translated
    async def follow_swap(self, ask: FollowSwap) -> HoldDecision:
        """Where the hold has gone when its offer was taken."""
        return await in_transaction(self._sessions, ask, lambda session: follow_swap(session, ask))

    @implements(HOLD_REPLACEMENT)
    async def hold_replacement(self, ask: HoldReplacement) -> HoldDecision:
        """Hold an equal or better connector for what is left of the slot: at the site, else nearby; at another time of
        the site where that may be asked about.
        """
        try:
            return await self._replaced(ask)
        except DomainError as error:
            return refused(error)

    async def _replaced(self, ask: HoldReplacement) -> HoldDecision:
        if ask.as_long_as_free:
            return await in_transaction(self._sessions, ask, lambda session: hold_what_is_free(session, ask))
        try:
            return await in_transaction(
                self._sessions, ask, lambda session: replace_hold(session, ask, Reach.SITE)
            )
        except SlotUnavailable:
            if ask.only_connector_id is not None:
                raise
        try:
            return await in_transaction(
                self._sessions, ask, lambda session: replace_hold(session, ask, Reach.NEARBY)
            )
        except SlotUnavailable:
            if not ask.other_times:
                raise
        return await in_transaction(
            self._sessions, ask, lambda session: replace_hold(session, ask, Reach.OTHER_TIME)
        )

    @implements(RELEASE_HOLDS)
    async def release_holds(self, ask: ReleaseHolds) -> int:
        """Give holds back; how many there were."""
        return await in_transaction(
            self._sessions,
            ask,
            lambda session: release(session, ask.code, ask.reason, ask.now, keep_hold_id=ask.keep_hold_id),
        )

    @implements(PUT_BACK_HOLD)
    @failures_translated
    async def put_back_hold(self, ask: PutBackHold) -> bool:
        """To the plug of its own bay that it left; whether it had left it."""
        return await in_transaction(self._sessions, ask, lambda session: put_back(session, ask))

    @implements(GIVE_UP_BOOKING)
    async def give_up_booking(self, ask: GiveUpBooking) -> GivenUp:
        """Nothing is held, and by the fence no earlier attempt can hold anything any more."""
        return await in_transaction(self._sessions, ask, lambda session: give_up(session, ask))

    @implements(MATCH_SESSIONS)
    async def match_sessions(self, ask: MatchSessions) -> MatchedSessions:
        """The reservation's sessions, marked as priced by it; its hold has followed the one that runs."""
        return await in_transaction(self._sessions, ask, lambda session: match_sessions(session, ask))


def _asking_for_others(decision: HoldDecision) -> HoldDecision:
    if decision.refusal is None:
        return decision
    return replace(decision, refusal=replace(decision.refusal, asks_for_others=True))
