"""Every parameter and every member of every body, wrong in every way: its documented problem, and nothing changed."""

import json
from typing import Any

import httpx

from tests.api.stage import Stage, assert_problem, fresh_key
from tests.api.v1.wrong_inputs import Operation, Wrong, extremes_of, operations_of, wrongs_of

HERE = {"site_id": "north"}
"""Where the stage has what an example names; other things are not there, so that nothing is asked of a charger."""
IN_PATHS = {"with a NUL": "a%00b", "too long": "x" * 300, "another alphabet": "%D9%A3%F0%9F%94%8C"}
NUMBERS_IN_PATHS = {"no number": "1e3", "below the least": "-1", "far beyond": str(2**70)}
FOLLOWS = "text/event-stream"


async def send(stage: Stage, operation: Operation, address: str, wrong: Wrong) -> httpx.Response:
    scopes = operation.scopes
    others = stage.fleet() if "fleet" in scopes else stage.operators()
    who = stage.driver() if not scopes or "driver" in scopes else others
    headers = {**who, "Content-Type": "application/json"} | (
        {"Idempotency-Key": fresh_key()} if operation.keyed else {}
    )
    content = None if operation.example is None else json.dumps(wrong.body).encode()
    return await stage.http.request(
        operation.method, address, params=wrong.query, content=content, headers=headers
    )


def told(problem: dict[str, Any]) -> set[tuple[str, str]]:
    """What it names as wrong, and all that this lies within."""
    named = {(error["in"], error.get("pointer", error.get("parameter"))) for error in problem["errors"]}
    return named | {(place, part) for place, pointer in named for part in _within(pointer)}


def _within(pointer: str) -> list[str]:
    steps = pointer.split("/")
    return ["/".join(steps[:length]) for length in range(2, len(steps))]


def assert_documented(operation: Operation, response: httpx.Response, what: str) -> None:
    where = f"{operation}, {what}: {response.status_code} {response.text[:300]}"
    assert response.status_code < 500, where
    assert str(response.status_code) in operation.shown["responses"], where
    if response.status_code >= 400:
        problem = assert_problem(response, response.status_code, response.json()["code"])
        assert problem["code"] in operation.codes(response.status_code), where


async def test_each_input_that_is_wrong_in_some_way_is_named_as_wrong(stage: Stage) -> None:
    """Many are wrong at once, each in a way of its own: each has to be named."""
    before, met = await stage.row_counts(), 0
    for operation in operations_of(stage.app.openapi()):
        for wrong in wrongs_of(operation):
            response = await send(stage, operation, operation.address(), wrong)
            assert_documented(operation, response, wrong.what)
            problem = assert_problem(response, 422, "invalid_request")
            missed = {one.told_as for one in wrong.inputs} - told(problem)
            assert not missed, f"{operation}, {wrong.what}: {response.text}"
            met += len(wrong.inputs)
    assert met > 1_500
    assert await stage.row_counts() == before


async def test_no_part_of_an_address_breaks_anything(stage: Stage) -> None:
    before = await stage.row_counts()
    for operation in operations_of(stage.app.openapi()):
        found = operation.parameters("path")
        numbers = {one["name"] for one in found if one["schema"].get("type") == "integer"}
        as_shown = Wrong(what="", inputs=(), query={}, body=operation.example)
        ways = zip(IN_PATHS.items(), NUMBERS_IN_PATHS.items(), strict=True) if found else ()
        for (way, text), (_, number) in ways:
            parts = {one["name"]: number if one["name"] in numbers else text for one in found}
            response = await send(stage, operation, operation.address(**parts), as_shown)
            assert_documented(operation, response, way)
            if response.status_code < 400 and operation.method != "get":  # its things may have any name
                before = await stage.row_counts()
    assert await stage.row_counts() == before


async def test_the_first_and_the_last_that_is_taken_breaks_nothing(stage: Stage) -> None:
    for operation in operations_of(stage.app.openapi()):
        if FOLLOWS in operation.shown["responses"].get("200", {}).get("content", {}):
            continue
        for extreme in extremes_of(operation):
            if isinstance(extreme.body, dict) and "site_id" in extreme.body:
                extreme.body.update(HERE)
            response = await send(stage, operation, operation.address(**HERE), extreme)
            assert_documented(operation, response, extreme.what)
