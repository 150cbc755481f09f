"""The client.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.calls.cards import Cards
from slotkeeper_client.calls.charging import Charging
from slotkeeper_client.calls.credits import Credits
from slotkeeper_client.calls.debts import Debts
from slotkeeper_client.calls.documents import Documents
from slotkeeper_client.calls.drivers import Drivers
from slotkeeper_client.calls.fleet import Fleet
from slotkeeper_client.calls.fleets import Fleets
from slotkeeper_client.calls.guests import Guests
from slotkeeper_client.calls.health import Health
from slotkeeper_client.calls.memberships import Memberships
from slotkeeper_client.calls.notices import Notices
from slotkeeper_client.calls.operators_bay_reports import OperatorsBayReports
from slotkeeper_client.calls.operators_cards import OperatorsCards
from slotkeeper_client.calls.operators_chargers import OperatorsChargers
from slotkeeper_client.calls.operators_credits import OperatorsCredits
from slotkeeper_client.calls.operators_debts import OperatorsDebts
from slotkeeper_client.calls.operators_disputes import OperatorsDisputes
from slotkeeper_client.calls.operators_driver_groups import OperatorsDriverGroups
from slotkeeper_client.calls.operators_drivers import OperatorsDrivers
from slotkeeper_client.calls.operators_fleets import OperatorsFleets
from slotkeeper_client.calls.operators_invoice_accounts import OperatorsInvoiceAccounts
from slotkeeper_client.calls.operators_ledger import OperatorsLedger
from slotkeeper_client.calls.operators_memberships import OperatorsMemberships
from slotkeeper_client.calls.operators_messages import OperatorsMessages
from slotkeeper_client.calls.operators_money_requests import OperatorsMoneyRequests
from slotkeeper_client.calls.operators_people import OperatorsPeople
from slotkeeper_client.calls.operators_quirks import OperatorsQuirks
from slotkeeper_client.calls.operators_reconciliation import OperatorsReconciliation
from slotkeeper_client.calls.operators_refused_cards import OperatorsRefusedCards
from slotkeeper_client.calls.operators_refused_connections import OperatorsRefusedConnections
from slotkeeper_client.calls.operators_reports import OperatorsReports
from slotkeeper_client.calls.operators_reservations import OperatorsReservations
from slotkeeper_client.calls.operators_sessions import OperatorsSessions
from slotkeeper_client.calls.operators_sites import OperatorsSites
from slotkeeper_client.calls.operators_troubles import OperatorsTroubles
from slotkeeper_client.calls.operators_unplaced_transactions import OperatorsUnplacedTransactions
from slotkeeper_client.calls.operators_webhook_endpoints import OperatorsWebhookEndpoints
from slotkeeper_client.calls.quotes import Quotes
from slotkeeper_client.calls.reservations import Reservations
from slotkeeper_client.calls.sites import Sites
from slotkeeper_client.calls.vehicles import Vehicles


class Slotkeeper(
    Cards,
    Charging,
    Credits,
    Debts,
    Documents,
    Drivers,
    Fleet,
    Fleets,
    Guests,
    Health,
    Memberships,
    Notices,
    OperatorsBayReports,
    OperatorsCards,
    OperatorsChargers,
    OperatorsCredits,
    OperatorsDebts,
    OperatorsDisputes,
    OperatorsDriverGroups,
    OperatorsDrivers,
    OperatorsFleets,
    OperatorsInvoiceAccounts,
    OperatorsLedger,
    OperatorsMemberships,
    OperatorsMessages,
    OperatorsMoneyRequests,
    OperatorsPeople,
    OperatorsQuirks,
    OperatorsReconciliation,
    OperatorsRefusedCards,
    OperatorsRefusedConnections,
    OperatorsReports,
    OperatorsReservations,
    OperatorsSessions,
    OperatorsSites,
    OperatorsTroubles,
    OperatorsUnplacedTransactions,
    OperatorsWebhookEndpoints,
    Quotes,
    Reservations,
    Sites,
    Vehicles,
):
    """Every call of the API, by its operation id."""
