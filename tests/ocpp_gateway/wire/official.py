"""The official schemas as sources of payloads: valid ones drawn at random, one that has everything, and every way
of breaking it.

The project's own narrowings, which the specifications' texts demand and the schemas leave out, are here too:
connectors, EVSEs and sequence numbers are not negative, integers have 32 bits, a 1.6 idTag is not blank.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import ocpp  # type: ignore[import-untyped]  # ships no types
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # ships no types

from ocpp_gateway.wire.problems import MessageProblem
from ocpp_gateway.wire.schemas import FREE_WORDS, LONGEST_FREE_WORD
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version

VERSIONS: dict[str, Version] = {"1.6": ocpp16(), "2.0.1": ocpp201(), "2.1": ocpp21()}
_FOLDER = Path(ocpp.__file__).parent
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
_NATURAL = {"connectorId", "evseId", "seqNo"}
_TIME = "2026-11-22T10:00:00Z"

Schema = dict[str, Any]


@lru_cache(maxsize=512)
def schema(version: str, action: str, *, answer: bool = False) -> Schema:
    suffix = "Response" if answer else "" if version == "1.6" else "Request"
    folder = _FOLDER / f"v{version.replace('.', '')}" / "schemas"
    return dict(json.loads((folder / f"{action}{suffix}.json").read_text("utf-8-sig")))


def is_valid(version: str, action: str, payload: Any, *, answer: bool = False) -> bool:
    return bool(Draft4Validator(schema(version, action, answer=answer)).is_valid(payload))


@dataclass(frozen=True)
class Node:
    """A place in a schema: its field's name, its own schema with references followed, and the whole."""

    field: str
    own: Schema
    whole: Schema

    def child(self, field: str, own: Schema) -> "Node":
        if "$ref" in own:
            own = self.whole["definitions"][own["$ref"].rpartition("/")[2]]
        return Node(field, own, self.whole)

    @property
    def members(self) -> "dict[str, Node]":
        members = {name: self.child(name, own) for name, own in self.own["properties"].items()}
        if self.own.get("javaType") == "EVSE":
            members["id"] = Node("evseId", members["id"].own, self.whole)
        return members

    @property
    def required(self) -> frozenset[str]:
        return frozenset(self.own.get("required", ()))

    @property
    def items(self) -> "Node":
        return self.child(self.field, self.own["items"])

    @property
    def bounds(self) -> tuple[int, int]:
        least = 0 if self.field in _NATURAL else _SMALLEST
        return int(self.own.get("minimum", least)), int(self.own.get("maximum", _LARGEST))


def root(version: str, action: str, *, answer: bool = False) -> Node:
    whole = schema(version, action, answer=answer)
    return Node("", whole, whole)


# -- valid payloads ---------------------------------------------------------------------------------------
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def payloads(node: Node) -> st.SearchStrategy[Any]:
    """Everything the schema allows, in modest sizes."""
    own = node.own
    if "enum" in own:
        return st.sampled_from(own["enum"])
    match own.get("type"):
        case "object":
            members = {name: _later(member) for name, member in node.members.items()}
            return st.fixed_dictionaries(
                {name: members[name] for name in members if name in node.required},
                optional={name: members[name] for name in members if name not in node.required},
            )
        case "array":
            most = min(own.get("maxItems", 3), 3)
            return st.lists(payloads(node.items), min_size=own.get("minItems", 0), max_size=most)
        case "string":
            return _texts(node)
        case "integer":
            return st.integers(*node.bounds)
        case "number":
            return st.floats(own.get("minimum"), own.get("maximum"), allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case _:
            return st.none() | st.integers(_SMALLEST, _LARGEST) | st.text(_letters, max_size=9)


def _later(node: Node) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: payloads(node))


