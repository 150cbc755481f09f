"""Operators see ends of transactions without a session, page by page, and place or dismiss them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from db.tables import AuditEntry, ChargingSession, Connector, ReservationRow, UnplacedTransaction
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/unplaced-transactions"
CODE = "7F3K-2QVM-X9TA"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def nothing_yet(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(UnplacedTransaction))
        await session.execute(delete(ChargingSession))
        await session.execute(delete(ReservationRow).where(ReservationRow.code == CODE))


async def kept(stage: Stage, *, ended: int = 0, **over: Any) -> int:
    """Minutes from now."""
    at = NOW + ended * MINUTE
    values = {
        "event_id": f"e-{ended}-{len(over)}-{over.get('n', 0)}",
        "charger_id": "NORTH-1",
        "ended_at": at,
    }
    values |= {"heard_at": NOW, "meter_wh": 2500, "id_tag": "A11CE001", "stop_reason": "Local"}
    over.pop("n", None)
    async with stage.sessions.begin() as session:
        row = insert(UnplacedTransaction).values(**(values | over)).returning(UnplacedTransaction.id)
        return int((await session.execute(row)).scalar_one())


async def reservation(stage: Stage, site_id: str = "north") -> None:
    async with stage.sessions.begin() as session:
        await session.execute(
            insert(ReservationRow).values(
                code=CODE,
                revision=1,
                driver_id="driver-1",
                account="driver-1",
                site_id=site_id,
                state="NO_SHOW",
                slot_start=NOW - 60 * MINUTE,
                slot_end=NOW,
                snapshot={},
                updated_at=NOW,
                closed_at=NOW,
            )
        )


async def connectors(stage: Stage, charger_id: str = "NORTH-1") -> list[int]:
    async with stage.sessions() as session:
        of_it = select(Connector.id).where(Connector.charger_id == charger_id).order_by(Connector.number)
        return list(await session.scalars(of_it))


async def sessions(stage: Stage) -> list[ChargingSession]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(ChargingSession)))


async def goes_on(stage: Stage, ended_at: datetime | None) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(ChargingSession).values(ended_at=ended_at))


async def listed(stage: Stage, **query: Any) -> list[int]:
    response = await stage.http.get(PATH, params=query, headers=stage.operators())
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def decide(stage: Stage, number: int, what: str, **body: Any) -> Any:
    body = {"reason": "she called"} | body
    return await stage.http.post(f"{PATH}/{number}/{what}", json=body, headers=stage.operators("olga"))


async def test_they_are_listed_and_filtered_without_the_whole_card(stage: Stage) -> None:
    old = await kept(stage, ended=-60)
    here = await kept(stage, ended=-30, id_tag="")
    elsewhere = await kept(stage, ended=-10, charger_id="NORTH-2")
    assert await listed(stage) == [elsewhere, here, old]
    assert await listed(stage, charger_id="NORTH-1") == [here, old]
    assert await listed(stage, since=(NOW - 30 * MINUTE).isoformat()) == [elsewhere, here]
    assert await listed(stage, site_id="nowhere") == []
    assert (await decide(stage, here, "dismiss")).status_code == 200
    assert (await listed(stage, open=True), await listed(stage, open=False)) == ([elsewhere, old], [here])
    response = await stage.http.get(PATH, params={"charger_id": "NORTH-2"}, headers=stage.operators())
    (item,) = response.json()["items"]
    assert (item["id_tag"], item["meter_wh"], item["site_id"]) == ("…E001", 2500, "north")
    assert "A11CE001" not in response.text


async def test_pages_meet_without_gap_or_repetition(stage: Stage) -> None:
    made = [await kept(stage, ended=-(n // 2), n=n, meter_wh=n) for n in range(5)]
    found: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await stage.http.get(PATH, params=query, headers=stage.operators())).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(found) == sorted(made)
    refused = await stage.http.get(PATH, params={"cursor": "x"}, headers=stage.operators())
    assert_problem(refused, 400, "cursor_invalid")


async def test_placed_it_is_a_session_of_the_reservation_and_audited(stage: Stage) -> None:
    await reservation(stage)
    number = await kept(stage, ended=-10)
    here = (await connectors(stage))[0]
    said = {
        "reservation_code": CODE.lower(),
        "connector_id": here,
        "started_at": (NOW - 40 * MINUTE).isoformat(),
        "meter_start_wh": 1000,
    }
    response = await decide(stage, number, "place", **said)
    assert response.status_code == 200, response.text
    (session,) = await sessions(stage)
    assert response.json()["session_id"] == session.id
    assert (session.reservation_code, session.driver_id, session.authorised) == (CODE, "driver-1", True)
    assert (session.connector_id, session.meter_last_wh - session.meter_start_wh) == (here, 1500)
    assert session.ended_at is not None
    assert session.ended_at - session.started_at == 30 * MINUTE
    async with stage.sessions() as db:
        found = await db.scalars(select(AuditEntry).where(AuditEntry.code == "transaction_placed"))
        entry = list(found)[-1]
    assert (entry.actor, entry.subject, entry.detail["reservation"]) == ("operator:olga", "NORTH-1", CODE)
    assert_problem(await decide(stage, number, "dismiss"), 409, "unplaced_transaction_decided")


async def test_without_a_reservation_it_is_a_walk_ins_and_what_is_not_known_is_not_billed(
    stage: Stage,
) -> None:
    number = await kept(stage, ended=-10)
    here = (await connectors(stage))[-1]
    assert (await decide(stage, number, "place", connector_id=here)).status_code == 200
    (session,) = await sessions(stage)
    assert (session.reservation_code, session.connector_id) == (None, here)
    assert (session.meter_last_wh - session.meter_start_wh, session.started_at) == (0, session.ended_at)


async def test_what_cannot_have_been_is_refused_and_changes_nothing(stage: Stage) -> None:
    number = await kept(stage, ended=-10)
    here, other = (await connectors(stage))[0], (await connectors(stage, "NORTH-2"))[0]
    assert_problem(await decide(stage, number, "place", reservation_code=CODE), 404, "reservation_unknown")
    assert_problem(
        await decide(stage, number, "place", reservation_code="x"), 404, "reservation_code_invalid"
    )
    await reservation(stage, site_id="south")
    for wrong in (
        {"connector_id": other},
        {"connector_id": here, "started_at": NOW.isoformat()},
        {"connector_id": here, "meter_start_wh": 2501},
        {"connector_id": here, "reservation_code": CODE},
    ):
        refused = await decide(stage, number, "place", **wrong)
        assert_problem(refused, 422, "transaction_not_placeable")
    assert_problem(await decide(stage, number + 1, "place"), 404, "unplaced_transaction_unknown")
    assert_problem(await decide(stage, number, "dismiss", reason=""), 422, "invalid_request")
    assert_problem(await decide(stage, number, "place", meter_start_wh=-1), 422, "invalid_request")
    assert_problem(await decide(stage, 2**63, "dismiss"), 422, "invalid_request")
    assert (await listed(stage, open=True), await sessions(stage)) == ([number], [])


@pytest.mark.parametrize("runs", [True, False])
async def test_it_is_not_placed_where_and_when_a_session_is_known(stage: Stage, runs: bool) -> None:
    await reservation(stage)
    here, beside = (await connectors(stage))[0], (await connectors(stage, "NORTH-2"))[0]
    first, second = await kept(stage, ended=-30), await kept(stage, ended=-10)
    third = await kept(stage, ended=-20, charger_id="NORTH-2")
    begun, other = (NOW - 60 * MINUTE).isoformat(), (NOW - 25 * MINUTE).isoformat()
    mine = {"reservation_code": CODE, "connector_id": here}
    assert (await decide(stage, first, "place", started_at=begun, **mine)).status_code == 200
    if runs:
        async with stage.sessions.begin() as db:
            await db.execute(update(ChargingSession).values(ended_at=None))
    for number, twice in (
        (second, mine),
        (second, {"connector_id": here}),
        (third, mine | {"connector_id": beside}),
    ):
        refused = await decide(stage, number, "place", started_at=begun, **twice)
        assert_problem(refused, 409, "session_there_already")
    assert_problem(await decide(stage, first, "place", **mine), 409, "unplaced_transaction_decided")
    later = await decide(stage, second, "place", started_at=other, **mine)
    assert later.status_code == (409 if runs else 200)
    assert len(await sessions(stage)) == (1 if runs else 2)


async def test_the_session_of_nobody_that_it_has_becomes_the_reservations(stage: Stage) -> None:
    await reservation(stage)
    here = (await connectors(stage))[-1]
    begun = NOW - 40 * MINUTE
    values = {"charger_id": "NORTH-1", "connector_id": here, "transaction_id": "tx-1", "id_tag": ""}
    values |= {"authorised": False, "started_at": begun, "ended_at": NOW - 10 * MINUTE, "meter_at": NOW}
    async with stage.sessions.begin() as db:
        nobodys = insert(ChargingSession).values(meter_start_wh=0, meter_last_wh=2500, **values)
        session_id = await db.scalar(nobodys.returning(ChargingSession.id))
    end = {"session_id": session_id, "begun_at": begun, "meter_start_wh": 0, "id_tag": ""}
    number = await kept(stage, ended=-10, **end)
    assert await listed(stage, open=True) == [number]
    await goes_on(stage, None)
    refused = await decide(stage, number, "place", reservation_code=CODE)
    assert_problem(refused, 409, "session_there_already")
    await goes_on(stage, NOW - 10 * MINUTE)
    response = await decide(stage, number, "place", reservation_code=CODE)
    assert response.status_code == 200, response.text
    (session,) = await sessions(stage)
    assert (session.id, session.connector_id, session.started_at) == (session_id, here, begun)
    assert (session.reservation_code, session.driver_id, session.authorised) == (CODE, "driver-1", True)
    assert session.meter_last_wh - session.meter_start_wh == 2500
    assert await listed(stage, open=True) == []
