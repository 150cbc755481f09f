"""A price of a slot before it is booked: by the same rules that will charge it, and whether a booking may have it.

A quote is a price, not a place: it holds no connector. It is for who asked, for one driver, one slot and one wish of
connector, and for one booking; that one gets the versions of policy and tariff that it was made by, whatever is in
force meanwhile. A booking that comes to nothing (a full site, a declined card, a payment that was never made) leaves
it to the next one, as long as it is valid.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import QuoteExpired, QuoteMismatch, QuoteUsed
from domain.facts import refused_bookings as why
from domain.money.bill import Bill
from domain.money.lines import ConnectorName
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.costs_ahead import CostUntil, costs_of_cancelling
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import NOWHERE
from domain.terms.accepted import Terms

_SOME_CONNECTOR = ConnectorName(charger_id="", number=0, bay=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be booked, and was quoted."""

    site_id: str
    pool_id: str | None
    connector_type: str | None
    slot: Slot
    bay: str = ""


def check_quote(quoted: Wish, wish: Wish, *, valid_until: datetime, used: bool, now: datetime) -> None:
    """Raises QuoteUsed, QuoteExpired or QuoteMismatch where a booking of `wish` at `now` may not have it.

    One for a pool is for any of its plugs: what it costs does not depend on that.
    """
    if used:
        raise QuoteUsed(why.QuoteWasUsed())
    if wish.pool_id is not None and wish.connector_type is None:
        quoted = replace(quoted, connector_type=None)
    if quoted != wish:
        raise QuoteMismatch(why.QuoteIsForAnother(start=quoted.slot.start, end=quoted.slot.end))
    if now > valid_until:
        raise QuoteExpired(why.QuoteHasExpired(until=valid_until))


def is_left_to_the_next(ended: Progress) -> bool:
    """Has this booking come to nothing, whoever ended it? Then its quote is as good as unused."""
    return ended.state is State.EXPIRED or ended.never_confirmed


def estimate(terms: Terms, slot: Slot, energy_wh: int) -> Bill:
    """Of who comes in time, is charged so much over the whole slot, and leaves as it ends."""
    stay = Progress(
        slot=slot,
        state=State.SETTLING,
        arrived_at=slot.start,
        transaction_started_at=slot.start,
        transaction_ended_at=slot.end,
        departed_at=slot.end,
    )
    leg = ChargingLeg(
        connector=_SOME_CONNECTOR, energy_wh=energy_wh, started_at=slot.start, ended_at=slot.end
    )
    bill = settle(stay, terms, (leg,), NOWHERE)
    return replace(bill, lines=tuple(replace(line, connector=None) for line in bill.lines))


def cancelling(terms: Terms, slot: Slot, now: datetime) -> tuple[CostUntil, ...]:
    """What it will cost once it is booked, from now on."""
    return costs_of_cancelling(Progress(slot=slot, state=State.CONFIRMED), terms, now)
