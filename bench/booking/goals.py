"""What booking is held to at size: one figure a goal, from the measured parts."""

from typing import Any

from bench.booking.availability import ALIKE, DIFFERING, PARTICULAR
from bench.booking.packing import ALL_FIT, FEW_FIT
from bench.booking.repacking import MOST_MOVE, MOST_MOVE_RICH
from bench.goals import AT_LEAST, AT_MOST, Goal, Parts
from bench.requests import WITHOUT_DEPOSIT, WITHOUT_DEPOSIT_RICH

_MANY = "milliseconds are of this machine in this minute: see its load in `about`, and cpu_ms"
_ASKED_AGAIN = {"overloaded", "pending"}
"""What a client of a race may meet on its way: too much at once, and a decision that is awaited."""
_RICH = "each window asks who fits where: no holds are only counted there"


def _biggest(parts: Parts, question: str) -> dict[str, Any]:
    """In the largest table."""
    levels = parts["availability"]
    found: dict[str, Any] = levels[max(levels, key=int)][question]
    return found


def _booking(parts: Parts, at_once: str, variant: str) -> float:
    ratio: float = parts["bookings"]["latency"][at_once][variant]["p50_ratio"]
    return ratio


GOALS = (
    Goal(
        name="race_winners_less_seats",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: abs(parts["race"]["winners"] - parts["race"]["seats"]),
        hint="as many have to win as there are seats",
    ),
    Goal(
        name="race_losers_with_alternatives",
        sense=AT_LEAST,
        bound=1,
        unit="of all",
        read=lambda parts: (
            parts["race"]["losers_with_alternatives"] / (parts["race"]["clients"] - parts["race"]["winners"])
        ),
        hint="losers who were told nothing else",
    ),
    Goal(
        name="race_deadlocks",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: parts["race"]["deadlocks"],
        hint="locks taken in another order",
    ),
    Goal(
        name="race_answers_of_an_exhausted_pool",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: sum(
            times for code, times in parts["race"]["asked_again"].items() if code not in _ASKED_AGAIN
        ),
        hint="clients who waited in vain for a connection to the database",
    ),
    Goal(
        name="packing_p50_ms",
        sense=AT_MOST,
        bound=10,
        unit="ms",
        read=lambda parts: parts["packing"][ALL_FIT]["p50_ms"],
        hint=_MANY,
    ),
    Goal(
        name="packing_where_few_fit_p50_ms",
        sense=AT_MOST,
        bound=10,
        unit="ms",
        read=lambda parts: parts["packing"][FEW_FIT]["p50_ms"],
        hint="a search through all who fit on some only",
    ),
    Goal(
        name="repacking_in_a_booking_ms",
        sense=AT_MOST,
        bound=30,
        unit="ms",
        read=lambda parts: parts["repacking"][MOST_MOVE]["more_ms"],
        hint=_MANY,
    ),
    Goal(
        name="repacking_where_bays_differ_ms",
        sense=AT_MOST,
        bound=30,
        unit="ms",
        read=lambda parts: parts["repacking"][MOST_MOVE_RICH]["more_ms"],
        hint=_MANY,
    ),
    Goal(
        name="hours_sold_beyond_first_fit",
        sense=AT_LEAST,
        bound=0.04,
        unit="",
        read=lambda parts: parts["late_choice"]["gain"],
        hint="what late choice of the bay is worth",
    ),
    Goal(
        name="refused_by_fragmentation",
        sense=AT_MOST,
        bound=0,
        unit="",
        read=lambda parts: parts["late_choice"]["by_fragmentation"],
        hint="refused though a bay was free throughout",
    ),
    Goal(
        name="availability_p50_ms",
        sense=AT_MOST,
        bound=40,
        unit="ms",
        read=lambda parts: _biggest(parts, ALIKE)["p50_ms"],
        hint=_MANY,
    ),
    Goal(
        name="availability_p99_ms",
        sense=AT_MOST,
        bound=80,
        unit="ms",
        read=lambda parts: _biggest(parts, ALIKE)["p99_ms"],
        hint=_MANY,
    ),
    Goal(
        name="availability_as_the_table_grows",
        sense=AT_MOST,
        bound=1.5,
        unit="×",
        read=lambda parts: _biggest(parts, ALIKE)["ratio"],
        hint="holds of others are read",
    ),
    Goal(
        name="availability_where_bays_differ",
        sense=AT_MOST,
        bound=10,
        unit="×",
        read=lambda parts: _biggest(parts, DIFFERING)["to_alike"],
        hint=_RICH,
    ),
    Goal(
        name="the_same_for_one_car",
        sense=AT_MOST,
        bound=10,
        unit="×",
        read=lambda parts: _biggest(parts, PARTICULAR)["to_alike"],
        hint=_RICH,
    ),
    *(
        Goal(
            name=f"booking_p50_{at_once}_at_a_time{suffix}",
            sense=AT_MOST,
            bound=2,
            unit="×",
            read=lambda parts, at_once=at_once, variant=variant: _booking(parts, at_once, variant),  # type: ignore[misc]
            hint="what a reservation's first workflow task does beside its hold",
        )
        for suffix, variant in (("", WITHOUT_DEPOSIT), ("_rich", WITHOUT_DEPOSIT_RICH))
        for at_once in ("1", "10")
    ),
    Goal(
        name="booking_round_trips",
        sense=AT_MOST,
        bound=14,
        unit="",
        read=lambda parts: parts["bookings"]["postgres"][WITHOUT_DEPOSIT]["round_trips"],
        hint="statements, BEGIN and COMMIT",
    ),
    Goal(
        name="booking_round_trips_where_bays_differ",
        sense=AT_MOST,
        bound=14,
        unit="",
        read=lambda parts: parts["bookings"]["postgres"][WITHOUT_DEPOSIT_RICH]["round_trips"],
        hint="statements, BEGIN and COMMIT",
    ),
)
