"""Which windows that are shown now would be shown no longer by other rules for slots."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from domain.errors import SlotInvalid
from domain.place.availability import starts_to_offer, usual_length
from domain.place.slots import Slot, check_length
from domain.terms.policy import SlotRules

_INSTANT = timedelta(microseconds=1)
_FARTHEST = timedelta(days=92)
"""So much time is looked through."""


def lengths_shown(before: SlotRules, after: SlotRules) -> tuple[timedelta, ...]:
    """To compare: the usual one, and the longest where that is another one afterwards."""
    usual = usual_length(before)
    return (usual,) if before.longest == after.longest else tuple(sorted({usual, before.longest}))


def vanishing(
    before: SlotRules, after: SlotRules, length: timedelta, now: datetime, zone: str, most: int
) -> list[Slot]:
    """Up to `most` + 1 of that length, by start: offered by `before`, and not by `after`."""
    if not _takes(before, length):
        return []
    same_grid = (before.step, before.lead) == (after.step, after.lead)
    begin = now + after.horizon if same_grid and _takes(after, length) else now
    lost: Iterator[datetime] = _starts(before, begin, now, zone)
    if _takes(after, length):
        lost = (at for at in lost if not _offers(after, at, now, zone))
    return [Slot(at, at + length) for at in islice(lost, most + 1)]


def _starts(rules: SlotRules, begin: datetime, now: datetime, zone: str) -> Iterator[datetime]:
    at: datetime | None = begin
    end = min(now + rules.horizon, begin + _FARTHEST) + _INSTANT
    while at is not None and at < end:
        starts, at = starts_to_offer(rules, at, end, now, zone)
        yield from starts


def _offers(rules: SlotRules, at: datetime, now: datetime, zone: str) -> bool:
    return bool(starts_to_offer(rules, at, at + _INSTANT, now, zone)[0])


def _takes(rules: SlotRules, length: timedelta) -> bool:
    try:
        check_length(length, rules)
    except SlotInvalid:
        return False
    return True
