"""The tables, one file an aggregate. Importing this package registers all of them on `metadata`."""

from db.tables.charging.bay_reports import BayReport
from db.tables.charging.chargers import Charger, ChargerTraffic, Connector, RefusedConnection
from db.tables.charging.device_model import DeviceReport, DeviceVariable
from db.tables.charging.hand_holds import HandHold
from db.tables.charging.local_lists import LocalListRow
from db.tables.charging.quirks import ChargerQuirk
from db.tables.charging.readings import MeterReading
from db.tables.charging.refused_cards import RefusedCard
from db.tables.charging.sessions import ChargingSession
from db.tables.charging.troubles import TroubleRow
from db.tables.charging.unplaced import UnplacedTransaction
from db.tables.charging.walk_ins import WalkInChange, WalkInHandover, WalkInReceiver
from db.tables.delivery import TO_RESERVATIONS, InboxEvent, OutboxDelivery, Source, Target
from db.tables.home import HomeNamespace
from db.tables.metadata import metadata
from db.tables.money.adjustments import AdjustmentRow
from db.tables.money.card_setups import CardSetup
from db.tables.money.credits import Credit, CreditUse
from db.tables.money.debts import Debt
from db.tables.money.disputes import Dispute
from db.tables.money.documents import (
    BillingNote,
    BillingParty,
    Document,
    DocumentDue,
    DocumentNumber,
    StatementDocument,
)
from db.tables.money.event_cursors import EventCursor
from db.tables.money.follow_ups import FollowUp
from db.tables.money.invoice_accounts import InvoiceAccount, InvoiceTransfer
from db.tables.money.ledger import LedgerEntry, LedgerTransaction, Payment
from db.tables.money.payment_moments import PaymentMoment
from db.tables.money.quotes import Quote
from db.tables.money.reconciliations import MoneyComparison, MoneyRunObject, MoneyRunRow
from db.tables.money.requests import MoneyRequest
from db.tables.money.returns import Return
from db.tables.money.settlements import Settlement, SettlementLine
from db.tables.orphans import Orphan
from db.tables.people.audit import AuditEntry, IdempotencyRecord, Notification
from db.tables.people.driver_groups import DriverGroup, GroupMember
from db.tables.people.drivers import Driver, FormerCard, Token
from db.tables.people.erasures import ErasedId, Erasure
from db.tables.people.fleets import Budget, CostCenter, FleetDriver, FleetEntries
from db.tables.people.guests import ReservationGuest
from db.tables.people.invitations import InvitationAttempts, InvitationRow, InvitationUse
from db.tables.people.memberships import Membership, SubscriptionRow
from db.tables.people.people import Person
from db.tables.people.reservation_groups import ReservationGroup
from db.tables.people.reservation_series import ReservationSeries, SeriesDate
from db.tables.people.routes import ReservationRoute
from db.tables.people.signing_in import Passkey, SealingKey, SignInLink, UsedChallenge
from db.tables.people.telling import ContactPoint, Farewell, Message, TellingPreferences
from db.tables.people.vehicles import Vehicle
from db.tables.people.waiting_list import UnusedOffer, WaitingEntry
from db.tables.people.web_sessions import WebSession
from db.tables.place.berth_records import BerthRecordRow
from db.tables.place.fences import Fence
from db.tables.place.holds import Hold
from db.tables.place.maintenance import MaintenanceConflict, MaintenanceWindow
from db.tables.place.sites import (
    AccessRulesVersion,
    Bay,
    PolicyVersion,
    Pool,
    PriceRulesVersion,
    Site,
    TariffVersion,
    WalkInTariffVersion,
    WatchedSite,
)
from db.tables.place.swaps import SwapOfferRow
from db.tables.reservations import ReservationRow, WatchedReservation
from db.tables.webhook_endpoints import ReservationChange, WebhookEndpoint

__all__ = [
    "AccessRulesVersion",
    "AdjustmentRow",
    "AuditEntry",
    "Bay",
    "BayReport",
    "BerthRecordRow",
    "BillingNote",
    "BillingParty",
    "CardSetup",
    "Charger",
    "ChargerQuirk",
    "ChargerTraffic",
    "ChargingSession",
    "Connector",
    "ContactPoint",
    "Budget",
    "CostCenter",
    "Credit",
    "CreditUse",
    "Debt",
    "DeviceReport",
    "DeviceVariable",
    "Dispute",
    "Document",
    "DocumentDue",
    "DocumentNumber",
    "Driver",
    "DriverGroup",
    "ErasedId",
    "Erasure",
    "EventCursor",
    "Farewell",
    "Fence",
    "FleetDriver",
    "FleetEntries",
    "FollowUp",
    "FormerCard",
    "GroupMember",
    "HandHold",
    "Hold",
    "HomeNamespace",
    "IdempotencyRecord",
    "InboxEvent",
    "InvitationAttempts",
    "InvitationRow",
    "InvitationUse",
    "InvoiceAccount",
    "InvoiceTransfer",
    "LedgerEntry",
    "LedgerTransaction",
    "LocalListRow",
    "MaintenanceConflict",
    "MaintenanceWindow",
    "Membership",
    "Message",
    "MeterReading",
    "MoneyComparison",
    "MoneyRequest",
    "MoneyRunObject",
    "MoneyRunRow",
    "Notification",
    "Orphan",
    "OutboxDelivery",
    "Passkey",
    "Payment",
    "PaymentMoment",
    "Person",
    "PolicyVersion",
    "Pool",
    "PriceRulesVersion",
    "Quote",
    "RefusedCard",
    "RefusedConnection",
    "ReservationChange",
    "ReservationGroup",
    "ReservationGuest",
    "ReservationRoute",
    "ReservationRow",
    "ReservationSeries",
    "Return",
    "SealingKey",
    "SeriesDate",
    "Settlement",
    "SettlementLine",
    "SignInLink",
    "Site",
    "Source",
    "StatementDocument",
    "SubscriptionRow",
    "SwapOfferRow",
    "TO_RESERVATIONS",
    "Target",
    "TariffVersion",
    "TellingPreferences",
    "Token",
    "TroubleRow",
    "UnplacedTransaction",
    "UnusedOffer",
    "UsedChallenge",
    "Vehicle",
    "WaitingEntry",
    "WalkInChange",
    "WalkInHandover",
    "WalkInReceiver",
    "WebSession",
    "WalkInTariffVersion",
    "WatchedReservation",
    "WatchedSite",
    "WebhookEndpoint",
    "metadata",
]
