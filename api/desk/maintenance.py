"""Maintenance windows of a site, for operators: to preview, to plan, to see and to cancel.

From the moment one is planned nothing new is promised in it. It is one transaction under the locks that bookings take:
what was promised before stands in it, and what comes after sees it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.clearing import repacked
from api.desk.audit import record
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from db.delivery import charger_events
from db.engine import Sessions
from db.queries.newest_first import RowPosition
from db.queries.place import maintenance
from db.queries.place.maintenance import StandingHold
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.sites import site_of
from db.queries.place.terms import versions_if_open
from db.tables import MaintenanceConflict, MaintenanceWindow
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.maintenance import OnConflict, PlannedMaintenance
from domain.errors import MaintenanceOver, MaintenanceOverlaps
from domain.facts.audit_rules import MaintenanceCancelled, MaintenancePlanned
from domain.facts.refused_maintenance import MaintainedThenAlready, MaintenanceHasEnded
from domain.place.planned import FATES, Fate, Scope, Target, WindowStanding, standing_of, window_span
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.terms.site_roles import READ, RUN

_THERE = frozenset({State.ARRIVED.value, State.CHARGING.value, State.OVERSTAYING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceOrder:
    """`starts_at` None: from now on."""

    site_id: str
    target: Target
    starts_at: datetime | None
    ends_at: datetime
    reason: str
    on_conflict: OnConflict = OnConflict.MOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A reservation whose slot touches the window."""

    code: str
    slot: Slot
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    id: int
    site_id: str
    target: Target
    span: Slot
    reason: str
    on_conflict: OnConflict
    standing: WindowStanding
    planned_by: str
    planned_at: datetime
    cancelled_at: datetime | None
    conflicts: Sequence[Conflict]


class MaintenanceDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def plan(self, principal: Principal, order: MaintenanceOrder, key: str) -> Window:
        """The same again for the same key.

        Raises ScopeMissing, UnknownSite, UnknownCharger, UnknownConnector, UnknownBay, MaintenanceInPast,
        MaintenanceSpanInvalid, MaintenanceTooLong, MaintenanceOverlaps, KeyReused.
        """
        principal.require_site(order.site_id, *RUN)
        now, site_id = self._clock(), order.site_id
        durable = step_key("maintenance", f"{principal.subject}:{site_id}", key)
        async with self._sessions.begin() as session:
            await site_of(session, site_id)
            known = await remember(
                session,
                account=principal.subject,
                key=step_key("maintenance", site_id, key),
                digest=fingerprint(order),
                code="",
                now=now,
            )
            if known:
                return await _shown(session, await maintenance.window_of_key(session, durable), now)
            window, conflicts = await _planned(session, order, durable, principal.subject, now)
            fact = MaintenancePlanned(
                window_id=window.id,
                start=window.starts_at,
                end=window.ends_at,
                reservations=len(conflicts),
                reason=order.reason,
            )
            await record(session, principal, fact, site_id, at=now)
            return await _shown(session, window, now)

    async def preview(self, principal: Principal, order: MaintenanceOrder) -> Sequence[Conflict]:
        """What planning it would do to whom; nothing is kept. Raises as `plan`, but for KeyReused."""
        principal.require_site(order.site_id, *RUN)
        now = self._clock()
        async with self._sessions() as session:  # never committed
            await site_of(session, order.site_id)
            _, conflicts = await _planned(session, order, "", principal.subject, now)
            return conflicts

    async def page(
        self, principal: Principal, site_id: str, after: RowPosition | None, limit: int
    ) -> Sequence[Window]:
        """Up to `limit` + 1, the latest beginning first. Raises ScopeMissing, UnknownSite."""
        principal.require_site(site_id, *READ)
        now = self._clock()
        async with self._sessions() as session:
            await site_of(session, site_id)
            rows = await maintenance.page(session, site_id, after, limit)
            return [await _shown(session, row, now) for row in rows]

    async def read(self, principal: Principal, site_id: str, window_id: int) -> Window:
        """Raises ScopeMissing, UnknownSite, UnknownMaintenance."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            return await _shown(
                session, await maintenance.window_of(session, site_id, window_id), self._clock()
            )

    async def cancel(self, principal: Principal, site_id: str, window_id: int, reason: str) -> Window:
        """What it closed can be booked at once. Again, nothing changes.

        Raises ScopeMissing, UnknownSite, UnknownMaintenance, MaintenanceOver.
        """
        principal.require_site(site_id, *RUN)
        now = self._clock()
        async with self._sessions.begin() as session:
            await site_of(session, site_id)
            row = await maintenance.window_of(session, site_id, window_id, under_lock=True)
            if row.cancelled_at is None:
                if row.ends_at <= now:
                    raise MaintenanceOver(MaintenanceHasEnded(window_id=window_id, end=row.ends_at))
                row.cancelled_at = now
                await _tell_cancelled(session, row, now)
                fact = MaintenanceCancelled(window_id=window_id, reason=reason)
                await record(session, principal, fact, site_id, at=now)
            return await _shown(session, row, now)


async def _planned(
    session: AsyncSession, order: MaintenanceOrder, key: str, by: str, now: datetime
) -> tuple[MaintenanceWindow, Sequence[Conflict]]:
    """Written; whom it meets is moved aside as far as nobody has to be told, and the others are told."""
    site_id, target = order.site_id, order.target
    span = window_span(order.starts_at, order.ends_at, now)
    place = await maintenance.named(session, site_id, target)
    facts = await lock_pools(session, [pool.id for pool in await pools_at(session, [site_id])])
    berths = await maintenance.closed_by(session, site_id, place)
    other = await maintenance.overlapping(session, site_id, berths, span)
    if other is not None:
        window_id, taken = other
        raise MaintenanceOverlaps(
            MaintainedThenAlready(window_id=window_id, start=taken.start, ends_at=taken.end)
        )
    window = MaintenanceWindow(
        site_id=site_id,
        charger_id=place.charger_id,
        connector_id=place.connector_id,
        bay_id=place.bay_id,
        starts_at=span.start,
        ends_at=span.end,
        reason=order.reason,
        on_conflict=order.on_conflict.value,
        planned_at=now,
        planned_by=by,
        key=key,
    )
    session.add(window)
    await session.flush()
    versions = await versions_if_open(session, site_id, now)
    conflicts = []
    for hold in await maintenance.standing_in(session, berths, span):
        moved = False
        if versions is not None and target.scope is not Scope.SITE:
            pool = next(pool for pool in facts if pool.id == hold.pool_id)
            moved = await repacked(session, hold, pool, versions.terms.policy, now)
        if hold.offered:
            continue  # no reservation that could be told: where it cannot make way, the list takes it back
        fate = Fate.REPACKED if moved else _fate(hold, order.on_conflict)
        conflicts.append(Conflict(code=hold.code, slot=hold.slot, fate=fate))
        row = _row(window.id, hold, fate)
        session.add(row)
        if fate in FATES.values():
            await _tell(session, ChargerEventKind.MAINTENANCE_PLANNED, window, row, now)
    await session.flush()
    return window, conflicts


def _fate(hold: StandingHold, on_conflict: OnConflict) -> Fate:
    return Fate.STAYS if hold.state in _THERE else FATES[on_conflict]


async def _tell(
    session: AsyncSession,
    kind: ChargerEventKind,
    window: MaintenanceWindow,
    stood: MaintenanceConflict,
    now: datetime,
) -> None:
    """The reservation, at least once and under one id, as of trouble: it does what its window says."""
    event = ChargerEvent(
        event_id=f"maintenance:{window.id}:{stood.hold_id}:{kind.value}",
        kind=kind,
        charger_id=stood.charger_id,
        connector_id=stood.connector_id,
        at=now,
        maintenance=PlannedMaintenance(
            window_id=window.id,
            start=window.starts_at,
            end=window.ends_at,
            on_conflict=OnConflict(window.on_conflict),
        ),
    )
    await charger_events.tell(await session.connection(), event, [stood.reservation_code], now)


async def _tell_cancelled(session: AsyncSession, window: MaintenanceWindow, now: datetime) -> None:
    """Those who were told of it."""
    for stood in await maintenance.conflicts_of(session, window.id):
        if stood.fate in FATES.values():
            await _tell(session, ChargerEventKind.MAINTENANCE_CANCELLED, window, stood, now)


def _row(window_id: int, hold: StandingHold, fate: Fate) -> MaintenanceConflict:
    return MaintenanceConflict(
        window_id=window_id,
        hold_id=hold.id,
        reservation_code=hold.code,
        charger_id=hold.charger_id,
        connector_id=hold.connector_id,
        slot_start=hold.slot.start,
        slot_end=hold.slot.end,
        fate=fate.value,
    )


async def _shown(session: AsyncSession, row: MaintenanceWindow, now: datetime) -> Window:
    span = Slot(row.starts_at, row.ends_at)
    return Window(
        id=row.id,
        site_id=row.site_id,
        target=Target(
            charger_id=row.charger_id,
            connector_id=row.connector_id,
            bay=await maintenance.bay_label(session, row),
        ),
        span=span,
        reason=row.reason,
        on_conflict=OnConflict(row.on_conflict),
        standing=standing_of(span, row.cancelled_at, now),
        planned_by=row.planned_by,
        planned_at=row.planned_at,
        cancelled_at=row.cancelled_at,
        conflicts=[
            Conflict(code=one.reservation_code, slot=Slot(one.slot_start, one.slot_end), fate=Fate(one.fate))
            for one in await maintenance.conflicts_of(session, row.id)
        ],
    )
