"""Every input that OpenAPI shows, and each way in which it can be wrong: made from the document, so that a new
operation's are among them without a word.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

ELSEWHERE = {"cursor", "Idempotency-Key"}
"""Read by rules of their own, which have codes of their own (tests/api/v1/test_lists.py, test_bookings.py)."""
BEYOND = 2**70
HALF_A_CHARACTER = "\ud800"
FIRST_AND_LAST = {
    "date-time": ("2000-01-01T00:00:00Z", "2199-12-31T23:59:59Z"),
    "date": ("0001-01-01", "9999-12-31"),
}
"""What is taken, if only just."""


class Nothing:
    """There is no such way for an input of this kind."""


NOTHING = Nothing()
GONE = Nothing()
"""Left out."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """`path`: of a member within the body; of a parameter its name. `of`: what it may be, without null."""

    place: str
    path: tuple[str | int, ...]
    of: dict[str, Any]
    required: bool
    nullable: bool

    @property
    def told_as(self) -> tuple[str, str]:
        """As a problem names it."""
        return self.place, "#/" + "/".join(map(str, self.path)) if self.place == "body" else str(self.path[0])


@dataclass(frozen=True, kw_only=True)
class Operation:
    method: str
    path: str
    shown: dict[str, Any]
    inputs: tuple[Input, ...]
    example: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def scopes(self) -> list[str]:
        (scheme,) = self.shown["security"]
        ((_, scopes),) = scheme.items()
        return list(scopes)

    @property
    def keyed(self) -> bool:
        return any(one["name"] == "Idempotency-Key" for one in self.shown.get("parameters", ()))

    def address(self, **other: str) -> str:
        """With the examples of its parameters, but for `other`."""
        parts = {one["name"]: str(one["example"]) for one in self.parameters("path")}
        address = self.path
        for name, value in (parts | other).items():
            address = address.replace(f"{{{name}}}", value)
        return address

    def parameters(self, place: str) -> list[dict[str, Any]]:
        return [one for one in self.shown.get("parameters", ()) if one["in"] == place]

    def codes(self, status: int) -> list[str]:
        """Which its problems of this status may have."""
        problem = (
            self.shown["responses"].get(str(status), {}).get("content", {}).get("application/problem+json")
        )
        codes: list[str] = (
            [] if problem is None else problem["schema"]["allOf"][1]["properties"]["code"]["enum"]
        )
        return codes


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """All that take a token."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, shown in methods.items():
            if not shown.get("security"):
                continue
            body = shown.get("requestBody", {}).get("content", {}).get("application/json")
            example = None if body is None else body["example"]
            found = [*_parameters(shown, schemas)]
            if body is not None:
                found += _members(_resolved(body["schema"], schemas)[0], example, (), schemas)
            yield Operation(method=method, path=path, shown=shown, inputs=tuple(found), example=example)


def _parameters(shown: dict[str, Any], schemas: dict[str, Any]) -> Iterator[Input]:
    for one in shown.get("parameters", ()):
        if one["in"] == "query" and one["name"] not in ELSEWHERE:
            of, nullable = _resolved(one["schema"], schemas)
            yield Input(
                place="query",
                path=(one["name"],),
                of=of,
                required=one.get("required", False),
                nullable=nullable,
            )


