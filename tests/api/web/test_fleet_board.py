"""A fleet's board by pages: week and day, what is amiss, and what is booked every week."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

from sqlalchemy import insert

from activities.people.projection import columns_of
from api.desk.fleets import Fleets
from api.desk.principal import Principal
from api.web.fleet_board import Cell, Shown, Span, board
from contracts.publication import ReservationView
from db.tables import FleetDriver, ReservationRow, TroubleRow, Vehicle
from domain.reservation.code import workflow_id
from domain.reservation.lifecycle import State
from tests.api.stage import END, NOW, Stage, view_of
from tests.api.web.visits import ANA, DORA, Browser, signed_in
from tests.factories.policies import make_terms

_MINE: dict[str, Any] = {"driver_id": "fleet-1-driver", "account": "fleet-1", "fleet_id": "fleet-1"}
_SERIES: dict[str, Any] = {
    "site": "north", "first": "2026-11-23", "until": "2026-12-06", "at": "05:00", "minutes": "60",
    "weekday": ["0", "2"],
}  # fmt: skip


async def _published(stage: Stage, code: str, start: datetime, **over: Any) -> None:
    slot = {"slot_start": start, "slot_end": start + timedelta(hours=1)}
    await stage.publish(code, **(_MINE | slot | over))


async def test_a_day_shows_each_slot_under_its_hours(stage: Stage, dora: Browser) -> None:
    await _published(stage, "K7DAY222", datetime(2026, 12, 8, 9, 30, tzinfo=UTC))
    page = await dora.get("/fleet?span=day&first=2026-12-08")
    assert page.status_code == 200
    assert page.text.count("/r/K7DAY222") == 2  # in the table, and in the list for who has a phone
    assert re.search(r'<td colspan="4"><a[^>]*K7DAY222', page.text)
    assert "/r/K7DAY222" not in (await dora.get("/fleet?span=day&first=2026-12-09")).text


async def test_a_line_is_a_vehicle_where_that_is_asked_for(stage: Stage, dora: Browser) -> None:
    plate = "<KI 7>"
    async with stage.sessions.begin() as session:
        session.add(
            Vehicle(id="v-1", fleet_id="fleet-1", plate=plate, plugs=["IEC_62196_T2_COMBO"], made_at=NOW)
        )
        await session.flush()
        said = FleetDriver(driver_id="fleet-1-driver", fleet_id="fleet-1", vehicle_id="v-1", changed_at=NOW)
        await session.merge(said)
    await _published(stage, "K7WHEELS", datetime(2026, 12, 17, 9, 30, tzinfo=UTC))
    for span in ("week", "day"):
        page = (await dora.get(f"/fleet?rows=vehicles&span={span}&first=2026-12-17")).text
        assert "&lt;KI 7&gt;</th>" in page
        assert plate not in page
        assert page.count("/r/K7WHEELS") == 2
    assert "fleet-1-driver</th>" in (await dora.get("/fleet?first=2026-12-17")).text


async def test_what_is_amiss_stands_above_whichever_week_is_shown(stage: Stage, dora: Browser) -> None:
    await _published(stage, "K7LATE22", NOW - timedelta(minutes=20), state="LOCKED")
    await _published(stage, "K7FINE22", NOW + timedelta(hours=2), state="CONFIRMED")
    page = (await dora.get("/fleet?first=2026-12-08")).text
    assert re.search(r"K7LATE22[^<]*fleet-1-driver · late", page)
    assert "K7FINE22" not in page


async def test_a_place_that_is_broken_is_told_before_its_slot_begins(stage: Stage, dora: Browser) -> None:
    await _published(stage, "K7BROKEN", NOW + timedelta(hours=3), state="CONFIRMED", connector_id=1)
    await _published(stage, "K7SOUND2", NOW + timedelta(hours=3), state="CONFIRMED", connector_id=2)
    assert "K7BROKEN" not in (await dora.get("/fleet?first=2026-12-08")).text
    trouble = TroubleRow(
        charger_id="NORTH-1", connector_id=None, cause="silent", began_at=NOW, noticed_at=NOW, ended_at=None
    )
    async with stage.sessions.begin() as session:
        session.add(trouble)
    told = (await dora.get("/fleet?first=2026-12-08")).text
    assert re.search(r"K7BROKEN[^<]*charger out of order", told)
    assert "K7SOUND2" not in told
    async with stage.sessions.begin() as session:
        await session.delete(trouble)


async def test_others_see_neither_the_board_nor_its_slots(stage: Stage, dora: Browser) -> None:
    await _published(stage, "K7MINE22", datetime(2026, 12, 10, 9, 0, tzinfo=UTC))
    other = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-2"})
    async with other.http:
        for address in ("/fleet?first=2026-12-08", "/fleet?span=day&first=2026-12-10"):
            assert "K7MINE22" not in (await other.get(address)).text
    ana = await signed_in(stage, ANA)
    async with ana.http:
        for address in ("/fleet", "/fleet/series"):
            assert (await ana.get(address)).status_code == 403


async def test_a_dispatcher_opens_a_slot_of_the_board_and_steers_it_and_pays_nothing(
    stage: Stage, dora: Browser
) -> None:
    code = await stage.booked(who=stage.fleet(), driver_id="fleet-1-driver")
    opens = {"possible": ("extend", "cancel"), "terms": make_terms(), "id_tag": "SKVAN7", "bay": "Bay 1"}
    owed = {"client_secret": "pi_1_secret_2", "payment_status": "action_required"}
    await stage.publish(code, closed=True, **_MINE | opens | owed)
    board = await dora.get("/fleet?first=2026-11-22")
    assert f'href="/r/{code}"' in board.text
    assert not re.search("SKVAN7|pi_1_secret", board.text), "a board opens no bay, and pays for none"
    page = await dora.get(f"/r/{code}")
    assert (page.status_code, "SKVAN7" in page.text) == (200, True), "their driver's, to be handed on"
    assert f'href="/r/{code}/pay"' not in page.text
    assert "pi_1_secret" not in page.text
    for address in (f"/r/{code}/pay", f"/r/{code}/card"):
        assert (await dora.get(address)).status_code == 403, "whoever drives does"
    (until,) = re.findall(r'formaction="[^"]*/extend"[^>]* value="([^"]+)"', page.text)
    assert (await dora.send(page, f"/r/{code}/extend", asks=unescape(until))).status_code == 303
    assert (await dora.send(page, f"/r/{code}/cancel")).status_code == 303
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    view = await handle.query("view", result_type=ReservationView)
    assert [entry.code.split(" ")[0] for entry in view.timeline] == ["extend", "cancel"]


async def test_slots_of_others_are_no_dispatchers(stage: Stage, dora: Browser) -> None:
    others = {"driver_id": "fleet-2-driver", "account": "fleet-2", "fleet_id": "fleet-2"}
    theirs = await stage.booked(who=stage.fleet("fleet-2"), driver_id="fleet-2-driver")
    alone = await stage.booked()
    await stage.publish(theirs, closed=True, id_tag="SKTHEIRS", **others)
    await stage.publish(alone, closed=True, id_tag="SKALONE")
    board = await dora.get("/fleet?first=2026-11-22")
    for code in (theirs, alone):
        assert code not in board.text
        refused = await dora.get(f"/r/{code}")
        assert refused.status_code == 404
        assert not re.search("SKTHEIRS|SKALONE", refused.text)
        assert (await dora.send(board, f"/r/{code}/cancel")).status_code == 404
        assert (await dora.send(board, f"/r/{code}/extend", asks=END)).status_code == 404


async def test_a_name_is_no_markup(stage: Stage, dora: Browser) -> None:
    name = "<script>alert(1)</script>"
    await _published(stage, "K7MARKUP", datetime(2026, 12, 15, 9, 0, tzinfo=UTC), driver_id=name)
    for span in ("week", "day"):
        page = (await dora.get(f"/fleet?span={span}&first=2026-12-15")).text
        assert "K7MARKUP" in page
        assert "<script>alert" not in page


async def test_every_week_until_then_is_one_press_and_another_ends_it(stage: Stage, dora: Browser) -> None:
    page = await dora.get("/fleet/series")
    made = await dora.send(page, "/fleet/series", driver=["fleet-1-driver"], **_SERIES)
    assert made.status_code == 303, made.text
    again = await dora.send(page, "/fleet/series", driver=["fleet-1-driver"], **_SERIES)
    assert again.headers["location"] == made.headers["location"]
    shown = await dora.get(made.headers["location"])
    assert "4 of 4 dates are booked" in shown.text
    end = re.search(r"/fleet/series/(s-[0-9a-f]+)/end", shown.text)
    assert end is not None
    ended = await dora.send(shown, end[0], first="2026-11-30")
    assert ended.status_code == 303, ended.text
    assert "2 of 4 dates are booked" in (await dora.get(ended.headers["location"])).text
    stale = await dora.send(shown, end[0], first="2026-11-23")
    assert stale.status_code == 412


async def test_nobody_ends_or_makes_a_series_of_others(stage: Stage, dora: Browser) -> None:
    page = await dora.get("/fleet/series")
    made = await dora.send(page, "/fleet/series", driver=["fleet-1-driver"], **(_SERIES | {"at": "07:00"}))
    series_id = made.headers["location"].partition("made=")[2]
    other = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-2"})
    async with other.http:
        theirs = await other.get("/fleet/series")
        assert series_id not in theirs.text
        assert (await other.get(made.headers["location"])).status_code == 404
        before = await stage.row_counts()
        end = f"/fleet/series/{series_id}/end"
        assert (await other.send(theirs, end, first="2026-11-23", edition="x")).status_code == 404
        stolen = await other.send(theirs, "/fleet/series", driver=["fleet-1-driver"], **_SERIES)
        assert stolen.status_code == 404
        assert await stage.row_counts() == before


async def test_a_list_of_series_goes_on_page_by_page(stage: Stage) -> None:
    body = {"site_id": "north", "first": "2026-12-21", "at": "04:00", "lasts_minutes": 30, "times": 1}
    for at in ("01:00", "02:00", "03:00"):
        headers = stage.driver("driver-2") | {"Idempotency-Key": f"listed-{at}"}
        made = await stage.http.post("/v1/reservation-series", json=body | {"at": at}, headers=headers)
        assert made.status_code == 201, made.text
    found, cursor = [], None
    for _ in range(3):
        asked: dict[str, Any] = {"limit": 1} | ({} if cursor is None else {"cursor": cursor})
        page = await stage.http.get("/v1/reservation-series", params=asked, headers=stage.driver("driver-2"))
        found += [one["id"] for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
    assert len(set(found)) == 3
    assert cursor is None
    running = await stage.http.get(
        "/v1/reservation-series", params={"running": True}, headers=stage.driver("driver-1")
    )
    assert running.json()["items"] == []


async def test_slots_of_a_fleet_say_what_is_amiss(stage: Stage) -> None:
    await _published(stage, "K7GONE22", datetime(2026, 12, 20, 9, 0, tzinfo=UTC), state="NO_SHOW")
    asked: dict[str, Any] = {"from": "2026-12-20T00:00:00Z", "to": "2026-12-21T00:00:00Z", "limit": 1}
    page = await stage.http.get("/v1/fleet/slots", params=asked, headers=stage.fleet())
    assert [(one["code"], one["amiss"]) for one in page.json()["items"]] == [("K7GONE22", "no_show")]
    other = await stage.http.get("/v1/fleet/slots", params=asked, headers=stage.fleet("fleet-2"))
    assert other.json()["items"] == []
    assert (await stage.http.get("/v1/fleet/slots", params=asked, headers=stage.driver())).status_code == 403


def _slot(who: str, starts: float, ends: float) -> Shown:
    day = date(2026, 12, 1)
    return Shown(
        code="K7", who=who, day=day, clock="", until="", when="", site="", state=State.CONFIRMED, amiss=None,
        starts=starts, ends=ends,
    )  # fmt: skip


def test_what_overlaps_stands_in_lanes_of_its_own() -> None:
    first, second, third = _slot("van", 8, 9.5), _slot("van", 9, 10), _slot("van", 10, 24)
    found = board(Span.DAY, first.day, ["van", "idle"], [third, first, second])
    idle, van = found.lines
    assert [[cell.slot for cell in lane if cell.slot] for lane in van.lanes] == [[first, third], [second]]
    columns = len(found.hours) * 4
    assert {sum(cell.width for cell in lane) for line in found.lines for lane in line.lanes} == {columns}
    assert idle.lanes == [[Cell(width=columns, slot=None)]]


async def test_of_more_slots_than_are_shown_it_is_said_that_there_are_more(stage: Stage) -> None:
    start = datetime(2026, 12, 22, 9, 30, tzinfo=UTC)
    about = _MINE | {"fleet_id": "fleet-9", "slot_start": start, "slot_end": start + timedelta(hours=1)}
    columns = {**columns_of(view_of("K7", **about)), "revision": 1, "snapshot": {}, "updated_at": NOW}
    many = [{**columns, "code": f"K7{n:06}"} for n in range(1001)]
    browser = await signed_in(stage, DORA | {"fleet_id": "fleet-9"})
    async with browser.http:
        for rows, says in ((many[:1000], False), (many[1000:], True)):
            async with stage.sessions.begin() as session:
                await session.execute(insert(ReservationRow), rows)
            page = (await browser.get("/fleet?first=2026-12-22")).text
            assert ("There are more slots than the 1000 shown" in page) is says


async def test_what_is_amiss_is_found_however_much_is_not(stage: Stage) -> None:
    soon = NOW + timedelta(days=30)
    for n, state in enumerate(("CONFIRMED", "AWAITING_PAYMENT", "CONFIRMED", "NO_SHOW", "CONFIRMED")):
        await _published(stage, f"K7AMISS{n}", soon, state=state)
    fleets = Fleets(stage.sessions, lambda: NOW)
    principal = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
    for at_once in (1, 2, 5, 100):
        found = await fleets.amiss(principal, soon, soon + timedelta(hours=1), at_once)
        assert [one.code for one in found] == ["K7AMISS1", "K7AMISS3"]
