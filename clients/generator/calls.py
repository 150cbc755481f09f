"""The calls of a room: a method for each operation, by the operation's id."""

from collections.abc import Iterator, Mapping
from typing import Any

from clients.generator.annotations import annotation, name_in
from clients.generator.document import Operation
from clients.generator.writing import class_name, docstring, python_name

KEY, SEEN = "Idempotency-Key", "last-event-id"
_STREAM = "text/event-stream"
EVERYWHERE = {
    "token_missing", "token_invalid", "token_expired", "scope_missing", "invalid_request", "malformed_request",
    "body_too_large", "idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused",
    "database_unavailable", "temporal_unavailable", "cursor_invalid",
}  # fmt: skip
"""What anything may be refused with: not told of each call."""


def calls(room: str, operations: list[Operation], words: set[str]) -> str:
    methods = "\n\n".join(_Call(one, words).method() for one in operations)
    return f"class {class_name(room)}(Calls):\n{methods}"


class _Call:
    def __init__(self, operation: Operation, words: set[str]) -> None:
        self._operation, self._words = operation, words

    def method(self) -> str:
        stream = self._stream()
        one = self._operation
        returns = f"AsyncGenerator[Event[{stream}], None]" if stream else self._returns()
        head = f"    {'' if stream else 'async '}def {one.name}({', '.join(self._taken())}) -> {returns}:"
        lines = [head, docstring(self._about(), "        ")]
        if stream:
            lines.append(
                f"        return self._follow({self._path()}, {stream}, {', '.join(self._followed())})"
            )
        else:
            asked = ", ".join([repr(one.method), self._path(), self._answers(), *self._given()])
            answer = "" if returns == "None" else f"answer: {returns} = "
            lines.append(f"        {answer}await self._ask({asked})")
            lines += [] if returns == "None" else ["        return answer"]
        return "\n".join(lines)

    def _taken(self) -> Iterator[str]:
        yield "self"
        for one in self._operation.parameters("path"):
            yield f"{python_name(one['name'])}: {self._kind(one['schema'])}"
        body = self._operation.body
        if body is not None:
            kind = self._kind(body)
            yield f"body: {kind}" + (" = None" if kind.endswith("None") else "")
        named = [*self._operation.parameters("query"), *self._operation.parameters("header")]
        if named:
            yield "*"
        for one in sorted(named, key=lambda one: not self._required(one)):
            kind = self._kind(one["schema"]).removesuffix(" | None")
            yield f"{python_name(one['name'])}: " + (kind if self._required(one) else f"{kind} | None = None")

    def _required(self, parameter: Mapping[str, Any]) -> bool:
        return bool(parameter.get("required")) and parameter["name"] != KEY

    def _given(self) -> Iterator[str]:
        """What `_ask` takes by name."""
        query = self._operation.parameters("query")
        if query:
            yield f"query={_mapping(query)}"
        if self._operation.body is not None:
            yield "body=body"
        headers = {one["name"]: one for one in self._operation.parameters("header")}
        keyed = headers.pop(KEY, None) is not None
        if headers:
            yield f"headers={_mapping(list(headers.values()))}"
        if keyed:
            yield "key=idempotency_key or fresh_key()"
        refusals = {
            status: model for status, _, _, model in self._operation.codes if model not in ("Problem", "")
        }
        if refusals:
            yield f"refusals={{{', '.join(f'{status}: {model}' for status, model in refusals.items())}}}"

    def _followed(self) -> Iterator[str]:
        query = [one["name"] for one in self._operation.parameters("query")]
        headers = [one["name"] for one in self._operation.parameters("header")]
        yield f"query={_mapping(self._operation.parameters('query'))}"
        yield f"last_event_id={python_name(SEEN) if SEEN in headers else None}"
        yield f"once={'seconds is not None' if 'seconds' in query else False}"

    def _path(self) -> str:
        path = self._operation.path
        names = [one["name"] for one in self._operation.parameters("path")]
        for name in names:
            path = path.replace(f"{{{name}}}", f"{{part({python_name(name)})}}")
        return f"f{path!r}" if names else repr(path)

    def _successes(self) -> Iterator[tuple[int, str]]:
        for status, content in self._operation.responses:
            if status < 400:
                yield status, self._told(content)

    def _told(self, content: Mapping[str, Any]) -> str:
        """Its JSON; `bytes` of anything else."""
        kinds = [
            self._kind(one["schema"], answered=True) if kind == "application/json" and one.get("schema") else
            "Any" if kind == "application/json" else "bytes"
            for kind, one in content.items()
        ]  # fmt: skip
        return " | ".join(dict.fromkeys(kinds)) or "None"

    def _returns(self) -> str:
        told = dict.fromkeys(part for _, kind in self._successes() for part in kind.split(" | "))
        if "Any" in told:
            return "Any"
        return " | ".join(sorted(told, key=lambda kind: kind == "None"))

    def _answers(self) -> str:
        return f"{{{', '.join(f'{status}: {kind}' for status, kind in self._successes())}}}"

    def _stream(self) -> str:
        for _, content in self._operation.responses:
            if _STREAM in content:
                return name_in(content[_STREAM]["schema"]["properties"]["data"]["contentSchema"])
        return ""

    def _kind(self, schema: Mapping[str, Any], *, answered: bool = False) -> str:
        return annotation(schema, self._words, answered=answered)

    def _about(self) -> str:
        shown = self._operation.shown
        own = sorted({class_name(code) for _, code, _, _ in self._operation.codes if code not in EVERYWHERE})
        notes = "\n".join(
            f"`{python_name(one['name'])}`: {one['description']}"
            for one in (*self._operation.parameters("path"), *self._operation.parameters("query"))
            if one.get("description") and one["name"] not in ("cursor",)
        )
        raised = f"Raises {', '.join(own)}." if own else ""
        return "\n\n".join(
            text for text in (f"{shown['summary']}.", shown.get("description", ""), notes, raised) if text
        )


def _mapping(parameters: list[dict[str, Any]]) -> str:
    return "{" + ", ".join(f"{one['name']!r}: {python_name(one['name'])}" for one in parameters) + "}"
