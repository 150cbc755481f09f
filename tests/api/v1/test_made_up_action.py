"""An entry in the table of actions is a route: path, body, example and documented refusals, without a line here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

import pytest

from domain.errors import ChargerOffline, SlotUnavailable
from domain.reservation.actions.action import Action, Actor, Situation
from domain.reservation.actions.messages import Message
from domain.reservation.actions.table import ACTIONS
from tests.api.conftest import LIMITS, open_stage
from tests.api.stage import Stage, assert_problem

OPERATIONS = "/v1/operations/reservations/{code}"


class Vehicle(StrEnum):
    VAN = "van"
    LORRY = "lorry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBays:
    """With another reservation, at a time."""

    other: str
    at: datetime
    vehicle: Vehicle = Vehicle.VAN
    connector_id: int | None = None
    told: bool = False
    operator: str = "operator"
    reason: str = ""
    bay: str = ""


def _swap(at: Situation) -> Message:
    return cast(Message, SwapBays(other="7F3K-2QVM-X9TA", at=at.slot.start + timedelta(minutes=5)))


SWAP = Action(
    name="swap_bays",
    by=Actor.OPERATOR,
    path="swap-bays",
    rule=lambda progress, policy, now: None,
    takes=cast(type[Message], SwapBays),
    example=_swap,
    refusals=(SlotUnavailable, ChargerOffline),
)
WAVE = Action(name="wave", by=Actor.DRIVER, path="wave", rule=lambda progress, policy, now: None)


@pytest.fixture
async def extended(stage: Stage) -> AsyncIterator[Stage]:
    """The API over a table with two more entries."""
    async with open_stage(
        stage.sessions, stage.temporal, stage.issuer, LIMITS, (*ACTIONS, SWAP, WAVE)
    ) as opened:
        yield opened


async def test_it_is_shown_with_body_example_and_responses(extended: Stage) -> None:
    document = (await extended.http.get("/openapi.json")).json()
    operation = document["paths"][f"{OPERATIONS}/swap-bays"]["post"]
    body = operation["requestBody"]
    assert body["required"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/SwapBaysIn"}
    schema = document["components"]["schemas"]["SwapBaysIn"]
    assert set(schema["properties"]) == {"other", "at", "vehicle", "connector_id", "told", "reason", "bay"}
    assert schema["required"] == ["other", "at"]
    assert body["content"]["application/json"]["example"] == {
        "other": "7F3K-2QVM-X9TA",
        "at": "2026-11-22T14:05:00Z",
    }
    assert {"slot_unavailable", "charger_offline", "not_possible_now"} <= refusals(operation, 409)
    assert "reservation_unknown" in refusals(operation, 404)
    assert operation["operationId"].startswith("swap_bays")
    waving = document["paths"]["/v1/reservations/{code}/wave"]["post"]
    assert "requestBody" not in waving


async def test_it_reaches_the_workflow_under_its_name_signed_by_who_asked(extended: Stage) -> None:
    code = await extended.booked()
    asked = {"other": "x", "at": "2026-11-22T15:00:00+01:00", "vehicle": "lorry", "reason": "two\nlines"}
    response = await post(extended, code, asked)
    assert response.status_code == 200, response.text
    told = response.json()["timeline"][-1]["code"]
    assert told.startswith("swap_bays ")
    assert '"operator": "olga"' in told
    assert '"vehicle": "lorry"' in told
    assert '"at": "2026-11-22T14:00:00Z"' in told
    url = f"/v1/reservations/{code}/wave"
    assert (await extended.http.post(url, headers=extended.driver())).status_code == 200
    assert_problem(await extended.http.post(url, headers=extended.operators()), 403, "scope_missing")


@pytest.mark.parametrize(
    "over",
    [
        {"at": "2026-11-22T15:00:00"}, {"at": None}, {"other": "nul\x00"}, {"other": ""},
        {"other": "two\nlines"}, {"other": "x" * 65}, {"bay": ""}, {"reason": "nul\x00"}, {"vehicle": "bicycle"},
        {"told": "yes"}, {"connector_id": "1"}, {"operator": "somebody else"}, {"surprise": 1},
    ],
)  # fmt: skip
async def test_its_body_is_judged_by_the_types_of_its_message(extended: Stage, over: dict[str, Any]) -> None:
    code = await extended.booked()
    asked = {"other": "x", "at": "2026-11-22T15:00:00+01:00"}
    problem = assert_problem(await post(extended, code, asked | over), 422, "invalid_request")
    assert problem["errors"][0]["pointer"] == f"#/{next(iter(over))}"


async def test_a_connector_that_it_names_must_exist(extended: Stage) -> None:
    code = await extended.booked()
    asked = {"other": "x", "at": "2026-11-22T15:00:00+01:00", "connector_id": 4711}
    assert_problem(await post(extended, code, asked), 404, "connector_unknown")


async def post(stage: Stage, code: str, body: dict[str, Any]) -> Any:
    url = f"{OPERATIONS.format(code=code)}/swap-bays"
    return await stage.http.post(url, json=body, headers=stage.operators("olga"))


def refusals(operation: dict[str, Any], status: int) -> set[str]:
    return set(operation["responses"][str(status)]["content"]["application/problem+json"]["examples"])