def _members(
    schema: dict[str, Any], example: Any, within: tuple[str | int, ...], schemas: dict[str, Any]
) -> Iterator[Input]:
    """Of an object, those of the first of each list too, as far as the example goes."""
    for name, member in schema.get("properties", {}).items():
        of, nullable = _resolved(member, schemas)
        path = (*within, name)
        required = name in schema.get("required", ())
        yield Input(place="body", path=path, of=of, required=required, nullable=nullable)
        inner = example.get(name) if isinstance(example, dict) else None
        if isinstance(inner, dict):
            yield from _members(of, inner, path, schemas)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield from _members(_resolved(of.get("items", {}), schemas)[0], inner[0], (*path, 0), schemas)


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """What it is, and whether null will do. Of several kinds: those, as `anyOf`."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" not in schema and "oneOf" not in schema:
        return schema, False
    choices = [_resolved(one, schemas)[0] for one in schema.get("anyOf") or schema["oneOf"]]
    some = [one for one in choices if one.get("type") != "null"]
    return (some[0] if len(some) == 1 else {"anyOf": some}), len(some) < len(choices)


def _another_type(one: Input) -> Any:
    kinds = {choice.get("type") for choice in one.of.get("anyOf", [one.of])}
    if one.place == "query":
        return "neither" if kinds and kinds <= {"integer", "number", "boolean"} else NOTHING
    offered = {"object": {"surprise": 1}, "array": [[]], "string": "\x07", "integer": 7}
    return next(
        (value for kind, value in offered.items() if kind not in kinds and _unlike(kind, kinds)), NOTHING
    )


def _unlike(kind: str, kinds: set[Any]) -> bool:
    return None not in kinds and not (kind == "integer" and "number" in kinds)


def _text(one: Input, value: Any) -> Any:
    plain = one.of.get("type") == "string" and not {"enum", "const", "format"} & one.of.keys()
    return value if plain else NOTHING


def _format(one: Input, **values: str) -> Any:
    return values.get(str(one.of.get("format")).replace("-", "_"), NOTHING)


def _beyond(one: Input) -> Any:
    if one.of.get("type") not in ("integer", "number"):
        return NOTHING
    most = one.of.get("maximum")
    return _number(one, BEYOND if most is None else most + 1)


def _below(one: Input) -> Any:
    if one.of.get("type") not in ("integer", "number"):
        return NOTHING
    least = one.of.get("exclusiveMinimum", one.of.get("minimum", -BEYOND) - 1)
    return _number(one, least)


def _number(one: Input, value: float) -> Any:
    return str(value) if one.place == "query" else value


def _length(one: Input, kind: str, key: str, unit: Any, more: int) -> Any:
    bound = one.of.get(key)
    return (
        unit * (bound + more)
        if one.of.get("type") == kind and bound is not None and bound + more >= 0
        else NOTHING
    )


WAYS: dict[str, Callable[[Input], Any]] = {
    "missing": lambda one: GONE if one.required else NOTHING,
    "null": lambda one: None if one.place == "body" and not one.nullable and one.of else NOTHING,
    "of another type": _another_type,
    "with a NUL": lambda one: _text(one, "a\x00b"),
    "with half a character": lambda one: _text(one, HALF_A_CHARACTER) if one.place == "body" else NOTHING,
    "too long": lambda one: _length(one, "string", "maxLength", "x", 1),
    "too short": lambda one: _length(one, "string", "minLength", "x", -1),
    "too many": lambda one: _length(one, "array", "maxItems", [{}], 1),
    "too few": lambda one: _length(one, "array", "minItems", [{}], -1),
    "an unknown word": lambda one: "no-such-word" if "enum" in one.of else NOTHING,
    "below the least": _below,
    "far beyond": _beyond,
    "without a zone": lambda one: _format(one, date_time="2027-03-01T14:00:00"),
    "a day that is none": lambda one: _format(one, date_time="2027-02-29T14:00:00Z", date="2027-02-29"),
    "a year that is none": lambda one: _format(one, date_time="9999-12-31T23:59:59Z", date="10000-01-01"),
    "before all time": lambda one: _format(one, date_time="0001-01-01T00:00:00Z", date="0000-01-01"),
    "an hour that is none": lambda one: _format(one, date_time="2027-03-01T25:00:00Z"),
}


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One request with `inputs` that are wrong; `what`: each in which way."""

    what: str
    inputs: tuple[Input, ...]
    query: dict[str, str]
    body: Any


def wrongs_of(operation: Operation) -> Iterator[Wrong]:
    """Each input in each way, as many inputs at once as do not hide each other."""
    waiting = [(one, ways) for one in operation.inputs if (ways := _ways(one))]
    while waiting:
        now: list[tuple[Input, str, Any]] = []
        for one, ways in waiting:
            if not any(_touch(one, other) for other, _, _ in now):
                now.append((one, *ways.pop(0)))
        waiting = [(one, ways) for one, ways in waiting if ways]
        yield _wrong(operation, now)


def _ways(one: Input) -> list[tuple[str, Any]]:
    found = ((way, value_of(one)) for way, value_of in WAYS.items())
    return [(way, value) for way, value in found if value is not NOTHING]


def _touch(one: Input, other: Input) -> bool:
    """One lies within the other."""
    shorter = min(len(one.path), len(other.path))
    return one.place == other.place and one.path[:shorter] == other.path[:shorter]


def extremes_of(operation: Operation) -> Iterator[Wrong]:
    """The first and the last instant or day in each member, one at a time; and all numbers at their least and most."""
    for one in operation.inputs:
        for value in FIRST_AND_LAST.get(str(one.of.get("format")), ()):
            yield _wrong(operation, [(one, value, value)])
    for bound in ("minimum", "maximum"):
        values = [(one, bound, _number(one, one.of[bound])) for one in operation.inputs if bound in one.of]
        if values:
            yield _wrong(operation, values)


def _wrong(operation: Operation, values: Sequence[tuple[Input, str, Any]]) -> Wrong:
    body, query = copy.deepcopy(operation.example), {}
    for one, _, value in values:
        if one.place == "query":
            if value is not GONE:
                query[str(one.path[0])] = value
            continue
        holder = body
        for step in one.path[:-1]:
            holder = holder[step]
        if value is GONE:
            holder.pop(one.path[-1], None)
        else:
            holder[one.path[-1]] = value
    what = ", ".join(f"{'/'.join(map(str, one.path))} {way}" for one, way, _ in values)
    return Wrong(what=what, inputs=tuple(one for one, _, _ in values), query=query, body=body)
