"""Swaps: two drivers exchange their slots in one pool, both having said so.

One offers theirs for a certain other slot, and hands the offer's code on; whoever has that slot takes it. Each keeps
their reservation, with its payer and what fits their vehicle, and pays the prices of the slot that they get, as for any
slot that is moved. It costs no fee, however late: nothing is given back to the site.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import InvalidReservationCode, SwapNotPossible, SwapOfferOver, UnknownSwapOffer
from domain.facts import refused_swaps as why
from domain.place.slots import Slot
from domain.reservation.code import parse_reservation_code
from domain.terms.policy import Policy

MOST_OFFERS = 5
"""Open at a time, of one reservation."""


class OfferState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """One of the two slots is too near."""
    VOID = "void"
    """The slot that it gives is not the reservation's any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOffer:
    """`gives` is the slot of `code`, `wants` the one it is given for. `has`: what `code` has now; None: nothing."""

    id: str
    code: str
    pool_id: str
    gives: Slot
    wants: Slot
    expires_at: datetime
    taken_by: str | None
    withdrawn: bool
    has: Slot | None

    def state(self, now: datetime) -> OfferState:
        if self.taken_by is not None:
            return OfferState.TAKEN
        if self.withdrawn:
            return OfferState.WITHDRAWN
        if now >= self.expires_at:
            return OfferState.EXPIRED
        return OfferState.OPEN if self.has == self.gives else OfferState.VOID


def offer_id(text: str) -> str:
    """As somebody typed or said it; written like the code of a reservation. Raises UnknownSwapOffer."""
    try:
        return parse_reservation_code(text)
    except InvalidReservationCode:
        raise UnknownSwapOffer(why.NoSuchSwapOffer(offer=text[:40])) from None


def swapped_until(slot: Slot, policy: Policy) -> datetime:
    """It can still be changed then, and is fixed to no connector, for as long again: whose slot was offered is told
    by the one who took it, and has to hear of it before anything is due."""
    fixed = max(policy.lock_lead, policy.early_start)
    return slot.start - max(policy.change_until, fixed) - fixed


def check_offer(gives: Slot, wants: Slot, policy: Policy, now: datetime) -> datetime:
    """When the offer expires. Raises SwapNotPossible."""
    if gives == wants:
        raise SwapNotPossible(why.SwapOfTheSame())
    until = min(swapped_until(gives, policy), swapped_until(wants, policy))
    if now >= until:
        raise SwapNotPossible(why.SwapTooLate(until=until))
    return until


def check_taken(offer: SwapOffer, code: str, has: Slot, pool_id: str, policy: Policy, now: datetime) -> None:
    """By reservation `code`, whose slot is `has`, in that pool. Raises SwapOfferOver, SwapNotPossible."""
    state = offer.state(now)
    if state is not OfferState.OPEN:
        raise SwapOfferOver(why.SwapOfferEnded(state=state.value))
    if offer.code == code:
        raise SwapNotPossible(why.SwapWithOneself())
    if has != offer.wants or pool_id != offer.pool_id:
        raise SwapNotPossible(why.SwapNeedsOther(start=offer.wants.start, end=offer.wants.end))
    check_offer(has, offer.gives, policy, now)
