"""Which connectors of a charger serve one car at a time, for operators: to see, and to declare.

A declaration counts at once, for bookings, availability and the gate; a seed file no longer changes it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.reach import require_charger
from db.engine import Sessions
from db.queries.charging import chargers
from db.queries.place.berths import (
    Beside,
    PromisedTwice,
    bays_named,
    beside_each,
    connectors_with_bays,
    join_berths,
)
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.tables import Charger, Connector
from domain.errors import BerthPromisedTwice, UnknownCharger, UnknownConnector
from domain.facts.audit import TopologyDeclared, TopologyWithdrawn
from domain.facts.refusals import BerthHeldTwice, NoSuchCharger, NoSuchConnector
from domain.terms.site_roles import READ, RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A connector, the label of its bay, and the others that cannot be used while it is."""

    connector: Connector
    bay: str | None
    beside: Sequence[Beside]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    charger: Charger
    connectors: Sequence[Placed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """`bays`: labels by connector number, None: none; who is not named keeps theirs. `plugs`: OCPI types of the plugs
    of an EVSE, by EVSE and connector; without any, its device model says them again.

    `one_at_a_time`: all groups of numbers that share an EVSE or a power cable.
    """

    bays: Mapping[int, str | None]
    one_at_a_time: Sequence[Sequence[int]]
    reason: str
    plugs: Mapping[int, Mapping[int, str]] = field(default_factory=dict)


def edition_of_topology(found: Topology) -> str:
    """Of what is declared; what chargers tell of themselves changes without an editor."""
    charger = found.charger
    connectors = [
        (one.connector.number, one.bay, one.connector.plug_types_declared and one.connector.plug_types)
        for one in found.connectors
    ]
    return edition_of(charger.topology_declared_at, charger.one_at_a_time, connectors)


class Topologies:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def read(self, principal: Principal, charger_id: str) -> Topology:
        """Raises ScopeMissing, UnknownCharger."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            return await _topology(session, await _found(session, charger_id))

    async def declare(
        self, principal: Principal, charger_id: str, said: Declaration, seen: Seen = WHATEVER
    ) -> Topology:
        """Raises ScopeMissing, UnknownCharger, ChangedMeanwhile, UnknownConnector, BerthPromisedTwice; nothing has
        changed then.
        """
        await require_charger(self._sessions, principal, charger_id, RUN)
        now = self._clock()
        try:
            async with self._sessions.begin() as session:
                charger = await _locked(session, charger_id, seen)
                await _write(session, charger, said, now)
                await join_berths(session, charger.site_id)
                groups = ", ".join("+".join(map(str, group)) for group in said.one_at_a_time)
                fact = TopologyDeclared(one_at_a_time=groups, reason=said.reason)
                bays = {str(number): bay for number, bay in said.bays.items()}
                plugs = {str(number): dict(types) for number, types in said.plugs.items()}
                more = {"bays": bays, "plugs": plugs}
                await record(session, principal, fact, charger_id, at=now, more=more)
        except PromisedTwice as error:
            raise BerthPromisedTwice(BerthHeldTwice(reservations=", ".join(error.codes))) from error
        return await self.read(principal, charger_id)

    async def withdraw(
        self, principal: Principal, charger_id: str, reason: str, seen: Seen = WHATEVER
    ) -> Topology:
        """What was declared stays until a seed file says otherwise.

        Raises ScopeMissing, UnknownCharger, ChangedMeanwhile.
        """
        await require_charger(self._sessions, principal, charger_id, RUN)
        now = self._clock()
        async with self._sessions.begin() as session:
            charger = await _locked(session, charger_id, seen)
            charger.topology_declared_at = None
            await record(session, principal, TopologyWithdrawn(reason=reason), charger_id, at=now)
        return await self.read(principal, charger_id)


async def _found(session: AsyncSession, charger_id: str) -> Charger:
    charger = await chargers.find(session, charger_id)
    if charger is None:
        raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
    return charger


async def _locked(session: AsyncSession, charger_id: str, seen: Seen) -> Charger:
    """Raises UnknownCharger, ChangedMeanwhile."""
    charger = await _found(session, charger_id)
    await lock_pools(session, [pool.id for pool in await pools_at(session, [charger.site_id])])
    await session.refresh(charger)
    seen.check(edition_of_topology(await _topology(session, charger)))
    return charger


async def _topology(session: AsyncSession, charger: Charger) -> Topology:
    rows = await connectors_with_bays(session, charger.id)
    beside = await beside_each(session, [connector for connector, _ in rows])
    return Topology(
        charger=charger,
        connectors=[
            Placed(connector=connector, bay=bay, beside=beside[connector.id]) for connector, bay in rows
        ],
    )


async def _write(session: AsyncSession, charger: Charger, said: Declaration, now: datetime) -> None:
    rows = {connector.number: connector for connector, _ in await connectors_with_bays(session, charger.id)}
    for number in (*said.bays, *said.plugs, *(each for group in said.one_at_a_time for each in group)):
        if number not in rows:
            raise UnknownConnector(NoSuchConnector(connector_id=number))
    ids = await bays_named(session, charger.site_id, {label for label in said.bays.values() if label})
    for number, label in said.bays.items():
        rows[number].bay_id = ids.get(label or "")
    for number, types in said.plugs.items():
        rows[number].plug_types = {str(plug): kind for plug, kind in types.items()}
        rows[number].plug_types_declared = bool(types)
    charger.one_at_a_time = [sorted(set(group)) for group in said.one_at_a_time]
    charger.topology_declared_at = now
    await session.flush()
