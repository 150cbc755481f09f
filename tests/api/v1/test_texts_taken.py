"""Every text that a body may carry says which characters it may have: a NUL is refused, never a server's error."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.api.stage import Stage

WITH_NUL = "a\x00b"


def texts(schema: dict[str, Any], schemas: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The texts within a schema, by where they stand."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if path.count(name) < 2:
            yield from texts(schemas[name], schemas, f"{path}:{name}")
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts(choice, schemas, path)
    for name, inner in schema.get("properties", {}).items():
        yield from texts(inner, schemas, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from texts(schema[key], schemas, f"{path}[]")
    if schema.get("type") == "string":
        yield path, schema


def free_for(found: Sequence[tuple[str, dict[str, Any]]], text: str) -> set[str]:
    """Where it would be taken."""
    return {
        where
        for where, schema in found
        if not {"enum", "const", "format"} & schema.keys()
        and ("pattern" not in schema or re.search(schema["pattern"], text))
    }


async def test_no_text_of_a_body_may_hold_a_nul_or_what_no_xml_can(stage: Stage) -> None:
    """What a vendor's charger is sent is its own business, but for the NUL."""
    document = stage.app.openapi()
    schemas = document["components"]["schemas"]
    bodies = [
        (f"{verb} {path}", content["schema"])
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "schema" in content
    ]
    found = [one for where, schema in bodies for one in texts(schema, schemas, where)]
    assert len(found) > 30
    assert free_for(found, WITH_NUL) == set()
    for character in "\ufffe\uffff":
        assert {where.split(":")[-1] for where in free_for(found, character)} <= {"DataTransferIn.data"}


async def test_no_text_of_a_query_may_hold_a_nul(stage: Stage) -> None:
    """A cursor is read by its own rule before anything is asked."""
    document = stage.app.openapi()
    found = [
        (f"{verb} {path}?{parameter['name']}", schema)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["name"] != "cursor"
        for _, schema in texts(parameter["schema"], document["components"]["schemas"], "")
    ]
    assert found
    assert free_for(found, WITH_NUL) == set()
    answer = await stage.http.get(
        "/v1/operations/quirks", params={"vendor": WITH_NUL}, headers=stage.operators()
    )
    assert answer.status_code == 422
