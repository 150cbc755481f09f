"""What the API refuses with: a class for each code.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.reservations import RefusedBooking, RefusedGroup
from slotkeeper_client.models.shared import Problem, RefusedChange
from slotkeeper_client.refusals import Refusal


class ActionFailed(Refusal):
    """503: That did not work just now"""

    code = "action_failed"
    problem: RefusedChange | Problem


class BayChanged(Refusal):
    """409: The reservation has another bay by now"""

    code = "bay_changed"
    problem: RefusedChange


class BayCostsTooMuch(Refusal):
    """409: This bay cannot be kept for you alone"""

    code = "bay_costs_too_much"
    problem: RefusedBooking | RefusedChange | RefusedGroup


class BayReportUnknown(Refusal):
    """404: No such report"""

    code = "bay_report_unknown"


class BayTaken(Refusal):
    """409: This bay is taken"""

    code = "bay_taken"
    problem: RefusedBooking | RefusedChange | RefusedGroup


class BayUnfit(Refusal):
    """409: The bay does not fit"""

    code = "bay_unfit"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class BayUnknown(Refusal):
    """404: No such bay"""

    code = "bay_unknown"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class BerthPromisedTwice(Refusal):
    """409: Two drivers are promised these connectors at once"""

    code = "berth_promised_twice"


class BeyondAuthority(Refusal):
    """403: More than your role decides about"""

    code = "beyond_authority"


class BeyondTierHorizon(Refusal):
    """422: You cannot book that far ahead yet"""

    code = "beyond_tier_horizon"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class BodyTooLarge(Refusal):
    """413: The request is too large"""

    code = "body_too_large"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class BookingFailed(Refusal):
    """503: The booking could not be made"""

    code = "booking_failed"
    problem: RefusedBooking | RefusedGroup


class BookingTooLate(Refusal):
    """409: The booking took too long"""

    code = "booking_too_late"
    problem: RefusedBooking | RefusedGroup


class BudgetExceeded(Refusal):
    """402: The fleet's budget does not reach"""

    code = "budget_exceeded"
    problem: RefusedBooking | RefusedChange | RefusedGroup


class BudgetUnknown(Refusal):
    """404: No such budget"""

    code = "budget_unknown"


class CardTaken(Refusal):
    """409: The card is somebody else's"""

    code = "card_taken"


class CardUnknown(Refusal):
    """404: No such card"""

    code = "card_unknown"


class ChangedMeanwhile(Refusal):
    """412: This has changed in the meantime"""

    code = "changed_meanwhile"


class ChargerOffline(Refusal):
    """409: The charger is not connected"""

    code = "charger_offline"
    problem: RefusedChange | Problem


class ChargerUnknown(Refusal):
    """404: No such charger"""

    code = "charger_unknown"


class ConnectorLesser(Refusal):
    """409: The connector is less than was booked"""

    code = "connector_lesser"


class ConnectorUnknown(Refusal):
    """404: No such connector"""

    code = "connector_unknown"
    problem: RefusedBooking | Problem


class ContactCodeInvalid(Refusal):
    """409: This code is not right"""

    code = "contact_code_invalid"


class ContactPointInvalid(Refusal):
    """422: Nothing can be sent there"""

    code = "contact_point_invalid"


class ContactPointUnknown(Refusal):
    """404: This address is not known"""

    code = "contact_point_unknown"


class CoolingOff(Refusal):
    """409: You cannot book at the moment"""

    code = "cooling_off"
    problem: RefusedBooking | RefusedGroup


class CostCenterUnknown(Refusal):
    """404: No such cost center"""

    code = "cost_center_unknown"
    problem: RefusedBooking | RefusedGroup | Problem


class CostNotAccepted(Refusal):
    """409: It costs more than you agreed to"""

    code = "cost_not_accepted"
    problem: RefusedChange | Problem


