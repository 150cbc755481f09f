"""What pages are held to: one figure a goal, from the measured parts."""

from bench.goals import AT_LEAST, AT_MOST, Goal, Parts
from bench.pages.making import slowest

_MANY = "milliseconds are of this machine in this minute: see its load in `about`, and the ratios"


def _latest(parts: Parts) -> float | None:
    """Of all pages; None: nothing was painted."""
    return max((float(one["first_ms"]) for one in parts["painting"].values()), default=None)


GOALS = (
    Goal(
        name="heaviest_page_kb",
        sense=AT_MOST,
        bound=60,
        unit="kB",
        read=lambda parts: max(parts["weight"].values()),
        hint="what it loads: its scripts and styles, or a long list",
    ),
    Goal(
        name="first_paint_on_a_phone_ms",
        sense=AT_MOST,
        bound=1500,
        unit="ms",
        read=_latest,
        hint="round trips of 150 ms before anything is seen",
    ),
    Goal(
        name="slowest_page_p95_ms",
        sense=AT_MOST,
        bound=100,
        unit="ms",
        read=lambda parts: slowest(parts["making"]),
        hint=_MANY,
    ),
    Goal(
        name="subscribers_who_heard_every_change",
        sense=AT_LEAST,
        bound=500,
        unit="",
        read=lambda parts: (
            parts["looking"]["subscribers"]
            if parts["looking"]["complete"] and not parts["looking"]["missed"] + parts["looking"]["ended"]
            else 0
        ),
        hint="a stream that ended, or told nothing within twenty seconds",
    ),
    Goal(
        name="until_all_have_heard_p95_ms",
        sense=AT_MOST,
        bound=1000,
        unit="ms",
        read=lambda parts: parts["looking"]["all_heard_p95_ms"],
        hint=_MANY,
    ),
    Goal(
        name="slowest_page_meanwhile_p95_ms",
        sense=AT_MOST,
        bound=100,
        unit="ms",
        read=lambda parts: parts["looking"]["pages_p95_ms"],
        hint=_MANY,
    ),
)
