"""What the generator makes of a small document, as the client's users see it."""

import ast
from typing import Any

import pytest

from clients.generator.annotations import annotation
from clients.generator.package import generated

PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "status": {"type": "integer"}},
    "required": ["code", "status"],
}
PART = {
    "type": "object",
    "description": "A part.\nOf a thing.",
    "properties": {
        "from": {"type": "string", "format": "date-time"},
        "state": {"anyOf": [{"$ref": "#/components/schemas/State"}, {"const": ""}]},
        "json": {"type": "boolean", "default": False},
    },
    "required": ["from", "state"],
}


def header(name: str, **over: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": {"type": "string"}, **over}


def document(*parameters: dict[str, Any]) -> dict[str, Any]:
    ref = "#/components/schemas/"
    refused = {
        "schema": {"allOf": [{"$ref": f"{ref}Problem"}]},
        "examples": {"thing_unknown": {"summary": "No such thing"}},
    }
    operation = {
        "operationId": "change_thing",
        "tags": ["things"],
        "summary": "Change a thing",
        "parameters": [
            {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}},
            *parameters,
        ],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": f"{ref}PartIn"}}}},
        "responses": {
            "200": {"content": {"application/json": {"schema": {"$ref": f"{ref}PartOut"}}}},
            "404": {"content": {"application/problem+json": refused}},
        },
    }
    schemas = {
        "Problem": PROBLEM,
        "PartIn": PART,
        "PartOut": PART,
        "State": {"type": "string", "enum": ["on", "off"]},
    }
    return {"paths": {"/v1/things/{thing_id}": {"put": operation}}, "components": {"schemas": schemas}}


def method(text: str) -> ast.AsyncFunctionDef:
    return next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AsyncFunctionDef))


def test_what_a_call_takes_is_what_the_document_shows() -> None:
    key, match = header("Idempotency-Key", required=True), header("If-Match", required=True)
    text = generated(document(key, match))["calls/things.py"]
    taken = method(text).args
    assert [one.arg for one in taken.args] == ["self", "thing_id", "body"]
    assert [
        (one.arg, default is None) for one, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
    ] == [
        ("if_match", True),
        ("idempotency_key", False),
    ]
    assert 'headers={"If-Match": if_match}' in text
    assert "key=idempotency_key or fresh_key()" in text
    assert "Raises ThingUnknown." in text


def test_members_are_typed_and_named_so_that_python_takes_them() -> None:
    text = generated(document())["models/things.py"]
    assert '    from_: datetime = Field(alias="from")' in text
    assert '    json_: bool = Field(default=False, alias="json")' in text
    assert text.count("    state: Open[State]\n") == 1, "an answer's word may be one of a newer server"
    assert text.count('    state: State | Literal[""]\n') == 1
    assert '"""A part. Of a thing."""' in text


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "int | None"),
        ({"type": "array", "items": {"type": "string", "format": "date"}}, "list[date]"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "dict[str, float]"),
        ({"enum": ["a", "b"]}, "Literal['a', 'b'] | str"),
        ({}, "Any"),
    ],
)
def test_a_schema_is_a_type(schema: dict[str, Any], expected: str) -> None:
    assert annotation(schema, set(), answered=True) == expected


def test_what_endpoints_are_sent_has_models_beside_all_rooms() -> None:
    served = document()
    served["components"]["schemas"]["ThingEventOut"] = PART
    event = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingEventOut"}}}}
    served["webhooks"] = {"thing.made": {"post": {"requestBody": event}}}
    made = generated(served)["models/shared.py"]
    assert "class ThingEventOut(Answer):" in made