class CreditCurrencyMismatch(Refusal):
    """422: The credit is in another currency than the reservation"""

    code = "credit_currency_mismatch"


class CurrencyNotExported(Refusal):
    """422: No such format for this currency"""

    code = "currency_not_exported"


class CursorInvalid(Refusal):
    """400: Not a cursor of this list"""

    code = "cursor_invalid"


class DatabaseUnavailable(Refusal):
    """503: We cannot answer at the moment"""

    code = "database_unavailable"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class DebtClosed(Refusal):
    """409: Nothing is owed any more"""

    code = "debt_closed"


class DebtNotPayable(Refusal):
    """409: Too small to be paid"""

    code = "debt_not_payable"


class DebtUnknown(Refusal):
    """404: No such debt"""

    code = "debt_unknown"


class DebtsOpen(Refusal):
    """402: There is still something to pay"""

    code = "debts_open"
    problem: RefusedBooking | RefusedGroup


class DisputeAnswered(Refusal):
    """409: Answered already"""

    code = "dispute_answered"


class DisputeBarsNobody(Refusal):
    """409: This dispute bars nobody"""

    code = "dispute_bars_nobody"


class DisputeNotAnswerable(Refusal):
    """409: Too late to answer"""

    code = "dispute_not_answerable"


class DisputeNotClaimable(Refusal):
    """409: Nothing to claim"""

    code = "dispute_not_claimable"


class DisputeOpen(Refusal):
    """403: One of your payments is disputed"""

    code = "dispute_open"
    problem: RefusedBooking | RefusedGroup


class DisputeUnknown(Refusal):
    """404: No such dispute"""

    code = "dispute_unknown"


class DocumentTooLong(Refusal):
    """422: The document is too long for a PDF"""

    code = "document_too_long"


class DocumentUnknown(Refusal):
    """404: Document unknown"""

    code = "document_unknown"


class DriverBlocked(Refusal):
    """403: This account is blocked"""

    code = "driver_blocked"
    problem: RefusedBooking | RefusedGroup | Problem


class DriverBookedAlready(Refusal):
    """409: There is another reservation at that time"""

    code = "driver_booked_already"
    problem: RefusedBooking | RefusedGroup | Problem


class DriverGroupTaken(Refusal):
    """409: The id belongs to another group of drivers"""

    code = "driver_group_taken"


class DriverGroupUnknown(Refusal):
    """404: Unknown group of drivers"""

    code = "driver_group_unknown"


class DriverTaken(Refusal):
    """409: This driver is known here already, and not of this fleet"""

    code = "driver_taken"


class DriverUnknown(Refusal):
    """404: No such driver"""

    code = "driver_unknown"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class EmailUnverified(Refusal):
    """403: E-mail address not verified"""

    code = "email_unverified"


class EndpointInvalid(Refusal):
    """422: Nothing is sent to this address"""

    code = "endpoint_invalid"


class EnergyBeyondSlot(Refusal):
    """422: That takes longer than one may book"""

    code = "energy_beyond_slot"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class ErasureNotNow(Refusal):
    """409: Cannot be erased yet"""

    code = "erasure_not_now"


class ExtensionAlreadyUsed(Refusal):
    """409: The bay is kept longer already"""

    code = "extension_already_used"


class GroupMemberUnknown(Refusal):
    """404: Unknown member of the group"""

    code = "group_member_unknown"


class GroupTooLarge(Refusal):
    """409: The group is too large"""

    code = "group_too_large"
    problem: RefusedGroup


class GroupUnknown(Refusal):
    """404: No such group"""

    code = "group_unknown"


class GuestPassInvalid(Refusal):
    """403: This guest pass is not valid"""

    code = "guest_pass_invalid"


class GuestUnknown(Refusal):
    """404: No guest was named"""

    code = "guest_unknown"


