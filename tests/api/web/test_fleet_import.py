"""Bookings out of a table, by pages: looked at first, booked with one press, once, for one's own drivers only."""

import json
import re

import httpx
from sqlalchemy import update

from api.desk.fleet_table import Known, lines_of
from api.desk.idempotency import fingerprint, remember
from api.desk.orders import Order
from db.queries.place.sites import all_sites
from db.tables import BillingNote, CostCenter, FleetDriver, Vehicle
from domain.reservation.code import reservation_code, workflow_id
from tests.api.stage import NOW, Stage
from tests.api.web.tables import hand_over, no_table
from tests.api.web.visits import ANA, Browser, signed_in

TABLE = """driver;site;date;start;end;cost_center;reference
fleet-1-driver;north;2026-11-24;04:00;05:00;4711;Tour 1
fleet-2-driver;north;2026-11-24;04:00;05:00;;
<script>alert(1)</script>;north;2026-11-24;04:00;05:00;;
fleet-1-driver;north;2026-11-25;04:00;05:00;;
"""


async def handed_over(browser: Browser, content: bytes) -> httpx.Response:
    return await hand_over(browser, "/fleet/import", content)


async def test_a_table_is_looked_at_first_and_booked_once(stage: Stage, dora: Browser) -> None:
    before = await stage.row_counts()
    seen = await handed_over(dora, TABLE.encode())
    assert seen.status_code == 200
    assert "2 of 4 lines can be booked" in seen.text
    assert "no driver of this fleet" in seen.text
    assert "<script>alert" not in seen.text
    assert await stage.row_counts() == before
    booked = await dora.send(seen, "/fleet/import/book", text=TABLE)
    assert "2 of 4 lines are booked" in booked.text
    after = await stage.row_counts()
    again = await dora.send(seen, "/fleet/import/book", text=TABLE.replace("\n", "\r\n"))
    assert "2 of 4 lines are booked" in again.text
    assert await stage.row_counts() == after
    codes = codes_in(booked)
    assert codes_in(again) == codes
    async with stage.sessions() as session:
        note = await session.get_one(BillingNote, codes[0])
    assert (len(codes), note.cost_center, note.reference) == (2, "4711", "Tour 1")


async def test_a_line_is_booked_for_what_its_driver_usually_drives(stage: Stage, dora: Browser) -> None:
    van = Vehicle(
        id="v-van", fleet_id="fleet-1", plate="KI-AB 12", plugs=["CHADEMO"], height_cm=310, made_at=NOW
    )
    async with stage.sessions.begin() as session:
        session.add(van)
        await session.flush()
        said = {"fleet_id": "fleet-1", "vehicle_id": "v-van", "cost_center": "", "changed_at": NOW}
        await session.merge(FleetDriver(driver_id="fleet-1-driver", **said))
    text = "driver;site;date;start;end\nfleet-1-driver;north;2026-11-28;04:00;05:00\n"
    seen = await handed_over(dora, text.encode())
    assert "fleet-1-driver (KI-AB 12)" in seen.text
    booked = await dora.send(seen, "/fleet/import/book", text=text)
    (code,) = codes_in(booked)
    events = (await stage.temporal.get_workflow_handle(workflow_id(code)).fetch_history()).events
    begun = events[0].workflow_execution_started_event_attributes.input.payloads[0].data
    needs = json.loads(begun)["needs"]
    assert (needs["height_cm"], needs["plugs"]) == (310, ["CHADEMO"])
    async with stage.sessions.begin() as session:
        await session.execute(update(FleetDriver).values(vehicle_id=None))
    again = await dora.send(seen, "/fleet/import/book", text=text)
    assert "asked for before with another vehicle" in again.text


