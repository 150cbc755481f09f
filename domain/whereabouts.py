"""A site as people are told of it when they are to find it."""

from dataclasses import dataclass

LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """`address`: as people write it, on one line; empty: not known. At most LONGEST_ADDRESS characters.

    `distance_m`: metres from the site that was booked, as the crow flies; None: it is that site.
    """

    site_id: str
    name: str
    address: str = ""
    distance_m: int | None = None