class IdempotencyKeyInvalid(Refusal):
    """400: Idempotency-Key is not valid"""

    code = "idempotency_key_invalid"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class IdempotencyKeyMissing(Refusal):
    """400: Idempotency-Key is required"""

    code = "idempotency_key_missing"
    problem: RefusedBooking | RefusedGroup | Problem


class IdempotencyKeyReused(Refusal):
    """422: Idempotency-Key was used for another request"""

    code = "idempotency_key_reused"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class InstalledElsewhere(Refusal):
    """409: It stands at another site"""

    code = "installed_elsewhere"


class InvalidRequest(Refusal):
    """422: The request is not valid"""

    code = "invalid_request"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class InvitationExpired(Refusal):
    """409: Invitation expired"""

    code = "invitation_expired"


class InvitationRevoked(Refusal):
    """409: Invitation withdrawn"""

    code = "invitation_revoked"


class InvitationUnknown(Refusal):
    """404: Unknown invitation"""

    code = "invitation_unknown"


class InvitationUsed(Refusal):
    """409: Invitation used before"""

    code = "invitation_used"


class InvitationUsedUp(Refusal):
    """409: Invitation used up"""

    code = "invitation_used_up"


class InvoiceAccountUnknown(Refusal):
    """404: No such invoice account"""

    code = "invoice_account_unknown"


class InvoiceAccountUnusable(Refusal):
    """402: Your fleet's account cannot pay for this"""

    code = "invoice_account_unusable"
    problem: RefusedBooking | RefusedChange | RefusedGroup


class LocalListIsKept(Refusal):
    """409: The list is kept in step with reservations"""

    code = "local_list_is_kept"


class MaintenanceInPast(Refusal):
    """422: The window begins in the past"""

    code = "maintenance_in_past"


class MaintenanceOver(Refusal):
    """409: The window is over"""

    code = "maintenance_over"


class MaintenanceOverlaps(Refusal):
    """409: Closed by another window then"""

    code = "maintenance_overlaps"


class MaintenanceSpanInvalid(Refusal):
    """422: The window does not end after it begins"""

    code = "maintenance_span_invalid"


class MaintenanceTooLong(Refusal):
    """422: The window is too long"""

    code = "maintenance_too_long"


class MaintenanceUnknown(Refusal):
    """404: No such maintenance window"""

    code = "maintenance_unknown"


class MalformedRequest(Refusal):
    """400: The request cannot be read"""

    code = "malformed_request"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class MembershipRequired(Refusal):
    """403: Only members can book here"""

    code = "membership_required"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class MembershipUnknown(Refusal):
    """404: Unknown membership"""

    code = "membership_unknown"


class MessageUnderWay(Refusal):
    """409: The message is being sent"""

    code = "message_under_way"


class MessageUnknown(Refusal):
    """404: The message is not known"""

    code = "message_unknown"


class MoneyRequestDecided(Refusal):
    """409: Decided already"""

    code = "money_request_decided"


class MoneyRequestUnknown(Refusal):
    """404: No such request for money"""

    code = "money_request_unknown"


class MoreThanOwed(Refusal):
    """409: More than is owed"""

    code = "more_than_owed"


class NoAccess(Refusal):
    """403: Reserved for others at that time"""

    code = "no_access"
    problem: RefusedBooking | RefusedGroup | Problem


class NoAnswerYet(Refusal):
    """503: There is no answer yet"""

    code = "no_answer_yet"
    problem: RefusedChange | Problem


class NoFit(Refusal):
    """409: No bay fits your car"""

    code = "no_fit"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class NoOfferOpen(Refusal):
    """409: No such offer"""

    code = "no_offer_open"
    problem: RefusedBooking | Problem


class NoSnoozeLeft(Refusal):
    """409: Too many offers were let pass"""

    code = "no_snooze_left"


class NotPossibleNow(Refusal):
    """409: That is not possible at the moment"""

    code = "not_possible_now"
    problem: RefusedChange | Problem


class NothingToMoveFor(Refusal):
    """409: There is no other bay for this"""

    code = "nothing_to_move_for"


