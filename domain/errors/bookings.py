"""Quotes and bookings that cannot be had: slots, series, groups, guests."""

from domain.errors.raised import Explained


class UnknownQuote(Explained):
    """Or one that somebody else has asked for, or for another driver."""

    code = "quote_unknown"


class QuoteUsed(Explained):
    """A quote is for one booking."""

    code = "quote_used"


class QuoteExpired(Explained):
    code = "quote_expired"


class QuoteMismatch(Explained):
    """The quote is of another slot, site or connector than the booking."""

    code = "quote_mismatch"


class SlotInvalid(Explained):
    """The requested window breaks the site's slot rules (grid, length, lead time, horizon)."""

    code = "slot_invalid"


class BeyondTierHorizon(SlotInvalid):
    """Further ahead than members of the driver's tier, or those of none, may book."""

    code = "beyond_tier_horizon"


class EnergyBeyondSlot(SlotInvalid):
    """No slot is long enough for so much energy."""

    code = "energy_beyond_slot"


class SlotInPast(SlotInvalid):
    code = "slot_in_past"


class SlotUnavailable(Explained):
    """No connector of the pool is free for the window once walk-in share and other holds are respected."""

    code = "slot_unavailable"


class SiteClosed(SlotUnavailable):
    """The slot touches a time in which the site is closed."""

    code = "site_closed"


class UnderMaintenance(SlotUnavailable):
    """There would be a connector, if none was maintained in that time."""

    code = "under_maintenance"


class BayTaken(SlotUnavailable):
    """The bay that was asked for by name cannot be had then, whatever others are."""

    code = "bay_taken"


class BayCostsTooMuch(SlotUnavailable):
    """To keep one to that bay would take more from the others than the site allows."""

    code = "bay_costs_too_much"


class BayUnfit(SlotUnavailable):
    """The bay that was asked for by name has not what was asked of it."""

    code = "bay_unfit"


class NoFit(Explained):
    """No bay there takes what was asked for."""

    code = "no_fit"


class NoAccess(Explained):
    """Places of the site are kept for others at that time, by its access rules."""

    code = "no_access"


class GroupTooLarge(Explained):
    code = "group_too_large"


class SeriesUnusable(Explained):
    """A rule by which nothing can be booked."""

    code = "series_unusable"


class UnknownSeries(Explained):
    code = "series_unknown"


class UnknownGroup(Explained):
    code = "group_unknown"


class UnknownGuest(Explained):
    """Nobody else was named when it was booked."""

    code = "guest_unknown"


class GuestPassInvalid(Explained):
    """There is no such pass, or not any more: withdrawn, replaced by a newer one, or of what is over."""

    code = "guest_pass_invalid"


class BookingFailed(Explained):
    """A part we depend on did not answer while the booking was made, which is over: a new one is needed."""

    code = "booking_failed"


class BookingTooLate(Explained):
    """The booking was decided after `book_by`; the caller has gone, so nothing may be held for it."""

    code = "booking_too_late"


class UnknownSwapOffer(Explained):
    code = "swap_offer_unknown"


class SwapOfferOver(Explained):
    """It was taken or withdrawn, has expired, or its slot is no more whose it was."""

    code = "swap_offer_over"


class SwapNotPossible(Explained):
    """The two slots cannot be exchanged, or not any more."""

    code = "swap_not_possible"
