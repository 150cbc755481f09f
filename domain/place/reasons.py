"""Why there is no place, and why another one is offered: closed lists, carried by decisions."""

from enum import StrEnum

from domain.errors import SlotUnavailable, Why


class NoPlaceReason(StrEnum):
    """Why no connector was given. Of several pools that refuse, the reason that stands first here is told."""

    WALK_IN_SHARE = "walk_in_share"
    """What is still free is kept for walk-ins."""
    SITE_CLOSED = "site_closed"
    MAINTENANCE = "maintenance"
    """There would be a place, if no berth was closed for maintenance then."""
    FIXED_HOLDS = "fixed_holds"
    """There would be capacity, but holds whose connector is fixed already stand in the way."""
    FULL = "full"
    """Every connector that can serve is promised for the time."""
    OCCUPIED = "occupied"
    """The slot has begun, and somebody is on each connector that works."""
    OUT_OF_ORDER = "out_of_order"
    """No connector works, or none is likely to by then."""
    NO_ACCESS = "no_access"
    """Some would serve, but the site's access rules keep them for others at that time."""
    NO_FIT = "no_fit"
    """None has a bay that takes what was asked for."""
    KEPT_ACCESSIBLE = "kept_accessible"
    """What is free is kept for people with disabilities until shortly before the slot."""
    NOTHING_EQUAL_OR_BETTER = "nothing_equal_or_better"
    """No connector of the same plug and at least the same power, here or nearby."""
    SLOT_OVER = "slot_over"
    GIVEN_UP = "given_up"
    """The hold that was to be changed, or made again, has been released."""
    TAKEN_MEANWHILE = "taken_meanwhile"
    """Another writer was faster; the exclusion constraint said so."""


class PlaceRefused(SlotUnavailable):
    """`reason`: for programs; `why` tells people what to do."""

    def __init__(self, why: Why, reason: NoPlaceReason) -> None:
        super().__init__(why)
        self.reason = reason


class OfferReason(StrEnum):
    """What an alternative keeps of the wish."""

    SAME_TIME_HERE = "same_time_here"
    """The wanted time in a pool of the wanted site."""
    OTHER_BAY_HERE = "other_bay_here"
    """The wanted time at the wanted site, at another bay than the one that was asked for by name."""
    OTHER_PLUG_HERE = "other_plug_here"
    """The wanted time at the wanted site, at another plug that the vehicle has."""
    OTHER_TIME_HERE = "other_time_here"
    SHORTER_HERE = "shorter_here"
    """To an extension that was refused: an earlier end, at the same bay."""
    RELEASED_HERE = "released_here"
    """The wanted time at a bay of the wanted site that is kept for people with disabilities until shortly before."""
    NEARBY = "nearby"
    """The wanted time at another site."""
