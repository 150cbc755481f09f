"""What a 2.x charger reports of itself, as operators search it."""

from datetime import timedelta
from typing import Any

import pytest

from db.tables import DeviceReport, DeviceVariable
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/chargers/NORTH-1/device-model"
TOLD = [
    ("SampledDataCtrlr", 0, "TxUpdatedInterval", "60"),
    ("EVSE", 1, "AvailabilityState", "Available"),
    ("EVSE", 2, "AvailabilityState", "Occupied"),
    ("Connector", 1, "ConnectorType", "cCCS2"),
    ("TxCtrlr", 0, "TxStartPoint", "PowerPathClosed"),
]


@pytest.fixture(scope="module", autouse=True)
async def reported(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        session.add_all(
            DeviceVariable(
                charger_id="NORTH-1",
                component=component,
                evse=evse,
                variable=variable,
                attribute="Actual",
                value=value,
                told_at=NOW,
            )
            for component, evse, variable, value in TOLD
        )


async def found(stage: Stage, **params: Any) -> list[tuple[str, int, str]]:
    response = await stage.http.get(PATH, params=params, headers=stage.operators())
    assert response.status_code == 200, response.text
    return [(one["component"], one["evse"], one["value"]) for one in response.json()["items"]]


async def test_it_is_searched_by_component_variable_and_value(stage: Stage) -> None:
    assert len(await found(stage)) == len(TOLD)
    assert await found(stage, search="txupdated") == [("SampledDataCtrlr", 0, "60")]
    assert await found(stage, search="sampleddatactrlr.tx") == [("SampledDataCtrlr", 0, "60")]
    assert await found(stage, search="ccs") == [("Connector", 1, "cCCS2")]
    assert await found(stage, search="100%_") == []


async def test_pages_follow_each_other(stage: Stage) -> None:
    seen: list[Any] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await stage.http.get(PATH, params=params, headers=stage.operators())).json()
        seen += [(one["component"], one["evse"]) for one in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == sorted(seen)
    assert len(seen) == len(TOLD)


async def test_it_says_how_far_each_report_has_come(stage: Stage) -> None:
    told: list[dict[str, Any]] = [
        {"parts": [[0, 2]], "last_part": 2, "asked_at": NOW, "first_at": NOW, "last_at": NOW},
        {"parts": [[0, 0], [3, 4]], "last_part": 4, "first_at": NOW, "last_at": NOW},
        {"asked_at": NOW - timedelta(hours=1)},
    ]
    async with stage.sessions.begin() as session:
        session.add_all(
            DeviceReport(charger_id="NORTH-1", report=n, changed_at=NOW + timedelta(seconds=n), **one)
            for n, one in enumerate(told)
        )
    reports = (await stage.http.get(PATH, headers=stage.operators())).json()["reports"]
    assert [(one["report"], one["state"], one["parts"], one["missing"]) for one in reports] == [
        (2, "nothing", 0, []),
        (1, "incomplete", 3, [1, 2]),
        (0, "complete", 3, []),
    ]


async def test_bad_questions_are_refused(stage: Stage) -> None:
    answer = await stage.http.get(PATH, params={"cursor": "x"}, headers=stage.operators())
    assert_problem(answer, 400, "cursor_invalid")
    unknown = PATH.replace("NORTH-1", "GHOST")
    assert_problem(await stage.http.get(unknown, headers=stage.operators()), 404, "charger_unknown")