class OfferAccepted(Refusal):
    """409: The offer was accepted already"""

    code = "offer_accepted"


class OfferLapsed(Refusal):
    """409: The offer is over"""

    code = "offer_lapsed"
    problem: RefusedBooking | Problem


class OpeningHoursInvalid(Refusal):
    """422: The opening hours cannot be read"""

    code = "opening_hours_invalid"


class OutsideArrivalWindow(Refusal):
    """409: You cannot check in at this time"""

    code = "outside_arrival_window"
    problem: RefusedChange | Problem


class Overloaded(Refusal):
    """503: A lot is being booked just now"""

    code = "overloaded"
    problem: RefusedBooking | RefusedGroup | Problem


class PasswordByRotation(Refusal):
    """422: The charger's password is changed by rotate-password only"""

    code = "password_by_rotation"


class PaymentDeclined(Refusal):
    """402: The payment was declined"""

    code = "payment_declined"
    problem: RefusedBooking | RefusedGroup


class PaymentProviderAway(Refusal):
    """503: Card payments do not work just now"""

    code = "payment_provider_away"
    problem: RefusedBooking | RefusedGroup


class PaymentStillMoving(Refusal):
    """409: The payment is still being processed"""

    code = "payment_still_moving"


class PersonUnknown(Refusal):
    """404: Unknown person"""

    code = "person_unknown"


class PoolUnknown(Refusal):
    """404: There are no such bays here"""

    code = "pool_unknown"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class PriceNotAccepted(Refusal):
    """409: The new time costs more"""

    code = "price_not_accepted"
    problem: RefusedChange | Problem


class PromisedOtherwise(Refusal):
    """409: Reservations stand by what is there now"""

    code = "promised_otherwise"


class ProposalSuperseded(Refusal):
    """409: Something else is proposed by now"""

    code = "proposal_superseded"


class QuietHoursInvalid(Refusal):
    """422: These quiet hours do not work"""

    code = "quiet_hours_invalid"


class QuoteExpired(Refusal):
    """409: This price has expired"""

    code = "quote_expired"
    problem: RefusedBooking | RefusedGroup


class QuoteMismatch(Refusal):
    """422: This price is for another booking"""

    code = "quote_mismatch"
    problem: RefusedBooking | RefusedGroup


class QuoteUnknown(Refusal):
    """404: This price is not known"""

    code = "quote_unknown"
    problem: RefusedBooking | RefusedGroup | Problem


class QuoteUsed(Refusal):
    """409: This price has been used already"""

    code = "quote_used"
    problem: RefusedBooking | RefusedGroup


class RefundAmountInvalid(Refusal):
    """422: No such amount can be moved"""

    code = "refund_amount_invalid"


class RefundDisputed(Refusal):
    """409: Disputed money cannot be given back"""

    code = "refund_disputed"


class RefundLineUnknown(Refusal):
    """422: No such line"""

    code = "refund_line_unknown"


class RefundNotSettled(Refusal):
    """409: Not settled yet"""

    code = "refund_not_settled"


class RefundStillOwed(Refusal):
    """409: An earlier refund is still owed"""

    code = "refund_still_owed"


class RefundTooLarge(Refusal):
    """409: More than was taken"""

    code = "refund_too_large"


class ReservationCodeInvalid(Refusal):
    """404: This is not a reservation code"""

    code = "reservation_code_invalid"
    problem: RefusedChange | Problem


class ReservationPending(Refusal):
    """409: The booking is still being checked"""

    code = "reservation_pending"
    problem: RefusedChange | Problem


class ReservationUnknown(Refusal):
    """404: No such reservation"""

    code = "reservation_unknown"
    problem: RefusedChange | Problem


class ReturnBookedOtherwise(Refusal):
    """409: Given back otherwise"""

    code = "return_booked_otherwise"


class RotationPending(Refusal):
    """409: A password is already in waiting"""

    code = "rotation_pending"


