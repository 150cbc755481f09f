"""What OpenAPI shows as an example is right by the schema beside it, of now, and the same a moment later."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from api.v1.shown_examples import WRITTEN, Examples
from tests.api.stage import NOW, Stage

JSON = "application/json"


def contents(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each body that is sent or answered as JSON, by operation."""
    found = []
    for operations in document["paths"].values():
        for operation in operations.values():
            name = operation["operationId"]
            if operation.get("security"):
                found.append((f"{name} asked", operation.get("requestBody", {}).get("content", {}).get(JSON)))
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    found.append((f"{name} {status}", response.get("content", {}).get(JSON)))
    return [(where, content) for where, content in found if content is not None and content.get("schema")]


async def test_every_example_is_right_by_its_schema(stage: Stage) -> None:
    """Of a request: write one beside its model. Of an answer: it is made; what does not fit goes to KNOWN."""
    document = stage.app.openapi()
    shown = contents(document)
    assert len(shown) > 180
    whole = {"components": document["components"]}
    wrong = {}
    for where, content in shown:
        judge = Draft202012Validator({**content["schema"], **whole}, validate_formats=True)
        if flaws := [f"{one.instance_path}: {one.message}" for one in judge.iter_errors(content["example"])]:
            wrong[where] = flaws
    assert not wrong


async def test_every_address_has_examples_of_what_stands_in_it(stage: Stage) -> None:
    parameters = [
        parameter
        for operations in stage.app.openapi()["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    ]
    assert parameters
    assert [one["name"] for one in parameters if one.get("example") in (None, "")] == []


def test_examples_beside_models_are_moved_to_now() -> None:
    written = {"at": "2026-12-31T23:00:00Z", "days": ["2026-11-30"], "note": "file 2026-11-30"}
    schema = {"examples": [written]}
    moved = Examples({}, NOW).request(schema)
    at = datetime.fromisoformat(moved["at"])
    assert at - NOW.replace(minute=0) == timedelta(days=30, hours=23)
    assert moved["days"] == [(WRITTEN + (NOW - WRITTEN) - timedelta(days=1)).date().isoformat()]
    assert moved["note"] == written["note"]
    assert at.tzinfo == UTC or at.utcoffset() == timedelta()


@pytest.mark.parametrize("kind", ["integer", "number", "string", "boolean"])
def test_a_member_that_nobody_named_has_an_example_all_the_same(kind: str) -> None:
    schema = {"type": "object", "properties": {"unheard_of": {"type": kind}}}
    made = Examples({}, NOW).of(schema, "")
    assert Draft202012Validator(schema).is_valid(made), made
    assert "unheard_of" in made


def test_what_contains_itself_ends() -> None:
    schemas = {
        "Part": {"type": "object", "properties": {"parts": {"type": "array", "items": {"$ref": "#/Part"}}}}
    }
    assert Examples(schemas, NOW).of({"$ref": "#/Part"}, "") == {"parts": []}
