"""Lists: who sees what, filters, and pages that neither repeat nor skip."""

from datetime import timedelta
from typing import Any

import pytest

from db.tables import AuditEntry, Notification
from domain.facts.attention import Attention, Problem
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage

OWNERS = [
    ("driver-1", None), ("driver-1", None), ("driver-1", None), ("driver-2", None),
    ("fleet-1-driver", "fleet-1"), ("fleet-1-driver", "fleet-1"), ("fleet-2-driver", "fleet-2"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def codes(stage: Stage) -> list[str]:
    """Seven reservations; the second and third start at the same instant, the last needs attention."""
    made = [reservation_code("lists", str(n)) for n in range(len(OWNERS))]
    for n, (code, (driver_id, fleet_id)) in enumerate(zip(made, OWNERS, strict=True)):
        start = NOW + timedelta(hours=max(1, n) if n < 3 else n)
        await stage.publish(
            code,
            closed=n == 3,
            driver_id=driver_id,
            account=fleet_id or driver_id,
            fleet_id=fleet_id,
            state="COMPLETED" if n == 3 else "CONFIRMED",
            slot_start=start,
            slot_end=start + timedelta(hours=1),
            attention=(Attention(problem=Problem.SETTLEMENT_FAILED),) if n == 6 else (),
        )
    return made


async def listed(stage: Stage, path: str, who: dict[str, str], **query: Any) -> list[str]:
    response = await stage.http.get(path, params=query, headers=who)
    assert response.status_code == 200, response.text
    return [item["code"] for item in response.json()["items"]]


async def test_everybody_sees_their_own(stage: Stage, codes: list[str]) -> None:
    path = "/v1/reservations"
    assert set(await listed(stage, path, stage.driver())) == set(codes[:3])
    assert set(await listed(stage, path, stage.driver("stranger"))) == set()
    assert set(await listed(stage, path, stage.fleet())) == set(codes[4:6])
    assert set(await listed(stage, path, stage.operators())) == set(codes)


async def test_pages_neither_repeat_nor_skip(stage: Stage, codes: list[str]) -> None:
    for path in ("/v1/reservations", "/v1/operations/reservations"):
        seen: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            response = await stage.http.get(path, params={"limit": 2, **cursor}, headers=stage.operators())
            page = response.json()
            seen += [item["code"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(seen) == len(codes)
        assert set(seen) == set(codes)


async def test_filters_narrow_the_list(stage: Stage, codes: list[str]) -> None:
    path, who = "/v1/operations/reservations", stage.operators()
    assert await listed(stage, path, who, needs_attention=True) == [codes[6]]
    assert codes[6] not in await listed(stage, path, who, needs_attention=False)
    assert await listed(stage, path, who, state="COMPLETED") == [codes[3]]
    assert codes[3] not in await listed(stage, path, who, open_only=True)
    assert await listed(stage, path, who, driver_id="driver-2") == [codes[3]]
    assert await listed(stage, path, who, site_id="elsewhere") == []
    late = (NOW + timedelta(hours=5)).isoformat()
    assert set(await listed(stage, path, who, **{"from": late})) == set(codes[5:])
    assert set(await listed(stage, path, who, to=late)) == set(codes[:5])
    both = await listed(stage, path, who, state=["COMPLETED", "CONFIRMED"])
    assert set(both) == set(codes)


async def test_needs_attention_is_for_operators(stage: Stage, codes: list[str]) -> None:
    response = await stage.http.get("/v1/reservations", headers=stage.fleet("fleet-2"))
    assert [item["code"] for item in response.json()["items"]] == [codes[6]]
    assert "refund failed" not in response.text


async def test_operators_read_audit_and_notifications(stage: Stage, codes: list[str]) -> None:
    code = codes[0]
    async with stage.sessions.begin() as session:
        session.add(
            AuditEntry(key=f"{code}:1", at=NOW, actor="operator:olga", code="waive", subject=code, detail={})
        )
        session.add(
            Notification(
                key=f"{code}:confirmed:1",
                at=NOW,
                driver_id="driver-1",
                reservation_code=code,
                template="confirmed",
                parameters={"bay": "1"},
            )
        )
    base = f"/v1/operations/reservations/{code}"
    audit = (await stage.http.get(f"{base}/audit", headers=stage.operators())).json()
    assert [entry["action"] for entry in audit["items"]] == ["waive"]
    told = (await stage.http.get(f"{base}/notifications", headers=stage.operators())).json()
    assert [item["template"] for item in told["items"]] == ["confirmed"]
