"""Which connectors of a site serve one car at a time: those of one bay, and those a charger cannot use at once.

OCPP 1.6 knows no EVSE, so there the file is the only one who can tell; in 2.x it tells of bays that EVSEs share.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.failures import excluded_by
from db.seed.checks import SeedInvalid
from db.seed.plan import SiteSeed
from db.tables import Charger, Connector
from db.tables.place.holds import NO_OVERLAP


async def seed_berths(session: AsyncSession, site: SiteSeed) -> None:
    """The berth of each connector of the site, once all of them are written.

    Raises SeedInvalid when connectors become one berth that are promised to two drivers at once.
    """
    at_site = select(Connector).join(Charger, Charger.id == Connector.charger_id)
    rows = (await session.scalars(at_site.where(Charger.site_id == site.id).order_by(Connector.id))).all()
    berths = _joined([row.id for row in rows], _shared(rows, site))
    for row in rows:
        if row.berth_id != berths[row.id]:
            row.berth_id = berths[row.id]
    try:
        await session.flush()
    except IntegrityError as error:
        if not excluded_by(error, NO_OVERLAP):
            raise
        raise SeedInvalid(
            [f"site {site.id}: connectors that are to share a bay are promised to two drivers at once"]
        ) from error


def _shared(rows: Sequence[Connector], site: SiteSeed) -> Iterable[list[int]]:
    """Groups of connector ids, which may overlap."""
    named = {charger.id for charger in site.chargers}
    bays: dict[int, list[int]] = {}
    kept: dict[int, list[int]] = {}
    for row in rows:
        if row.bay_id is not None:
            bays.setdefault(row.bay_id, []).append(row.id)
        if row.charger_id not in named:  # what the file does not name stays as it is
            kept.setdefault(row.berth_id, []).append(row.id)
    yield from bays.values()
    yield from kept.values()
    ids = {(row.charger_id, row.number): row.id for row in rows}
    for charger in site.chargers:
        for group in charger.one_at_a_time:
            yield [ids[charger.id, number] for number in group]


def _joined(ids: Iterable[int], groups: Iterable[list[int]]) -> dict[int, int]:
    """Each id → the smallest id it is connected to through groups."""
    berth = {each: each for each in ids}
    for group in groups:
        together = {berth[each] for each in group}
        berth = {each: min(together) if root in together else root for each, root in berth.items()}
    return berth
