"""A fleet's drivers, by pages: what is said of them, and their lost cards; of no others."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.desk.editions import Seen
from api.desk.fleet_drivers import MOST_NEW_A_DAY, edition_of_assignment
from api.desk.principal import Principal
from db.personal.erase import erase, lock_to_erase
from db.tables import (
    AuditEntry,
    CostCenter,
    Driver,
    FleetDriver,
    FleetEntries,
    Notification,
    Passkey,
    ReservationSeries,
    SeriesDate,
    Token,
    Vehicle,
)
from domain.errors import TooManyNewDrivers
from domain.terms.roster import Flaw
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.web.forms_on import PageRead
from tests.api.web.visits import ANA, DORA, Browser, signed_in

PLATE = "<i>KI</i>"


@pytest.fixture
async def dora(stage: Stage) -> AsyncIterator[Browser]:
    async with stage.sessions.begin() as session:
        await session.merge(CostCenter(fleet_id="fleet-1", code="4711", name="Vans", made_at=NOW))
        await session.merge(
            Vehicle(id="v-van", fleet_id="fleet-1", plate=PLATE, plugs=["IEC_62196_T2_COMBO"], made_at=NOW)
        )
    browser = await signed_in(stage, DORA)
    async with browser.http:
        yield browser


async def _card(stage: Stage, card_id: str, driver_id: str) -> None:
    value = f"04{card_id.upper()}"
    async with stage.sessions.begin() as session:
        await session.merge(
            Token(
                value=value, kind="rfid", driver_id=driver_id, card_id=card_id, blocked=False, blocked_at=None
            )
        )


async def _passkey(stage: Stage, driver_id: str) -> None:
    texts = dict.fromkeys(("user_handle", "credential_id", "public_key", "transports", "name"), driver_id)
    async with stage.sessions.begin() as session:
        session.add(Passkey(driver_id=driver_id, sign_count=0, added_at=NOW, **texts))


async def _is_blocked(stage: Stage, card_id: str) -> bool:
    async with stage.sessions() as session:
        return (await session.get_one(Token, f"04{card_id.upper()}")).blocked


async def test_what_a_driver_drives_and_for_whom_is_said_on_the_page(dora: Browser) -> None:
    page = await dora.get("/fleet/drivers")
    assert PLATE not in page.text
    said = {"driver": "fleet-1-driver", "vehicle": "v-van", "center": "4711"}
    assert (await dora.send(page, "/fleet/drivers", **said)).status_code == 303
    shown = await dora.get("/fleet/drivers")
    assert re.search(r'value="v-van" selected', shown.text)
    assert re.search(r'value="4711" selected', shown.text)
    assert (await dora.send(page, "/fleet/drivers", **said)).status_code == 412  # seen before it was said
    assert (
        await dora.send(shown, "/fleet/drivers", **(said | {"driver": "fleet-2-driver"}))
    ).status_code == 404


async def test_a_driver_is_entered_and_removed_by_the_fleet(stage: Stage, dora: Browser) -> None:
    page = await dora.get("/fleet/drivers")
    for _ in range(2):
        assert (await dora.send(page, "/fleet/drivers/enter", driver=" van-3 ")).status_code == 303
    assert "van-3" in (await dora.get("/fleet/drivers")).text
    for taken in ("fleet-2-driver", "van-4"):
        async with stage.sessions.begin() as session:
            await session.merge(Driver(id="van-4", fleet_id=None, blocked=False, created_at=NOW))
        assert (await dora.send(page, "/fleet/drivers/enter", driver=taken)).status_code == 409
    page = await dora.get("/fleet/drivers")
    async with stage.sessions.begin() as session:
        session.add(FleetDriver(driver_id="van-3", fleet_id="fleet-1", cost_center="D9", changed_at=NOW))
    assert (await dora.send(page, "/fleet/drivers/remove", driver="van-3")).status_code == 412
    page = await dora.get("/fleet/drivers?after=van-2")
    edition = edition_of_assignment(FleetDriver(vehicle_id=None, cost_center="D9"))
    assert edition in page.text
    for _ in range(2):
        removed = await dora.send(page, "/fleet/drivers/remove", driver="van-3", edition=edition)
        assert removed.status_code == 303
    assert (await dora.send(page, "/fleet/drivers/remove", driver="fleet-2-driver")).status_code == 303
    async with stage.sessions() as session:
        assert (await session.get_one(Driver, "van-3")).fleet_id is None
        assert (await session.get_one(Driver, "fleet-2-driver")).fleet_id == "fleet-2"


async def test_who_was_entered_is_told_and_leaves_by_themselves(stage: Stage) -> None:
    mine, path = stage.fleet("fleet-7"), "/v1/fleet/drivers"
    for driver_id in ("told-1", "told-2"):
        assert (await stage.http.post(path, json={"driver_id": driver_id}, headers=mine)).status_code == 200
    async with stage.sessions() as session:
        told = select(Notification.template, Notification.parameters, Notification.fleet_id)
        found = (await session.execute(told.where(Notification.driver_id == "told-1"))).one()
    assert tuple(found) == ("entered_by_fleet", {"fleet": "fleet-7"}, None)
    browser = await signed_in(stage, {"sub": "told-1", "scope": "driver"})
    async with browser.http:
        page = await browser.get("/me/data")
        assert "fleet-7" in page.text
        for _ in range(2):
            assert (await browser.send(page, "/me/data/fleet/leave")).status_code == 303
        assert "fleet-7" not in (await browser.get("/me/data")).text
    for _ in range(2):
        left = await stage.http.delete("/v1/personal-data/fleet", headers=stage.driver("told-2"))
        assert left.status_code == 204
    refused = await stage.http.delete("/v1/personal-data/fleet", headers=mine)
    assert_problem(refused, 403, "scope_missing")
    assert (await stage.http.get(path, headers=mine)).json()["items"] == []
    again = await stage.http.post(path, json={"driver_id": "told-1"}, headers=mine)
    assert_problem(again, 409, "driver_taken")
    async with stage.sessions() as session:
        audited = select(AuditEntry.actor, AuditEntry.code).where(AuditEntry.subject == "told-1")
        entries = [tuple(row) for row in await session.execute(audited.order_by(AuditEntry.id))]
    assert entries[1:] == [("driver:told-1", "fleet_left")]


async def test_nobody_is_entered_who_is_known_by_anything_or_was_erased(stage: Stage, dora: Browser) -> None:
    """Who signs in, and who adds a vehicle or a passkey, is in no table of drivers."""
    await signed_in(stage, {"sub": "signed-in", "scope": "driver"})
    await _passkey(stage, "with-passkey")
    async with stage.sessions.begin() as session:
        plugs = ["IEC_62196_T2"]
        session.add(Vehicle(id="v-own", driver_id="with-vehicle", plate="A", plugs=plugs, made_at=NOW))
        session.add(Vehicle(id="v-gone", driver_id="was-erased", plate="B", plugs=plugs, made_at=NOW))
    async with stage.sessions.begin() as session:
        assert await erase(session, await lock_to_erase(session, "was-erased"), NOW) is not None
    page, lines = await dora.get("/fleet/drivers"), "driver\n"
    for known in ("signed-in", "with-passkey", "with-vehicle", "was-erased"):
        refused = await dora.send(page, "/fleet/drivers/enter", driver=known)
        assert refused.status_code == 409, known
        lines += f"{known}\n"
    rosters = stage.app.state.services.desk.rosters
    principal = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
    looked = await rosters.look_at(principal, lines)
    assert [one.flaw for one in looked.planned] == [Flaw.DRIVER_TAKEN] * 4
    async with stage.sessions() as session:
        assert await session.get(Driver, "was-erased") is None
    back = await stage.http.get("/v1/reservations", headers=stage.driver("was-erased"))
    assert back.status_code == 200


async def test_a_fleet_enters_so_many_a_day(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.merge(FleetEntries(fleet_id="fleet-9", day=NOW.date(), entered=MOST_NEW_A_DAY - 1))
    mine, path = stage.fleet("fleet-9"), "/v1/fleet/drivers"
    entered = await stage.http.post(path, json={"driver_id": "day-1"}, headers=mine)
    assert entered.status_code == 200
    refused = await stage.http.post(path, json={"driver_id": "day-2"}, headers=mine)
    assert_problem(refused, 429, "too_many_new_drivers")
    assert (await stage.http.post(path, json={"driver_id": "day-1"}, headers=mine)).status_code == 200
    rosters = stage.app.state.services.desk.rosters
    principal = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-9")
    looked = await rosters.look_at(principal, "driver\nday-3\n")
    with pytest.raises(TooManyNewDrivers):
        await rosters.carry_out(principal, "driver\nday-3\n", Seen.of(looked.edition))
    async with stage.sessions.begin() as session:
        assert await session.get(Driver, "day-2") is None
        assert await session.get(Driver, "day-3") is None
        counted = await session.get_one(FleetEntries, "fleet-9")
        assert counted.entered == MOST_NEW_A_DAY
        counted.day = NOW.date() - timedelta(days=1)
    entered = await stage.http.post(path, json={"driver_id": "day-2"}, headers=mine)
    assert entered.status_code == 200


async def test_who_is_entered_or_changed_stands_on_the_page_that_follows(stage: Stage) -> None:
    """However many stand before them; fifty stand on one page."""
    listed = [f"of-many-{nth:03}" for nth in range(105)]
    async with stage.sessions.begin() as session:
        session.add_all(
            Driver(id=one, fleet_id="fleet-many", blocked=one == listed[7], created_at=NOW) for one in listed
        )
    dan = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-many"})
    async with dan.http:
        page = await dan.get("/fleet/drivers")
        for new in ("of-many-0", "of-many-050x", "of-many-104x", listed[0], listed[49], listed[51]):
            entered = await dan.send(page, "/fleet/drivers/enter", driver=new)
            assert entered.status_code == 303
            there = await dan.get(entered.headers["location"])
            assert '<p role="status">The driver is entered' in there.text
            assert f"<h2>{new}</h2>" in there.text
            (form,) = [one for one in PageRead(there).forms if one.hidden.get("driver") == new][:1]
            kept = await dan.post(form.action, {**form.hidden, "vehicle": "", "center": ""})
            assert kept.status_code == 303
            there = await dan.get(kept.headers["location"])
            assert '<p role="status">What was changed for this driver is saved.' in there.text
            assert f"<h2>{new}</h2>" in there.text


async def test_a_fleet_enters_and_removes_drivers_by_api_too(stage: Stage) -> None:
    mine, path = stage.fleet("fleet-1"), "/v1/fleet/drivers"
    for _ in range(2):
        entered = await stage.http.post(path, json={"driver_id": "van-5"}, headers=mine)
        assert (entered.status_code, entered.json()["cost_center"]) == (200, "")
    other = await stage.http.post(path, json={"driver_id": "van-5"}, headers=stage.fleet("fleet-2"))
    assert_problem(other, 409, "driver_taken")
    series = {
        "id": "s-van-5", "account": "fleet-1", "driver_id": "van-5", "fleet_id": "fleet-1", "site_id": "north",
        "all_or_nothing": False, "asked": {}, "made_at": NOW,
    }  # fmt: skip
    day = {"series_id": "s-van-5", "slot_start": NOW, "slot_end": NOW + timedelta(hours=1), "due_at": NOW}
    async with stage.sessions.begin() as session:
        session.add(ReservationSeries(**series))
        await session.flush()
        session.add(SeriesDate(**day, day=NOW.date(), code="K7BOOKED", state="booked"))
        session.add(SeriesDate(**day, day=NOW.date() + timedelta(days=7), code="K7AHEAD", state="planned"))
    for headers in (stage.fleet("fleet-2"), mine, mine):
        assert (await stage.http.delete(f"{path}/van-5", headers=headers)).status_code == 204
    assert_problem(await stage.http.get(f"{path}/van-5", headers=mine), 404, "driver_unknown")
    async with stage.sessions() as session:
        states = await session.scalars(select(SeriesDate.state).order_by(SeriesDate.day))
    assert [*states] == ["booked", "cancelled"]


async def test_a_lost_card_is_blocked_by_the_fleet_whose_driver_has_it(stage: Stage, dora: Browser) -> None:
    await _card(stage, "c-mine", "fleet-1-driver")
    await _card(stage, "c-theirs", "fleet-2-driver")
    await _card(stage, "c-ana", "driver-1")
    page = await dora.get("/fleet/drivers")
    assert "c-mine" in page.text
    assert "c-theirs" not in page.text
    assert "04C-MINE" not in page.text  # whoever knows it can charge with it
    for card in ("c-theirs", "c-ana", "c-none"):
        assert (await dora.send(page, "/fleet/drivers/lost", card=card)).status_code == 404
    assert not await _is_blocked(stage, "c-theirs")
    assert (await dora.send(page, "/fleet/drivers/lost", card="c-mine")).status_code == 303
    assert await _is_blocked(stage, "c-mine")
    ana = await signed_in(stage, ANA)
    async with ana.http:
        assert (await ana.get("/fleet/drivers")).status_code == 403
        theirs = await ana.get("/me")
        assert (await ana.send(theirs, "/fleet/drivers/lost", card="c-theirs")).status_code == 403
    assert not await _is_blocked(stage, "c-theirs")


async def test_a_fleet_reports_lost_cards_by_api_too(stage: Stage) -> None:
    await _card(stage, "c-api", "fleet-2-driver")
    path = "/v1/cards/c-api/report-lost"
    assert_problem(await stage.http.post(path, headers=stage.fleet("fleet-1")), 404, "card_unknown")
    assert (await stage.http.post(path, headers=stage.fleet("fleet-2"))).status_code == 200
    assert await _is_blocked(stage, "c-api")
