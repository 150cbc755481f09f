"""Offers of drivers to swap their slot for another one: made, handed on by their code, taken, withdrawn.

Taking one is an action on the taker's own reservation (`domain.reservation.actions.table`: swap).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.holds.swap_offers import make_offer, withdraw_offer
from api.desk.access import Access
from api.desk.instead import Heard, InsteadDesk
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.place.swaps import (
    offer_of,
    offers_of,
)
from domain.errors import NotPossibleNow, PriceNotAccepted, Why
from domain.facts.fact import UnknownFact
from domain.facts.refusals import RefusalFact
from domain.facts.refused_actions import SlotPriceRises, WrongState
from domain.place.slots import Slot
from domain.reservation.actions.messages import Swap
from domain.reservation.actions.table import BY_NAME
from domain.reservation.lifecycle import State
from domain.reservation.swapping import OfferState, SwapOffer
from domain.settlement.moved_prices import AcceptedPrices
from workflows.client.failures import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`state`: by now."""

    offer: SwapOffer
    state: OfferState


class Swaps:
    def __init__(
        self, sessions: Sessions, access: Access, instead: InsteadDesk, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._instead = instead
        self._clock = clock

    async def offer(self, principal: Principal, text: str, wants: Slot, accepted: AcceptedPrices) -> Offered:
        """The caller's slot for `wants`, whosever that is; for the same one again, the same offer.

        Raises InvalidReservationCode, UnknownReservation, ReservationPending, NotPossibleNow, SwapNotPossible,
        and what keeps the driver from having the other slot, as a reschedule does.
        """
        found, now = await self._access.find_own(principal, text), self._clock()
        if found.view is None:
            raise found.not_known()
        if found.view.state != State.CONFIRMED:
            raise NotPossibleNow(WrongState(allowed=(State.CONFIRMED,), state=State(found.view.state)))
        if found.view.terms is None:
            raise found.not_known()
        async with self._sessions.begin() as session:
            made = await make_offer(session, found.view.code, found.view.terms, wants, accepted, now)
        return Offered(offer=made, state=made.state(now))

    async def of_reservation(self, principal: Principal, text: str) -> Sequence[Offered]:
        """The latest first. Raises InvalidReservationCode, UnknownReservation."""
        code, now = (await self._access.find_own(principal, text)).code, self._clock()
        async with self._sessions() as session:
            return [Offered(offer=one, state=one.state(now)) for one in await offers_of(session, code)]

    async def one(self, principal: Principal, offer: str) -> Offered:
        """For whoever was given its code. Raises ScopeMissing, UnknownSwapOffer."""
        principal.require("driver", "fleet")
        async with self._sessions() as session:
            found = await offer_of(session, offer)
        return Offered(offer=found, state=found.state(self._clock()))

    async def take(self, principal: Principal, text: str, swap: Swap, *, key: str, heard: Heard) -> None:
        """For the slot of the caller's reservation. Raises PriceNotAccepted, with the prices of the slot that they
        would get, and all else as `InsteadDesk.act`.
        """
        try:
            await self._instead.act(principal, text, BY_NAME["swap"], swap, key=key, heard=heard)
        except Refused as refusal:
            rise = _rise(refusal.why)
            if rise is None:
                raise
            raise PriceNotAccepted(rise) from None

    async def withdraw(self, principal: Principal, text: str, offer: str) -> Offered:
        """Again, nothing changes. Raises as of_reservation, UnknownSwapOffer, SwapOfferOver: it is taken."""
        code, now = (await self._access.find_own(principal, text)).code, self._clock()
        async with self._sessions.begin() as session:
            withdrawn = await withdraw_offer(session, code, offer, now)
            found = await offer_of(session, withdrawn)
        return Offered(offer=found, state=found.state(now))


def _rise(why: Why | None) -> SlotPriceRises | None:
    """What is dearer, of a refusal for that; of any other, None."""
    if why is None:
        return None
    try:
        fact = RefusalFact.read(why.code, why.parameters())
    except UnknownFact:
        return None
    return fact if isinstance(fact, SlotPriceRises) else None
