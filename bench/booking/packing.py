"""How long it takes to pack a busy day of a big pool, with and without holds that may not move."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.booking.sizes import Sizes
from bench.figures import milliseconds, quantile
from domain.place.packing import Packed, pack
from domain.place.slots import Slot

_BOOKINGS, _EVSES, _FIXED = 200, 50, 20
_DAY = datetime(2026, 11, 30, tzinfo=UTC)
ALL_FIT, FEW_FIT = "200 bookings, 50 EVSEs", "the same, two of three fit on some only"
_KINDS = (None, frozenset(range(25)), frozenset(range(15, 35)))
"""As bays that are long, and plugs that not all have."""
_QUARTER = timedelta(minutes=15)


def measure(sizes: Sizes) -> dict[str, Any]:
    """Name → figures."""
    soft = _bookings()
    placed = pack(soft, range(_EVSES))
    assert placed is not None
    # Fixed where they are: those who may start by now, and some who are locked.
    early = sorted(soft, key=lambda hold: hold.window.start)[:_FIXED]
    fixed = [*(Packed(h.key, h.window, placed[h.key]) for h in early), *(h for h in soft if h not in early)]
    few = _bookings(_KINDS)
    return {
        ALL_FIT: _timed(soft, sizes.packings),
        f"the same, {_FIXED} of them fixed": _timed(fixed, sizes.packings),
        FEW_FIT: _timed(few, sizes.packings),
    }


def _bookings(kinds: Sequence[frozenset[int] | None] = (None,)) -> list[Packed]:
    """Half an hour to four hours of one day, as many as fit, by a seed that stays.

    `kinds`: where each may be, in turn; None: anywhere.
    """
    chance = random.Random(50)
    holds: list[Packed] = []
    while len(holds) < _BOOKINGS:
        start = _DAY + chance.randrange(0, 96) * _QUARTER
        window = Slot(start, start + chance.randrange(2, 17) * _QUARTER)
        more = [*holds, Packed(str(len(holds)), window, among=kinds[len(holds) % len(kinds)])]
        if pack(more, range(_EVSES)) is not None:
            holds = more
    return holds


def _timed(holds: list[Packed], times: int) -> dict[str, float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        assert pack(holds, range(_EVSES)) is not None
        taken.append(time.perf_counter() - began)
    return {"p50_ms": milliseconds(quantile(taken, 0.5)), "p99_ms": milliseconds(quantile(taken, 0.99))}