class RulesUnusable(Refusal):
    """422: The rules contradict themselves"""

    code = "rules_unusable"


class ScopeMissing(Refusal):
    """403: The token lacks the scope"""

    code = "scope_missing"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class SecondPersonNeeded(Refusal):
    """403: A second person has to decide"""

    code = "second_person_needed"


class SeriesUnknown(Refusal):
    """404: No such series"""

    code = "series_unknown"


class SeriesUnusable(Refusal):
    """422: The series cannot be booked"""

    code = "series_unusable"


class SessionIsReservations(Refusal):
    """409: A reservation prices this charging session"""

    code = "session_is_reservations"


class SessionOver(Refusal):
    """409: The charging session has ended"""

    code = "session_over"


class SessionThereAlready(Refusal):
    """409: A session is known there already"""

    code = "session_there_already"


class SessionUnknown(Refusal):
    """404: There is no such charging session"""

    code = "session_unknown"


class SiteClosed(Refusal):
    """409: The site is closed then"""

    code = "site_closed"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class SiteForbidden(Refusal):
    """403: Not at this site"""

    code = "site_forbidden"


class SitePlanInvalid(Refusal):
    """422: This plan does not work"""

    code = "site_plan_invalid"


class SitePlanUnknown(Refusal):
    """404: There is no plan"""

    code = "site_plan_unknown"


class SiteUnknown(Refusal):
    """404: No such site"""

    code = "site_unknown"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class SlotInPast(Refusal):
    """422: That time is over"""

    code = "slot_in_past"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class SlotInvalid(Refusal):
    """422: That time cannot be booked like this"""

    code = "slot_invalid"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class SlotUnavailable(Refusal):
    """409: Nothing is free at that time"""

    code = "slot_unavailable"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class StartRejected(Refusal):
    """409: Charging did not start"""

    code = "start_rejected"
    problem: RefusedChange | Problem


class StayTooLong(Refusal):
    """409: That is longer than one may stay here"""

    code = "stay_too_long"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class StopRejected(Refusal):
    """409: Charging did not stop"""

    code = "stop_rejected"


class StripeRefused(Refusal):
    """409: The payment provider does not allow this"""

    code = "stripe_refused"


class StripeUnavailable(Refusal):
    """503: The payment provider cannot be reached"""

    code = "stripe_unavailable"


class SwapNotPossible(Refusal):
    """409: These times cannot be swapped"""

    code = "swap_not_possible"
    problem: RefusedChange | Problem


class SwapOfferOver(Refusal):
    """409: The swap offer is over"""

    code = "swap_offer_over"
    problem: RefusedChange | Problem


class SwapOfferUnknown(Refusal):
    """404: Unknown swap offer"""

    code = "swap_offer_unknown"
    problem: RefusedChange | Problem


class TemporalNotSetUp(Refusal):
    """503: Bookings are not possible yet"""

    code = "temporal_not_set_up"
    problem: RefusedBooking | RefusedGroup


class TemporalUnavailable(Refusal):
    """503: Reservations cannot be reached at the moment"""

    code = "temporal_unavailable"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class TokenExpired(Refusal):
    """401: The bearer token has expired"""

    code = "token_expired"
    problem: RefusedBooking | RefusedChange | Problem


class TokenInvalid(Refusal):
    """401: The bearer token is not valid"""

    code = "token_invalid"
    problem: RefusedBooking | RefusedChange | Problem


class TokenMissing(Refusal):
    """401: A bearer token is required"""

    code = "token_missing"
    problem: RefusedBooking | RefusedChange | Problem


class TooManyAttempts(Refusal):
    """429: Too many attempts"""

    code = "too_many_attempts"


class TooManyBayReports(Refusal):
    """429: A lot has been reported just now"""

    code = "too_many_bay_reports"


class TooManyContactPoints(Refusal):
    """409: You have too many addresses"""

    code = "too_many_contact_points"


