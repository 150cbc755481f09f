"""Chargers, as operators look at them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.desk.principal import Principal
from api.desk.reach import require_charger
from db.engine import Sessions
from db.queries import reservations
from db.queries.charging import chargers, device_model
from db.queries.charging.device_model import Place
from db.tables import (
    AuditEntry,
    Charger,
    ChargerTraffic,
    Connector,
    DeviceReport,
    DeviceVariable,
    InboxEvent,
    LocalListRow,
)
from domain.errors import UnknownCharger
from domain.facts.refusals import NoSuchCharger
from domain.terms.site_roles import READ

_NEWEST_AUDIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerRecord:
    """A charger and what is known of it. `traffic` None: no gateway has written any. `local_list`: kept in step."""

    charger: Charger
    connectors: Sequence[Connector]
    faults: Sequence[InboxEvent]
    events: Sequence[InboxEvent]
    traffic: ChargerTraffic | None
    local_list: LocalListRow | None
    audit: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceModel:
    """A page of what a 2.x charger reported, and how far its newest reports had come `at` that moment."""

    variables: Sequence[DeviceVariable]
    reports: Sequence[DeviceReport]
    at: datetime


class Chargers:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self,
        principal: Principal,
        *,
        site_id: str | None,
        connected: bool | None,
        after: str | None,
        limit: int,
    ) -> Sequence[Charger]:
        """Up to `limit` + 1 chargers by id, `after` one; the extra one tells of a next page. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await chargers.page(
                session,
                site_id=site_id,
                connected=connected,
                reach=principal.reach,
                after=after,
                limit=limit,
            )

    async def device_model(
        self, principal: Principal, charger_id: str, *, search: str | None, after: Place | None, limit: int
    ) -> DeviceModel:
        """Up to `limit` + 1 of what it last reported, by name. Raises ScopeMissing, UnknownCharger."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            if await chargers.find(session, charger_id) is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            return DeviceModel(
                variables=await device_model.page(
                    session, charger_id, search=search, after=after, limit=limit
                ),
                reports=await device_model.reports_of(session, charger_id),
                at=self._clock(),
            )

    async def one(self, principal: Principal, charger_id: str) -> ChargerRecord:
        """Raises ScopeMissing, UnknownCharger."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            charger = await chargers.find(session, charger_id)
            if charger is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            return ChargerRecord(
                charger=charger,
                connectors=await chargers.connectors_of(session, charger_id),
                faults=await chargers.recent_faults(session, charger_id),
                events=await chargers.recent_events(session, charger_id),
                traffic=await chargers.traffic_of(session, charger_id),
                local_list=await chargers.local_list_of(session, charger_id),
                audit=await reservations.audit_of(session, charger_id, limit=_NEWEST_AUDIT),
            )
