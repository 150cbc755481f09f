"""How far a charger has come with a report of its device model (2.x B07, B08): which parts are there. Pure.

Parts are numbered from 0 (`seqNo`); the last one says that none follows. Parts get lost, come twice, never end, or do
not come at all; nothing waits for them, and what is there is told as far as it goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

MOST_PARTS = 2000
"""Large stations send some dozens."""
PATIENCE = timedelta(minutes=5)
"""Between two parts, and from the question to the first."""

Ranges = tuple[tuple[int, int], ...]
"""First and last number of each unbroken run, in order."""


class ReportState(StrEnum):
    COMPLETE = "complete"
    COMING = "coming"
    INCOMPLETE = "incomplete"
    """Parts are missing, or were cut, and nothing more has come for a while."""
    NOTHING = "nothing"
    """Asked for, and no part has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress:
    """`last`: number of the part after which none follows, None: not told yet. `cut`: some of what was told was not
    kept. `asked_at` None: no operator asked for it."""

    parts: Ranges = ()
    last: int | None = None
    cut: bool = False
    asked_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        return self.last is not None and not self.cut and self.parts == ((0, self.last),)

    def state(self, now: datetime) -> ReportState:
        if self.is_complete:
            return ReportState.COMPLETE
        heard = max(filter(None, (self.last_at, self.asked_at)), default=None)
        if self.last is None and heard is not None and now - heard <= PATIENCE:
            return ReportState.COMING
        return ReportState.INCOMPLETE if self.parts or self.cut else ReportState.NOTHING

    def missing(self, most: int) -> tuple[int, ...]:
        """Numbers of parts that did not come though later ones did, at most so many."""
        return tuple(islice(self._gaps(), most))

    def _gaps(self) -> Iterator[int]:
        expected = 0
        for first, last in self.parts:
            yield from range(expected, first)
            expected = last + 1


def asked(progress: ReportProgress, at: datetime) -> ReportProgress:
    """The charger was asked for it; what came under that number long before is another one's."""
    if progress.last_at is not None and at - progress.last_at > PATIENCE:
        return ReportProgress(asked_at=at)
    return replace(progress, asked_at=at)


def told(
    progress: ReportProgress, number: int | None, *, last: bool, cut: bool, at: datetime
) -> ReportProgress:
    """With one part more. `number` None: not told, so it is the next. `cut`: not all of it was kept.

    A beginning long after the last part is that of another report under the same number.
    """
    if number in (None, 0) and progress.last_at is not None and at - progress.last_at > PATIENCE:
        was_asked = progress.asked_at is not None and progress.asked_at > progress.last_at
        progress = ReportProgress(asked_at=progress.asked_at if was_asked else None)
    if number is None:
        number = progress.parts[-1][1] + 1 if progress.parts else 0
    progress = replace(
        progress,
        first_at=progress.first_at or at,
        last_at=at,
        cut=progress.cut or cut or number >= MOST_PARTS,
    )
    if number >= MOST_PARTS:
        return progress
    end = progress.last
    if last:
        end = number if end is None else max(end, number)
    elif end is not None and number > end:
        end = None
    return replace(progress, parts=_with(progress.parts, number), last=end)


def _with(ranges: Ranges, number: int) -> Ranges:
    merged: list[tuple[int, int]] = []
    for first, last in sorted((*ranges, (number, number))):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)