def _texts(node: Node) -> st.SearchStrategy[str]:
    if node.own.get("format") == "date-time":
        return st.datetimes().map(lambda moment: moment.isoformat()) | st.sampled_from(
            ["2026-11-22T10:00:00Z", "2026-11-22t10:00:00.1234567z", "2016-12-31T23:59:60+00:00"]
        )
    longest = node.own.get("maxLength", 40)
    texts = st.text(_letters, max_size=min(longest, 40)) | st.just("é" * longest)
    return texts.filter(lambda text: bool(text.strip())) if node.field == "idTag" else texts


def full(node: Node) -> Any:
    """One payload with every field in it."""
    own = node.own
    if "enum" in own:
        return own["enum"][0]
    match own.get("type"):
        case "object":
            return {name: full(member) for name, member in node.members.items()}
        case "array":
            return [full(node.items) for _ in range(max(own.get("minItems", 1), 1))]
        case "string":
            return _TIME if own.get("format") == "date-time" else "7"
        case "integer":
            return min(max(7, node.bounds[0]), node.bounds[1])
        case "number":
            return float(min(own.get("maximum", 7), 7))
        case "boolean":
            return True
        case _:
            return "anything"


# -- broken payloads --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Broken:
    """`problem` None: broken, but tolerated."""

    how: str
    payload: Any
    problem: MessageProblem | None


_MISFITS: dict[str, list[Any]] = {
    "object": [[], "x"],
    "array": [{}, "x"],
    "string": [7, {}, True],
    "integer": ["7", 7.5, True],
    "number": ["7", True],
    "boolean": [1, "true"],
}


def broken(node: Node, payload: Any) -> Iterator[Broken]:
    """Every way of breaking `payload` at one place."""
    for path, place, required in list(_places(node, payload, (), True)):
        for what, value, problem in _faults(place, required):
            if path:
                yield Broken(f"{what} at {path}", _with(payload, path, value), problem)
        if place.own.get("type") == "object":
            for name in place.required:
                without = {key: value for key, value in _at(payload, path).items() if key != name}
                yield Broken(f"no {name} at {path}", _with(payload, path, without), MessageProblem.INCOMPLETE)
            beyond = {**_at(payload, path), "colour": "green"}
            yield Broken(f"an unknown field at {path}", _with(payload, path, beyond), None)


def _places(
    node: Node, payload: Any, path: tuple[Any, ...], required: bool
) -> Iterator[tuple[tuple[Any, ...], Node, bool]]:
    yield path, node, required
    if node.own.get("type") == "object":
        for name, member in node.members.items():
            if name in payload:
                yield from _places(member, payload[name], (*path, name), name in node.required)
    elif node.own.get("type") == "array":
        for index, item in enumerate(payload):
            yield from _places(node.items, item, (*path, index), True)


def _faults(place: Node, required: bool) -> Iterator[tuple[str, Any, MessageProblem | None]]:
    own = place.own
    kind = own.get("type")
    if kind is None:
        return
    yield "null", None, MessageProblem.WRONG_TYPE if required else None
    for misfit in _MISFITS[kind]:
        yield f"{misfit!r}", misfit, MessageProblem.WRONG_TYPE
    if "enum" in own:
        free = place.field in FREE_WORDS
        yield "a vendor's word", "NoSuchWord", None if free else MessageProblem.WRONG_VALUE
        yield "a long word", "x" * (LONGEST_FREE_WORD + 1), MessageProblem.WRONG_VALUE
    elif "maxLength" in own:
        yield "too long a text", "x" * (own["maxLength"] + 1), MessageProblem.WRONG_VALUE
    if kind == "array":
        if own.get("minItems"):
            yield "too few", [], MessageProblem.OCCURRENCE
        if own.get("maxItems", 100) < 10:
            yield "too many", [full(place.items)] * (own["maxItems"] + 1), MessageProblem.OCCURRENCE
    if kind == "integer":
        least, most = place.bounds
        yield "too small", least - 1, MessageProblem.WRONG_VALUE
        yield "too large", most + 1, MessageProblem.WRONG_VALUE
        yield "huge", 10**30, MessageProblem.WRONG_VALUE


def _at(payload: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        payload = payload[step]
    return payload


def _with(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(payload)
    _at(changed, path[:-1])[path[-1]] = value
    return changed