async def test_a_table_that_was_mended_books_only_what_is_new_in_it(stage: Stage, dora: Browser) -> None:
    page = await handed_over(dora, TABLE.encode())
    first = codes_in(await dora.send(page, "/fleet/import/book", text=TABLE))
    mended = TABLE.replace("fleet-2-driver;north;2026-11-24", "fleet-1-driver;north;2026-11-26")
    second = codes_in(await dora.send(page, "/fleet/import/book", text=mended))
    assert len(second) == 3
    assert set(first) < set(second)
    changed = await dora.send(page, "/fleet/import/book", text=TABLE.replace("4711", "4712"))
    assert "asked for before with another vehicle, cost center" in changed.text
    assert codes_in(changed) == first[1:]


async def test_a_cost_center_that_is_none_is_told_at_its_line(stage: Stage, dora: Browser) -> None:
    async with stage.sessions.begin() as session:
        session.add(CostCenter(fleet_id="fleet-1", code="4711", name="Vans", made_at=NOW))
        session.add(CostCenter(fleet_id="fleet-1", code="OVER", name="Cars", made_at=NOW, ended_at=NOW))
    seen = await handed_over(dora, TABLE.replace("25;04:00;05:00;;", "25;04:00;05:00;OVER;").encode())
    assert "1 of 4 lines can be booked" in seen.text
    assert "no cost center" in seen.text


async def test_a_line_that_was_refused_is_asked_for_anew(stage: Stage, dora: Browser) -> None:
    text = "driver;site;date;start;end\nfleet-1-driver;north;2026-11-27;04:00;05:00\n"
    refused = await refused_before(stage, text)
    page = await handed_over(dora, text.encode())
    (anew,) = codes_in(await dora.send(page, "/fleet/import/book", text=text))
    assert anew != refused
    assert codes_in(await dora.send(page, "/fleet/import/book", text=text)) == [anew]


async def test_a_line_that_was_refused_is_asked_for_with_what_its_driver_drives_now(
    stage: Stage, dora: Browser
) -> None:
    text = "driver;site;date;start;end\nfleet-1-driver;north;2026-12-01;04:00;05:00\n"
    refused = await refused_before(stage, text)
    async with stage.sessions.begin() as session:
        plugs = ["IEC_62196_T2"]
        session.add(Vehicle(id="v-new", fleet_id="fleet-1", plate="KI-NEW", plugs=plugs, made_at=NOW))
        await session.flush()
        said = {"fleet_id": "fleet-1", "vehicle_id": "v-new", "cost_center": "", "changed_at": NOW}
        await session.merge(FleetDriver(driver_id="fleet-1-driver", **said))
    page = await handed_over(dora, text.encode())
    (anew,) = codes_in(await dora.send(page, "/fleet/import/book", text=text))
    assert anew != refused
    async with stage.sessions.begin() as session:
        await session.execute(update(FleetDriver).values(vehicle_id=None))
    changed = await dora.send(page, "/fleet/import/book", text=text)
    assert "asked for before with another vehicle" in changed.text


async def refused_before(stage: Stage, text: str) -> str:
    """The reservation of the first attempt at its line, by which there was nothing free; its workflow is forgotten."""
    async with stage.sessions.begin() as session:
        sites = await all_sites(session)
        (line,) = lines_of(text, Known(drivers={"fleet-1-driver"}, sites=sites, centers=None), NOW)
        assert line.start is not None
        key = f"{line.key}-0"
        code = reservation_code("fleet-1", key)
        order = Order(site_id=line.site_id, start=line.start, end=line.end, driver_id=line.driver_id)
        digest = fingerprint(order, line.driver_id, "fleet-1")
        await remember(session, account="fleet-1", key=key, digest=digest, code=code, now=NOW)
    about = {"driver_id": line.driver_id, "fleet_id": "fleet-1", "account": "fleet-1"}
    await stage.publish(code, closed=True, state="DECLINED", decline_code="slot_unavailable", **about)
    return code


def codes_in(page: httpx.Response) -> list[str]:
    return re.findall(r'href="/r/([^"]+)"', page.text)


@no_table
async def test_what_is_no_table_books_nothing_and_says_why(
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
        assert (await ana.get("/fleet/import")).status_code == 403
        page = await ana.get("/me")
        refused = await ana.send(page, "/fleet/import/book", text=TABLE)
        assert refused.status_code == 403
