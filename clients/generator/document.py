"""The document's operations and schemas, by the room of the client that each belongs to."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SHARED = "shared"
PROBLEM_JSON = "application/problem+json"
_HIDDEN = {"webhooks"}
"""Tags of what only machines of others call."""
_PROBLEM = "Problem"
_ENOUGH = 5
"""Members: what has fewer in common is alike by chance."""
_REF = "#/components/schemas/"


@dataclass(frozen=True, kw_only=True)
class Operation:
    method: str
    path: str
    shown: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.shown["operationId"])

    @property
    def room(self) -> str:
        """Its tag; of what operators do, the noun that it is about."""
        tag = str(self.shown["tags"][0])
        return f"operators_{self.path.split('/')[3]}".replace("-", "_") if tag == "operations" else tag

    def parameters(self, place: str) -> list[dict[str, Any]]:
        return [one for one in self.shown.get("parameters", ()) if one["in"] == place]

    @property
    def body(self) -> dict[str, Any] | None:
        content = self.shown.get("requestBody", {}).get("content", {})
        return content["application/json"]["schema"] if content else None

    @property
    def responses(self) -> Iterator[tuple[int, dict[str, Any]]]:
        return (
            (int(status), one.get("content", {})) for status, one in sorted(self.shown["responses"].items())
        )

    @property
    def codes(self) -> Iterator[tuple[int, str, str, str]]:
        """Status, code, title and model of each problem that it may be refused with."""
        for status, content in self.responses:
            problem = content.get(PROBLEM_JSON, {"examples": {}})
            model = problem.get("schema", {}).get("allOf", [{"$ref": ""}])[0]["$ref"].rsplit("/", 1)[-1]
            for code, example in problem["examples"].items():
                yield status, code, example["summary"], model


class Document:
    def __init__(self, served: Mapping[str, Any]) -> None:
        self.schemas: dict[str, dict[str, Any]] = served["components"]["schemas"]
        self._events = served.get("webhooks", {})
        self.operations = [
            Operation(method=method.upper(), path=path, shown=shown)
            for path, methods in served["paths"].items()
            for method, shown in methods.items()
            if not _HIDDEN & set(shown.get("tags", ()))
        ]

    @cached_property
    def rooms(self) -> dict[str, list[Operation]]:
        found = defaultdict(list)
        for operation in self.operations:
            found[operation.room].append(operation)
        return dict(sorted(found.items()))

    @cached_property
    def room_of(self) -> dict[str, str]:
        """Of each model: the room whose operations alone use it, else SHARED."""
        users = defaultdict(set)
        for operation in self.operations:
            for name in self._reached(operation.shown):
                users[name].add(operation.room)
        for name in self._reached({"$ref": f"{_REF}Problem"}) | self._reached(self._events):
            users[name].add(SHARED)
        return {name: next(iter(rooms)) if len(rooms) == 1 else SHARED for name, rooms in users.items()}

    @cached_property
    def sent(self) -> set[str]:
        """Models and words that stand in requests."""
        asked = (
            (one.shown.get("requestBody", {}), one.shown.get("parameters", ())) for one in self.operations
        )
        return {name for pair in asked for part in pair for name in self._reached(part, parents=False)}

    @cached_property
    def parents(self) -> dict[str, str]:
        """Of an answer that has all that another of such a name has: that other, the largest."""
        found = {}
        for name in self.schemas:
            fitting = [other for other in self.schemas if self._extends(name, other)]
            if fitting:
                found[name] = max(fitting, key=lambda other: (len(self.schemas[other]["properties"]), other))
        return found

    def _extends(self, name: str, other: str) -> bool:
        mine, theirs = self.schemas[name], self.schemas[other]
        members = theirs.get("properties", {})
        return (
            len(members) >= _ENOUGH
            and name not in self.sent
            and other not in self.sent
            and len(mine.get("properties", {})) > len(members)
            and all(mine["properties"].get(key) == member for key, member in members.items())
            and set(theirs.get("required", ())) == set(mine.get("required", ())) & members.keys()
            and (other == _PROBLEM or _words(other) <= _words(name))
        )

    def _parent(self, name: str) -> list[dict[str, Any]]:
        parent = self.parents.get(name)
        return [] if parent is None else [{"$ref": _REF + parent}]

    def _reached(self, part: Any, *, parents: bool = True) -> set[str]:
        found: set[str] = set()
        waiting = [part]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                reference = one.get("$ref", "")
                if isinstance(reference, str) and reference.startswith(_REF):
                    name = reference.removeprefix(_REF)
                    if name not in found:
                        found.add(name)
                        waiting += [self.schemas[name], *(self._parent(name) if parents else ())]
                waiting += [value for key, value in one.items() if key not in ("example", "examples")]
            elif isinstance(one, list | tuple):
                waiting += one
        return found


def _words(model: str) -> set[str]:
    """Of its name: `ReservationForOperatorOut` is a `ReservationOut`."""
    return set(re.findall(r"[A-Z][a-z]*", model))
