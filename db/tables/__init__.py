"""The tables, one file an aggregate. Importing this package registers all of them on `metadata`."""

from db.tables.audit import AuditEntry, IdempotencyRecord, Notification
from db.tables.chargers import Charger, ChargerTraffic, Connector, RefusedConnection
from db.tables.drivers import Driver, Token
from db.tables.events import ChargerEventRow, EventDelivery
from db.tables.holds import Hold
from db.tables.ledger import LedgerEntry, LedgerTransaction, Payment, StripeEvent
from db.tables.metadata import metadata
from db.tables.reservations import ReservationRow
from db.tables.sessions import ChargingSession
from db.tables.sites import Bay, PolicyVersion, Pool, Site, TariffVersion

__all__ = [
    "AuditEntry",
    "Bay",
    "Charger",
    "ChargerEventRow",
    "ChargerTraffic",
    "ChargingSession",
    "Connector",
    "Driver",
    "EventDelivery",
    "Hold",
    "IdempotencyRecord",
    "LedgerEntry",
    "LedgerTransaction",
    "Notification",
    "Payment",
    "PolicyVersion",
    "Pool",
    "RefusedConnection",
    "ReservationRow",
    "Site",
    "StripeEvent",
    "TariffVersion",
    "Token",
    "metadata",
]
