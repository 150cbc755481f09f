"""What a bay that was asked for by name costs its pool, as it is told and frozen with the booking.

How it is found: `domain.place.bay_by_name`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBay:
    """`starts`: at which somebody else could begin a stay as long, within twelve hours around the slot, if which bay it
    is was left to us; `lost`: of those, at which they cannot while it is not.
    """

    bay: str
    lost: int
    starts: int
