"""The waiting list: what cannot be waited for, and what cannot be done with an entry."""

from domain.errors.raised import Explained


class UnknownWaitingEntry(Explained):
    code = "waiting_entry_unknown"


class WaitingWishUnusable(Explained):
    """Nothing could ever be offered for it."""

    code = "waiting_wish_unusable"


class TooManyWaitingEntries(Explained):
    """Of one person, open at once."""

    code = "too_many_waiting_entries"


class WaitingListFull(Explained):
    code = "waiting_list_full"


class NoOfferOpen(Explained):
    """The entry has no such offer, or not any more."""

    code = "no_offer_open"


class OfferLapsed(Explained):
    """It was not answered in time."""

    code = "offer_lapsed"


class SnoozesUsed(Explained):
    """Too many offers were let pass."""

    code = "no_snooze_left"


class OfferAcceptedAlready(Explained):
    """Its reservation is there, or is being made."""

    code = "offer_accepted"