class TooManyNewDrivers(Refusal):
    """429: Many drivers have been entered today"""

    code = "too_many_new_drivers"


class TooManyReservations(Refusal):
    """409: You have too many open reservations"""

    code = "too_many_reservations"
    problem: RefusedBooking | RefusedGroup


class TooManyStreams(Refusal):
    """429: Too many open streams"""

    code = "too_many_streams"


class TooManyWaitingEntries(Refusal):
    """409: You are on too many waiting lists"""

    code = "too_many_waiting_entries"


class TooManyWebhookEndpoints(Refusal):
    """409: There are too many endpoints"""

    code = "too_many_webhook_endpoints"


class TransactionNotPlaceable(Refusal):
    """422: It cannot have been so"""

    code = "transaction_not_placeable"


class TransferBookedOtherwise(Refusal):
    """409: Transfer booked in otherwise"""

    code = "transfer_booked_otherwise"


class TroubleUnknown(Refusal):
    """404: No such trouble"""

    code = "trouble_unknown"


class UnderMaintenance(Refusal):
    """409: The bays are under maintenance then"""

    code = "under_maintenance"
    problem: RefusedBooking | RefusedChange | RefusedGroup


class UnplacedTransactionDecided(Refusal):
    """409: Decided already"""

    code = "unplaced_transaction_decided"


class UnplacedTransactionUnknown(Refusal):
    """404: No such transaction"""

    code = "unplaced_transaction_unknown"


class VehicleUnknown(Refusal):
    """404: No such vehicle"""

    code = "vehicle_unknown"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


class WaitingEntryUnknown(Refusal):
    """404: You are not on this waiting list"""

    code = "waiting_entry_unknown"
    problem: RefusedBooking | Problem


class WaitingListFull(Refusal):
    """409: The waiting list is full"""

    code = "waiting_list_full"


class WaitingWishUnusable(Refusal):
    """422: There is no waiting list for this"""

    code = "waiting_wish_unusable"


class WebhookEndpointNotListening(Refusal):
    """409: This endpoint hears nothing"""

    code = "webhook_endpoint_not_listening"


class WebhookEndpointTriedOften(Refusal):
    """429: The endpoint was tried too often"""

    code = "webhook_endpoint_tried_often"


class WebhookEndpointUnknown(Refusal):
    """404: The endpoint is not known"""

    code = "webhook_endpoint_unknown"


class WeeklyHoursUsed(Refusal):
    """409: Your hours for this week are used up"""

    code = "weekly_hours_used"
    problem: RefusedBooking | RefusedChange | RefusedGroup | Problem


