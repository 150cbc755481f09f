"""Bays are declared by operators, shown to everybody, and what is needed of one is asked for with each booking."""

from tests.api.stage import Stage, assert_problem

ADDRESS = "/v1/operations/sites/north/bays"
LONG = {"label": "Bay 2", "length_cm": 1800, "trailer": True, "drive_through": True}


async def test_what_is_declared_is_shown_and_a_bay_that_is_not_named_stays(stage: Stage) -> None:
    body = {"bays": [LONG], "reason": "Measured"}
    put = await stage.http.put(ADDRESS, json=body, headers=stage.operators())
    assert put.status_code == 200, put.text
    more = {"bays": [{"label": "Bay 1", "accessible": True}], "reason": "Painted"}
    put = await stage.http.put(ADDRESS, json=more, headers=stage.operators())
    items = {one["label"]: one for one in put.json()["items"]}
    assert items["Bay 2"] == {**LONG, "width_cm": None, "height_cm": None, "accessible": False}
    assert items["Bay 1"]["accessible"] is True
    assert (await stage.http.get(ADDRESS, headers=stage.operators())).json() == put.json()
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()
    shapes = {one["bay"]: one["bay_shape"] for one in site["connectors"]}
    assert shapes["Bay 2"]["length_cm"] == 1800
    assert site["terms"]["accessible_kept_until_seconds"] == 3600
    availability = "/v1/sites/north/availability"

    async def free(**needs: str) -> int:
        found = await stage.http.get(availability, params=needs, headers=stage.driver())
        assert found.status_code == 200, found.text
        most: int = max(w["free"] for pool in found.json()["pools"] for w in pool["windows"])
        return most

    assert (await free(trailer="true"), await free(accessible="true", length_cm="400")) == (1, 1)
    plain = {"bays": [{"label": "Bay 1"}, {"label": "Bay 2"}], "reason": "As before"}
    assert (await stage.http.put(ADDRESS, json=plain, headers=stage.operators())).status_code == 200


async def test_a_bay_that_nobody_knows_and_sizes_that_cannot_be_change_nothing(stage: Stage) -> None:
    counts = await stage.row_counts()
    strange = {"bays": [LONG, {**LONG, "label": "Bay 99"}], "reason": "x"}
    answer = await stage.http.put(ADDRESS, json=strange, headers=stage.operators())
    assert "Bay 99" in assert_problem(answer, 404, "bay_unknown")["detail"]
    for wrong in ({"length_cm": 0}, {"height_cm": 10_001}, {"width_cm": 2.5}, {"trailer": "yes"}):
        body = {"bays": [{**LONG, **wrong}], "reason": "x"}
        answer = await stage.http.put(ADDRESS, json=body, headers=stage.operators())
        assert_problem(answer, 422, "invalid_request")
    twice = await stage.http.put(
        ADDRESS, json={"bays": [LONG, LONG], "reason": "x"}, headers=stage.operators()
    )
    assert_problem(twice, 422, "invalid_request")
    assert await stage.row_counts() == counts
    shown = (await stage.http.get(ADDRESS, headers=stage.operators())).json()["items"]
    assert not any(one["trailer"] for one in shown)
