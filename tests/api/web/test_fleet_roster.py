"""A fleet's drivers and vehicles out of a table and into one, by pages: looked at first, carried out as shown."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import and_, delete, select

from api.desk.editions import Seen
from api.desk.principal import Principal
from api.desk.refusals import ChangedMeanwhile
from db.tables import AuditEntry, CostCenter, Driver, FleetDriver, Notification, Vehicle
from tests.api.stage import NOW, Stage
from tests.api.web.tables import hand_over, no_table
from tests.api.web.visits import ANA, DORA, Browser, signed_in

TABLE = """driver;cost_center;vehicle;plugs;battery_kwh
fleet-1-driver;4711;KI-AB 12;CCS + Type 2;77,5
van-new;4711;ki ab 12;;
driver-1;;;;
<script>alert(1)</script>;none;;;
"""


@pytest.fixture
async def dora(stage: Stage) -> AsyncIterator[Browser]:
    async with stage.sessions.begin() as session:
        await session.execute(delete(FleetDriver))
        await session.execute(delete(Vehicle))
        await session.execute(delete(Driver).where(Driver.id.startswith("van-")))
        await session.execute(delete(Notification).where(Notification.driver_id.startswith("van-")))
        await session.execute(delete(AuditEntry).where(AuditEntry.subject.startswith("van-")))
        await session.merge(CostCenter(fleet_id="fleet-1", code="4711", name="Vans", made_at=NOW))
        await session.merge(Driver(id="driver-1", fleet_id=None, blocked=False, created_at=NOW))
    browser = await signed_in(stage, DORA)
    async with browser.http:
        yield browser


async def handed_over(browser: Browser, content: bytes) -> httpx.Response:
    return await hand_over(browser, "/fleet/drivers/import", content)


async def of(stage: Stage, driver_id: str) -> tuple[str | None, str, str]:
    """Their fleet, the plate of what they drive, and their cost center."""
    said = and_(FleetDriver.driver_id == Driver.id, FleetDriver.fleet_id == Driver.fleet_id)
    found = select(Driver.fleet_id, Vehicle.plate, FleetDriver.cost_center).outerjoin(FleetDriver, said)
    theirs = found.outerjoin(Vehicle, Vehicle.id == FleetDriver.vehicle_id).where(Driver.id == driver_id)
    async with stage.sessions() as session:
        fleet_id, plate, center = (await session.execute(theirs)).one()
    return fleet_id, plate or "", center or ""


async def test_a_table_is_looked_at_first_and_carried_out_once(stage: Stage, dora: Browser) -> None:
    before = await stage.row_counts()
    seen = await handed_over(dora, TABLE.encode("utf-16"))
    assert seen.status_code == 200, seen.text
    assert "2 of 4 lines change something, 2 cannot be carried out" in seen.text
    assert "new vehicle" in seen.text
    assert "known here already" in seen.text
    assert "no cost center" in seen.text
    assert "<script>alert" not in seen.text
    assert await stage.row_counts() == before
    done = await dora.send(seen, "/fleet/drivers/import/carry-out", text=TABLE)
    assert "2 lines are carried out, 2 could not be" in done.text
    for driver in ("fleet-1-driver", "van-new"):
        assert await of(stage, driver) == ("fleet-1", "KI-AB 12", "4711")
    assert await of(stage, "driver-1") == (None, "", "")
    async with stage.sessions() as session:
        told = await session.scalars(select(AuditEntry.actor).where(AuditEntry.subject == "van-new"))
        (van,) = await session.scalars(select(Vehicle).where(Vehicle.plate == "KI-AB 12"))
    assert [*told] == ["fleet:dora"]
    assert (van.plugs, van.battery_wh) == (["IEC_62196_T2_COMBO", "IEC_62196_T2"], 77_500)
    after = await stage.row_counts()
    again = await dora.send(seen, "/fleet/drivers/import/carry-out", text=TABLE)
    assert "0 lines are carried out" in again.text
    assert await stage.row_counts() == after


async def test_what_was_written_is_changed_and_read_again(stage: Stage, dora: Browser) -> None:
    seen = await handed_over(dora, TABLE.encode())
    await dora.send(seen, "/fleet/drivers/import/carry-out", text=TABLE)
    answer = await dora.get("/fleet/drivers.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "0 of " in (await handed_over(dora, answer.content)).text
    edited = answer.text.replace("77.5", "82").replace("van-new,4711,", "van-new,,")
    assert edited != answer.text
    seen = await handed_over(dora, edited.encode())
    await dora.send(seen, "/fleet/drivers/import/carry-out", text=edited)
    assert await of(stage, "van-new") == ("fleet-1", "KI-AB 12", "")
    async with stage.sessions() as session:
        (van,) = await session.scalars(select(Vehicle).where(Vehicle.plate == "KI-AB 12"))
    assert van.battery_wh == 82_000


async def test_what_has_changed_since_it_was_shown_is_shown_anew(stage: Stage, dora: Browser) -> None:
    seen = await handed_over(dora, TABLE.encode())
    async with stage.sessions.begin() as session:
        await session.merge(Driver(id="van-new", fleet_id="fleet-2", blocked=False, created_at=NOW))
    refused = await dora.send(seen, "/fleet/drivers/import/carry-out", text=TABLE)
    assert refused.status_code == 412
    assert "1 of 4 lines change something" in refused.text
    assert await of(stage, "fleet-1-driver") == ("fleet-1", "", "")
    done = await dora.send(refused, "/fleet/drivers/import/carry-out", text=TABLE)
    assert "1 lines are carried out" in done.text
    assert await of(stage, "van-new") == ("fleet-2", "", "")


async def test_of_two_who_hand_the_same_over_at_once_one_carries_it_out(stage: Stage, dora: Browser) -> None:
    rosters = stage.app.state.services.desk.rosters
    principal = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
    other = Principal(subject="dan", scopes=frozenset({"fleet"}), fleet_id="fleet-2")
    text = "driver;vehicle;plugs\n" + "".join(f"van-{n};P {n};CCS\n" for n in range(8))
    edition = (await rosters.look_at(principal, text)).edition
    seen = Seen.of(edition)
    answers = await asyncio.gather(
        *(rosters.carry_out(one, text, seen) for one in (principal, other, principal, other)),
        return_exceptions=True,
    )
    assert all(not isinstance(one, BaseException) or isinstance(one, ChangedMeanwhile) for one in answers)
    async with stage.sessions() as session:
        fleets = set(
            await session.scalars(
                select(Driver.fleet_id).where(Driver.id.in_([f"van-{n}" for n in range(8)]))
            )
        )
        plates = [*await session.scalars(select(Vehicle.plate).where(Vehicle.plate.like("P %")))]
    assert len(fleets) == 1  # all of it was one fleet's, or the other's
    assert sorted(plates) == [f"P {n}" for n in range(8)]


@no_table
async def test_what_is_no_table_changes_nothing_and_says_why(
    stage: Stage, dora: Browser, content: bytes
) -> None:
    before = await stage.row_counts()
    answer = await handed_over(dora, content)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await stage.row_counts() == before


async def test_who_is_no_fleet_hands_nothing_over(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        for address in ("/fleet/drivers/import", "/fleet/drivers.csv"):
            assert (await ana.get(address)).status_code == 403
        page = await ana.get("/me")
        for address, said in (
            ("/fleet/drivers/import/carry-out", {"text": TABLE, "edition": "x"}),
            ("/fleet/drivers/enter", {"driver": "van-9"}),
            ("/fleet/drivers/remove", {"driver": "fleet-1-driver", "edition": "x"}),
        ):
            assert (await ana.send(page, address, **said)).status_code == 403
