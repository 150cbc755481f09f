"""Joining a site's waiting list: what is waited for, checked and written down once a key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.by_energy import energy_wanted
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.orders import customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from db.documents import energy_to_document, needs_to_document
from db.queries.lock_order import lock_people
from db.queries.people import driver_under_lock
from db.queries.place.access import admissions_of, tiers_at
from db.queries.place.opening import check_open
from db.queries.place.pool_facts import fitting_pools
from db.queries.place.pools import bare_pools
from db.queries.place.terms import versions_in_force
from db.queries.waiting_list import count_open_at, count_open_of
from db.tables import WaitingEntry
from domain.errors import SlotInvalid, TooManyWaitingEntries, WaitingListFull
from domain.facts.refused_bookings import NotOpenYet
from domain.facts.refused_waiting import ListFull, TooManyWaiting
from domain.place.energy import EnergyAsked
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.queue.serving import never_served, why_never
from domain.queue.wish import MOST_AT_SITE, Lasts, check_bays, check_wish, lasts_of
from domain.terms.drivers import Customer, is_by_fleet
from domain.terms.policy import Policy
from domain.terms.tiered import check_horizon, policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """Any slot from `start` to `end` will do that is as long as `length`, or as `energy` takes; one of them is named.
    `bays`: wanted together. `driver_id` None: the caller.
    """

    site_id: str
    start: datetime
    end: datetime
    length: timedelta | None = None
    energy: EnergyAsked | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    payment_method: str | None = None
    driver_id: str | None = None
    needs: Needs = NO_NEEDS
    vehicle_id: str | None = None
    bays: int = 1


async def noted(
    session: AsyncSession, principal: Principal, key: str, order: WaitingOrder, now: datetime
) -> tuple[str, bool]:
    """The entry's id, and was it known already? Raises as `WaitingListDesk.join`."""
    record = step_key("waiting-list", "", key)
    customer = await customer_of(session, principal, order.driver_id, record=record)
    digest = hashlib.sha256(step_key("waiting-list", customer.account, key).encode()).hexdigest()
    entry_id = f"w-{digest[:20]}"
    body = fingerprint(order, customer.driver_id)
    if await remember(session, account=customer.account, key=record, digest=body, code=entry_id, now=now):
        return entry_id, True
    row = await _entry(session, customer, order, now)
    row.id = entry_id
    await _check_room(session, row, now)
    session.add(row)
    return entry_id, False


async def _entry(
    session: AsyncSession, customer: Customer, order: WaitingOrder, now: datetime
) -> WaitingEntry:
    terms = (await versions_in_force(session, order.site_id, now)).terms
    check_bays(order.bays)
    window = Slot(order.start, order.end)
    needs = await needs_with(session, customer, order.vehicle_id, order.needs)
    energy = None if order.energy is None else await energy_wanted(
        session, order.energy, order.vehicle_id, customer
    )  # fmt: skip
    tiers = await tiers_at(session, customer.driver_id, [order.site_id], starts=window.start)
    tier = tier_of(terms.policy, tiers.get(order.site_id, frozenset()))
    policy = policy_for(terms.policy, tier)
    _check_opens(policy, window, now)
    pools = await fitting_pools(
        session,
        order.site_id,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        plugs=needs.plugs,
    )
    lasts = lasts_of(pools, policy.slots, order.length, energy)
    until = check_wish(window, lasts, policy, now)
    await _check_served(session, customer.driver_id, pools, policy, needs, lasts, window, now)
    length = order.length
    return WaitingEntry(
        account=customer.account,
        driver_id=customer.driver_id,
        fleet_id=customer.fleet_id if is_by_fleet(customer) else None,
        site_id=order.site_id,
        window_start=window.start,
        window_end=window.end,
        length_seconds=None if length is None else int(length.total_seconds()),
        energy=None if energy is None else energy_to_document(energy),
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=needs_to_document(needs),
        payment_method=order.payment_method,
        tier=tier,
        weight=next((one.queue_weight for one in policy.tiers if one.name == tier), 1),
        joined_at=now,
        asked_from=now,
        until=until,
    )


def _check_opens(policy: Policy, window: Slot, now: datetime) -> None:
    """Raises BeyondTierHorizon, SlotInvalid of a window in which nobody like them can book yet."""
    check_horizon(policy, window.start, now)
    if window.start > now + policy.slots.horizon:
        raise SlotInvalid(NotOpenYet(horizon=policy.slots.horizon))


async def _check_served(
    session: AsyncSession,
    driver_id: str,
    facts: Sequence[PoolFacts],
    policy: Policy,
    needs: Needs,
    lasts: Lasts,
    window: Slot,
    now: datetime,
) -> None:
    """Raises NoFit, NoAccess, SiteClosed of who could be given nothing in the window, whatever becomes free."""
    site_id = facts[0].site_id
    admissions = await admissions_of(session, driver_id, [site_id], at=now, starts=window.start)
    pools = await bare_pools(session, facts, window, {site_id: policy}, now, admissions, needs)
    never = never_served(pools, lasts.by_pool, window)
    if never is not None:
        check_open(facts[0].hours, never)
        raise why_never(pools, never)


async def _check_room(session: AsyncSession, row: WaitingEntry, now: datetime) -> None:
    """Raises TooManyWaitingEntries, of one person also where two of their requests come at once; WaitingListFull."""
    driver = await driver_under_lock(session, row.driver_id, now)
    if driver.person_id is not None:
        await lock_people(session, [driver.person_id])
    most = (await versions_in_force(session, row.site_id, now)).terms.policy.waiting.most_entries
    if await count_open_of(session, row.driver_id) >= most:
        raise TooManyWaitingEntries(TooManyWaiting(most=most))
    if await count_open_at(session, row.site_id) >= MOST_AT_SITE:
        raise WaitingListFull(ListFull(most=MOST_AT_SITE))
