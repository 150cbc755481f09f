"""A booking by a quote: it gets the versions of policy and tariff that the quote was made by, in one statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import PlaceHold
from db.queries.money.quotes import KeptQuote, take
from db.queries.place.terms import PriceVersion, versions_in_force
from db.tables import Site
from domain.errors import UnknownQuote
from domain.facts.refused_bookings import NoSuchQuote
from domain.place.slots import Slot
from domain.settlement.quote import Wish, check_quote
from domain.terms.accepted import Terms
from domain.terms.access_rules import AccessRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`varies`: how prices of the slot are to be made; None: they are in the terms, or do not vary.

    `access`: in force now, also where prices were quoted before; None: everybody may.
    """

    site: Site
    terms: Terms
    varies: PriceVersion | None = None
    access: AccessRules | None = None


async def offered(session: AsyncSession, ask: PlaceHold, at: datetime | None = None) -> Offered:
    """As quoted, else what is in force (`at` None: now). Raises UnknownSite, and for a quote UnknownQuote and as
    `check_quote`.
    """
    if ask.quote is None:
        versions = await versions_in_force(session, ask.site_id, at or ask.now)
        return Offered(
            site=versions.site, terms=versions.terms, varies=versions.prices, access=versions.access
        )
    found = await take(
        session, ask.quote, account=ask.account, driver_id=ask.driver_id, code=ask.code, now=at or ask.now
    )
    if found is None:
        raise UnknownQuote(NoSuchQuote())
    if found.quote.reservation_code != ask.code:  # else this booking has taken it before
        _check(found, ask, ask.now)
    return Offered(site=found.site, terms=found.terms, access=found.access)


def _check(found: KeptQuote, ask: PlaceHold, now: datetime) -> None:
    kept = found.quote
    quoted = Wish(
        site_id=kept.site_id,
        pool_id=kept.pool_id,
        connector_type=kept.connector_type,
        slot=Slot(kept.slot_start, kept.slot_end),
        bay=kept.bay,
    )
    wish = Wish(
        site_id=ask.site_id,
        pool_id=ask.pool_id,
        connector_type=ask.connector_type,
        slot=ask.slot,
        bay=ask.needs.bay,
    )
    check_quote(quoted, wish, valid_until=kept.valid_until, used=not found.taken, now=now)
