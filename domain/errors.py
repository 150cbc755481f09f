"""Everything the rules can refuse, each with a stable `code`.

Codes are the contract: the edges map them (HTTP statuses, OCPP answers, Temporal failure types), people
search for them, and messages may change freely.
"""

from dataclasses import dataclass
from typing import Any, Protocol, Self


class Why(Protocol):
    """What to do next, for people: a fact of `domain.facts.refusals`, at hand or written down."""

    @property
    def code(self) -> str: ...

    def parameters(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Such a fact written down, to cross from one process to another. `zone`: IANA name of its site, if known."""

    code: str
    written: dict[str, Any]
    zone: str = ""

    @classmethod
    def of(cls, why: Why, zone: str = "") -> Self:
        return cls(code=why.code, written=why.parameters(), zone=zone)

    def parameters(self) -> dict[str, Any]:
        return self.written


class DomainError(Exception):
    """A refusal by a rule. `code` is stable snake_case; `message` is for developers and logs, in English."""

    code = "domain_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Explained(DomainError):
    """A refusal that people read: `why` is told in their language by `texts`, the message is its code and parameters.

    `code`: of a rule that refused elsewhere.
    """

    def __init__(self, why: Why, *, code: str = "") -> None:
        parameters = why.parameters()
        super().__init__(f"{why.code} {parameters}" if parameters else why.code)
        self.why = why
        self.code = code or type(self).code


class IllegalTransition(DomainError):
    """A state change that the transition table lacks. Always a bug or a lost race, never silent."""

    code = "illegal_transition"


class NotPossibleNow(Explained):
    """The action is understood but the reservation's present state does not allow it."""

    code = "not_possible_now"


class CostNotAccepted(Explained):
    """What was asked for costs more than the driver has agreed to."""

    code = "cost_not_accepted"


class PriceNotAccepted(Explained):
    """The new slot is dearer than the driver has agreed to."""

    code = "price_not_accepted"


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


class DebtsOpen(Explained):
    """The driver owes more than the site's policy allows beside a new booking."""

    code = "debts_open"


class UnknownDocument(Explained):
    code = "document_unknown"


class UnknownDebt(Explained):
    code = "debt_unknown"


class DebtClosed(Explained):
    """It is paid or written off: nothing is owed any more."""

    code = "debt_closed"


class DisputeOpen(Explained):
    """The driver's bank took a payment back, and nothing bars them less than that being settled."""

    code = "dispute_open"


class MembershipRequired(Explained):
    """Only members book here."""

    code = "membership_required"


class UnknownDriverGroup(Explained):
    """Of drivers."""

    code = "driver_group_unknown"


class SiteForbidden(Explained):
    """The caller's role at the site does not allow it, or they have none there."""

    code = "site_forbidden"


class UnknownInvitation(Explained):
    code = "invitation_unknown"


class InvitationExpired(Explained):
    code = "invitation_expired"


class InvitationRevoked(Explained):
    code = "invitation_revoked"


class InvitationUsed(Explained):
    """By this very driver, who was taken out of the group since."""

    code = "invitation_used"


class InvitationUsedUp(Explained):
    """By others, as often as it may be."""

    code = "invitation_used_up"


class EmailUnverified(Explained):
    """The caller's token does not say that their e-mail address is theirs."""

    code = "email_unverified"


class TooManyAttempts(Explained):
    """At codes, within an hour."""

    code = "too_many_attempts"


class UnknownPerson(Explained):
    code = "person_unknown"


class UnknownMembership(Explained):
    code = "membership_unknown"


class DisputeNotLifted(Explained):
    """It bars nobody, so that there is nothing to lift."""

    code = "dispute_bars_nobody"


class DisputeNotAnswerable(Explained):
    """It is decided, too late, or its bank takes no answer."""

    code = "dispute_not_answerable"


class DisputeAnswered(Explained):
    """An operator has decided what becomes of it already; a bank hears us once."""

    code = "dispute_answered"


class DisputeNotClaimable(Explained):
    """It is not lost, or nothing of a bill that its driver owes was taken by it."""

    code = "dispute_not_claimable"


class UnknownDispute(Explained):
    code = "dispute_unknown"


class CurrencyNotExported(Explained):
    """A format of bookkeeping programs cannot write the amounts of the currency."""

    code = "currency_not_exported"


class DebtNotPayable(Explained):
    """The provider takes no sum that small."""

    code = "debt_not_payable"


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


class MaintenanceSpanInvalid(Explained):
    """The window does not end after it begins."""

    code = "maintenance_span_invalid"


class MaintenanceInPast(Explained):
    """The window has begun already."""

    code = "maintenance_in_past"


class MaintenanceTooLong(Explained):
    code = "maintenance_too_long"


class MaintenanceOverlaps(Explained):
    """Another window closes the same place in that time."""

    code = "maintenance_overlaps"


class MaintenanceOver(Explained):
    """A window that is over cannot be cancelled."""

    code = "maintenance_over"


class UnknownMaintenance(Explained):
    code = "maintenance_unknown"


class OpeningHoursInvalid(Explained):
    """They cannot be read, or ask for what is not known."""

    code = "opening_hours_invalid"


class NoFit(Explained):
    """No bay there takes what was asked for."""

    code = "no_fit"


class NoAccess(Explained):
    """Places of the site are kept for others at that time, by its access rules."""

    code = "no_access"


class DriverBlocked(Explained):
    """The operator has blocked the driver's account."""

    code = "driver_blocked"


class TooManyReservations(Explained):
    code = "too_many_reservations"


class WeeklyHoursUsed(Explained):
    """One person may have so much booked in a week, by the site's policy."""

    code = "weekly_hours_used"


class StayTooLong(Explained):
    """Slots of one person that follow one another at a site may last so long, by its policy."""

    code = "stay_too_long"


class CoolingOff(Explained):
    """Who misses too many bookings has to wait, by the site's policy."""

    code = "cooling_off"


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


class DriverBookedAlready(Explained):
    """The driver has another reservation within the slot, and the site's policy allows one at a time."""

    code = "driver_booked_already"


class ActionFailed(Explained):
    """A part we depend on did not answer while an action was carried out. That is over: it is to be asked for anew."""

    code = "action_failed"


class BookingFailed(Explained):
    """A part we depend on did not answer while the booking was made, which is over: a new one is needed."""

    code = "booking_failed"


class PaymentProviderAway(Explained):
    """The deposit cannot be asked for now, and the site's policy accepts no such booking without."""

    code = "payment_provider_away"


class BookingTooLate(Explained):
    """The booking was decided after `book_by`; the caller has gone, so nothing may be held for it."""

    code = "booking_too_late"


class PaymentDeclined(Explained):
    code = "payment_declined"


class CurrencyMismatch(DomainError):
    code = "currency_mismatch"


class InvalidReservationCode(Explained):
    code = "reservation_code_invalid"


class UnknownSite(Explained):
    code = "site_unknown"


class UnknownPool(Explained):
    code = "pool_unknown"


class UnknownDriver(Explained):
    code = "driver_unknown"


class UnknownReservation(Explained):
    code = "reservation_unknown"


class UnknownVehicle(Explained):
    code = "vehicle_unknown"


class UnknownBay(Explained):
    code = "bay_unknown"


class UnknownConnector(Explained):
    code = "connector_unknown"


class ConnectorLesser(Explained):
    """The connector has another plug or less power than was booked, and nobody said that this will do."""

    code = "connector_lesser"


class BerthPromisedTwice(Explained):
    """Connectors cannot become one berth while both are promised for the same time."""

    code = "berth_promised_twice"


class UnknownCharger(Explained):
    code = "charger_unknown"


class UnknownSession(Explained):
    code = "session_unknown"


class SessionOver(Explained):
    """The charging session has ended already."""

    code = "session_over"


class SessionIsReservations(Explained):
    """A reservation prices it: it is released with that, or not at all."""

    code = "session_is_reservations"


class UnknownTrouble(Explained):
    code = "trouble_unknown"


class UnknownUnplacedTransaction(Explained):
    code = "unplaced_transaction_unknown"


class UnplacedTransactionDecided(Explained):
    """It has its place, or was dismissed."""

    code = "unplaced_transaction_decided"


class NotPlaceable(Explained):
    """A transaction cannot have been there, or for whom it was said to be."""

    code = "transaction_not_placeable"


class SessionThereAlready(Explained):
    """A transaction cannot be placed where and when a session is known: its energy would be billed twice."""

    code = "session_there_already"


class ChargerOffline(Explained):
    """No gateway holds a live connection to the charger."""

    code = "charger_offline"


class ExtensionUsed(Explained):
    """The one-time ETA extension of the grace period was already granted."""

    code = "extension_already_used"


class OutsideArrivalWindow(Explained):
    code = "outside_arrival_window"


class StartRejected(Explained):
    """The charger refused the remote start, typically because no cable is plugged in."""

    code = "start_rejected"


class ServiceUnavailable(Explained):
    """A part we depend on did not answer in time; nothing was changed, the same request may be repeated."""

    code = "temporarily_unavailable"


class StopRejected(Explained):
    code = "stop_rejected"
