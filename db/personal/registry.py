"""Every table: it holds something of drivers, or it is said why it does not."""

from db.personal.bookings import BOOKINGS
from db.personal.held import Altered, Held, Kept, scrubbed
from db.personal.money import MONEY
from db.personal.people import PEOPLE
from db.tables import InboxEvent, OutboxDelivery

_TOLD_ON = "what was to be delivered of facts that are given themselves"
_DELIVERED = "it was delivered, and is known as told"

DELIVERIES = (
    Held(
        table=OutboxDelivery,
        whose="t.inbox_id IN (SELECT id FROM inbox WHERE source = 'reservation' AND subject = ANY(:codes))",
        not_given=_TOLD_ON,
        erasing=Kept(_DELIVERED),
    ),
    # What chargers and the payment provider say is not found by an index: `db.personal.sweeping`.
    Held(
        table=InboxEvent,
        whose="(t.source IN ('reservation', 'debt') AND t.subject = ANY(:codes)) OR (t.source = 'walk_in' "
        "AND t.subject IN (SELECT id::text FROM sessions WHERE driver_id = :driver))",
        not_given=_TOLD_ON,
        erasing=Altered(scrubbed("payload"), _DELIVERED),
    ),
)

HELD: tuple[Held, ...] = (*DELIVERIES, *BOOKINGS, *MONEY, *PEOPLE)
"""In the order in which they are erased: by whom others are found comes after them."""

_OF_SITES = "what there is at sites, and by which rules and prices"
_OF_CHARGERS = "what chargers are and say of themselves"
_OF_FLEETS = "of fleets"
_OF_OURS = "how our own work stands, by codes of reservations and the provider's objects"

NOT_OF_DRIVERS = {
    "access_rules": _OF_SITES,
    "bays": _OF_SITES,
    "maintenance_windows": _OF_SITES,
    "policies": _OF_SITES,
    "pools": _OF_SITES,
    "price_rules": _OF_SITES,
    "sites": _OF_SITES,
    "tariffs": _OF_SITES,
    "walk_in_tariffs": _OF_SITES,
    "watched_sites": _OF_SITES,
    "driver_groups": "which groups there are; who is in them is `group_members`",
    "invitations": "into which groups one is invited; who came by them is `invitation_uses`",
    "berth_records": _OF_CHARGERS,
    "charger_traffic": "the last messages of chargers, in which tokens are made unreadable",
    "chargers": _OF_CHARGERS,
    "connectors": _OF_CHARGERS,
    "device_model": _OF_CHARGERS,
    "device_reports": _OF_CHARGERS,
    "hand_holds": _OF_CHARGERS,
    "local_lists": "which cards a charger holds: a card that is gone goes from there within half a minute",
    "quirks": _OF_CHARGERS,
    "refused_connections": "who knocked as a charger",
    "troubles": _OF_CHARGERS,
    "walk_in_receiver": _OF_OURS,
    "budgets": _OF_FLEETS,
    "cost_centers": _OF_FLEETS,
    "fleet_entries": _OF_FLEETS,
    "invoice_accounts": _OF_FLEETS,
    "invoice_transfers": _OF_FLEETS,
    "webhook_endpoints": "of fleets and of operators",
    "document_numbers": _OF_OURS,
    "event_cursors": _OF_OURS,
    "fences": _OF_OURS,
    "home_namespace": _OF_OURS,
    "money_comparisons": _OF_OURS,
    "money_run_objects": _OF_OURS,
    "money_runs": _OF_OURS,
    "orphans": _OF_OURS,
    "watched_reservations": _OF_OURS,
    "sealing_keys": _OF_OURS,
    "farewells": "addresses that were given up, nobody's by then, until the last message went there: a day at most",
    "used_challenges": "digests of questions that were answered, for ten minutes",
    "erasures": "who is being erased; in the end it knows nobody",
    "erased_ids": "digests of ids that no fleet may enter again",
}
"""Tables of which nothing is given and nothing erased, by name: why."""
