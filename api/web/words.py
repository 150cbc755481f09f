"""Words of pages that are chosen by how things stand: the keys are `page.` and these."""

from collections.abc import Mapping

from api.desk.bay_signs import BayState
from api.desk.fleet_table import Flaw
from api.desk.tables import TableFlaw
from domain.place.bay_reports import ReportKind
from domain.place.site_plan import LandmarkKind
from domain.reservation.astray import Astray
from domain.reservation.swapping import OfferState
from domain.telling.channels import Channel
from domain.telling.endpoints import EndpointOutcome
from domain.telling.states import MessageState
from domain.telling.urgency import Urgency
from domain.terms import roster

BAY: Mapping[BayState, str] = {
    BayState.FREE: "bay.free",
    BayState.MAINTENANCE: "bay.maintenance",
    BayState.BROKEN: "bay.broken",
    BayState.TAKEN: "bay.taken",
    BayState.OCCUPIED: "bay.occupied",
    BayState.CLOSED: "bay.closed",
    BayState.RESERVED: "bay.kept",
    BayState.ARRIVING: "bay.arriving",
}
REPORTS: Mapping[ReportKind, str] = {kind: f"report.{kind}" for kind in ReportKind}
"""What can be wrong at a bay, in the order of the form."""
LANDMARKS: Mapping[LandmarkKind, str] = {kind: f"plan.kind.{kind}" for kind in LandmarkKind}
"""What is on a plan of a site beside its bays."""
BUTTONS: Mapping[str, str] = {
    name: f"do.{name}"
    for name in (
        "check_in",
        "start_charging",
        "accept_move",
        "decline_move",
        "stop_charging",
        "extend",
        "shorten",
        "cancel",
    )
}
"""By the action of a reservation, in the order in which they stand on its page."""
LEAVING: Mapping[str, str] = {"cancel": "do.leave"}
"""What an action is called instead by who stands at the bay."""
PRICES: Mapping[str, str] = {
    "energy_per_kwh": "site.per_kwh",
    "time_per_minute": "site.per_minute",
    "reservation_fee": "site.fee",
}
"""Of a slot, by the members of `domain.terms.priced.Prices`."""
SWAPS: Mapping[OfferState, str] = {state: f"swap.state.{state}" for state in OfferState}
"""What became of an offer to swap slots."""
FLEET: Mapping[str, str] = {
    "/fleet": "fleet.board",
    "/fleet/series": "fleet.series",
    "/fleet/drivers": "fleet.drivers",
    "/fleet/costs": "fleet.costs",
    "/fleet/import": "fleet.import",
    "/webhooks": "webhooks.title",
    "/me": "fleet.told",
}
"""A fleet's pages, by their addresses."""
BEFORE: Mapping[str, str] = {"week": "fleet.week_before", "day": "fleet.day_before"}
AFTER: Mapping[str, str] = {"week": "fleet.week_after", "day": "fleet.day_after"}
"""By what a board shows."""
AMISS: Mapping[str, str] = {kind: f"fleet.amiss.{kind}" for kind in Astray}
NEXT: Mapping[str, str] = {kind: f"fleet.next.{kind}" for kind in Astray}
"""What to do about it."""
UNUSABLE: Mapping[str, str] = {flaw: f"fleet.import.flaw.{flaw}" for flaw in (*TableFlaw, *Flaw)}
"""Of a table, or of a line of one."""
UNUSABLE_ROSTER: Mapping[str, str] = {
    **{flaw: UNUSABLE[flaw] for flaw in TableFlaw},
    TableFlaw.COLUMNS_MISSING: "fleet.roster.flaw.columns_missing",
    TableFlaw.TOO_MANY_LINES: "fleet.roster.flaw.too_many_lines",
}
"""Of a table of drivers and vehicles."""
ROSTER_FLAWS: Mapping[str, str] = {flaw: f"fleet.roster.flaw.{flaw}" for flaw in roster.Flaw}
CHANGES: Mapping[str, str] = {change: f"fleet.roster.change.{change}" for change in roster.Change}
"""What becomes of a line of one."""
FIELDS: Mapping[str, str] = {
    "date": "field.date",
    "time": "field.time",
    "number": "field.number",
    "email": "field.address",
    "select": "field.choice",
    "radio": "field.choice",
    "checkbox": "field.choice",
}
"""What a field takes, by its kind (`form_markup.Control`)."""
BOUNDS: Mapping[str, str] = {
    "string_too_long": "field.too_long",
    "greater_than_equal": "field.least",
    "greater_than": "field.more_than",
    "less_than_equal": "field.most",
}
"""Which bound was not kept, by what pydantic calls it."""
OF_FIELDS = (FIELDS, BOUNDS)
OF_FLEETS = (FLEET, BEFORE, AFTER, AMISS, NEXT, UNUSABLE, UNUSABLE_ROSTER, ROSTER_FLAWS, CHANGES)
"""Templates find them as `words`."""

NOT_ARRIVED = {
    state: f"operations.messages.{state}"
    for state in (
        MessageState.BOUNCED,
        MessageState.REFUSED,
        MessageState.NO_ADDRESS,
        MessageState.GIVEN_UP,
        MessageState.NOT_OFFERED,
        MessageState.UNREADABLE,
    )
}
"""What became of a message that has reached nobody and should have."""
CHANNELS = {channel: f"preferences.by.{channel}" for channel in Channel}
TOLD = {urgency: f"preferences.told.{urgency}" for urgency in Urgency}
"""What is told how soon, as people choose what goes where."""
WEBHOOKS = {outcome: f"webhooks.outcome.{outcome}" for outcome in EndpointOutcome}
"""What became of an event on its way to an engineer's endpoint."""
