"""Everything the rules can refuse, each with a stable `code`.

Codes are the contract: the edges map them (HTTP statuses, OCPP answers, Temporal failure types), people
search for them, and messages may change freely.
"""

from datetime import UTC, datetime


def written(at: datetime) -> str:
    """An instant as refusals write it: their reader may be anywhere."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class DomainError(Exception):
    """A refusal by a rule. `code` is stable snake_case; the message tells people what to do next."""

    code = "domain_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class IllegalTransition(DomainError):
    """A state change that the transition table lacks. Always a bug or a lost race, never silent."""

    code = "illegal_transition"


class NotPossibleNow(DomainError):
    """The action is understood but the reservation's present state does not allow it."""

    code = "not_possible_now"


class SlotInvalid(DomainError):
    """The requested window breaks the site's slot rules (grid, length, lead time, horizon)."""

    code = "slot_invalid"


class SlotInPast(SlotInvalid):
    code = "slot_in_past"


class SlotUnavailable(DomainError):
    """No connector of the pool is free for the window once walk-in share and other holds are respected."""

    code = "slot_unavailable"


class DriverBlocked(DomainError):
    """The operator has blocked the driver's account."""

    code = "driver_blocked"


class TooManyReservations(DomainError):
    code = "too_many_reservations"


class BookingTooLate(DomainError):
    """The booking was decided after `book_by`; the caller has gone, so nothing may be held for it."""

    code = "booking_too_late"


class PaymentDeclined(DomainError):
    code = "payment_declined"


class CurrencyMismatch(DomainError):
    code = "currency_mismatch"


class InvalidReservationCode(DomainError):
    code = "reservation_code_invalid"


class UnknownSite(DomainError):
    code = "site_unknown"


class UnknownPool(DomainError):
    code = "pool_unknown"


class UnknownDriver(DomainError):
    code = "driver_unknown"


class UnknownReservation(DomainError):
    code = "reservation_unknown"


class UnknownConnector(DomainError):
    code = "connector_unknown"


class UnknownCharger(DomainError):
    code = "charger_unknown"


class ChargerOffline(DomainError):
    """No gateway holds a live connection to the charger."""

    code = "charger_offline"


class ExtensionUsed(DomainError):
    """The one-time ETA extension of the grace period was already granted."""

    code = "extension_already_used"


class OutsideArrivalWindow(DomainError):
    code = "outside_arrival_window"


class StartRejected(DomainError):
    """The charger refused the remote start, typically because no cable is plugged in."""

    code = "start_rejected"


class ServiceUnavailable(DomainError):
    """A part we depend on did not answer in time; nothing was changed, the same request may be repeated."""

    code = "temporarily_unavailable"


class StopRejected(DomainError):
    code = "stop_rejected"
