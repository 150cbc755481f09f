"""A reservation that cannot be steered so, or not now."""

from domain.errors.raised import Explained


class NotPossibleNow(Explained):
    """The action is understood but the reservation's present state does not allow it."""

    code = "not_possible_now"


class ReservationPending(Explained):
    """It was asked for, and is not decided yet."""

    code = "reservation_pending"


class CostNotAccepted(Explained):
    """What was asked for costs more than the driver has agreed to."""

    code = "cost_not_accepted"


class PriceNotAccepted(Explained):
    """The new slot is dearer than the driver has agreed to."""

    code = "price_not_accepted"


class ProposalSuperseded(Explained):
    """The answer is to another proposal than the one that is open now."""

    code = "proposal_superseded"


class BayChanged(Explained):
    """They are at another bay than the one that is theirs now."""

    code = "bay_changed"


class InvalidReservationCode(Explained):
    code = "reservation_code_invalid"


class UnknownReservation(Explained):
    code = "reservation_unknown"


class ExtensionUsed(Explained):
    """The one-time ETA extension of the grace period was already granted."""

    code = "extension_already_used"


class OutsideArrivalWindow(Explained):
    code = "outside_arrival_window"


class StartRejected(Explained):
    """The charger refused the remote start, typically because no cable is plugged in."""

    code = "start_rejected"


class StopRejected(Explained):
    code = "stop_rejected"
