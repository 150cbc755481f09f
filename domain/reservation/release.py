"""Why a hold was given back."""

from enum import StrEnum

from domain.reservation.lifecycle import State


class ReleaseReason(StrEnum):
    """Stored with the hold. How the reservation ended, or why it lives on without this hold."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Never paid for, or offered from a waiting list and not accepted: it opened to nobody."""
    PAYMENT_UNANSWERED = "payment_unanswered"
    """Its driver did not answer when their bank wanted them. Until then it opened to them like any other."""
    UNFULFILLED = "unfulfilled"
    NO_SHOW = "no_show"
    """Nobody came in time. Its driver is still welcome at the connector while it is free (`domain.charging.access`)."""
    DECLINED = "declined"
    REROUTED = "rerouted"
    REROUTE_UNDONE = "reroute_undone"
    CHARGES_ELSEWHERE = "charges_elsewhere"
    """Its driver charges at another connector of the site, which is promised to somebody else for part of the time."""
    ORPHANED = "orphaned"
    """The reconciler found no workflow that owns it."""

    @classmethod
    def of_end(cls, state: State, *, never_confirmed: bool = False) -> "ReleaseReason":
        """`state`: one in which a reservation ends. Raises ValueError for others."""
        if state is State.EXPIRED and not never_confirmed:
            return cls.PAYMENT_UNANSWERED
        return cls.COMPLETED if state is State.SETTLING else cls(state.lower())
