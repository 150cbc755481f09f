"""Groups and series over the wire: by energy in place of an end, and for guests."""

from typing import Any

import httpx
import pytest

from tests.api.stage import END, START, Stage, assert_problem, fresh_key

MIA = {"name": "Mia Berg", "contact": "mia@example.org"}
ENERGY = {"energy_wh": 30_000}
GROUP = {"site_id": "north", "start": START}
SERIES = {"site_id": "north", "first": START[:10], "at": "18:00", "every": "day", "times": 2}


async def post(stage: Stage, what: str, body: dict[str, Any]) -> httpx.Response:
    headers = stage.driver() | {"Idempotency-Key": fresh_key()}
    return await stage.http.post(f"/v1/reservation-{what}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("groups", GROUP | {"members": [{}, {}]}),
        ("groups", GROUP | {"members": [{"energy": ENERGY}, {}], "end": END}),
        ("groups", GROUP | {"members": [{}, {}], "end": START}),
        ("groups", GROUP | {"members": [{"energy": {"soc_now": 20, "soc_target": 80}}, {}]}),
        ("series", SERIES),
        ("series", SERIES | {"lasts_minutes": 60, "energy": ENERGY}),
        ("series", SERIES | {"energy": {"soc_now": 20, "soc_target": 80}}),
    ],
)
async def test_one_end_is_named_and_what_an_energy_is_reckoned_from(
    stage: Stage, what: str, body: dict[str, Any]
) -> None:
    assert_problem(await post(stage, what, body), 422, "invalid_request")


async def test_a_group_by_energy_shares_the_longest_slot_and_its_guest_has_a_pass(stage: Stage) -> None:
    members = [{"energy": {"energy_wh": 30_000}}, {"energy": {"energy_wh": 75_000}, "guest": MIA}]
    answer = await post(stage, "groups", GROUP | {"members": members})
    assert answer.status_code == 201, answer.text
    group = answer.json()
    assert group["state"] in ("answered", "open")
    own, guests = (one["code"] for one in group["members"])
    slots = {(one["reservation"]["start"], one["reservation"]["end"]) for one in group["members"]}
    assert slots == {(group["start"], group["end"])}
    seen = await stage.http.get(f"/v1/reservations/{guests}/guest", headers=stage.driver())
    assert seen.json() == MIA
    nobody = await stage.http.get(f"/v1/reservations/{own}/guest", headers=stage.driver())
    assert_problem(nobody, 404, "guest_unknown")


async def test_a_series_for_a_guest_names_them_for_each_date(stage: Stage) -> None:
    answer = await post(stage, "series", SERIES | {"energy": ENERGY, "guest": MIA})
    assert answer.status_code == 201, answer.text
    dates = answer.json()["dates"]
    assert len(dates) == 2
    for one in dates:
        seen = await stage.http.get(f"/v1/reservations/{one['code']}/guest", headers=stage.driver())
        assert seen.json() == MIA, seen.text
