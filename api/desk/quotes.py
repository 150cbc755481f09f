"""What a slot would cost, kept so that it can be held to: for whoever may book it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.by_energy import energy_wanted
from api.desk.fitting import pools_wanted
from api.desk.named_bays import bay_told
from api.desk.orders import customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from db.documents import (
    certainty_to_document,
    named_bay_to_document,
    payer_to_document,
    prices_to_document,
    reckoned_from_document,
    reckoned_to_document,
)
from db.engine import Sessions
from db.queries.money.quotes import keep, quote_of
from db.queries.place.by_energy import AskedByEnergy, slot_by_energy
from db.queries.place.opening import check_open, hours_of
from db.queries.place.prices import at_prices
from db.queries.place.terms import versions_in_force
from db.queries.standing import Wanted, standing_of
from db.tables import Quote
from domain.errors import UnknownQuote
from domain.facts.refused_bookings import NoSuchQuote
from domain.money.bill import Bill
from domain.place.certainty import certainty, worst
from domain.place.connectors import PoolConnector
from domain.place.energy import EnergyAsked, Reckoned
from domain.place.fit import NO_NEEDS, Needs, fits
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_slot_anywhere
from domain.settlement.costs_ahead import CostUntil
from domain.settlement.quote import cancelling, estimate
from domain.terms.accepted import Terms
from domain.terms.account import check_account
from domain.terms.certainty import Certainty
from domain.terms.drivers import Customer
from domain.terms.payer import check_membership
from domain.terms.policy import Policy
from domain.terms.tiered import check_horizon

_ID_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteOrder:
    """What is to be priced. `driver_id` None: for the caller. Either `end` or `energy` is named.

    `bay`: as of Order. `for_guest`: who books may be elsewhere then, which changes no price, but what is had instead.
    """

    site_id: str
    start: datetime
    end: datetime | None = None
    energy: EnergyAsked | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    expected_energy_wh: int | None = None
    driver_id: str | None = None
    needs: Needs = NO_NEEDS
    vehicle_id: str | None = None
    bay: str = ""
    for_guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """`estimate`: where an energy was named; `cancelling`: what that would cost from when it was asked on."""

    quote: Quote
    slot: Slot
    terms: Terms
    reckoned: Reckoned | None
    estimate: Bill | None
    cancelling: tuple[CostUntil, ...]


class Quotes:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def make(self, principal: Principal, order: QuoteOrder) -> Quoted:
        """A price, not a place: it holds nothing.

        Raises ScopeMissing, UnusableValue, UnknownDriver, UnknownSite, UnknownPool, UnknownVehicle, NoFit,
        BeyondTierHorizon, SlotInvalid, SiteClosed, MembershipRequired, AccountUnusable.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            customer = await customer_of(session, principal, order.driver_id)
            found = await versions_in_force(session, order.site_id, now)
            who = Wanted(driver_id=customer.driver_id, site_id=order.site_id, start=order.start)
            policy = found.terms.policy
            standing = await standing_of(session, who, policy, now)
            terms = found.terms.theirs(standing)
            check_account(standing.account, policy.payments, policy.currency)
            check_membership(terms.payer, policy.payments, member=standing.member)
            wish = await _wished(session, order, customer, terms.policy, now)
            slot, reckoned = wish.slot, wish.reckoned
            check_horizon(terms.policy, slot.start, now)
            check_slot_anywhere(slot, terms.policy.slots, now, terms.site_zone, pool_id=wish.pool_id)
            check_open(hours_of(found.site), slot)
            terms = await at_prices(
                session, terms, found.prices, wish.pools, slot, now, caller=standing.caller
            )
            named = await bay_told(session, found, terms, standing.caller, wish.pools, slot, wish.needs, now)
            terms = replace(terms, certainty=wish.sure, named_bay=named)
            quote = Quote(
                id=secrets.token_hex(_ID_BYTES),
                account=customer.account,
                driver_id=customer.driver_id,
                site_id=order.site_id,
                pool_id=wish.pool_id,
                connector_type=order.connector_type,
                slot_start=slot.start,
                slot_end=slot.end,
                expected_energy_wh=order.expected_energy_wh or (reckoned and reckoned.energy_wh),
                reckoned=None if reckoned is None else reckoned_to_document(reckoned),
                policy_id=found.policy_id,
                tariff_id=found.tariff_id,
                tier=terms.tier,
                asked_at=now,
                payer=payer_to_document(terms.payer),
                priced=None if terms.prices is None else prices_to_document(terms.prices),
                certainty=certainty_to_document(wish.sure),
                bay=order.bay,
                named_bay=named_bay_to_document(named),
                valid_until=now + terms.policy.quote_ttl,
            )
            await keep(session, quote)
        return _quoted(quote, terms)

    async def one(self, principal: Principal, quote_id: str) -> Quoted:
        """As it was told. Raises ScopeMissing, UnknownQuote for one that the caller has not asked for."""
        async with self._sessions() as session:
            found = await quote_of(session, principal.accounts, quote_id)
        if found is None:
            raise UnknownQuote(NoSuchQuote())
        return _quoted(found.quote, found.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """`pools`: that may give the slot; `pool_id`: if only one may. `sure`: the least of what may be given."""

    slot: Slot
    pools: Sequence[PoolFacts]
    pool_id: str | None
    sure: Certainty
    needs: Needs
    reckoned: Reckoned | None = None


async def _wished(
    session: AsyncSession, order: QuoteOrder, customer: Customer, policy: Policy, now: datetime
) -> _Wish:
    """Raises UnknownVehicle, UnknownPool, EnergyBeyondSlot, SlotInvalid; NoFit where no bay has what is needed,
    whatever is free.
    """
    needs = await needs_with(session, customer, order.vehicle_id, order.needs)
    needs = needs.at(order.bay)
    pools, there = await pools_wanted(
        session,
        order.site_id,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=needs,
    )
    if order.end is not None:
        slot, sure = Slot(order.start, order.end), _sure(there, needs, pools)
        return _Wish(slot=slot, pools=pools, pool_id=order.pool_id, sure=sure, needs=needs)
    if order.energy is None:
        raise ValueError("a quote is for a slot or for an energy")
    ask = AskedByEnergy(
        wanted=await energy_wanted(session, order.energy, order.vehicle_id, customer),
        start=order.start,
        pools=pools,
        driver_id=customer.driver_id,
        needs=needs,
    )
    found = await slot_by_energy(session, ask, policy, now)
    pools = [pool for pool in pools if found.pool_id in (None, pool.id)]
    return _Wish(
        slot=found.slot,
        pools=pools,
        sure=_sure(there, needs, pools),
        pool_id=order.pool_id or found.pool_id,
        needs=needs,
        reckoned=found.reckoned,
    )


def _sure(there: Sequence[PoolConnector], needs: Needs, pools: Sequence[PoolFacts]) -> Certainty:
    ids = {pool.id for pool in pools}
    return certainty(worst(c.rates for c in there if c.pool_id in ids and not fits(needs, c.shape)))


def _quoted(quote: Quote, terms: Terms) -> Quoted:
    slot, energy = Slot(quote.slot_start, quote.slot_end), quote.expected_energy_wh
    return Quoted(
        quote=quote,
        slot=slot,
        terms=terms,
        reckoned=None if quote.reckoned is None else reckoned_from_document(quote.reckoned),
        estimate=None if energy is None else estimate(terms, slot, energy),
        cancelling=cancelling(terms, slot, quote.asked_at),
    )
