"""What operators see of a charger: faults, what it can promise, messages, commands that wait."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert

from db.tables import ChargerTraffic, InboxEvent, LocalListRow, Source
from tests.api.stage import NOW, Stage, assert_problem


async def test_faults_are_shown_newest_first_and_apart_from_other_edges(stage: Stage) -> None:
    for minute, status in enumerate(("available", "faulted", "charging", "unavailable", "available")):
        await _event(stage, "NORTH-1", minute, status, "GroundFailure" if status == "faulted" else "")
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())).json()
    assert [(fault["status"], fault["error_code"]) for fault in charger["recent_faults"]] == [
        ("unavailable", ""),
        ("faulted", "GroundFailure"),
    ]


@pytest.mark.parametrize(
    ("capabilities", "promise"),
    [
        ({}, "backend"),
        ({"reserve_now": True}, "hard"),
        ({"reserve_now": True, "honours_holds": False}, "soft"),
        ({"reserve_now": False, "starts_unasked": True}, "soft"),
        ({"reserve_now": "nonsense"}, "backend"),
    ],
)
async def test_the_promise_follows_from_what_the_charger_can(
    stage: Stage, capabilities: dict[str, Any], promise: str
) -> None:
    await stage.charger_is("NORTH-3", capabilities=capabilities, next_password_hash="x", security_profile=2)
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-3", headers=stage.operators())).json()
    assert (charger["enforcement"], charger["capabilities"]) == (promise, capabilities)
    assert (charger["password_change_pending"], charger["security_profile"]) == (True, 2)


async def test_messages_and_pending_commands_are_shown_as_the_gateway_wrote_them(stage: Stage) -> None:
    await stage.charger_is("NORTH-1", gateway_instance="test-gateway", connected_at=NOW)
    await _traffic(stage, "NORTH-1", written=NOW + timedelta(seconds=5))
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())).json()
    shown, hidden = charger["last_messages"]
    assert shown["frame"] == [2, "a", "Authorize", {"idTag": "…EE77"}]
    assert (hidden["frame"], hidden["note"]) == (None, "not shown: too long")
    assert charger["pending_commands"] == [{"action": "Reset", "since": "2026-11-22T12:00:00Z", "sent": True}]
    assert charger["messages_at"] == "2026-11-22T12:00:05Z"


@pytest.mark.parametrize(
    "now", [{"gateway_instance": None}, {"gateway_instance": "test-gateway", "connected_at": NOW}]
)
async def test_what_waited_when_a_gateway_died_waits_no_more(stage: Stage, now: dict[str, Any]) -> None:
    await stage.charger_is("NORTH-1", **now)
    await _traffic(stage, "NORTH-1", written=NOW - timedelta(seconds=5))
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())).json()
    assert charger["pending_commands"] == []
    assert charger["last_messages"]


async def _traffic(stage: Stage, charger_id: str, *, written: Any) -> None:
    at = NOW.isoformat()
    messages = [
        {"at": at, "direction": "received", "action": "Authorize", "size": 40,
         "frame": [2, "a", "Authorize", {"idTag": "…EE77"}]},
        {"at": at, "direction": "sent", "action": "", "frame": None, "size": 9999, "note": "not shown: too long"},
    ]  # fmt: skip
    async with stage.sessions.begin() as session:
        await session.execute(delete(ChargerTraffic))
        await session.execute(
            insert(ChargerTraffic).values(
                charger_id=charger_id,
                messages=messages,
                pending_commands=[{"action": "Reset", "since": at, "sent": True}],
                updated_at=written,
            )
        )


async def _event(stage: Stage, charger_id: str, minute: int, status: str, detail: str) -> None:
    at = NOW + timedelta(minutes=minute)
    async with stage.sessions.begin() as session:
        await session.execute(
            insert(InboxEvent).values(
                source=Source.CHARGER,
                event_id=f"{charger_id}:{minute}",
                subject=charger_id,
                kind="connector_status",
                at=at,
                received_at=at,
                payload={"status": status, "detail": detail},
            )
        )


async def test_chargers_are_declared_to_share_a_bay_and_parted_again(stage: Stage) -> None:
    path, olga = "/v1/operations/chargers/NORTH-1/topology", stage.operators("olga")
    before = (await stage.http.get(path, headers=olga)).json()["connectors"][0]
    assert (before["bay"], before["beside"]) == ("Bay 1", [])
    body: dict[str, Any] = {"one_at_a_time": [], "reason": "one place"}
    body["connectors"] = [{"number": 1, "bay": "Bay 2"}]
    shared = (await stage.http.put(path, json=body, headers=olga)).json()["connectors"][0]
    assert [(one["charger_id"], one["number"]) for one in shared["beside"]] == [("NORTH-2", 1)]
    body["connectors"] *= 2
    assert_problem(await stage.http.put(path, json=body, headers=olga), 422, "invalid_request")
    body["connectors"] = [{"number": 9, "bay": "Bay 2"}]
    assert_problem(await stage.http.put(path, json=body, headers=olga), 404, "connector_unknown")
    body["connectors"] = [{"number": 1, "bay": "Bay 1"}]
    parted = (await stage.http.put(path, json=body, headers=olga)).json()["connectors"][0]
    assert (parted["bay"], parted["beside"]) == ("Bay 1", [])
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-1", headers=olga)).json()
    assert "one place" in str(charger["audit"])


async def test_a_kept_local_list_says_whether_the_charger_took_it(stage: Stage) -> None:
    async def shown() -> Any:
        path = "/v1/operations/chargers/NORTH-3"
        return (await stage.http.get(path, headers=stage.operators())).json()["local_list"]

    assert await shown() is None
    await stage.charger_is("NORTH-3", keeps_local_list=True)
    assert (await shown())["version"] is None
    async with stage.sessions.begin() as session:
        refused = {"version": 4, "entries": None, "pending": None, "refusal": "Failed", "changed_at": NOW}
        await session.execute(insert(LocalListRow).values(charger_id="NORTH-3", **refused))
    assert await shown() == {
        "kept": True,
        "version": 4,
        "listed": None,
        "waits": False,
        "refusal": "Failed",
        "changed_at": "2026-11-22T12:00:00Z",
    }