BY_CODE: dict[str, type[Refusal]] = {
    kind.code: kind
    for kind in (
        ActionFailed,
        BayChanged,
        BayCostsTooMuch,
        BayReportUnknown,
        BayTaken,
        BayUnfit,
        BayUnknown,
        BerthPromisedTwice,
        BeyondAuthority,
        BeyondTierHorizon,
        BodyTooLarge,
        BookingFailed,
        BookingTooLate,
        BudgetExceeded,
        BudgetUnknown,
        CardTaken,
        CardUnknown,
        ChangedMeanwhile,
        ChargerOffline,
        ChargerUnknown,
        ConnectorLesser,
        ConnectorUnknown,
        ContactCodeInvalid,
        ContactPointInvalid,
        ContactPointUnknown,
        CoolingOff,
        CostCenterUnknown,
        CostNotAccepted,
        CreditCurrencyMismatch,
        CurrencyNotExported,
        CursorInvalid,
        DatabaseUnavailable,
        DebtClosed,
        DebtNotPayable,
        DebtUnknown,
        DebtsOpen,
        DisputeAnswered,
        DisputeBarsNobody,
        DisputeNotAnswerable,
        DisputeNotClaimable,
        DisputeOpen,
        DisputeUnknown,
        DocumentTooLong,
        DocumentUnknown,
        DriverBlocked,
        DriverBookedAlready,
        DriverGroupTaken,
        DriverGroupUnknown,
        DriverTaken,
        DriverUnknown,
        EmailUnverified,
        EndpointInvalid,
        EnergyBeyondSlot,
        ErasureNotNow,
        ExtensionAlreadyUsed,
        GroupMemberUnknown,
        GroupTooLarge,
        GroupUnknown,
        GuestPassInvalid,
        GuestUnknown,
        IdempotencyKeyInvalid,
        IdempotencyKeyMissing,
        IdempotencyKeyReused,
        InstalledElsewhere,
        InvalidRequest,
        InvitationExpired,
        InvitationRevoked,
        InvitationUnknown,
        InvitationUsed,
        InvitationUsedUp,
        InvoiceAccountUnknown,
        InvoiceAccountUnusable,
        LocalListIsKept,
        MaintenanceInPast,
        MaintenanceOver,
        MaintenanceOverlaps,
        MaintenanceSpanInvalid,
        MaintenanceTooLong,
        MaintenanceUnknown,
        MalformedRequest,
        MembershipRequired,
        MembershipUnknown,
        MessageUnderWay,
        MessageUnknown,
        MoneyRequestDecided,
        MoneyRequestUnknown,
        MoreThanOwed,
        NoAccess,
        NoAnswerYet,
        NoFit,
        NoOfferOpen,
        NoSnoozeLeft,
        NotPossibleNow,
        NothingToMoveFor,
        OfferAccepted,
        OfferLapsed,
        OpeningHoursInvalid,
        OutsideArrivalWindow,
        Overloaded,
        PasswordByRotation,
        PaymentDeclined,
        PaymentProviderAway,
        PaymentStillMoving,
        PersonUnknown,
        PoolUnknown,
        PriceNotAccepted,
        PromisedOtherwise,
        ProposalSuperseded,
        QuietHoursInvalid,
        QuoteExpired,
        QuoteMismatch,
        QuoteUnknown,
        QuoteUsed,
        RefundAmountInvalid,
        RefundDisputed,
        RefundLineUnknown,
        RefundNotSettled,
        RefundStillOwed,
        RefundTooLarge,
        ReservationCodeInvalid,
        ReservationPending,
        ReservationUnknown,
        ReturnBookedOtherwise,
        RotationPending,
        RulesUnusable,
        ScopeMissing,
        SecondPersonNeeded,
        SeriesUnknown,
        SeriesUnusable,
        SessionIsReservations,
        SessionOver,
        SessionThereAlready,
        SessionUnknown,
        SiteClosed,
        SiteForbidden,
        SitePlanInvalid,
        SitePlanUnknown,
        SiteUnknown,
        SlotInPast,
        SlotInvalid,
        SlotUnavailable,
        StartRejected,
        StayTooLong,
        StopRejected,
        StripeRefused,
        StripeUnavailable,
        SwapNotPossible,
        SwapOfferOver,
        SwapOfferUnknown,
        TemporalNotSetUp,
        TemporalUnavailable,
        TokenExpired,
        TokenInvalid,
        TokenMissing,
        TooManyAttempts,
        TooManyBayReports,
        TooManyContactPoints,
        TooManyNewDrivers,
        TooManyReservations,
        TooManyStreams,
        TooManyWaitingEntries,
        TooManyWebhookEndpoints,
        TransactionNotPlaceable,
        TransferBookedOtherwise,
        TroubleUnknown,
        UnderMaintenance,
        UnplacedTransactionDecided,
        UnplacedTransactionUnknown,
        VehicleUnknown,
        WaitingEntryUnknown,
        WaitingListFull,
        WaitingWishUnusable,
        WebhookEndpointNotListening,
        WebhookEndpointTriedOften,
        WebhookEndpointUnknown,
        WeeklyHoursUsed,
    )
}
