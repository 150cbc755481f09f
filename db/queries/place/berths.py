"""Which connectors of a site serve one car at a time, from what is declared: bays, and groups of each charger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.failures import excluded_by
from db.tables import Bay, Charger, Connector
from db.tables.place.holds import NO_OVERLAP
from domain.place.berths import joined

MOST_TOLD = 20
"""Of the pairs of reservations that contradict a declaration."""

_TWICE = text("""
SELECT a.reservation_code, b.reservation_code
FROM holds a JOIN holds b ON b.berth_id = a.berth_id AND b.id > a.id AND b.during && a.during
WHERE a.released_at IS NULL AND b.released_at IS NULL AND a.berth_id = ANY(:berths)
ORDER BY a.slot_start, a.id, b.id LIMIT :most
""")


class PromisedTwice(Exception):
    """Connectors would be one berth that are promised to two at once. `codes`: of reservations; may be none."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(*codes)
        self.codes = tuple(codes)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another connector of a berth."""

    connector_id: int
    charger_id: str
    number: int


async def join_berths(session: AsyncSession, site_id: str) -> None:
    """Name the berth of each connector of the site anew; holds follow, and the constraint is asked.

    Raises PromisedTwice; the caller then rolls back.
    """
    at_site = select(Connector).join(Charger, Charger.id == Connector.charger_id)
    rows = (await session.scalars(at_site.where(Charger.site_id == site_id).order_by(Connector.id))).all()
    chargers = (await session.scalars(select(Charger).where(Charger.site_id == site_id))).all()
    berths = joined([row.id for row in rows], _shared(rows, {one.id: one.one_at_a_time for one in chargers}))
    changed = [row for row in rows if row.berth_id != berths[row.id]]
    if not changed:
        return
    # Put off, so that those who contradict it can be named.
    await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED"))
    for row in changed:
        row.berth_id = berths[row.id]
    await session.flush()
    found = await session.execute(
        _TWICE, {"berths": sorted({row.berth_id for row in changed}), "most": MOST_TOLD}
    )
    codes = list(dict.fromkeys(code for pair in found for code in pair))
    if codes:
        raise PromisedTwice(codes)
    try:
        await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE"))
    except IntegrityError as error:
        if not excluded_by(error, NO_OVERLAP):
            raise
        raise PromisedTwice(()) from error


async def connectors_with_bays(
    session: AsyncSession, charger_id: str
) -> Sequence[Row[Connector, str | None]]:
    """Of the charger, by number, each with the label of its bay."""
    statement = select(Connector, Bay.label).outerjoin(Bay, Bay.id == Connector.bay_id)
    of_charger = statement.where(Connector.charger_id == charger_id).order_by(Connector.number)
    return (await session.execute(of_charger)).all()


async def beside_each(session: AsyncSession, connectors: Sequence[Connector]) -> dict[int, list[Beside]]:
    """The other connectors of each one's berth, by id."""
    berths = {one.berth_id for one in connectors}
    rows = await session.execute(
        select(Connector.id, Connector.charger_id, Connector.number, Connector.berth_id)
        .where(Connector.berth_id.in_(berths))
        .order_by(Connector.id)
    )
    of_berth: dict[int, list[Beside]] = {}
    for connector_id, charger_id, number, berth_id in rows:
        of_berth.setdefault(berth_id, []).append(Beside(connector_id, charger_id, number))
    return {
        one.id: [each for each in of_berth[one.berth_id] if each.connector_id != one.id] for one in connectors
    }


async def bays_named(session: AsyncSession, site_id: str, labels: set[str]) -> dict[str, int]:
    """Ids of the site's bays by label, those not known yet added."""
    bays = list(await session.scalars(select(Bay).where(Bay.site_id == site_id, Bay.label.in_(labels))))
    new = [Bay(site_id=site_id, label=label) for label in sorted(labels - {bay.label for bay in bays})]
    session.add_all(new)
    await session.flush()
    return {bay.label: bay.id for bay in (*bays, *new)}


def _shared(rows: Sequence[Connector], declared: Mapping[str, Sequence[Any]]) -> Iterator[list[int]]:
    """Groups of connector ids, which may overlap. `declared`: groups of numbers, by charger."""
    bays: dict[int, list[int]] = {}
    for row in rows:
        if row.bay_id is not None:
            bays.setdefault(row.bay_id, []).append(row.id)
    yield from bays.values()
    ids = {(row.charger_id, row.number): row.id for row in rows}
    for charger_id, groups in declared.items():
        for group in groups:
            yield [ids[charger_id, number] for number in group if (charger_id, number) in ids]
