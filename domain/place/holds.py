"""Holds in time: what one takes from its connector, from when it matters, and until when it may still move."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.facts.refused_actions import SlotOver
from domain.place.fit import NO_NEEDS, Needs
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.slots import Slot, occupied_window
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHold:
    """A promise of a connector's time, not given back. `window`: slot and buffer. `locked`: its connector is fixed.

    `berth_id`: the connector's berth, whose other connectors are taken with it. `plug`: OCPI type that was promised.
    `confined`: not every connector of its pool has that; it may move to one that has. `among`: its
    driver may use only those connectors; None: any of the pool. `needs`: what they ask of their bay.
    """

    id: int
    pool_id: str
    connector_id: int
    berth_id: int
    window: Slot
    opens_at: datetime
    locked: bool
    plug: str = ""
    confined: bool = False
    among: frozenset[int] | None = None
    needs: Needs = NO_NEEDS

    def seen_as(self, *, among: frozenset[int] | None, confined: bool) -> "OpenHold":
        """Written out, for there are thousands of them: `replace` takes three times as long."""
        if among is self.among and confined == self.confined:
            return self
        return OpenHold(
            id=self.id,
            pool_id=self.pool_id,
            connector_id=self.connector_id,
            berth_id=self.berth_id,
            window=self.window,
            opens_at=self.opens_at,
            locked=self.locked,
            plug=self.plug,
            confined=confined,
            among=among,
            needs=self.needs,
        )

    @property
    def is_choosy(self) -> bool:
        """Does it fit on some of the pool's connectors only?"""
        return self.confined or self.among is not None

    def is_fixed(self, now: datetime) -> bool:
        """May it not change connectors, or not for any other of the pool?"""
        return self.is_choosy or self.is_settled(now)

    def may_be_on(self, connector_id: int) -> bool:
        return self.among is None or connector_id in self.among

    def is_settled(self, now: datetime) -> bool:
        """Once its window is open a driver may be walking to it, locked or not."""
        return self.locked or self.opens_at <= now or self.window.start <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTimes:
    """`slot`: what the driver sees. `window`: slot and turnover buffer, closed to others.

    `opens_at`: from here the driver may start. `watch_from`: from here trouble on the connector concerns them.
    """

    slot: Slot
    window: Slot
    opens_at: datetime
    watch_from: datetime

    def between(self, before: datetime, after: datetime | None) -> "HoldTimes | None":
        """Turnover gives way: what is held begins when the buffer `before` ends, and ends when the slot `after` begins
        (None: nobody comes). None when nothing is left of it.
        """
        start = max(self.window.start, before)
        end = self.window.end if after is None else min(self.window.end, max(after, self.slot.end))
        return replace(self, window=Slot(start, end)) if start < end else None

    def back_from(self, rest: "HoldTimes") -> "HoldTimes":
        """Of a hold that goes back to these times from those of its rest: what has passed is taken from nobody anew."""
        return self.between(rest.window.start, None) or replace(self, window=rest.window)

    def moved_to(self, slot: Slot) -> "HoldTimes":
        """The same hold for another slot; buffer, early start and fault watch stay those of its booking."""
        shift = slot.start - self.slot.start
        return HoldTimes(
            slot=slot,
            window=occupied_window(slot, self.window.end - self.slot.end),
            opens_at=self.opens_at + shift,
            watch_from=self.watch_from + shift,
        )


def times_of(slot: Slot, policy: Policy) -> HoldTimes:
    """Of a hold that is placed for `slot`."""
    return HoldTimes(
        slot=slot,
        window=occupied_window(slot, policy.slots.buffer),
        opens_at=slot.start - policy.early_start,
        watch_from=slot.start - policy.fault_watch,
    )


def locked_after_move(locked_at: datetime | None, *, keeps_connector: bool) -> datetime | None:
    """A hold for another time is locked anew before its new start; one whose driver stays plugged in keeps its lock."""
    return locked_at if keeps_connector else None


def times_of_rest(slot: Slot, policy: Policy, now: datetime) -> HoldTimes:
    """Of a replacement: what is left of `slot` at `now`, open since `slot` was.

    Raises PlaceRefused once the slot is over.
    """
    if slot.end <= now:
        raise PlaceRefused(SlotOver(end=slot.end), NoPlaceReason.SLOT_OVER)
    rest = Slot(max(now, slot.start), slot.end)
    return replace(times_of(slot, policy), slot=rest, window=occupied_window(rest, policy.slots.buffer))
