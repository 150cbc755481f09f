"""Price rules over what was really settled: what is read of it, demand and groups of that time; nothing is written."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from api.desk.price_rules import PriceRulesDesk
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.tables import DriverGroup, GroupMember, Hold, PriceRulesVersion, ReservationRow
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.terms.price_rules import Band, LeadStep, NamedFactor, OccupancyStep, PriceRules
from tests.activities.money.money_desk import CODE, NOW, SLOT, MoneyDesk, money_desk

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
TWICE = PriceRules(currency="EUR", occupancy=(OccupancyStep(from_percent=0, factor_percent=200),))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def told(desk: MoneyDesk, code: str = CODE, *, ahead: timedelta = timedelta(days=2)) -> None:
    """Booked so long before, and as it was published in the end."""
    async with desk.sessions.begin() as session:
        session.add(
            ReservationRow(
                code=code,
                revision=1,
                driver_id="driver-1",
                account="driver-1",
                site_id="north",
                state="COMPLETED",
                slot_start=SLOT.start,
                slot_end=SLOT.end,
                snapshot={},
                updated_at=NOW,
            )
        )
        session.add(
            Hold(
                reservation_code=code,
                step="book",
                connector_id=desk.connector,
                pool_id="north-dc",
                driver_id="driver-1",
                during=Range(SLOT.start, SLOT.end),
                slot_start=SLOT.start,
                slot_end=SLOT.end,
                opens_at=SLOT.start,
                watch_from=SLOT.start,
                placed_at=SLOT.start - ahead,
                released_at=SLOT.end,
                release_reason="completed",
            )
        )


async def test_what_was_settled_is_priced_again_as_it_was_metered_and_nothing_is_written(
    desk: MoneyDesk,
) -> None:
    await told(desk)
    await desk.charged(10_000)
    charged = (await desk.settle()).bill
    await told(desk, "7F3K-2QVM-X9TB")
    missed = (await desk.settle(State.NO_SHOW, code="7F3K-2QVM-X9TB", no_show_at=NOW)).bill
    rules = PriceRulesDesk(desk.sessions, lambda: NOW + timedelta(days=1))
    found = await rules.simulate(OLGA, "north", TWICE)
    total = found.found.total
    assert (total.reservations, total.dearer, total.cheaper) == (2, 1, 0)
    assert (found.left_out, found.complete) == (0, True)
    assert total.charged == charged.charge.minor + missed.charge.minor
    assert (total.lines_charged[LineKind.ENERGY], total.lines_would_be[LineKind.ENERGY]) == (500, 1_000)
    assert total.lines_would_be[LineKind.NO_SHOW] == total.lines_charged[LineKind.NO_SHOW] > 0
    before = await rules.simulate(OLGA, "north", TWICE, until=SLOT.start)
    assert before.found.total.reservations == 0
    with pytest.raises(UnusableValue):
        await rules.simulate(OLGA, "north", TWICE, since=NOW - timedelta(days=93), until=NOW)
    async with desk.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(PriceRulesVersion)) == 0


async def test_lead_time_demand_and_groups_are_those_of_when_it_was_booked(desk: MoneyDesk) -> None:
    """One connector that may be promised: it was all gone for who booked second, and nothing of it for the first."""
    for code, ahead in ((CODE, timedelta(days=2)), ("7F3K-2QVM-X9TB", timedelta(hours=1))):
        await told(desk, code, ahead=ahead)
        await desk.charged(10_000, code=code, transaction=code)
        await desk.settle(code=code)
    async with desk.sessions.begin() as session:
        session.add(DriverGroup(id="staff", name="Staff", made_at=SLOT.start))
        await session.flush()
        session.add(
            GroupMember(
                group_id="staff", driver_id="driver-1", since=SLOT.start, until=SLOT.end, joined_by="olga"
            )
        )
    rules = PriceRulesDesk(desk.sessions, lambda: NOW + timedelta(days=1))

    async def energy(wanted: PriceRules) -> int:
        return (await rules.simulate(OLGA, "north", wanted)).found.total.lines_would_be[LineKind.ENERGY]

    busy = (OccupancyStep(from_percent=1, factor_percent=300),)
    late = (LeadStep(within=timedelta(hours=2), factor_percent=200),)
    band = Band(name="all", energy_per_kwh=Money(100, "EUR"))
    assert await energy(PriceRules(currency="EUR", occupancy=busy)) == 500 + 1_500
    assert await energy(PriceRules(currency="EUR", lead=late)) == 500 + 1_000
    staff = (NamedFactor(name="staff", factor_percent=50),)
    assert await energy(PriceRules(currency="EUR", groups=staff, bands=(band,))) == 1_000
