"""Swaps at the fake site: offers by their code, each of one reservation's hold."""

from dataclasses import dataclass, field

from contracts.declaration import implements
from contracts.holds import FOLLOW_SWAP, SWAP_HOLDS, FollowSwap, HoldDecision, Refusal, SwapHolds
from domain.errors import Explanation, SwapOfferOver
from domain.facts.refused_swaps import SwapOfferEnded
from tests.workflows.asked import fenced
from tests.workflows.places import Hold
from tests.workflows.site import Site


@dataclass(slots=True)
class Offer:
    hold_id: int
    taken_by: str = ""


@dataclass(slots=True)
class Swaps:
    site: Site
    offers: dict[str, Offer] = field(default_factory=dict)

    @implements(SWAP_HOLDS)
    async def swap_holds(self, ask: SwapHolds) -> HoldDecision:
        @fenced
        def swap(site: Site, ask: SwapHolds) -> HoldDecision:
            return self._swapped(ask)

        return await swap(self.site, ask)

    @implements(FOLLOW_SWAP)
    async def follow_swap(self, ask: FollowSwap) -> HoldDecision:
        @fenced
        def follow(site: Site, ask: FollowSwap) -> HoldDecision:
            hold = self._hold(ask.hold_id)
            if hold.released:
                return HoldDecision()
            return HoldDecision(held=site.handed_out(hold), slot=hold.slot)

        return await follow(self.site, ask)

    def _swapped(self, ask: SwapHolds) -> HoldDecision:
        offer, mine = self.offers[ask.offer], self._hold(ask.hold_id)
        theirs = self._hold(offer.hold_id)
        if offer.taken_by not in ("", ask.code) or theirs.released:
            ended = Explanation.of(SwapOfferEnded(state="taken"))
            return HoldDecision(refusal=Refusal(code=SwapOfferOver.code, why=ended))
        if not offer.taken_by:
            mine.slot, theirs.slot = theirs.slot, mine.slot
            mine.connector_id, theirs.connector_id = theirs.connector_id, mine.connector_id
            offer.taken_by, theirs.swapped_by = ask.code, ask.offer
        return HoldDecision(held=self.site.handed_out(mine), slot=mine.slot)

    def _hold(self, hold_id: int) -> Hold:
        return next(hold for hold in self.site.holds if hold.hold_id == hold_id)
