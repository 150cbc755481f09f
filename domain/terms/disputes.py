"""What a site does about who has disputed a payment at their bank."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRules:
    bars_bookings: bool = True
    """May who has money back from us by an open dispute book nothing until that is decided?"""
    lost_bars: bool = True
    """Nor after it was lost for us, until an operator lifts it? One that we won, or that took nothing, bars nobody."""
