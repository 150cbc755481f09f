"""Previews say for whom a change would be one, as availability shows it before and after."""

from datetime import timedelta
from typing import Any

import httpx

from domain.place.slots import Slot
from tests.api.stage import NOW, Stage, assert_problem, fresh_key
from tests.api.v1.test_sites import hold

SITE = "/v1/operations/sites/north"
NOON = {"name": "Noon", "weekly": [{"start": "12:00", "end": "15:00"}], "energy_per_kwh": 61}
STAFF = {"name": "staff", "told": "Staff", "factor_percent": 50}


async def tried(stage: Stage, kind: str, rules: Any) -> dict[str, Any]:
    """Nothing is written by it."""
    before = await stage.row_counts()
    answer = await stage.http.post(f"{SITE}/{kind}/preview", json={"rules": rules}, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    assert await stage.row_counts() == before
    found: dict[str, Any] = answer.json()
    return found


async def written(stage: Stage, kind: str, rules: Any) -> httpx.Response:
    headers = {**stage.operators(), "Idempotency-Key": fresh_key()}
    answer = await stage.http.post(f"{SITE}/{kind}", json={"rules": rules}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


async def shown(stage: Stage, driver_id: str = "driver-2", minutes: int = 60) -> dict[str, tuple[int, int]]:
    """Of all free windows, by start: energy and fee."""
    found: dict[str, tuple[int, int]] = {}
    start: str | None = NOW.isoformat()
    while start is not None:
        query = {"from": start, "to": "2026-12-08T12:00:00Z", "duration_minutes": str(minutes)}
        answer = await stage.http.get(
            "/v1/sites/north/availability", params=query, headers=stage.driver(driver_id)
        )
        if answer.status_code == 422:  # no slot is so long
            return {}
        page = answer.json()
        for window in page["pools"][0]["windows"]:
            price = page["prices"][window["price"]]
            found[window["start"]] = (price["energy_per_kwh"]["minor"], price["reservation_fee"]["minor"])
        start = page["next_from"]
    return found


def by_audience(preview: dict[str, Any], member: str = "effects") -> dict[tuple[str | None, str | None], Any]:
    return {(one["tier"], one["group_id"]): one for one in preview[member]}


async def test_a_nearer_horizon_and_shorter_slots_take_windows_away_from_whom_they_are_for(
    stage: Stage,
) -> None:
    gold = {"name": "gold", "horizon": "P10D", "reservation_fee": {"minor": 0, "currency": "EUR"}}
    await written(stage, "policies", {"tiers": [gold]})
    patch = {"slots": {"horizon": "P2D", "longest": "PT3H"}, "reservation_fee": {"minor": 450}}
    preview = await tried(stage, "policies", patch)
    effects = by_audience(preview)
    assert effects.keys() == {(None, None), ("gold", None)}
    everybody, members = effects[None, None], effects["gold", None]
    figures = {one["member"]: (one["before"], one["after"]) for one in everybody["figures"]}
    assert figures["slots.horizon"] == ("P14D", "P2D")
    assert {one["member"] for one in members["figures"]} == {"slots.longest"}
    (price,) = everybody["prices"]
    assert (price["before"]["reservation_fee"]["minor"], price["after"]["reservation_fee"]["minor"]) == (
        300,
        450,
    )
    assert members["prices"] == []
    before = {minutes: await shown(stage, minutes=minutes) for minutes in (60, 240)}
    await written(stage, "policies", patch)
    lost = {m: before[m].keys() - (await shown(stage, minutes=m)).keys() for m in before}
    told = {one["duration_seconds"] // 60: one for one in everybody["windows"]}
    assert told.keys() == {60, 240}
    for minutes, one in told.items():
        assert one["first"] == min(lost[minutes])
        assert one["windows"] == min(len(lost[minutes]), 400)
        assert one["complete"] == (len(lost[minutes]) <= 400)
    assert [one["duration_seconds"] for one in members["windows"]] == [4 * 3600]
    await written(
        stage,
        "policies",
        {"tiers": [], "slots": {"horizon": None, "longest": None}, "reservation_fee": {"minor": 300}},
    )


async def test_a_tariff_touches_whom_and_when_no_band_sets_the_price(stage: Stage) -> None:
    await stage.http.put(
        "/v1/operations/driver-groups/staff", json={"name": "Staff"}, headers=stage.operators()
    )
    await written(stage, "price-rules", {"currency": "EUR", "bands": [NOON], "groups": [STAFF]})
    preview = await tried(stage, "tariffs", {"energy_per_kwh": {"minor": 80}})
    effects = by_audience(preview)
    assert effects.keys() == {(None, None), (None, "staff")}
    for whom, factor in (((None, None), 1), ((None, "staff"), 2)):
        assert effects[whom]["figures"] == effects[whom]["windows"] == []
        (price,) = effects[whom]["prices"]
        assert price["band"] == ""
        assert price["after"]["energy_per_kwh"]["minor"] == 80 // factor
    await written(stage, "price-rules", None)


async def test_price_rules_change_what_availability_shows_as_their_preview_said(stage: Stage) -> None:
    await hold(stage, Slot(NOW + timedelta(hours=24), NOW + timedelta(hours=25)))
    rules = {
        "currency": "EUR",
        "bands": [NOON],
        "occupancy": [{"from_percent": 40, "factor_percent": 200}],
        "groups": [STAFF],
    }
    await stage.http.put(
        "/v1/operations/driver-groups/staff", json={"name": "Staff"}, headers=stage.operators()
    )
    member = "/v1/operations/driver-groups/staff/members/driver-1"
    await stage.http.put(member, json={}, headers=stage.operators())
    preview = by_audience(await tried(stage, "price-rules", rules), "items")
    assert preview.keys() == {(None, None), (None, "staff")}
    before = await shown(stage)
    await written(stage, "price-rules", rules)
    for whom, driver_id in (((None, None), "driver-2"), ((None, "staff"), "driver-1")):
        after, told = await shown(stage, driver_id), preview[whom]
        windows = {start: price for start, price in after.items() if start < "2026-12-06T12:00:00Z"}
        assert told["windows"] == len(windows)
        assert told["dearer"] == sum(price > before[start] for start, price in windows.items())
        assert told["cheaper"] == sum(price < before[start] for start, price in windows.items())
        (pool,) = told["pools"]
        for start, price in windows.items():
            covering = [one for one in pool["changes"] if one["first"] <= start <= one["last"]]
            said = [one["after"]["energy_per_kwh"]["minor"] for one in covering]
            assert said == ([] if price == before[start] else [price[0]]), start
        assert all(one["reasons"] for one in pool["changes"])
    none = by_audience(await tried(stage, "price-rules", None), "items")[None, None]
    assert (none["dearer"], none["cheaper"]) != (0, 0)


async def test_rules_that_are_none_are_refused_as_when_they_are_written(stage: Stage) -> None:
    unknown = {"currency": "EUR", "groups": [{**STAFF, "name": "bakers"}]}
    answer = await stage.http.post(
        f"{SITE}/price-rules/preview", json={"rules": unknown}, headers=stage.operators()
    )
    assert_problem(answer, 422, "rules_unusable")
