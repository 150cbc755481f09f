"""A member takes the type that OpenAPI shows, and nothing that could be read as it."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

import api.v1.schemas
from api.v1.schemas.fields import Body
from tests.api.stage import Stage

MISTAKABLE = {
    "integer": ("3", 3.0, True),
    "boolean": (0, 1, "true", "no"),
    "date": (0, "1795000000", 20_000.0),
}
"""JSON that a lenient reader takes for it; a number for a date is read as seconds since 1970."""


def bodies(kind: type[Body] = Body) -> Iterator[type[Body]]:
    """Every model of a request's body, or of a part of one."""
    for found in pkgutil.iter_modules(api.v1.schemas.__path__, "api.v1.schemas."):
        importlib.import_module(found.name)
    for one in kind.__subclasses__():
        yield one
        yield from bodies(one)


def mistaken(member: FieldInfo) -> list[Any]:
    """What the member takes of another type than its own."""
    annotated: Any = Annotated[member.annotation, member]
    adapter: TypeAdapter[Any] = TypeAdapter(annotated)
    schema = adapter.json_schema()
    shown = {one.get("format", one.get("type")) for one in (schema, *schema.get("anyOf", ()))}
    return [
        value for kind in shown & MISTAKABLE.keys() for value in MISTAKABLE[kind] if takes(adapter, value)
    ]


def takes(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def test_no_member_of_a_body_takes_another_type_for_its_own() -> None:
    found = {
        f"{body.__name__}.{name}": wrong
        for body in bodies()
        for name, member in body.model_fields.items()
        if (wrong := mistaken(member))
    }
    assert not found, f"say strict=True, or use Day of api.v1.schemas.fields: {found}"


async def test_no_day_of_a_query_is_a_number(stage: Stage) -> None:
    """`?from=0` ended a series from 1970 on."""
    days = [
        (method, path, parameter["name"])
        for path, operations in stage.app.openapi()["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and '"date"' in json.dumps(parameter["schema"])
    ]
    assert days
    for method, path, name in days:
        who = stage.operators() if "/operations/" in path else stage.driver()
        answer = await stage.http.request(method, path, params={name: "0"}, headers=who)
        assert answer.status_code == 422, f"{method} {path}?{name}=0: {answer.text}"
